"""Down the barrel: where the dots fall."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arguide.geometry.transforms import inverse, is_rigid
from arguide.scene.bullseye import ZOOMS_MM, aim, image_from_barrel, side_letters, zoom
from arguide.settings.scenario import Plan

FROM_BEHIND = Plan(name="p", entry=(0, -60, 0), target=(0, 0, 0))


def test_a_needle_on_the_path_is_in_the_middle(plan: Plan, pose_at) -> None:  # type: ignore[no-untyped-def]
    found = aim(inverse(image_from_barrel(plan)) @ pose_at(30.0))
    np.testing.assert_allclose(found.tip, (0, 0), atol=1e-9)
    np.testing.assert_allclose(found.crossing, (0, 0), atol=1e-9)
    assert found.depth_mm == pytest.approx(30.0)


@given(st.floats(1, 60), st.floats(-20, 20), st.floats(-0.6, 0.6))
def test_the_open_dot_is_where_the_axis_passes_the_target_depth(before: float, aside: float, tilt: float) -> None:
    pose = np.eye(4)
    pose[:3, 3] = aside, 0, -before
    pose[:3, :3] = [[np.cos(tilt), 0, np.sin(tilt)], [0, 1, 0], [-np.sin(tilt), 0, np.cos(tilt)]]
    found = aim(pose)
    assert found.crossing is not None
    assert found.crossing[0] == pytest.approx(aside + before * np.tan(tilt), abs=1e-6)
    assert found.lateral_mm == pytest.approx(abs(aside))


def test_a_needle_that_leads_away_has_no_open_dot() -> None:
    assert aim(np.diag([1.0, -1, -1, 1])).crossing is None


def test_from_behind_right_is_right_and_head_is_up() -> None:
    axes = image_from_barrel(FROM_BEHIND)[:3, :3].T
    assert [side_letters(axis) for axis in (axes[0], axes[1], -axes[0], -axes[1])] == ["R", "I", "L", "S"]


def test_oblique_sides_have_two_letters() -> None:
    assert side_letters(np.array([0.8, -0.6, 0.0])) == "RP"


@given(*[st.floats(-50, 50)] * 3)
def test_the_view_is_a_right_handed_pose_along_the_path(x: float, y: float, z: float) -> None:
    if np.linalg.norm((x, y, z)) < 1:
        return
    pose = image_from_barrel(Plan(name="p", entry=(x, y, z), target=(0, 0, 0)))
    assert is_rigid(pose)
    np.testing.assert_allclose(pose[:3, 2], -np.array([x, y, z]) / np.linalg.norm((x, y, z)), atol=1e-9)


@given(st.floats(0, 500), st.sampled_from(ZOOMS_MM))
def test_the_zoom_always_holds_the_tip(radius: float, now: float) -> None:
    chosen = zoom(radius, now)
    assert chosen in ZOOMS_MM
    assert radius <= 0.85 * chosen or chosen == ZOOMS_MM[-1]


def test_the_zoom_does_not_flicker_at_a_limit() -> None:
    limit = 0.85 * ZOOMS_MM[0]
    wide = zoom(limit + 0.1, ZOOMS_MM[0])
    assert wide == ZOOMS_MM[1]
    assert zoom(limit - 0.1, wide) == wide
    assert zoom(0.5 * ZOOMS_MM[0], wide) == ZOOMS_MM[0]
