"""The frame of a plan: orthonormal, right-handed, x in the imaging plane, also in the degenerate case."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arguide.errors import SettingsError
from arguide.planning.path import in_plane_direction, planned_path
from arguide.settings.scenario import Plan

points = st.tuples(*[st.floats(-200, 200)] * 3)


@given(points, points, points.filter(lambda v: np.linalg.norm(v) > 1))
def test_axes_are_right_handed_and_x_lies_in_the_imaging_plane(
    entry: tuple[float, float, float], target: tuple[float, float, float], normal: tuple[float, float, float]
) -> None:
    length = float(np.linalg.norm(np.subtract(target, entry)))
    if length < 1:
        return
    unit = np.array(normal) / np.linalg.norm(normal)
    path = planned_path(Plan(name="p", entry=entry, target=target, image_plane_normal=tuple(unit)))
    np.testing.assert_allclose(path.axes @ path.axes.T, np.eye(3), atol=1e-9)
    assert np.linalg.det(path.axes) == pytest.approx(1)
    np.testing.assert_allclose(path.axes[2] * length, np.subtract(target, entry), atol=1e-9)
    if np.linalg.norm(np.cross(unit, path.axes[2])) > 1e-3:
        assert path.axes[0] @ unit == pytest.approx(0, abs=1e-9)


def test_a_path_across_the_imaging_plane_still_has_two_fixed_parts() -> None:
    d = np.array([0.0, 0.0, 1.0])
    x = in_plane_direction(d, d)
    assert np.linalg.norm(x) == pytest.approx(1) and x @ d == pytest.approx(0)


def test_a_plan_without_length_is_refused() -> None:
    with pytest.raises(SettingsError, match="no direction"):
        planned_path(Plan(name="nil", entry=(1, 1, 1), target=(1, 1, 1)))
