"""Pivot calibration against bad poses and slips, and whether its error bar is honest. Published optical noise: 0.25 mm."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from arguide.calibration.pivot import pivot_calibration
from arguide.calibration.progress import PivotGoal, pivot_progress
from arguide.errors import CalibrationError
from arguide.geometry.uncertainty import inside_region, region_scale

Swinging = Callable[..., Any]


def errors(swing: Swinging, seeds: range, one_way: bool) -> np.ndarray:
    found = []
    for seed in seeds:
        made = swing(seed).with_noise(0.25)
        made.with_outliers(0.1, 5.0, one_way)
        found.append(np.linalg.norm(pivot_calibration(made.poses).tip_mm - made.tip))
    return np.array(found)


@pytest.mark.parametrize("one_way", [False, True])
def test_the_tip_is_right_to_0_15_mm_in_95_percent_despite_noise_and_outliers(swing: Swinging, one_way: bool) -> None:
    assert np.quantile(errors(swing, range(200), one_way), 0.95) <= 0.15


def test_the_rejected_poses_are_the_spoilt_ones(swing: Swinging) -> None:
    made = swing(1).with_noise(0.1)
    spoilt = made.with_outliers(0.3, 5.0)
    found = pivot_calibration(made.poses)
    assert found.rejected == spoilt
    assert found.residuals_mm[list(spoilt)].min() > 3 and found.rms_mm < 0.2
    assert [caution.code for caution in found.cautions] == ["rejected"]


def test_outliers_among_exact_poses_do_no_harm_at_all(swing: Swinging) -> None:
    made = swing(2)
    made.with_outliers(0.2, 5.0)
    np.testing.assert_allclose(pivot_calibration(made.poses).tip_mm, made.tip, atol=1e-9)


@pytest.mark.parametrize(
    ("cone_deg", "mm", "rad"), [(60, 0.25, 0.0), (40, 0.25, 0.0), (60, 0.1, 0.002), (80, 0.05, 0.004)]
)
def test_the_95_percent_region_contains_the_tip_in_95_percent(
    swing: Swinging, cone_deg: float, mm: float, rad: float
) -> None:
    made = [swing(seed, 200, cone_deg).with_noise(mm, rad) for seed in range(250)]
    found = [pivot_calibration(one.poses) for one in made]
    inside = [
        inside_region(result.tip_mm - one.tip, result.tip_covariance, region_scale())
        for result, one in zip(found, made, strict=True)
    ]
    # 250 trials: one standard deviation of the share is 1.4 %.
    assert 0.91 <= np.mean(inside) <= 0.98


def test_noise_that_lasts_widens_the_error_bar(swing: Swinging) -> None:
    """A tip that creeps about in its divot: hundreds of poses, but few independent ones."""
    rng = np.random.default_rng(3)
    quick = swing(3).with_noise(0.25)
    slow = swing(3)
    slow.poses[:, :3, 3] += np.repeat(rng.normal(0, 0.25, (30, 3)), 10, axis=0)
    ratio = pivot_calibration(slow.poses).standard_error_mm / pivot_calibration(quick.poses).standard_error_mm
    assert 2 < ratio < 5  # √10 = 3.2


@pytest.mark.parametrize(("slip_mm", "at"), [(2, 0.5), (3, 0.35), (5, 0.7)])
def test_a_slip_is_named_with_its_size_and_place(swing: Swinging, slip_mm: float, at: float) -> None:
    made = swing(4).with_noise(0.25)
    made.poses[int(300 * at) :, 0, 3] += slip_mm
    with pytest.raises(CalibrationError, match=rf"slipped by {slip_mm}\.\d mm near pose (1|2)\d\d of 300"):
        pivot_calibration(made.poses)


def test_a_tip_that_creeps_all_the_time_is_refused(swing: Swinging) -> None:
    made = swing(5).with_noise(0.25)
    made.poses[:, 0, 3] += np.linspace(0, 4, 300)
    with pytest.raises(CalibrationError, match="slipped"):
        pivot_calibration(made.poses)


def test_a_slip_near_the_end_is_left_out(swing: Swinging) -> None:
    made = swing(6).with_noise(0.25)
    made.poses[270:, 0, 3] += 4
    found = pivot_calibration(made.poses)
    assert set(found.rejected) >= set(range(270, 300)) and np.linalg.norm(found.tip_mm - made.tip) < 0.2


def test_poses_that_agree_on_nothing_are_refused(swing: Swinging) -> None:
    made = swing(7).with_noise(0.1)
    made.with_outliers(0.48, 40.0)
    with pytest.raises(CalibrationError, match="of 300 poses agree"):
        pivot_calibration(made.poses)


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda t: t.__setitem__((7, 0, 3), np.nan), "pose 7 is not finite"),
        (lambda t: t.__setitem__((slice(None), slice(None), 0), -t[:, :, 0]), "left-handed"),
        (lambda t: t.__setitem__((3, slice(3), slice(3)), 2 * t[3, :3, :3]), "pose 3 is no rotation"),
    ],
)
def test_spoilt_input_is_refused_by_name(swing: Swinging, spoil: Callable[..., None], reason: str) -> None:
    poses = swing(8).poses
    spoil(poses)
    with pytest.raises(CalibrationError, match=reason):
        pivot_calibration(poses)


def test_input_of_another_shape_is_refused() -> None:
    with pytest.raises(CalibrationError, match=r"expected poses of shape \(n, 4, 4\)"):
        pivot_calibration(np.zeros((100, 7)))


def test_metres_are_noticed_by_the_size_of_the_tool(swing: Swinging) -> None:
    made = swing(9).with_noise(0.1)
    made.poses[:, :3, 3] /= 1000
    with pytest.raises(CalibrationError, match="in metres"):
        pivot_calibration(made.poses)


def test_a_frame_that_lies_in_the_tip_is_no_mix_up(swing: Swinging) -> None:
    made = swing(9)
    made.poses[:, :3, 3] += made.poses[:, :3, :3] @ made.tip
    for poses in (made.poses, made.with_noise(0.1).poses):
        assert np.linalg.norm(pivot_calibration(poses).tip_mm) < 0.1


def test_progress_ends_when_the_cone_is_seen_and_the_tip_is_sure(swing: Swinging) -> None:
    made = swing(10, 400).with_noise(0.25)
    none, few, all_ = (pivot_progress(made.poses[:n], [0, 0, 1]) for n in (0, 20, 400))
    assert not none.enough and none.coverage.fraction == 0 and np.isinf(none.standard_error_mm)
    assert not few.enough and np.isinf(few.standard_error_mm) and "swing wider" in few.advice
    assert all_.enough and all_.advice == "" and all_.standard_error_mm < 0.15
    assert "known to 0.01 mm" in pivot_progress(made.poses, [0, 0, 1], PivotGoal(standard_error_mm=0.01)).advice
    assert "400 of 500" in pivot_progress(made.poses, [0, 0, 1], PivotGoal(poses=500)).advice


def test_progress_tells_what_is_wrong_while_it_can_still_be_mended(swing: Swinging) -> None:
    made = swing(11).with_noise(0.1)
    made.poses[150:, 0, 3] += 5
    progress = pivot_progress(made.poses, [0, 0, 1])
    assert not progress.enough and "slipped" in progress.advice
