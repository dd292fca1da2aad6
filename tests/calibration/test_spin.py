"""Spin calibration: the needle's axis, exact, honest, and refused where it cannot be known."""

import numpy as np
import pytest

from arguide.calibration.spin import spin_calibration
from arguide.errors import CalibrationError
from arguide.geometry.rotations import rotations_from
from arguide.geometry.transforms import Array, pose_along

AXIS = np.array([0.1, -0.2, 1.0]) / np.linalg.norm([0.1, -0.2, 1.0])
POINT = np.array([8.0, 3.0, 0.0]) - AXIS * (np.array([8.0, 3.0, 0.0]) @ AXIS)
HOLE = pose_along([100.0, 50.0, -900.0], [0.3, 0.1, -1.0])


def spun(seed: int, n: int = 200, arc_deg: float = 360, rad: float = 0.0, slide_mm: float = 0.0) -> Array:
    """Poses of a tool that turns about AXIS through POINT in a straight hole."""
    rng = np.random.default_rng(seed)
    axis_from_tool = np.linalg.inv(pose_along(POINT, AXIS))
    turn = np.tile(np.eye(4), (n, 1, 1))
    angles = np.radians(arc_deg) * rng.uniform(size=n)
    turn[:, :3, :3] = rotations_from(angles[:, None] * [0.0, 0, 1])
    turn[:, 2, 3] = rng.uniform(0, slide_mm, n)
    poses = HOLE @ turn @ axis_from_tool
    poses[:, :3, :3] = poses[:, :3, :3] @ rotations_from(rng.normal(0, rad, (n, 3)))
    return np.asarray(poses)


@pytest.mark.parametrize("slide_mm", [0.0, 30.0])
@pytest.mark.parametrize("arc_deg", [70, 360])
def test_exact_data_give_the_exact_axis(arc_deg: float, slide_mm: float) -> None:
    found = spin_calibration(spun(1, arc_deg=arc_deg, slide_mm=slide_mm), [0, 0, 1])
    np.testing.assert_allclose(found.direction, AXIS, atol=1e-9)
    np.testing.assert_allclose(found.point_mm, POINT, atol=1e-9)
    assert np.degrees(found.spin_rad) == pytest.approx(arc_deg, abs=12)


def test_the_hint_only_chooses_the_end() -> None:
    there, back = (spin_calibration(spun(2), [0, 0, z]) for z in (1, -1))
    np.testing.assert_allclose(there.direction, -back.direction, atol=1e-12)


def test_the_error_bar_is_honest() -> None:
    found = [spin_calibration(spun(seed, 100, 180, rad=0.005), [0, 0, 1]) for seed in range(300)]
    off = np.array([result.direction - AXIS for result in found])
    assert np.sqrt(np.mean((off**2).sum(axis=1))) == pytest.approx(found[0].standard_error_rad, rel=0.25)
    across = pose_along([0, 0, 0], AXIS)[:3, :2]
    chi2 = [
        (d @ across) @ np.linalg.solve(across.T @ r.direction_covariance @ across, d @ across)
        for d, r in zip(off, found, strict=True)
    ]
    assert 0.91 < np.mean(np.array(chi2) < 5.99) < 0.99


def test_bad_poses_are_left_out() -> None:
    poses = spun(3, rad=0.002)
    poses[10:25, :3, :3] = poses[10:25, :3, :3] @ rotations_from([0.2, 0, 0])
    found = spin_calibration(poses, [0, 0, 1])
    assert not found.used[10:25].any() and found.used.sum() >= 180
    assert np.arccos(found.direction @ AXIS) < 0.001


def test_too_small_a_spin_is_refused() -> None:
    with pytest.raises(CalibrationError, match="turned (49|50)° about its axis"):
        spin_calibration(spun(4, 300, arc_deg=50), [0, 0, 1])
    with pytest.raises(CalibrationError, match="at least 30"):
        spin_calibration(spun(4, 20), [0, 0, 1])


def test_a_wobbling_shaft_is_refused() -> None:
    with pytest.raises(CalibrationError, match="wobbled by"):
        spin_calibration(spun(5, rad=0.08), [0, 0, 1])
