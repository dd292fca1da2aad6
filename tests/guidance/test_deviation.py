"""Deviation: known answers by hand, laws for any pose, and every degenerate case by name."""

from dataclasses import astuple
from math import asin, degrees, inf, pi, radians

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from arguide.errors import SettingsError
from arguide.geometry.transforms import Array, apply, pose_along, rotation_about, translation
from arguide.guidance.deviation import DeviationFrom
from arguide.guidance.state import Grade, grade
from arguide.settings.scenario import Band, Plan

# Path straight to the front (+A): entry at the back, target 60 mm deep; imaging plane axial.
PLAN = Plan(name="straight", entry=(10.0, -100.0, 50.0), target=(10.0, -40.0, 50.0))
deviation_from = DeviationFrom(PLAN, lambda pose: (12.5, -1.0))
AHEAD = (0.0, 1.0, 0.0)
vectors = st.tuples(*[st.floats(-100, 100)] * 3)
directions = vectors.filter(lambda v: np.linalg.norm(v) > 1)


def test_on_the_plan_everything_is_zero_but_the_depth() -> None:
    at = deviation_from(pose_along((10, -70, 50), AHEAD))
    assert at.depth_mm == pytest.approx(30) and at.target_mm == pytest.approx(30)
    assert (at.lateral_mm, at.angle_rad, at.entry_offset_mm, at.predicted_miss_mm) == pytest.approx((0, 0, 0, 0))
    assert at.clearances_mm == (12.5, -1.0)


def test_a_parallel_needle_misses_by_its_offset() -> None:
    at = deviation_from(pose_along((13, -70, 54), AHEAD))
    assert at.lateral_mm == pytest.approx(5) and at.predicted_miss_mm == pytest.approx(5)
    assert at.entry_offset_mm == pytest.approx(5) and at.angle_rad == pytest.approx(0)
    assert at.target_mm == pytest.approx(np.hypot(5, 30))
    assert abs(at.in_plane_mm) == pytest.approx(3), "R–L lies in the axial plane"
    assert abs(at.out_of_plane_mm) == pytest.approx(4), "I–S crosses it"


def test_a_tilted_needle_at_the_entry_misses_by_depth_times_tangent() -> None:
    tilt = radians(5)
    at = deviation_from(pose_along(PLAN.entry, (np.sin(tilt), np.cos(tilt), 0)))
    assert degrees(at.angle_rad) == pytest.approx(5)
    assert at.predicted_miss_mm == pytest.approx(60 * np.tan(tilt))
    assert at.entry_offset_mm == pytest.approx(0, abs=1e-9)


def test_past_the_target_depth_is_negative_and_overshoot_adds_no_lateral() -> None:
    at = deviation_from(pose_along((10, -33, 50), AHEAD))
    assert at.depth_mm == pytest.approx(-7) and at.target_mm == pytest.approx(7)
    assert at.lateral_mm == pytest.approx(0) and at.predicted_miss_mm == pytest.approx(0)


def test_an_antiparallel_needle_leads_away() -> None:
    at = deviation_from(pose_along((10, -70, 50), (0, -1, 0)))
    assert at.angle_rad == pytest.approx(pi) and at.predicted_miss_mm == inf
    assert at.entry_offset_mm == pytest.approx(0), "its line still goes through the entry"


def test_a_needle_across_the_path_never_arrives() -> None:
    at = deviation_from(pose_along((10, -70, 50), (1, 0, 0)))
    assert at.angle_rad == pytest.approx(pi / 2)
    assert at.predicted_miss_mm == inf and at.entry_offset_mm == inf


def test_a_plan_without_length_is_refused() -> None:
    with pytest.raises(SettingsError, match="no direction"):
        DeviationFrom(Plan(name="nil", entry=(1, 1, 1), target=(1, 1, 1)), lambda pose: ())


@given(vectors, directions)
def test_laws_for_any_pose(point: tuple[float, ...], direction: tuple[float, ...]) -> None:
    at = deviation_from(pose_along(point, direction))
    assert at.lateral_mm == pytest.approx(np.hypot(at.in_plane_mm, at.out_of_plane_mm))
    assert at.target_mm == pytest.approx(np.hypot(at.lateral_mm, at.depth_mm))
    assert 0 <= at.angle_rad <= pi


@given(vectors, directions, vectors, directions, st.floats(-3, 3))
def test_moving_patient_plan_and_needle_together_changes_nothing(
    point: tuple[float, ...], direction: tuple[float, ...], offset: tuple[float, ...], axis: tuple[float, ...], a: float
) -> None:
    assume(abs(direction[1]) > 0.1 * np.linalg.norm(direction))
    move = translation(offset) @ rotation_about(axis, a)
    moved_plan = Plan(
        name="moved",
        entry=tuple(apply(move, PLAN.entry)),
        target=tuple(apply(move, PLAN.target)),
        image_plane_normal=tuple(move[:3, 2]),
    )
    pose: Array = pose_along(point, direction)
    before, after = deviation_from(pose), DeviationFrom(moved_plan, lambda pose: (12.5, -1.0))(move @ pose)
    assert astuple(after)[:-1] == pytest.approx(astuple(before)[:-1], rel=1e-6, abs=1e-6)


@given(vectors, st.floats(0, 1.2), st.floats(-3, 3), st.floats(0.1, 50))
def test_advancing_along_the_shaft_keeps_the_predicted_miss_and_arrives_there(
    point: tuple[float, ...], tilt: float, around: float, step: float
) -> None:
    shaft = np.array([np.sin(tilt) * np.cos(around), np.cos(tilt), np.sin(tilt) * np.sin(around)])
    here, there = pose_along(point, shaft), pose_along(np.array(point) + step * shaft, shaft)
    assert deviation_from(there).predicted_miss_mm == pytest.approx(deviation_from(here).predicted_miss_mm, abs=1e-6)
    arrival = np.array(point) + deviation_from(here).depth_mm / np.cos(tilt) * shaft
    assert deviation_from(pose_along(arrival, shaft)).target_mm == pytest.approx(
        deviation_from(here).predicted_miss_mm, abs=1e-6
    )


def test_small_angles_keep_their_digits() -> None:
    at = deviation_from(pose_along(PLAN.entry, (1e-9, 1, 0)))
    assert at.angle_rad == pytest.approx(asin(1e-9), rel=1e-6)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(2, Grade.WITHIN), (-2, Grade.WITHIN), (2.01, Grade.NEAR), (-4, Grade.NEAR), (4.1, Grade.OUT), (inf, Grade.OUT)],
)
def test_grades(value: float, expected: Grade) -> None:
    assert grade(value, Band(within=2, near=4)) is expected
