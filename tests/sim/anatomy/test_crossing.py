"""Meshes that run through themselves or one another are found, and only those."""

import numpy as np
import pytest
from arguide_sim.anatomy.crossing import crossings
from arguide_sim.anatomy.meshing import mesh_of
from arguide_sim.anatomy.sdf import ellipsoid

from arguide.geometry.mesh import Mesh

BALL = mesh_of(ellipsoid((0, 0, 0), (10, 10, 10)), (-15, -15, -15), (15, 15, 15), 1.5, 600)


def shifted(mesh: Mesh, x: float) -> Mesh:
    return Mesh(mesh.vertices + (x, 0.1, 0.2), mesh.faces)


def test_a_ball_is_free_of_crossings() -> None:
    assert crossings(BALL) == 0


@pytest.mark.parametrize(("apart", "cross"), [(25.0, False), (20.4, False), (15.0, True), (3.0, True)])
def test_two_balls(apart: float, cross: bool) -> None:
    assert (crossings(BALL, shifted(BALL, apart)) > 0) is cross


def test_a_ball_in_a_ball_does_not_cross_it() -> None:
    assert crossings(Mesh(BALL.vertices * 0.5, BALL.faces), BALL) == 0


def test_one_corner_pulled_through_the_far_side_is_found() -> None:
    vertices = BALL.vertices.copy()
    vertices[0] = -1.6 * vertices[0]
    assert crossings(Mesh(vertices, BALL.faces)) > 0


def test_the_count_is_the_same_as_by_asking_every_pair() -> None:
    random = np.random.default_rng(1)
    soup = Mesh(random.uniform(-5, 5, (60, 3)), np.arange(60, dtype=np.int32).reshape(-1, 3))
    assert crossings(soup) == sum(_segment_hits(soup, i, j) for i in range(20) for j in range(20) if i != j)


def _segment_hits(mesh: Mesh, i: int, j: int) -> int:
    """Edges of triangle i through triangle j, by the signs of volumes."""
    a, b, c = mesh.vertices[mesh.faces[j]]
    volume = lambda p, q, r, s: np.linalg.det(np.array([q - p, r - p, s - p]))
    hits = 0
    for k in range(3):
        p, q = mesh.vertices[mesh.faces[i][k]], mesh.vertices[mesh.faces[i][(k + 1) % 3]]
        if volume(p, a, b, c) * volume(q, a, b, c) < 0:
            signs = {np.sign(volume(p, q, u, v)) for u, v in ((a, b), (b, c), (c, a))}
            hits += len(signs) == 1
    return hits
