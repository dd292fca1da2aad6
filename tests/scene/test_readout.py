"""What the readout says."""

from dataclasses import replace
from math import inf

import pytest

from arguide.guidance.state import Covariance, Deviation, Uncertainty
from arguide.scene.marks import Mark
from arguide.scene.readout import CAPTIONS, DASHES, lines, nearest_risk, risk_mark
from arguide.settings.scenario import Plan, Scenario

FINE = Deviation(0.4, 1.0, 0.8, 0.6, 0.01, 1.0, 0.9, 1.1, (12.0, 30.0))


def test_without_a_position_there_are_only_dashes(plan: Plan, scenario: Scenario) -> None:
    shown = lines(None, plan, scenario.risks)
    assert [line.caption for line in shown] == list(CAPTIONS)
    assert all(line.value == DASHES and line.mark is Mark.UNKNOWN for line in shown)
    assert not any(char.isdigit() for line in shown for char in line.value + line.word)


def test_all_well(plan: Plan, scenario: Scenario) -> None:
    shown = lines(FINE, plan, scenario.risks)
    assert [line.mark for line in shown] == [Mark.WITHIN] * 6
    assert shown[0].value == "0.4 mm" and shown[2].value == "0.6°"
    assert shown[5].caption == "Nerve root" and shown[5].word == "clear"


@pytest.mark.parametrize(
    ("depth_mm", "mark", "word"),
    [
        (30.0, Mark.AHEAD, "to go"),
        (3.0, Mark.NEAR, "near"),
        (-1.0, Mark.WITHIN, "within"),
        (-3.0, Mark.NEAR, "beyond"),
        (-9.0, Mark.OUT, "beyond"),
    ],
)
def test_depth_is_no_fault_before_the_target(plan: Plan, depth_mm: float, mark: Mark, word: str) -> None:
    line = lines(replace(FINE, depth_mm=depth_mm), plan, ())[0]
    assert (line.mark, line.word) == (mark, word)


def test_minus_is_a_minus(plan: Plan) -> None:
    assert lines(replace(FINE, depth_mm=-3.25), plan, ())[0].value == "−3.2 mm"


@pytest.mark.parametrize("value", [inf, 4000.0])
def test_what_leads_away_has_no_number(plan: Plan, value: float) -> None:
    line = lines(replace(FINE, predicted_miss_mm=value), plan, ())[3]
    assert (line.value, line.mark) == ("away", Mark.OUT)


def test_the_nearest_risk_is_the_one_whose_margin_is_used_up_most(scenario: Scenario) -> None:
    assert nearest_risk((6.0, 6.5), scenario.risks) == 1  # margins 4 and 5 mm
    assert nearest_risk((), ()) is None


@pytest.mark.parametrize(
    ("clearance", "mark"), [(4.0, Mark.WITHIN), (3.9, Mark.NEAR), (1.9, Mark.OUT), (-1.0, Mark.OUT)]
)
def test_risk_marks(clearance: float, mark: Mark) -> None:
    assert risk_mark(clearance, 4.0) is mark


def test_inside_a_risk_structure_it_says_so(plan: Plan, scenario: Scenario) -> None:
    line = lines(replace(FINE, clearances_mm=(-2.0, 20.0)), plan, scenario.risks)[5]
    assert (line.word, line.value, line.mark) == ("inside", "−2.0 mm", Mark.OUT)


def spread(value: float) -> Covariance:
    return Covariance(value, 0.0, 0.0, value, 0.0, value)


SURE = Uncertainty(
    tip=spread(0.04),
    target=spread(0.04),
    tip_95_mm=0.56,
    target_95_mm=0.56,
    depth_95_mm=0.6,
    lateral_95_mm=0.45,
    in_plane_95_mm=0.4,
    out_of_plane_95_mm=0.4,
    angle_95_rad=0.02,
    entry_offset_95_mm=0.5,
    predicted_miss_95_mm=0.9,
    distance_95_mm=0.6,
    hit_probability=0.97,
)


def test_every_number_has_its_error_bar(plan: Plan, scenario: Scenario) -> None:
    shown = lines(replace(FINE, lateral_mm=1.8), plan, scenario.risks, SURE)
    assert shown[1].value == "1.8 ± 0.5 mm" and shown[2].value == "0.6 ± 1.1°" and shown[5].value == "12.0 ± 0.6 mm"
    assert [line.mark for line in shown] == [line.mark for line in lines(FINE, plan, scenario.risks)]


def test_what_is_smaller_than_its_bar_is_noise_in_grey_and_in_words(plan: Plan, scenario: Scenario) -> None:
    shown = lines(FINE, plan, scenario.risks, SURE)
    assert [line.noise for line in shown] == [True, False, True, True, False, False]
    assert [line.word == "noise" for line in shown] == [line.noise for line in shown]


def test_a_risk_is_never_called_noise(plan: Plan, scenario: Scenario) -> None:
    line = lines(replace(FINE, clearances_mm=(0.1, 30.0)), plan, scenario.risks, SURE)[5]
    assert not line.noise and line.mark is Mark.OUT and line.value == "0.1 ± 0.6 mm"


def test_what_leads_away_has_no_bar_either(plan: Plan) -> None:
    away = replace(FINE, predicted_miss_mm=inf)
    assert lines(away, plan, (), replace(SURE, predicted_miss_95_mm=inf))[3].value == "away"
    assert lines(FINE, plan, (), replace(SURE, entry_offset_95_mm=inf))[4].value == "1.0 ± ?"
    assert lines(None, plan, (), SURE)[0].value == DASHES


def test_a_clearance_beyond_what_is_measured_is_a_lower_bound(plan: Plan, scenario: Scenario) -> None:
    far = replace(FINE, clearances_mm=tuple(27.44 for _ in scenario.risks))
    assert [(line.value, line.word) for line in lines(far, plan, scenario.risks)][-1] == ("≥27 mm", "clear")
