"""Each lumbar vertebra, measured on its mesh like a dry bone, lies within the range of the literature."""

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from arguide_sim.anatomy.lumbar import Lumbar
from arguide_sim.anatomy.meshing import is_watertight, mesh_of
from arguide_sim.anatomy.person import person
from arguide_sim.anatomy.sdf import placed
from arguide_sim.anatomy.spine_curve import LEVELS, Level
from numpy.typing import ArrayLike, NDArray

from arguide.geometry.mesh import Mesh
from arguide.geometry.transforms import inverse

Crossings = Callable[[Mesh, ArrayLike, ArrayLike], NDArray[np.float64]]
NAMES = ("L1", "L2", "L3", "L4", "L5")

# Ranges, mm, around the means of the studies named in spine_curve: body width and depth at the endplates, height at the
# centre line; canal; pedicle; over the transverse processes.
PLAUSIBLE = {
    "width": {"L1": (40, 47), "L2": (41, 49), "L3": (43, 52), "L4": (45, 54), "L5": (46, 56)},
    "depth": {"L1": (28, 36), "L2": (29, 37), "L3": (30, 37), "L4": (31, 38), "L5": (31, 38)},
    "height": {"L1": (23, 29), "L2": (23, 30), "L3": (23, 30), "L4": (23, 30), "L5": (22, 30)},
    "canal_width": {"L1": (20, 26), "L2": (20, 26), "L3": (21, 27), "L4": (21, 28), "L5": (23, 31)},
    "canal_depth": {"L1": (15, 20), "L2": (14, 20), "L3": (14, 20), "L4": (14, 21), "L5": (14, 22)},
    "pedicle_width": {"L1": (6.5, 11), "L2": (7, 11), "L3": (8.5, 13), "L4": (11, 16), "L5": (14, 22)},
    "span": {"L1": (66, 82), "L2": (72, 92), "L3": (82, 102), "L4": (78, 98), "L5": (80, 102)},
}


@cache
def vertebra(name: str) -> Mesh:
    anatomy = Lumbar(person(0))
    local = placed(anatomy.bones[name], inverse(anatomy.curve.bodies[name]))
    return mesh_of(local, (-58, -78, -38), (58, 28, 38), 1.2, 8000)


@pytest.mark.parametrize("name", NAMES)
def test_watertight_outward_and_as_large_as_bones_are(name: str) -> None:
    mesh = vertebra(name)
    assert is_watertight(mesh)
    assert 35_000 < mesh.volume_mm3 < 85_000
    pieces_if_closed_balls = len(mesh.vertices) - len(mesh.faces) / 2
    assert pieces_if_closed_balls == 0, "one piece with one hole, the canal: Euler characteristic 0"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("what", PLAUSIBLE)
def test_measures(name: str, what: str, anatomy: Lumbar, crossings: Crossings) -> None:
    level = next(level for level in anatomy.levels if level.name == name)
    mesh = vertebra(name)
    pedicle_z = level.height / 2 - level.pedicle_height / 2 - 1.0
    wall = -(level.depth_low + level.depth_up) / 4
    low, high = PLAUSIBLE[what][name]
    assert low <= MEASURES[what](mesh, crossings, pedicle_z, wall) <= high


def width(mesh: Mesh, _: Crossings, __: float, ___: float) -> float:
    return float(np.ptp(mesh.vertices[mesh.vertices[:, 1] > 0, 0]))


def depth(mesh: Mesh, crossings: Crossings, _: float, __: float) -> float:
    rim = [crossings(mesh, (0.0, 0.0, z), (0, 1, 0)) for z in (-9.0, 9.0)]
    return float(np.mean([c[c > 0].min() - c[c < 0].max() for c in rim]))


def height(mesh: Mesh, crossings: Crossings, _: float, wall: float) -> float:
    both = [crossings(mesh, (0.0, y, 0.0), (0, 0, 1)) for y in (0.75 * wall, -0.75 * wall)]
    return float(np.mean([np.ptp(c) for c in both]))


def canal_depth(mesh: Mesh, crossings: Crossings, _: float, __: float) -> float:
    back = -np.sort(-(c := crossings(mesh, (0.0, 0.0, -4.0), (0, 1, 0)))[c < 0])
    return float(back[0] - back[1])


def canal_width(mesh: Mesh, crossings: Crossings, z: float, wall: float) -> float:
    c = crossings(mesh, (0.0, wall - 4.5, z), (1, 0, 0))
    return float(c[c > 0].min() - c[c < 0].max())


def pedicle_width(mesh: Mesh, crossings: Crossings, z: float, wall: float) -> float:
    c = crossings(mesh, (0.0, wall - 3.5, z), (1, 0, 0))
    right = c[c > 0]
    return float(right[1] - right[0])


def span(mesh: Mesh, _: Crossings, __: float, ___: float) -> float:
    return float(np.ptp(mesh.vertices[:, 0]))


MEASURES: dict[str, Callable[[Mesh, Crossings, float, float], float]] = {
    "width": width,
    "depth": depth,
    "height": height,
    "canal_width": canal_width,
    "canal_depth": canal_depth,
    "pedicle_width": pedicle_width,
    "span": span,
}


def test_proportions_down_the_spine(crossings: Crossings, anatomy: Lumbar) -> None:
    widths = [width(vertebra(name), crossings, 0, 0) for name in NAMES]
    spans = {name: span(vertebra(name), crossings, 0, 0) for name in NAMES}
    assert np.all(np.diff(widths) > 0), "bodies grow broader downward"
    assert spans["L3"] == max(spans.values()) and spans["L1"] == min(spans.values())


@pytest.mark.parametrize("level", LEVELS, ids=lambda level: level.name)
def test_the_table_of_the_page_is_that_of_the_code(level: Level) -> None:
    page = (Path(__file__).parents[3] / "docs" / "anatomy.md").read_text("utf-8")
    row = next(line for line in page.splitlines() if line.startswith(f"| {level.name} |"))
    told = [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", row.partition("|")[2].partition("|")[2])]
    assert told == [value for key, value in vars(level).items() if key != "name"]
