"""Template calibration and the held-out check."""

import numpy as np
import pytest

from arguide.calibration.held_out import held_out_check
from arguide.calibration.template import template_calibration
from arguide.errors import CalibrationError
from arguide.geometry.rotations import rotations_from
from arguide.geometry.transforms import Array, from_parts, inverse, rotation_about, translation
from arguide.geometry.uncertainty import inside_region, point_covariances, region_scale

TOOL_FROM_TIP = translation([3.0, -2.0, 160.0]) @ rotation_about([1, 2, 0], 0.3)
TEMPLATE_FROM_TIP = translation([20.0, 0.0, 5.0]) @ rotation_about([1, 0, 0], np.pi)


def resting(seed: int, n: int = 100, mm: float = 0.0, rad: float = 0.0) -> tuple[Array, Array]:
    """Poses of a tool that rests in a template while both are moved about."""
    rng = np.random.default_rng(seed)
    templates = np.tile(np.eye(4), (n, 1, 1))
    templates[:, :3, :3] = rotations_from(rng.normal(0, 0.3, (n, 3)))
    templates[:, :3, 3] = rng.normal(0, 50, (n, 3)) + [0, 0, -1000]
    tools = templates @ TEMPLATE_FROM_TIP @ inverse(TOOL_FROM_TIP)
    tools[:, :3, :3] = tools[:, :3, :3] @ rotations_from(rng.normal(0, rad, (n, 3)))
    tools[:, :3, 3] += rng.normal(0, mm, (n, 3))
    return tools, templates


def test_exact_data_give_the_exact_tip_and_direction() -> None:
    found = template_calibration(*resting(1), TEMPLATE_FROM_TIP)
    np.testing.assert_allclose(found.tool_from_tip, TOOL_FROM_TIP, atol=1e-9)
    assert found.rms_mm < 1e-9 and found.rms_rad < 1e-6 and found.used.all()


def test_the_tip_lies_in_its_95_percent_region() -> None:
    inside = []
    for seed in range(400):
        found = template_calibration(*resting(seed, 60, 0.25, 0.001), TEMPLATE_FROM_TIP)
        tip_covariance = point_covariances(found.covariance, found.tip_mm)
        off = found.tip_mm - TOOL_FROM_TIP[:3, 3]
        inside.append(inside_region(off, tip_covariance, region_scale(degrees_of_freedom=59)))
    assert 0.92 <= np.mean(inside) <= 0.98


def test_bad_pairs_are_left_out_and_the_tolerance_is_added() -> None:
    tools, templates = resting(2, mm=0.1)
    tools[5:15, :3, 3] += 10
    plain = template_calibration(tools, templates, TEMPLATE_FROM_TIP)
    assert not plain.used[5:15].any() and np.linalg.norm(plain.tip_mm - TOOL_FROM_TIP[:3, 3]) < 0.1
    wide = template_calibration(tools, templates, TEMPLATE_FROM_TIP, tolerance_mm=0.2)
    np.testing.assert_allclose(wide.covariance - plain.covariance, np.diag([0, 0, 0, 0.04, 0.04, 0.04]), atol=1e-12)


def test_a_tip_that_did_not_rest_is_refused() -> None:
    with pytest.raises(CalibrationError, match="the tip moved by"):
        template_calibration(*resting(3, mm=3.0), TEMPLATE_FROM_TIP)
    with pytest.raises(CalibrationError, match="100 poses of the tool and 50"):
        tools, templates = resting(3)
        template_calibration(tools, templates[:50], TEMPLATE_FROM_TIP)
    with pytest.raises(CalibrationError, match="at least 10"):
        template_calibration(*resting(3, 9), TEMPLATE_FROM_TIP)


def held(seed: int, mm: float) -> Array:
    """A tool held still, its tip at the origin."""
    poses = np.repeat(from_parts(rotation_about([1, 1, 0], 0.5)[:3, :3], np.zeros(3))[None], 30, axis=0)
    poses[:, :3, 3] = -poses[0, :3, :3] @ TOOL_FROM_TIP[:3, 3]
    poses[:, :3, 3] += np.random.default_rng(seed).normal(0, mm, (30, 3))
    return poses


def test_the_held_out_check_finds_what_the_rms_hides() -> None:
    tip, covariance = TOOL_FROM_TIP[:3, 3], np.eye(3) * 0.05**2
    good = held_out_check(held(1, 0.1), tip, [0, 0, 0], covariance)
    bent = held_out_check(held(1, 0.1), tip + [2.0, 0, 0], [0, 0, 0], covariance)
    assert good.error_mm < 0.1 and not good.surprising
    assert bent.error_mm == pytest.approx(2.0, abs=0.1) and bent.surprising
    np.testing.assert_allclose(np.linalg.norm(bent.offset_mm), bent.error_mm)
    assert not held_out_check(held(1, 0.1), tip + [2.0, 0, 0], [0, 0, 0]).surprising


def test_a_moving_touch_is_refused() -> None:
    with pytest.raises(CalibrationError, match="moved"):
        held_out_check(held(2, 2.0), TOOL_FROM_TIP[:3, 3], [0, 0, 0])
