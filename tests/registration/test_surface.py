"""The nearest point of a surface: brute force as witness."""

import numpy as np
import pytest
import trimesh.creation
from hypothesis import given, settings
from hypothesis import strategies as st

from arguide.errors import RegistrationError
from arguide.geometry.mesh import Mesh
from arguide.registration.surface import SurfaceTarget, nearest_on_triangles


def target_of(solid: trimesh.Trimesh) -> SurfaceTarget:
    return SurfaceTarget(Mesh(np.asarray(solid.vertices, float), np.asarray(solid.faces, np.int32)))


BOX = target_of(trimesh.creation.box((10.0, 20.0, 30.0)))
MIXED = target_of(trimesh.util.concatenate([trimesh.creation.icosphere(3, 10.0), trimesh.creation.box((80, 80, 1.0))]))


@given(st.tuples(*[st.floats(-40, 40)] * 3))
def test_nearest_on_a_box_is_known_by_hand(point: tuple[float, ...]) -> None:
    p, half = np.array(point), np.array([5.0, 10, 15])
    near, face = BOX.nearest(p[None])
    outside = np.linalg.norm(np.maximum(np.abs(p) - half, 0))
    expected = outside if outside > 0 else (half - np.abs(p)).min()
    assert np.linalg.norm(near[0] - p) == pytest.approx(expected, abs=1e-9)
    assert 0 <= face[0] < 12


@given(st.integers(0, 10_000))
@settings(max_examples=30)
def test_nearest_agrees_with_asking_every_triangle(seed: int) -> None:
    """Large triangles beside small ones: where a tree over middles alone goes wrong."""
    points = np.random.default_rng(seed).uniform(-60, 60, (5, 3))
    near, face = MIXED.nearest(points)
    for point, found, k in zip(points, near, face, strict=True):
        every = nearest_on_triangles(np.broadcast_to(point, (len(MIXED.corners), 3)), MIXED.corners, MIXED.normals)
        least = np.linalg.norm(every - point, axis=1).min()
        assert np.linalg.norm(found - point) == pytest.approx(least, abs=1e-9)
        assert np.linalg.norm(every[k] - point) == pytest.approx(least, abs=1e-9)


def test_rough_planes_pass_near() -> None:
    points = np.random.default_rng(1).uniform(-20, 20, (200, 3))
    on, normals = MIXED.rough_planes(points)
    near, _ = MIXED.nearest(on)
    np.testing.assert_allclose(near, on, atol=1e-9)
    np.testing.assert_allclose(np.linalg.norm(normals, axis=1), 1)


def test_collapsed_triangles_are_left_out_and_nothing_but_them_is_refused() -> None:
    vertices = np.array([[0.0, 0, 0], [1, 0, 0], [0, 1, 0], [2, 0, 0]])
    assert len(SurfaceTarget(Mesh(vertices, np.array([[0, 1, 2], [0, 1, 3]], np.int32))).areas) == 1
    with pytest.raises(RegistrationError, match="no triangles"):
        SurfaceTarget(Mesh(vertices, np.array([[0, 1, 3]], np.int32)))
