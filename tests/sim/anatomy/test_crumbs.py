"""Crumbs of a muscle: gone from its mesh, and in the map what is around them."""

import numpy as np
import pytest
from arguide_sim.anatomy.crumbs import sweep, without_crumbs
from arguide_sim.anatomy.lumbar import Lumbar
from arguide_sim.anatomy.meshing import is_watertight, mesh_of
from arguide_sim.anatomy.numbering import FILLING
from arguide_sim.anatomy.sdf import ellipsoid, union

from arguide.geometry.mesh import Mesh
from arguide.geometry.winding import pieces

BALL, CRUMB = ellipsoid((0, 0, 0), (12, 12, 12)), ellipsoid((18, 0, 0), (1.2, 1.2, 1.2))
FAT, BOWEL, BONE, MUSCLE = FILLING["fat"], FILLING["bowel"], 27, 158


def ball(with_crumb: bool) -> Mesh:
    shape = union([BALL, CRUMB]) if with_crumb else BALL
    return mesh_of(shape, (-14, -14, -14), (21, 14, 14), 0.7, 3000)


def test_a_mesh_loses_its_crumb_and_nothing_else() -> None:
    mesh = ball(with_crumb=True)
    assert np.unique(pieces(mesh.faces, len(mesh.vertices))).tolist() == [0, 1]
    kept = without_crumbs(mesh)
    assert is_watertight(kept) and np.unique(pieces(kept.faces, len(kept.vertices))).tolist() == [0]
    assert kept.volume_mm3 == pytest.approx(4 / 3 * np.pi * 12**3, rel=0.01)
    assert np.abs(np.linalg.norm(kept.vertices, axis=1) - 12).max() < 0.4


def test_a_mesh_without_crumbs_is_left_alone() -> None:
    mesh = ball(with_crumb=False)
    assert without_crumbs(mesh) is mesh


def test_a_crumb_gets_the_filling_that_is_beside_most_of_it() -> None:
    labels = np.full((30, 30, 30), FAT, np.uint8)
    labels[15:] = BOWEL
    labels[2:14, 2:28, 2:28] = labels[17:28, 2:14, 2:28] = MUSCLE  # two sides of one number
    labels[20, 20, 20:22] = MUSCLE
    labels[21:23, 20, 20:22] = BONE
    wanted = labels.copy()
    wanted[20, 20, 20:22] = BOWEL
    sweep(labels, (MUSCLE, 199))
    assert np.array_equal(labels, wanted)


def test_a_crumb_within_bone_stays_what_it_is() -> None:
    labels = np.full((20, 20, 20), BONE, np.uint8)
    labels[1:9, 1:19, 1:19] = labels[12, 12, 12] = MUSCLE
    before = labels.copy()
    sweep(labels, (MUSCLE,))
    assert np.array_equal(labels, before)


@pytest.mark.parametrize("muscle", ["multifidus", "erector-spinae"])
def test_back_muscles_do_not_show_outside_their_fascia(anatomy: Lumbar, muscle: str) -> None:
    axes = np.arange(0.5, 60.0, 2.0), np.arange(-110.0, -20.0, 0.25), np.arange(0.0, 180.0, 12.0)
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    depth = anatomy.trunk.surface(1.0)(grid)
    below, outside = grid[(depth > -4) & (depth < -2)], grid[(depth > -0.5) & (depth < 1)]
    assert anatomy.soft[muscle](below).min() < 0 < anatomy.soft[muscle](outside).min()
