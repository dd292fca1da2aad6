"""A crowd of generated adults, measured on their meshes, against the published means and spreads; and one real scan.

`python -m bench morphometry` takes some fifteen seconds of processor for each of `PEOPLE`; ARGUIDE_BENCH_PEOPLE sets another
number. `python -m bench.morphometry docs/morphometry.md` does the same and writes the page.
"""

import os
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from arguide_sim.anatomy.morphometry import measure as measures_of

from arguide.geometry.mesh import read_mesh
from bench._morphometry_page import page
from bench._spines import Found, Measures, Row, compare, measure_one, rows, whole

LONG = "half an hour"
PEOPLE = int(os.environ.get("ARGUIDE_BENCH_PEOPLE", "200"))
FIRST = 1000
REAL = Path(__file__).resolve().parents[2] / "shared" / "data" / "lumbar-ct-totalsegmentator"


def measure_all(people: int) -> Found:
    """Everybody, side by side; says how far it is."""
    found: Found = []
    with ProcessPoolExecutor() as pool:
        for one in pool.map(measure_one, range(FIRST, FIRST + people)):
            found.append(one)
            print(f"\r{len(found)} of {people} people", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return found


def real_measures() -> Measures | None:
    """Those of the scan in `../shared`, or None where there is none."""
    if not REAL.is_dir():
        return None
    import tempfile

    from arguide.imaging.from_labels import scenario_from_labels

    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "real"
        scenario_from_labels(REAL / "example_ct.nii.gz", REAL / "example_seg_full.nii.gz", out)
        return measure_real(out)


def measure_real(folder: Path) -> Measures:
    """The measures of the meshes in a scenario folder made by `arguide scenario from-labels`."""
    return measures_of({file.stem: read_mesh(file) for file in (folder / "meshes").glob("*.ply")})


def measure() -> list[Row]:
    """The whole table."""
    found = measure_all(PEOPLE)
    return [*whole(found), *rows(compare(found, real_measures()))]


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(measure_all(PEOPLE), real_measures()), "utf-8")
