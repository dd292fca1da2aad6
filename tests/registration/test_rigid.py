"""Point registration: exact on exact data, SciPy as second witness, refusals named."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from arguide.errors import RegistrationError
from arguide.geometry.transforms import apply, from_parts, is_rigid, rotation_about
from arguide.registration.alignment import align
from arguide.registration.rigid import register_points

POINTS = np.array([[-60.0, -80, 40], [55, -82, 45], [-70, -75, -60], [65, -78, -55], [0, -95, 0], [30, -90, 80]])


@given(st.tuples(*[st.floats(-1, 1)] * 3), st.floats(-3.1, 3.1), st.tuples(*[st.floats(-2000, 2000)] * 3))
def test_exact_points_give_the_exact_transform(
    axis: tuple[float, ...], angle: float, offset: tuple[float, ...]
) -> None:
    turn = rotation_about(axis if np.linalg.norm(axis) > 1e-3 else (0, 0, 1), angle)
    truth = from_parts(turn[:3, :3], offset)
    found = register_points(POINTS, apply(truth, POINTS))
    np.testing.assert_allclose(found.fixed_from_moving, truth, atol=1e-9)
    assert found.fre_mm < 1e-9


def test_noisy_points_agree_with_scipy_and_residuals_make_the_fre() -> None:
    rng = np.random.default_rng(1)
    fixed = apply(rotation_about([1, 2, 3], 0.7), POINTS) + rng.normal(0, 0.5, POINTS.shape)
    found = register_points(POINTS, fixed)
    witness, _ = Rotation.align_vectors(fixed - fixed.mean(0), POINTS - POINTS.mean(0))
    np.testing.assert_allclose(found.fixed_from_moving[:3, :3], witness.as_matrix(), atol=1e-9)
    assert found.fre_mm == pytest.approx(np.sqrt(np.mean(found.residuals_mm**2)))
    np.testing.assert_allclose(
        found.residuals_mm, np.linalg.norm(apply(found.fixed_from_moving, POINTS) - fixed, axis=1)
    )


def test_no_small_motion_makes_it_better() -> None:
    rng = np.random.default_rng(2)
    fixed = POINTS + rng.normal(0, 1.0, POINTS.shape)
    found = register_points(POINTS, fixed)
    for _ in range(50):
        other = from_parts(rotation_about(rng.normal(size=3), 1e-3)[:3, :3], rng.normal(0, 0.1, 3))
        moved = apply(other @ found.fixed_from_moving, POINTS)
        assert np.sqrt(np.mean(np.sum((moved - fixed) ** 2, axis=1))) > found.fre_mm


def test_mirrored_points_never_give_a_reflection() -> None:
    found = align(POINTS, POINTS * [-1, 1, 1])
    assert is_rigid(found)
    assert np.linalg.norm(apply(found, POINTS) - POINTS * [-1, 1, 1], axis=1).max() > 10


def test_coplanar_points_are_enough() -> None:
    flat = POINTS * [1, 0, 1]
    truth = rotation_about([1, 0, 0], 2.0)
    np.testing.assert_allclose(register_points(flat, apply(truth, flat)).fixed_from_moving, truth, atol=1e-9)


@pytest.mark.parametrize(
    ("points", "reason"),
    [
        (POINTS[:2], "at least 3"),
        (np.outer([0, 30, 60, 90], [1.0, 2, 3]), "on one line"),
        (np.array([[0.0, 0, 0], [0, 0, 0], [50, 0, 0]]), "same place"),
        (np.repeat(POINTS[:1], 5, axis=0), "on one line"),
        (np.vstack([POINTS[:3], [np.nan, 0, 0]]), "not finite"),
    ],
)
def test_points_that_do_not_determine_a_rotation_are_refused(points: np.ndarray, reason: str) -> None:
    with pytest.raises(RegistrationError, match=reason):
        register_points(points, points)
    with pytest.raises(RegistrationError, match="equally many"):
        register_points(POINTS, POINTS[:4])
