"""The score explains itself and never rewards worse."""

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arguide.guidance.state import Grade
from arguide.settings.scenario import Band, Tolerance
from arguide.training.criteria import CRITERIA, Criterion, Rules
from arguide.training.metrics import Clearance, Metrics, measure
from arguide.training.score import card_lines, score, share
from tests.training.made_attempts import PLAN, SCENARIO, Attempt, straight

BEST = measure(straight().states, SCENARIO, PLAN)
TOLERANCE = Tolerance()

size = st.floats(0, 200)
COUNTED = {
    "final_target_mm": size,
    "lateral_rms_mm": size,
    "angle_rms_rad": st.floats(0, 3.1),
    "miss_at_puncture_mm": size | st.just(float("inf")),
    "redirections": st.integers(0, 20),
    "path_mm": st.floats(0, 1000),
    "insertion_s": st.floats(0, 1000),
    "tremor_mm": st.floats(0, 10),
    "sparc": st.floats(-100, 0),
    "clearances": st.lists(st.floats(-20, 50), min_size=1, max_size=3).map(
        lambda values: tuple(Clearance("nerve", 3.0, value, 0.0) for value in values)
    ),
}
metrics = st.fixed_dictionaries(COUNTED).map(lambda parts: replace(BEST, **parts))


def worse(m: Metrics, name: str, by: float) -> Metrics:
    value = getattr(m, name)
    if name == "clearances":
        return replace(m, clearances=tuple(replace(c, least_mm=c.least_mm - by) for c in value))
    return replace(m, **{name: value - by if name == "sparc" else value + by})


def test_a_straight_insertion_scores_high():
    result = score(BEST, TOLERANCE)
    assert result.total > 90
    assert result.grade is Grade.WITHIN
    assert result.capped == ""


def test_weights_are_a_hundred_and_keys_exist():
    assert sum(criterion.weight for criterion in CRITERIA) == 100
    assert all(hasattr(BEST, criterion.key) for criterion in CRITERIA)
    assert all((criterion.band is None) == bool(criterion.tolerance) for criterion in CRITERIA)
    names = {field.name for field in fields(Tolerance)}
    assert {criterion.tolerance for criterion in CRITERIA} - {""} <= names


@given(metrics, st.sampled_from(sorted(COUNTED)), st.floats(0.01, 100))
def test_a_worse_metric_never_raises_the_score(m, name, by):
    assert score(worse(m, name, by), TOLERANCE).total <= score(m, TOLERANCE).total + 1e-9


@given(metrics)
def test_the_total_is_the_sum_of_the_lines_unless_held_down(m):
    result = score(m, TOLERANCE)
    points = sum(line.points for line in result.lines)
    assert 0 <= result.total <= 100
    assert result.total == pytest.approx(points) or (result.capped and result.total < points)


@given(metrics)
def test_the_advice_is_that_of_the_weakest_line(m):
    result = score(m, TOLERANCE)
    weakest = max(result.lines, key=lambda line: line.lost)
    assert result.practise == weakest.criterion.practise or weakest.lost < 0.5


@pytest.mark.parametrize(("value", "expected"), [(0, 1), (2, 1), (3, 0.75), (4, 0.5), (5, 0.25), (6, 0), (1e9, 0)])
def test_share_falls_on_one_straight_line(value, expected):
    assert share(value, Band(within=2, near=4)) == pytest.approx(expected)


def test_a_band_without_width_is_a_step():
    assert share(1.0, Band(within=1.0, near=1.0)) == 1.0
    assert share(1.1, Band(within=1.0, near=1.0)) == 0.0


def test_hitting_a_risk_structure_caps_the_score():
    hit = replace(BEST, clearances=(Clearance("L4 root", 3.0, -0.1, 1.0),))
    result = score(hit, TOLERANCE)
    assert result.total == Rules().hit_cap
    assert "L4 root" in result.capped


def test_missing_the_target_caps_the_score():
    result = score(replace(BEST, final_target_mm=20.0), TOLERANCE)
    assert result.total <= Rules().missed_cap
    assert "not reached" in result.capped


def test_nothing_under_the_skin_scores_nothing():
    result = score(measure(Attempt().hold(1).states, SCENARIO, PLAN), TOLERANCE)
    assert result.total == 0
    assert "entry" in result.practise
    assert {line.value_text for line in result.lines} == {"not reached"}


def test_what_cannot_be_told_does_not_count():
    result = score(replace(BEST, tremor_mm=float("nan"), sparc=float("nan"), clearances=()), TOLERANCE)
    unknown = {line.criterion.key for line in result.lines if not line.counts}
    assert unknown == {"tremor_mm", "roughness", "margin_undercut"}
    assert result.total == pytest.approx(100)


def test_texts_have_units_and_degrees():
    texts = {line.criterion.key: (line.value_text, line.bound_text) for line in score(BEST, TOLERANCE).lines}
    assert texts["angle_rms_rad"] == ("0.0°", "≤ 3.0°")
    assert texts["final_target_mm"] == ("0.0 mm", "≤ 3.0 mm")
    assert texts["redirections"] == ("0", "≤ 1")


def test_infinite_miss_reads_well():
    lines = {
        line.criterion.key: line for line in score(replace(BEST, miss_at_puncture_mm=float("inf")), TOLERANCE).lines
    }
    assert lines["miss_at_puncture_mm"].points == 0
    assert "inf" not in lines["miss_at_puncture_mm"].value_text


def test_a_course_may_grade_in_its_own_way():
    only = Criterion(
        key="tremor_mm", label="T", weight=10, band=Band(within=1, near=2), within="", near="", out="", practise=""
    )
    assert score(replace(BEST, tremor_mm=2.0), TOLERANCE, Rules(criteria=(only,))).total == pytest.approx(50)


def test_card_lines_are_the_score_at_a_glance():
    lines = card_lines(score(BEST, TOLERANCE))
    assert lines[0][0] == "Score"
    assert lines[0][1].endswith("/ 100")
    assert len([line for line in lines if line[2] is not None]) == 1 + len(CRITERIA)
    assert lines[-1][0] == "Practise next"
