"""Write the printable parts of a phantom as STL: `python hardware/make_phantom.py [--region lumbar] [--seed 0] [-o DIR]`.

`arguide patient --phantom` writes the same parts into the folder of its scenario. Same seed, same bytes. Sizes in mm; every
part lies as it is printed. The build guide is `phantom/BUILD.md`.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
from arguide_sim.anatomy.phantom import Phantom
from arguide_sim.anatomy.printing import write_parts
from arguide_sim.anatomy.regions import region_named

FOLDER = Path(__file__).parent / "phantom"


def main() -> int:
    """Write all parts."""
    parser = argparse.ArgumentParser(description="Write the printable parts of a phantom.")
    parser.add_argument("--region", default="lumbar")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("-o", "--out", type=Path, default=FOLDER)
    given = parser.parse_args()
    phantom = Phantom(region_named(given.region))
    cast = phantom.anatomy(phantom.person(given.seed))
    for name, mesh in write_parts(cast, given.out, prefix=f"{given.region}-").items():
        size = np.ptp(mesh.bounds, axis=0)
        print(f"{name}: {size[0]:.0f} × {size[1]:.0f} × {size[2]:.0f} mm, {len(mesh.faces)} triangles")
    return 0


if __name__ == "__main__":
    sys.exit(main())
