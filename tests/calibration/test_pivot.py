"""Pivot calibration: exact on exact data, honest about noise, refusing what does not determine the tip."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arguide.calibration.pivot import cone_angle, pivot_calibration
from arguide.errors import CalibrationError
from arguide.geometry.transforms import Array, apply, inverse, rotation_about, translation

TIP = np.array([3.0, -2.0, 160.0])
PIVOT = np.array([50.0, 20.0, -900.0])


def swing(cone_deg: float, n: int, seed: int, tip: Array = TIP, pivot: Array = PIVOT) -> Array:
    """Poses of a tool whose tip rests at `pivot`, its shaft within a cone of that full opening angle."""
    rng = np.random.default_rng(seed)
    poses = np.empty((n, 4, 4))
    for pose in poses:
        around, tilt = rng.uniform(0, 2 * np.pi), np.radians(cone_deg / 2) * np.sqrt(rng.uniform())
        turn = rotation_about([np.cos(around), np.sin(around), 0], tilt) @ rotation_about([0, 0, 1], rng.uniform(-1, 1))
        pose[:] = translation(pivot) @ turn @ translation(-tip)
    return poses


@given(
    st.tuples(*[st.floats(-200, 200)] * 3).filter(lambda tip: np.linalg.norm(tip) > 20),
    st.tuples(*[st.floats(-1000, 1000)] * 3),
    st.integers(0, 1000),
)
@settings(max_examples=50)
def test_exact_data_give_the_exact_tip(tip: tuple[float, ...], pivot: tuple[float, ...], seed: int) -> None:
    result = pivot_calibration(swing(60, 60, seed, np.array(tip), np.array(pivot)))
    np.testing.assert_allclose(result.tip_mm, tip, atol=1e-8)
    np.testing.assert_allclose(result.pivot_mm, pivot, atol=1e-8)
    assert result.rms_mm < 1e-8


def test_noise_shows_in_the_rms_and_hardly_in_the_tip() -> None:
    poses = swing(60, 400, 1)
    poses[:, :3, 3] += np.random.default_rng(2).normal(0, 0.25, (400, 3))
    result = pivot_calibration(poses)
    assert result.rms_mm == pytest.approx(0.25 * np.sqrt(3), rel=0.1)
    assert np.linalg.norm(result.tip_mm - TIP) < 0.15


def test_the_frame_of_the_poses_does_not_matter() -> None:
    poses, moved = swing(50, 80, 3), translation([10, 20, 30]) @ rotation_about([1, 1, 0], 1.0)
    there = pivot_calibration(moved @ poses)
    np.testing.assert_allclose(there.tip_mm, TIP, atol=1e-8)
    np.testing.assert_allclose(apply(inverse(moved), there.pivot_mm), PIVOT, atol=1e-8)


def test_cone_is_the_full_opening_angle() -> None:
    result = pivot_calibration(swing(60, 600, 4, np.array([0.0, 0.0, 160.0])))
    assert np.degrees(result.cone_rad) == pytest.approx(60, abs=3)
    assert cone_angle(np.array([[1.0, 0, 0]])) == 0


def test_too_few_poses_are_refused() -> None:
    with pytest.raises(CalibrationError, match="at least 30"):
        pivot_calibration(swing(60, 29, 5))


def test_a_tool_that_did_not_turn_is_refused() -> None:
    poses = np.repeat(np.eye(4)[None], 100, axis=0)
    poses[:, :3, 3] += np.random.default_rng(6).normal(0, 0.25, (100, 3))
    with pytest.raises(CalibrationError, match="hardly turned"):
        pivot_calibration(poses)


def test_a_swing_in_one_plane_is_refused() -> None:
    poses = np.array(
        [translation(PIVOT) @ rotation_about([1, 0, 0], a) @ translation(-TIP) for a in np.linspace(-0.7, 0.7, 100)]
    )
    with pytest.raises(CalibrationError, match="only about one axis"):
        pivot_calibration(poses)
