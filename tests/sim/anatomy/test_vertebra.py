"""Vertebrae measured on their meshes, as on dry bones: what was drawn from the literature is what comes out."""

import re
from pathlib import Path

import numpy as np
import pytest
from arguide_sim.anatomy.lumbar import Lumbar
from arguide_sim.anatomy.morphometry import LEVELS, Ruler, measure
from arguide_sim.anatomy.norms import NORMS
from arguide_sim.anatomy.variation import ROUNDED

from arguide.geometry.mesh import Mesh

Measures = dict[str, dict[str, float]]
# How near a mesh comes to what was drawn: mm, degrees.
NEAR = {
    "width_up": 1.6, "width_low": 1.6, "depth_up": 1.2, "depth_low": 1.4, "height": 0.9, "canal_width": 2.2,
    "canal_depth": 1.4, "pedicle_width": 1.9, "span": 1.8, "spinous": 1.6, "disc": 1.2,
}  # fmt: skip


@pytest.fixture(scope="module")
def measured(shipped_meshes: dict[str, Mesh]) -> Measures:
    return measure(shipped_meshes)


@pytest.mark.parametrize("name", LEVELS)
def test_one_piece_with_one_hole_the_canal(name: str, shipped_meshes: dict[str, Mesh]) -> None:
    mesh = shipped_meshes[name]
    assert 28_000 < mesh.volume_mm3 < 85_000
    assert len(mesh.vertices) - len(mesh.faces) / 2 == 0, "Euler characteristic"


@pytest.mark.parametrize("what", NEAR)
def test_the_mesh_measures_what_was_drawn(what: str, measured: Measures, anatomy: Lumbar) -> None:
    for k, level in enumerate(anatomy.levels[1:], 1):
        drawn = getattr(level, what) - ROUNDED.get(what, (0.0,) * 6)[k]
        assert measured[level.name][what] == pytest.approx(drawn, abs=NEAR[what]), level.name


def test_everything_is_measured(measured: Measures) -> None:
    for name in LEVELS:
        assert np.isfinite(list(measured[name].values())).all(), name
        assert 1.0 < measured[name]["facet_gap"] < 4.0
        assert 60 < measured[name]["facet_area"] < 400


def test_posture(measured: Measures, anatomy: Lumbar) -> None:
    whole = measured["whole"]
    assert whole["lordosis"] == pytest.approx(anatomy.person.lordosis, abs=3.0)
    assert whole["sacral_slope"] == pytest.approx(anatomy.person.sacral_slope, abs=3.0)
    assert 35 < whole["skin_to_joint"] < 90


def test_a_ruler_on_a_box() -> None:
    corners = np.array([(x, y, z) for x in (-2.0, 2.0) for y in (-3.0, 3.0) for z in (-5.0, 5.0)])
    sides = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    faces = np.array([tri for a, b, c, d in sides for tri in ((a, b, c), (a, c, d))], np.int32)
    ruler = Ruler(corners, faces)
    np.testing.assert_allclose(ruler.along(0, 0.3, 0.1), [-2, 2])
    np.testing.assert_allclose(ruler.along(1, 0.3, 0.1), [-3, 3])
    np.testing.assert_allclose(ruler.along(2, 0.3, 0.1), [-5, 5])
    assert len(ruler.along(2, 2.5, 0.0)) == 0


@pytest.mark.parametrize("what", NORMS)
def test_the_table_of_the_page_is_that_of_the_code(what: str) -> None:
    page = (Path(__file__).parents[3] / "docs" / "anatomy.md").read_text("utf-8")
    row = next(line for line in page.splitlines() if line.startswith(f"| `{what}` |"))
    told = [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", row.split("|")[2])]
    assert told == list(NORMS[what].mean)
    assert NORMS[what].source in row
