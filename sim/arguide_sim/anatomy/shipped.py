"""The scenarios that ship: `python -m arguide_sim.anatomy.shipped FOLDER` makes them all again, the same bytes."""

import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from arguide_sim.anatomy.regions import region_named
from arguide_sim.anatomy.scanner import Scanner
from arguide_sim.anatomy.scenario_folder import Options, write_patient


@dataclass(frozen=True, kw_only=True)
class Shipped:
    """One scenario in `assets/scenarios`."""

    name: str
    region: str
    seed: int
    procedure: str | None
    spacing_mm: float
    wanted: Mapping[str, Any] = field(default_factory=dict)

    def write(self, folder: Path) -> Path:
        """Make it in place of what is there."""
        region = region_named(self.region)
        options = Options(
            scanner=Scanner(self.spacing_mm, step_hu=8), procedure=self.procedure, name=self.name, effort=9
        )
        shutil.rmtree(folder / self.name, ignore_errors=True)
        return write_patient(region, region.person(self.seed, **self.wanted), folder / self.name, options)


SHIPPED = (
    Shipped(name="lumbar-facet", region="lumbar", seed=0, procedure="facet", spacing_mm=3.0),
    Shipped(name="lumbar-root", region="lumbar", seed=7, procedure="root", spacing_mm=3.0),
    Shipped(
        name="lumbar-biopsy", region="lumbar", seed=8, procedure="biopsy", spacing_mm=3.0,
        wanted={"age": 68.0, "sex": "f", "bmi": 30.0, "lesion": "lytic"},
    ),
    Shipped(name="knee-injection", region="knee", seed=3, procedure=None, spacing_mm=2.0),
    Shipped(
        name="hip-injection", region="hip", seed=4, procedure=None, spacing_mm=3.0,
        wanted={"bmi": 25.0, "neck_shaft": 127.0},
    ),
    Shipped(name="femoral-block", region="inguinal", seed=5, procedure=None, spacing_mm=3.0, wanted={"bmi": 24.0}),
)  # fmt: skip


def main(folder: Path, names: list[str]) -> int:
    """Make all, or those named."""
    for shipped in SHIPPED:
        if not names or shipped.name in names:
            print(shipped.write(folder))
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
