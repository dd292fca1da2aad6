"""Small motions and their covariances against brute force, and rotations against SciPy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from arguide.geometry import rotations, uncertainty
from arguide.geometry.transforms import Array, apply, from_parts, inverse, is_rigid

vectors = st.tuples(*[st.floats(-3, 3)] * 3).map(np.array)


def transform(seed: int, mm: float = 100.0) -> Array:
    rng = np.random.default_rng(seed)
    return from_parts(rotations.rotations_from(rng.normal(size=3)), rng.normal(0, mm, 3))


def covariance(seed: int, rad: float = 1e-3, mm: float = 0.2) -> Array:
    half = np.random.default_rng(seed).normal(size=(6, 6)) * np.repeat([rad, mm], 3)[:, None]
    return np.asarray(half @ half.T)


@given(vectors)
def test_rotations_agree_with_scipy_and_come_back(vector: Array) -> None:
    made = rotations.rotations_from(vector)
    np.testing.assert_allclose(made, Rotation.from_rotvec(vector).as_matrix(), atol=1e-12)
    if np.linalg.norm(vector) < 3.1:
        np.testing.assert_allclose(rotations.rotation_vectors(made), vector, atol=1e-9)


@given(vectors, vectors)
def test_skew_is_the_cross_product(a: Array, b: Array) -> None:
    np.testing.assert_allclose(rotations.skew(a) @ b, np.cross(a, b), atol=1e-12)


@given(vectors)
def test_the_nearest_rotation_of_a_rotation_is_itself_and_of_a_mirror_no_mirror(vector: Array) -> None:
    made = rotations.rotations_from(vector)
    np.testing.assert_allclose(rotations.nearest_rotations(made * 2.0), made, atol=1e-9)
    assert np.linalg.det(rotations.nearest_rotations(-made)) == pytest.approx(1)
    np.testing.assert_allclose(rotations.mean_rotation(np.stack([made] * 4)), made, atol=1e-9)


def test_points_move_as_their_derivative_says() -> None:
    motion, point = np.array([1e-6, -2e-6, 3e-6, 1e-4, 2e-4, -1e-4]), np.array([100.0, -50.0, 30.0])
    moved = apply(uncertainty.small_motion(motion), point)
    np.testing.assert_allclose(moved - point, uncertainty.motion_of_points(point) @ motion, atol=1e-9)
    assert is_rigid(uncertainty.small_motion(motion * 1e5))


@given(st.integers(0, 1000))
def test_the_adjoint_tells_one_motion_in_two_frames(seed: int) -> None:
    b_from_a, motion = transform(seed), np.random.default_rng(seed).normal(0, 0.3, 6)
    there = b_from_a @ uncertainty.small_motion(motion * 1e-5) @ inverse(b_from_a)
    told = uncertainty.small_motion(uncertainty.adjoint(b_from_a) @ motion * 1e-5)
    np.testing.assert_allclose(there, told, atol=1e-7)


def test_product_and_inverse_agree_with_ten_thousand_draws() -> None:
    rng = np.random.default_rng(5)
    ab, bc, c_ab, c_bc = transform(1), transform(2), covariance(3), covariance(4)
    point = np.array([10.0, 20.0, 30.0])
    draws = rng.multivariate_normal(np.zeros(6), c_ab, 10_000), rng.multivariate_normal(np.zeros(6), c_bc, 10_000)
    turns_ab, turns_bc = (rotations.rotations_from(d[:, :3]) for d in draws)
    in_b = (turns_bc @ apply(bc, point)) + draws[1][:, 3:]
    in_a = (turns_ab @ (in_b @ ab[:3, :3].T + ab[:3, 3])[..., None])[..., 0] + draws[0][:, 3:]
    predicted = uncertainty.point_covariances(uncertainty.product_covariance(c_ab, ab, c_bc), apply(ab @ bc, point))
    np.testing.assert_allclose(np.cov(in_a.T), predicted, atol=0.05 * np.trace(predicted))
    inside = uncertainty.inside_region(in_a - apply(ab @ bc, point), predicted, uncertainty.region_scale())
    assert inside.mean() == pytest.approx(0.95, abs=0.01)
    # The motion of the inverse, told in b, is that of the transform, turned back and about.
    back = uncertainty.inverse_covariance(c_ab, ab)
    np.testing.assert_allclose(uncertainty.inverse_covariance(back, inverse(ab)), c_ab, atol=1e-9)


def test_scales_and_ellipsoids_are_those_of_the_tables() -> None:
    assert uncertainty.region_scale() == pytest.approx(np.sqrt(7.815), abs=1e-3)
    assert uncertainty.region_scale(0.95, 3) == pytest.approx(np.sqrt(3 * 9.277), abs=1e-3)
    assert uncertainty.region_scale(dimensions=1) == pytest.approx(1.96, abs=1e-3)
    lengths, axes = uncertainty.ellipsoid(np.diag([1.0, 4.0, 9.0]), 2.0)
    np.testing.assert_allclose(lengths, [6, 4, 2])
    np.testing.assert_allclose(np.abs(axes), np.eye(3)[:, ::-1])
    assert np.linalg.det(axes) == pytest.approx(1)
