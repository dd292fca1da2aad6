"""The eye: orbits, presets and projection."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arguide.geometry.transforms import is_rigid
from arguide.scene import camera
from arguide.scene.camera import Orbit, Preset, look_at, overview, preset, project
from arguide.scene.controls import Controls, blended
from arguide.settings.scenario import Plan

ORBIT = Orbit(pivot=(5, 6, 7), front=(0, -1, 0), up=(0, 0, 1))
coordinate = st.floats(-80, 80)


def test_the_point_looked_at_is_in_the_middle() -> None:
    pose = look_at((100, -200, 300), (1, 2, 3), (0, 0, 1))
    np.testing.assert_allclose(project(pose, np.array([[1.0, 2, 3]]), (800, 600)), [[400, 300]], atol=1e-6)


def test_what_is_right_above_or_behind_is_drawn_so() -> None:
    pose = look_at((0, -100, 0), (0, 0, 0), (0, 0, 1))
    right, above, behind = project(pose, np.array([[5.0, 0, 0], [0, 0, 5], [0, -200, 0]]), (800, 600))
    assert right[0] > 400 and right[1] == pytest.approx(300)
    assert above[1] < 300 and above[0] == pytest.approx(400)
    assert np.isnan(behind).all()


def test_the_field_of_view_spans_the_height() -> None:
    pose = look_at((0, -100, 0), (0, 0, 0), (0, 0, 1))
    top = 100 * np.tan(camera.FIELD_RAD / 2)
    np.testing.assert_allclose(project(pose, np.array([[0, 0, top]]), (800, 600)), [[400, 0]], atol=1e-6)


@given(st.floats(-10, 10), st.floats(-3, 3))
def test_turning_keeps_the_distance_and_the_pivot_in_the_middle(turn: float, rise: float) -> None:
    pose = ORBIT.turned(turn, rise).image_from_view()
    assert is_rigid(pose)
    assert np.linalg.norm(pose[:3, 3] - ORBIT.pivot) == pytest.approx(ORBIT.distance_mm)
    np.testing.assert_allclose(project(pose, np.array([ORBIT.pivot]), (400, 300)), [[200, 150]], atol=1e-6)


def test_zooming_stops_at_both_ends() -> None:
    assert ORBIT.zoomed(1e-6).distance_mm == camera.NEAREST_MM
    assert ORBIT.zoomed(1e6).distance_mm == camera.FARTHEST_MM


def test_panning_right_moves_the_pivot_right() -> None:
    x, y, z = np.subtract(ORBIT.panned(10.0, 0.0).pivot, ORBIT.pivot)
    np.testing.assert_allclose((x, y, z), (10, 0, 0), atol=1e-9)  # seen from behind, the patient's right is right


@given(st.tuples(coordinate, coordinate, coordinate), st.tuples(coordinate, coordinate, coordinate))
def test_every_plan_has_all_its_views(entry: tuple[float, float, float], target: tuple[float, float, float]) -> None:
    if np.linalg.norm(np.subtract(entry, target)) < 1.0:
        return
    plan = Plan(name="any", entry=entry, target=target)
    for view in Preset:
        pose = preset(plan, view).image_from_view()
        assert is_rigid(pose)
        spots = project(pose, np.array([entry, target]), (880, 720))
        assert np.isfinite(spots).all()


def test_the_oblique_view_looks_down_on_the_skin_and_keeps_the_entry_above_the_target(plan: Plan) -> None:
    entry, target = project(
        preset(plan, Preset.OBLIQUE).image_from_view(), np.array([plan.entry, plan.target]), (880, 720)
    )
    assert entry[1] < target[1]


def test_the_posterior_view_has_the_head_at_the_top_and_the_right_at_the_right(plan: Plan) -> None:
    pose = preset(plan, Preset.POSTERIOR).image_from_view()
    right, head = pose[:3, 0], -pose[:3, 1]
    assert right @ (1, 0, 0) > 0.9 and head @ (0, 0, 1) > 0.9


@given(st.lists(st.tuples(coordinate, coordinate, coordinate), min_size=3, max_size=8), st.floats(0.6, 2.2))
def test_the_overview_holds_all_fiducials(points: list[tuple[float, float, float]], aspect: float) -> None:
    plan = Plan(name="any", entry=(0, -60, 0), target=(0, 0, 0))
    size = (720 * aspect, 720.0)
    spots = project(overview(plan, np.array(points), aspect).image_from_view(), np.array(points), size)
    assert (spots[:, 0] > 0).all() and (spots[:, 0] < size[0]).all()
    assert (spots[:, 1] > 0).all() and (spots[:, 1] < size[1]).all()


@given(st.floats(0, 1))
def test_a_glide_stays_rigid_and_ends_where_it_should(part: float) -> None:
    start, end = ORBIT.image_from_view(), ORBIT.turned(1.2, 0.4).image_from_view()
    assert is_rigid(blended(start, end, part))
    np.testing.assert_allclose(blended(start, end, 0.0), start, atol=1e-12)
    np.testing.assert_allclose(blended(start, end, 1.0), end, atol=1e-12)


def test_dragging_turns_and_a_released_button_does_not(plan: Plan) -> None:
    hands = Controls(plan, preset(plan, Preset.OBLIQUE))
    hands.handle("mouse1")
    hands.move((100, 100), 720)
    hands.move((140, 100), 720)
    turned = hands.orbit
    assert turned.turn_rad < preset(plan, Preset.OBLIQUE).turn_rad
    hands.handle("mouse1-up")
    hands.move((300, 300), 720)
    assert hands.orbit == turned


def test_a_key_goes_round_the_presets_and_the_glide_arrives(plan: Plan) -> None:
    hands = Controls(plan, preset(plan, Preset.OBLIQUE))
    hands.handle("v")
    for _ in range(80):
        pose = hands.image_from_view(smooth=True)
    np.testing.assert_allclose(pose, preset(plan, Preset.POSTERIOR).image_from_view(), atol=0.06)


def test_the_wheel_zooms(plan: Plan) -> None:
    hands = Controls(plan, preset(plan, Preset.OBLIQUE))
    before = hands.orbit.distance_mm
    hands.handle("wheel_up")
    assert hands.orbit.distance_mm < before
    hands.handle("wheel_down")
    assert hands.orbit.distance_mm == pytest.approx(before)
