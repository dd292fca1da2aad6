"""The polar plot of stylus directions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arguide.geometry.transforms import Array, rotation_about
from arguide.scene.pivot_plot import SECTORS, coverage, polar


def _cone(tilt: float, count: int = 72) -> Array:
    angle = np.arange(count) * 2 * np.pi / count
    return np.stack([np.sin(tilt) * np.cos(angle), np.sin(tilt) * np.sin(angle), np.full(count, np.cos(tilt))], -1)


@given(st.floats(0.05, 1.2), st.floats(-3, 3))
def test_a_cone_becomes_a_circle_whose_radius_is_its_tilt(tilt: float, turn: float) -> None:
    turned = _cone(tilt) @ rotation_about((1, 2, 3), turn)[:3, :3].T
    np.testing.assert_allclose(np.hypot(*polar(turned).T), tilt, atol=1e-9)


def test_a_full_cone_covers_every_sector() -> None:
    np.testing.assert_allclose(coverage(polar(_cone(0.4)), 0.4), 1.0)


def test_half_the_tilt_covers_half() -> None:
    np.testing.assert_allclose(coverage(polar(_cone(0.2)), 0.4), 0.5)


def test_one_sided_swinging_leaves_sectors_empty() -> None:
    spots = polar(_cone(0.4))
    sided = spots[spots[:, 0] > 0.05]
    assert np.count_nonzero(coverage(sided, 0.4)) == pytest.approx(SECTORS / 2, abs=2)


def test_a_still_stylus_is_a_point() -> None:
    np.testing.assert_allclose(polar(np.tile([0.0, 0.6, 0.8], (5, 1))), 0.0, atol=1e-9)
