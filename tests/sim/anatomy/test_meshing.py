"""Meshes close, face outward, have the volume of their shape, and mistakes are named."""

import numpy as np
import pytest
from arguide_sim.anatomy.crossing import crossings
from arguide_sim.anatomy.meshing import is_watertight, mesh_of, sample
from arguide_sim.anatomy.sdf import ellipsoid, half_space

from arguide.errors import MeshError
from arguide.geometry.mesh import Mesh

BALL = ellipsoid((1, 2, 3), (10, 10, 10))
LOW, HIGH = (-15.0, -15.0, -15.0), (17.0, 17.0, 17.0)


@pytest.mark.parametrize("triangles", [100_000, 2000, 400])
def test_a_ball_is_closed_and_full(triangles: int) -> None:
    mesh = mesh_of(BALL, LOW, HIGH, 0.8, triangles)
    assert len(mesh.faces) <= triangles and is_watertight(mesh)
    assert mesh.volume_mm3 == pytest.approx(4 / 3 * np.pi * 1000, rel=0.02)
    assert np.abs(np.linalg.norm(mesh.vertices - (1, 2, 3), axis=1) - 10).max() < 0.3


def test_a_surface_through_grid_points_leaves_no_empty_triangles() -> None:
    cube = lambda p: np.abs(p).max(axis=1) - 8.0
    mesh = mesh_of(cube, (-16, -16, -16), (16, 16, 16), 1.0, 100_000)
    a, b, c = (mesh.vertices[mesh.faces[:, k]] for k in range(3))
    assert is_watertight(mesh) and np.linalg.norm(np.cross(b - a, c - a), axis=1).min() > 0


def test_blocks_that_are_skipped_have_the_right_sign() -> None:
    values = sample(BALL, np.array(LOW), np.array(HIGH), 0.5)
    axes = [LOW[k] + 0.5 * np.arange(values.shape[k]) for k in range(3)]
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    assert np.array_equal(values.ravel() < 0, BALL(grid) < 0)


def test_what_cannot_be_thinned_closes_all_the_same() -> None:
    """A thin curved sheet full of holes: no mesh of 40 triangles is closed, so there are more."""

    def sponge(p: np.ndarray) -> np.ndarray:
        x, y, z = p.T / 1.6
        sheet = np.abs(np.sin(x) * np.cos(y) + np.sin(y) * np.cos(z) + np.sin(z) * np.cos(x)) - 0.5
        return np.maximum(sheet, BALL(p))

    mesh = mesh_of(sponge, LOW, HIGH, 1.0, 40)
    assert is_watertight(mesh) and crossings(mesh) == 0 and mesh.volume_mm3 > 0 and len(mesh.faces) > 400


def test_a_mesh_that_crosses_itself_only_when_it_is_finished_is_made_anew() -> None:
    tried = []

    def finish(points: np.ndarray) -> np.ndarray:
        tried.append(points)
        pulled = points - (1, 2, 3)
        pulled[: len(tried) == 1] *= -1.6
        return pulled

    mesh = mesh_of(BALL, LOW, HIGH, 0.8, 400, finish=finish)
    assert len(tried) == 2 and crossings(mesh) == 0 and is_watertight(mesh)
    assert np.abs(np.linalg.norm(mesh.vertices, axis=1) - 10).max() < 0.3, "finished: moved to the origin"


def test_an_open_mesh_and_a_doubled_triangle_are_not_watertight() -> None:
    corners = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], float)
    faces = np.array([[0, 2, 1], [0, 1, 3], [1, 2, 3], [0, 3, 2]], np.int32)
    assert is_watertight(Mesh(corners, faces))
    assert not is_watertight(Mesh(corners, faces[:3]))
    assert not is_watertight(Mesh(corners, np.concatenate([faces, faces])))


@pytest.mark.parametrize(
    ("shape", "reason"),
    [(ellipsoid((90, 0, 0), (3, 3, 3)), "empty"), (half_space((0, 0, 0), (0, 0, 1)), "leaves the box")],
)
def test_mistakes_are_named(shape: object, reason: str) -> None:
    with pytest.raises(MeshError, match=reason):
        mesh_of(shape, LOW, HIGH, 1.0, 1000)  # type: ignore[arg-type]


def test_a_thin_tube_holds_its_volume() -> None:
    """Chords lie inside a round surface: without the correction a tube of 1.5 mm sampled at 0.8 mm is 5 % too thin."""
    tube = lambda p: np.maximum(np.hypot(p[:, 0], p[:, 1]) - 1.5, np.abs(p[:, 2]) - 20.0)
    mesh = mesh_of(tube, (-5, -5, -25), (5, 5, 25), 0.8, 100_000)
    assert mesh.volume_mm3 == pytest.approx(np.pi * 1.5**2 * 40, rel=0.01)
