"""Laws of rigid transforms, for any rotation and translation; SciPy is the second witness."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from arguide.geometry import transforms as t

lengths = st.floats(-1000, 1000)
vectors = st.tuples(lengths, lengths, lengths)
angles = st.floats(-3.1, 3.1)


@st.composite
def rigid(draw: st.DrawFn) -> t.Array:
    axis = np.array(draw(vectors))
    axis = axis if np.linalg.norm(axis) > 1e-3 else np.array([0.0, 0.0, 1.0])
    return t.translation(draw(vectors)) @ t.rotation_about(axis, draw(angles))


@given(rigid())
def test_inverse_undoes(a: t.Array) -> None:
    np.testing.assert_allclose(t.inverse(a) @ a, np.eye(4), atol=1e-9)
    assert t.is_rigid(t.inverse(a))


@given(rigid(), rigid(), vectors)
def test_product_is_one_after_the_other(a: t.Array, b: t.Array, point: tuple[float, float, float]) -> None:
    np.testing.assert_allclose(t.apply(a @ b, point), t.apply(a, t.apply(b, point)), atol=1e-6)


@given(rigid(), vectors, vectors)
def test_distances_stay(a: t.Array, p: tuple[float, float, float], q: tuple[float, float, float]) -> None:
    moved = t.apply(a, np.array([p, q]))
    assert np.linalg.norm(moved[0] - moved[1]) == pytest.approx(np.linalg.norm(np.subtract(p, q)), abs=1e-9)


@given(rigid())
def test_quaternion_round_trip_and_scipy_agrees(a: t.Array) -> None:
    w, x, y, z = t.to_quaternion(a)
    assert w >= 0
    np.testing.assert_allclose(t.from_quaternion(w, x, y, z, a[:3, 3]), a, atol=1e-9)
    np.testing.assert_allclose(Rotation.from_quat([x, y, z, w]).as_matrix(), a[:3, :3], atol=1e-9)


@given(vectors.filter(lambda v: np.linalg.norm(v) > 1e-3), angles)
def test_rotation_about_axis_agrees_with_scipy(axis: tuple[float, float, float], angle: float) -> None:
    expected = Rotation.from_rotvec(np.array(axis) / np.linalg.norm(axis) * angle).as_matrix()
    np.testing.assert_allclose(t.rotation_about(axis, angle)[:3, :3], expected, atol=1e-12)


@given(rigid(), st.floats(1e-8, 3.1))
def test_angle_between_is_the_angle_turned(a: t.Array, angle: float) -> None:
    assert t.angle_between(a, a @ t.rotation_about([1, 2, 3], angle)) == pytest.approx(angle, rel=1e-6, abs=1e-12)


@given(vectors, vectors.filter(lambda v: np.linalg.norm(v) > 1e-3))
def test_pose_along_points_there(point: tuple[float, float, float], direction: tuple[float, float, float]) -> None:
    pose = t.pose_along(point, direction)
    assert t.is_rigid(pose)
    np.testing.assert_allclose(pose @ t.ADVANCE, [*np.array(direction) / np.linalg.norm(direction), 0], atol=1e-9)
    np.testing.assert_allclose(pose @ t.ORIGIN, [*point, 1])


@pytest.mark.parametrize(
    "bad", [np.eye(3), np.diag([1.0, 1, -1, 1]), np.full((4, 4), np.nan), np.diag([2.0, 1, 1, 1]), np.ones((4, 4))]
)
def test_what_is_not_rigid(bad: t.Array) -> None:
    assert not t.is_rigid(bad)
