"""A crowd of generated adults, measured on their meshes, against the published means and spreads; and one real scan.

`python -m bench morphometry` takes a few seconds for each of `PEOPLE`; ARGUIDE_BENCH_PEOPLE sets another number.
"""

import itertools
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
from arguide_sim.anatomy.crossing import crossings
from arguide_sim.anatomy.lumbar import Lumbar
from arguide_sim.anatomy.meshing import is_watertight
from arguide_sim.anatomy.morphometry import LEVELS
from arguide_sim.anatomy.morphometry import measure as measures_of
from arguide_sim.anatomy.norms import NORMS
from arguide_sim.anatomy.person import LumbarPerson, person
from arguide_sim.anatomy.validity import broken_rules

from arguide.geometry.mesh import Mesh, read_mesh

PEOPLE = int(os.environ.get("ARGUIDE_BENCH_PEOPLE", "200"))
FIRST = 1000
MEASURED = (*LEVELS, "sacrum", "thecal-sac", "skin")
BONES = ("T12", *LEVELS, "sacrum", "ilia")
COMPARED = ("width_up", "width_low", "depth_up", "depth_low", "height", "canal_width", "canal_depth", "pedicle_width",
            "pedicle_height", "span", "spinous", "disc", "joint_spacing", "joint_angle")  # fmt: skip
REAL = Path(__file__).resolve().parents[2] / "shared" / "data" / "lumbar-ct-totalsegmentator"

Row = tuple[str, str, str]
Measures = dict[str, dict[str, float]]


def measure_one(seed: int) -> tuple[LumbarPerson, Measures, list[str]]:
    """A person, the measures of their meshes, and what is wrong with them."""
    somebody = person(seed)
    anatomy = Lumbar(somebody)
    wanted = {*MEASURED, *BONES}
    meshes = {part.name: anatomy.mesh(part) for part in anatomy.parts() if part.name in wanted}
    wrong = broken_rules(anatomy)
    wrong += [f"{name} is not watertight" for name, mesh in meshes.items() if not _sound(mesh)]
    wrong += [f"{name} crosses itself" for name, mesh in meshes.items() if crossings(mesh)]
    pairs = [*itertools.pairwise(BONES), ("L5", "ilia")]
    wrong += [f"{a} and {b} overlap" for a, b in pairs if crossings(meshes[a], meshes[b])]
    return somebody, measures_of(meshes), wrong


def _sound(mesh: Mesh) -> bool:
    return is_watertight(mesh) and mesh.volume_mm3 > 0


def measure_real(folder: Path) -> Measures:
    """The measures of the meshes in a scenario folder made by `arguide scenario from-labels`."""
    return measures_of({file.stem: read_mesh(file) for file in (folder / "meshes").glob("*.ply")})


def rows(found: list[tuple[LumbarPerson, Measures, list[str]]], real: Measures | None) -> Iterator[Row]:
    """One for each dimension and level: mean and spread beside the published ones, and where the real one lies."""
    inside = asked = 0
    for name in COMPARED:
        for level in LEVELS:
            got = np.array([measures[level][name] for _, measures, _ in found])
            told = np.array([NORMS[name].of(level, who.sex, who.age) for who, _, _ in found])
            mean, spread = told[:, 0].mean(), float(np.hypot(np.sqrt((told[:, 1] ** 2).mean()), told[:, 0].std()))
            text = f"{np.nanmean(got):5.1f} ± {np.nanstd(got):4.1f}, published {mean:5.1f} ± {spread:4.1f}"
            if real is not None:
                low, high = np.nanquantile(got, [0.025, 0.975])
                value = real[level][name]
                asked, inside = asked + 1, inside + int(low <= value <= high)
                text += f", a scan {value:5.1f}{'' if low <= value <= high else ' (outside)'}"
            off, wide = np.nanmean(got) / mean - 1, np.nanstd(got) / spread - 1
            yield f"{name} {level}", text, f"{off:+.1%} of 5 %, spread {wide:+.0%} of 25 %"
    if asked:
        yield "measures of a scan inside 2.5 to 97.5 %", f"{inside} of {asked}", "≥ 90 %"


def measure_all(people: int) -> list[tuple[LumbarPerson, Measures, list[str]]]:
    """Everybody, side by side."""
    with ProcessPoolExecutor() as pool:
        return list(pool.map(measure_one, range(FIRST, FIRST + people)))


def _real() -> Measures | None:
    if not REAL.is_dir():
        return None
    import tempfile

    from arguide.imaging.from_labels import scenario_from_labels

    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "real"
        scenario_from_labels(REAL / "example_ct.nii.gz", REAL / "example_seg_full.nii.gz", out)
        return measure_real(out)


def measure() -> list[Row]:
    """The whole table."""
    found = measure_all(PEOPLE)
    wrong = [f"{who.seed}: {rule}" for who, _, rules in found for rule in rules]
    bmi, depth = (np.array([f(who, m) for who, m, _ in found]) for f in (_bmi, _depth))
    slope, at = np.polyfit(bmi - 24, depth, 1)
    whole = [
        (f"people of {len(found)} with a broken rule", "; ".join(wrong[:3]) or "0", "0"),
        ("skin to L4/L5 joint", f"{at:.0f} mm at 24 kg/m², {slope:+.1f} mm for each more", "+2.0 mm (Brummett 2009)"),
    ]
    return [*whole, *rows(found, _real())]


def _bmi(who: LumbarPerson, _: Measures) -> float:
    return who.bmi


def _depth(_: LumbarPerson, measures: Measures) -> float:
    return measures["whole"]["skin_to_joint"]
