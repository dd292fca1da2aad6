"""Metrics of made-up attempts whose answers are known."""

from math import isnan, radians

import numpy as np
import pytest

from arguide.errors import RecordingError
from arguide.guidance.state import Phase, Step
from arguide.training.metrics import Clearance, measure
from tests.training.made_attempts import LENGTH_MM, PLAN, SCENARIO, Attempt, straight

FRAME_S = 1 / 60


def metrics_of(attempt: Attempt):
    return measure(attempt.states, SCENARIO, PLAN)


def test_a_straight_insertion():
    m = metrics_of(straight())
    assert m.time_total_s == pytest.approx(17, abs=2 * FRAME_S)
    assert m.to_puncture_s == pytest.approx(2, abs=2 * FRAME_S)
    assert m.insertion_s == pytest.approx(7.8, abs=2 * FRAME_S)  # 78 mm at 10 mm/s
    assert m.planned_mm == LENGTH_MM
    assert m.path_mm == pytest.approx(78, abs=0.5)
    assert m.path_ratio == pytest.approx(78 / 80, abs=0.01)
    assert m.redirections == 0
    assert m.lateral_max_mm == m.lateral_rms_mm == 0
    assert m.angle_max_rad == m.angle_rms_rad == 0
    assert m.entry_offset_mm == m.miss_at_puncture_mm == 0
    assert m.reached
    assert m.final_target_mm == pytest.approx(0, abs=1e-9)
    assert m.hold_s == pytest.approx(3 + 0.2 + 0.08, abs=3 * FRAME_S)
    assert m.lost_s == 0
    assert m.tremor_mm == pytest.approx(0, abs=0.02)
    assert m.peak_speed_mm_s == pytest.approx(10, rel=0.05)
    assert m.margin_undercut == 0


def test_times_of_all_phases_and_lost_time_add_up():
    attempt = straight()
    attempt.hold(1.5, "reference hidden").skip(2).hold(1)
    m = metrics_of(attempt)
    assert m.lost_s == pytest.approx(3.5, abs=3 * FRAME_S)
    assert sum(m.time_in_phase_s.values()) + m.lost_s == pytest.approx(m.time_total_s)
    assert m.time_in_phase_s[Phase.AT_TARGET] == pytest.approx(m.hold_s, abs=2 * FRAME_S)


def test_one_redirection():
    attempt = Attempt(tip=np.array([0, 0, -5.0])).turn(3).move([3, 0, 50], 5).move([2, 0, 30], 2)
    attempt.turn(0).move([0, 0, 80], 5).hold(2)
    m = metrics_of(attempt)
    assert m.redirections == 1
    assert m.path_mm == pytest.approx(50 + 20 + 48, abs=6)
    assert m.angle_max_rad == pytest.approx(radians(3))
    assert m.lateral_max_mm == pytest.approx(3)


def test_parallel_offset_is_all_of_the_lateral_deviation():
    m = metrics_of(Attempt(tip=np.array([1.5, 2.0, -5.0])).move([1.5, 2.0, 80], 8).hold(2))
    assert m.lateral_max_mm == pytest.approx(2.5)
    assert m.lateral_rms_mm == pytest.approx(2.5)
    assert m.entry_offset_mm == m.miss_at_puncture_mm == pytest.approx(2.5)
    assert m.final_target_mm == pytest.approx(2.5)


def test_known_clearances():
    attempt = Attempt(tip=np.array([0, 0, -5.0]), clearances=(1.0, 1.0)).move([0, 0, 0], 1)
    for clearance, seconds in ((8.0, 2), (2.5, 1), (5.0, 1)):
        attempt.clearances = (clearance, 15.0)
        attempt.hold(0).move(attempt.tip + [0, 0, 20], seconds)
    m = metrics_of(attempt)
    root, aorta = m.clearances
    assert (root.least_mm, root.margin_mm) == (2.5, 3.0)
    assert root.violated_s == pytest.approx(1, abs=2 * FRAME_S)
    assert (aorta.least_mm, aorta.violated_s) == (15.0, 0)
    assert m.worst_clearance == root
    assert m.margin_undercut == pytest.approx(0.5 / 3)


def test_stale_states_never_count():
    """A hidden needle near a nerve or far off the path leaves no trace in the metrics."""
    clean, hidden = straight(), Attempt(tip=np.array([0.0, 0.0, -40.0]))
    hidden.move([0, 0, 0], 2).move([0, 0, 40], 4)
    tip, hidden.tip, hidden.clearances = hidden.tip, np.array([50.0, 0, 41]), (-5.0, -5.0)
    hidden.hold(0.5, "needle hidden")
    hidden.tip, hidden.clearances = tip, (20.0, 40.0)
    hidden.move([0, 0, 80], 4).hold(3).move([0, 0, -20], 4)
    a, b = metrics_of(clean), metrics_of(hidden)
    assert b.lateral_max_mm == a.lateral_max_mm
    assert b.clearances == a.clearances
    assert b.path_mm == pytest.approx(a.path_mm, abs=0.5)
    assert b.lost_s == pytest.approx(0.5, abs=2 * FRAME_S)


def test_never_under_the_skin():
    m = metrics_of(Attempt().move([0, 0, -5], 3))
    assert m.to_puncture_s is m.path_mm is m.final_target_mm is m.redirections is m.margin_undercut is None
    assert not m.reached
    assert isnan(m.clearances[0].least_mm)
    assert m.clearances[0].violated_s == 0
    assert m.time_total_s == pytest.approx(3, abs=2 * FRAME_S)


def test_an_attempt_without_states():
    m = measure([], SCENARIO, PLAN)
    assert m.time_total_s == m.lost_s == 0
    assert m.to_puncture_s is None


def test_short_of_the_target_is_judged_where_it_was_deepest():
    m = metrics_of(Attempt().move([0, 0, 0], 1).move([0, 0, 60], 6).hold(2).move([0, 0, 30], 2))
    assert not m.reached
    assert m.final_target_mm == pytest.approx(20, abs=0.6)
    assert m.insertion_s == pytest.approx(5.95, abs=0.05)


def test_the_longest_hold_is_the_hold():
    attempt = Attempt().move([0, 0, 0], 1).move([0, 0, 85], 5).hold(1).move([1.5, 0, 80], 1).hold(4)
    m = metrics_of(attempt)
    assert m.final_target_mm == pytest.approx(1.5)
    assert m.hold_s == pytest.approx(4.4, abs=0.1)


def test_only_the_last_attempt_counts():
    attempt = Attempt().move([30, 0, -5], 2)
    attempt.step = Step.REVIEW
    attempt.hold(1)
    attempt.step = Step.GUIDE
    attempt.move([0, 0, 0], 2)
    before = len(attempt.states)
    attempt.move([0, 0, 80], 8).hold(1)
    attempt.step = Step.DONE
    attempt.hold(5)
    m = metrics_of(attempt)
    assert before > 0
    assert m.time_total_s == pytest.approx(11, abs=2 * FRAME_S)
    assert m.to_puncture_s == pytest.approx(2, abs=2 * FRAME_S)


def test_another_scenario_is_named():
    attempt = Attempt(clearances=(1.0,)).hold(1)
    with pytest.raises(RecordingError, match="1 clearances, the scenario 2"):
        metrics_of(attempt)


@pytest.mark.parametrize(
    ("margin_mm", "least_mm", "expected"), [(4, 5, 0), (4, 4, 0), (4, 2, 0.5), (4, 0, 1), (4, -4, 2), (0, 0, 0)]
)
def test_undercut_is_a_share_of_the_margin(margin_mm, least_mm, expected):
    assert Clearance("root", margin_mm, least_mm, 0.0).undercut == expected


def test_undercut_of_what_is_not_known_or_has_no_margin():
    assert isnan(Clearance("root", 4.0, float("nan"), 0.0).undercut)
    assert Clearance("root", 0.0, -1.0, 0.0).undercut == float("inf")
