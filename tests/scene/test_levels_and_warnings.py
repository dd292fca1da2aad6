"""The scene obeys the level of guidance, and warns with sign, word and colour: told by words, and by the picture."""

from dataclasses import replace
from math import inf

import numpy as np
import pytest

from arguide.guidance.levels import EVERYTHING, SHOWN, veiled
from arguide.guidance.state import Aid, Alert, Level, RiskState, SessionState, Step
from arguide.scene.layouts import ARRANGEMENTS, ViewKind, veiled_kinds
from arguide.scene.marks import Mark
from arguide.scene.readout import lines, with_warning
from arguide.scene.risk_words import MARKS, Notice, notice, short_word, word
from arguide.scene.stage import Stage
from arguide.settings.scenario import Plan, Scenario
from tests.scene.conftest import PoseMaker, StateMaker


def risk(alert: Alert, seconds: float = 1.4) -> RiskState:
    return RiskState(alert, 0.6, 2.0, 0.4, seconds, seconds)


CLEAR = risk(Alert.CLEAR, inf)


@pytest.fixture
def state(state_of: StateMaker, pose_at: PoseMaker) -> SessionState:
    return state_of(pose=pose_at(20.0, 3.0), clearances=(3.4, 30.0))


def with_risks(state: SessionState, *risks: RiskState) -> SessionState:
    return replace(state, needle=replace(state.needle, risks=risks))


def at(state: SessionState, level: Level, glance: bool = False) -> SessionState:
    aid = Aid(level, glance)
    return replace(state, aid=aid, view=veiled(state.view, aid, state.needle))


def said(stage: Stage) -> str:
    """Everything that can be read now."""
    return " | ".join(label.text for label in stage.labels if label.bounds() is not None)


def drawn(stage: Stage, state: SessionState) -> np.ndarray:
    stage.show(state, 0.0)
    stage.render()
    return stage.picture().astype(int)


def test_the_words_of_every_alert() -> None:
    assert len(set(map(word, map(risk, Alert)))) == len(Alert)
    assert word(risk(Alert.AHEAD)) == "margin in 1.4 s" and short_word(risk(Alert.AHEAD)) == "in 1.4 s"
    assert word(replace(risk(Alert.AHEAD), breach_s=float("inf"))) == "margin ahead", "the needle rests again"
    assert MARKS[Alert.TOO_CLOSE] is Mark.OUT and MARKS[Alert.DOUBTFUL] is Mark.NEAR
    assert all(len(short_word(risk(alert))) <= 9 for alert in Alert)


def test_the_gravest_is_named_with_its_distance_where_numbers_are_shown(
    scenario: Scenario, plan: Plan, state: SessionState
) -> None:
    told = (risk(Alert.TOO_CLOSE), risk(Alert.AHEAD))
    full = notice(told, scenario.risks, state.needle.deviation)
    assert full == Notice("Nerve root: too close", "3.4 mm, margin 4.0 mm. Draw back, then turn", Mark.OUT)
    blind = notice(told, scenario.risks)
    assert blind is not None and "mm" not in blind.remedy and notice((CLEAR, CLEAR), scenario.risks) is None
    shown = with_warning(
        lines(state.needle.deviation, plan, scenario.risks), told, scenario.risks, state.needle.deviation
    )
    assert (shown[-1].caption, shown[-1].value, shown[-1].word) == ("Nerve root", "3.4 ± 0.6 mm", "too close")


def test_the_warning_is_on_the_picture_and_goes_away(stage: Stage, state: SessionState) -> None:
    stage.choose(ARRANGEMENTS[0])
    drawn(stage, with_risks(state, CLEAR, CLEAR))
    assert "too close" not in said(stage)
    drawn(stage, with_risks(state, risk(Alert.TOO_CLOSE), CLEAR))
    assert "Nerve root: too close" in said(stage)
    drawn(stage, with_risks(state, CLEAR, risk(Alert.AHEAD)))
    assert "Vein: margin in 1.4 s" in said(stage)
    stage.show(with_risks(state, risk(Alert.TOO_CLOSE), CLEAR), 5.0)
    assert "too close" not in said(stage) and "NO DATA" in said(stage), "an old warning is not a warning"


def test_in_a_test_the_picture_tells_nothing_of_the_needle(
    stage: Stage, state: SessionState, state_of: StateMaker, pose_at: PoseMaker
) -> None:
    stage.choose(ARRANGEMENTS[0])
    first = drawn(stage, at(with_risks(state, risk(Alert.INSIDE), CLEAR), Level.NONE))
    other = at(with_risks(state_of(pose=pose_at(-5.0, 9.0, 0.3), depth_mm=-5.0), CLEAR, CLEAR), Level.NONE)
    np.testing.assert_array_equal(first, drawn(stage, other))
    words = said(stage)
    assert "Not shown" in words and "No numbers" in words and "guidance: none" in words
    seen = drawn(stage, at(state, Level.FULL))
    assert np.mean(np.abs(seen - first) > 20) > 0.2


@pytest.mark.parametrize("number", range(len(ARRANGEMENTS)))
def test_no_layout_lets_a_test_be_cheated(
    stage: Stage, state: SessionState, state_of: StateMaker, pose_at: PoseMaker, number: int
) -> None:
    stage.choose(ARRANGEMENTS[number])
    first = drawn(stage, at(state, Level.NONE))
    np.testing.assert_array_equal(first, drawn(stage, at(state_of(pose=pose_at(-5.0, 9.0, 0.3)), Level.NONE)))
    stage.choose(ARRANGEMENTS[0])


def test_reduced_keeps_bullseye_and_anatomy_without_plan_and_numbers(stage: Stage, state: SessionState) -> None:
    stage.choose(ARRANGEMENTS[0])
    full = drawn(stage, state)
    reduced = drawn(stage, at(state, Level.REDUCED))
    words = said(stage)
    assert "No numbers" in words and "Not shown" not in words
    target = stage.pixels_of(np.array([stage.plan.target]))[0].round().astype(int)
    around = np.s_[target[1] - 12 : target[1] + 13, target[0] - 12 : target[0] + 13]
    pink = np.abs(full[around] - np.array([255, 95, 162])).max(axis=-1) < 60
    assert pink.any()
    assert not (np.abs(reduced[around] - np.array([255, 95, 162])).max(axis=-1) < 60).any()
    np.testing.assert_array_equal(full[:300, 920:], reduced[:300, 920:])


def test_a_glance_is_the_full_picture_for_as_long_as_it_lasts(stage: Stage, state: SessionState) -> None:
    stage.choose(ARRANGEMENTS[0])
    full = drawn(stage, state)
    veil = drawn(stage, at(state, Level.INTERMITTENT))
    assert np.any(veil != full)
    np.testing.assert_array_equal(drawn(stage, at(state, Level.INTERMITTENT, glance=True)), full)


def test_a_warning_shows_through_the_veil_but_not_in_a_test(stage: Stage, state: SessionState) -> None:
    danger = with_risks(state, risk(Alert.TOO_CLOSE), CLEAR)
    heard = {}
    for level in Level:
        drawn(stage, at(danger, level))
        heard[level] = "Nerve root: too close" in said(stage)
    assert heard == {level: level is not Level.NONE for level in Level}


def test_lost_tracking_is_told_at_every_level(stage: Stage, state_of: StateMaker) -> None:
    for level in Level:
        drawn(stage, at(state_of(trouble="needle hidden"), level))
        assert "NEEDLE HIDDEN" in said(stage)


def test_before_and_after_the_insertion_nothing_is_withheld(stage: Stage, state_of: StateMaker) -> None:
    for step in (Step.PIVOT, Step.TOUCH, Step.DONE):
        drawn(stage, at(state_of(step=step), Level.NONE))
        assert "Not shown" not in said(stage)


def test_which_views_a_level_withholds() -> None:
    kinds = [veiled_kinds(SHOWN[level]) for level in Level]
    assert kinds[0] == veiled_kinds(EVERYTHING) == frozenset()
    assert set(ViewKind) - kinds[1] == {ViewKind.SPACE, ViewKind.BULLSEYE}
    assert kinds[2] == kinds[3] == frozenset(ViewKind)


def test_a_view_that_fills_the_window_leaves_the_numbers_in_sight(stage: Stage, state: SessionState) -> None:
    stage.choose(ARRANGEMENTS[0])
    stage.fill(ViewKind.SPACE)
    drawn(stage, with_risks(state, risk(Alert.TOO_CLOSE), CLEAR))
    assert all(words in said(stage) for words in ("4.4 mm", "3.4 mm", "± 0.6 mm"))
    stage.choose(ARRANGEMENTS[0])


def test_a_still_of_a_test_tells_no_more_than_the_picture(stage: Stage, state: SessionState) -> None:
    stage.choose(ARRANGEMENTS[0])
    stage.fill(ViewKind.SPACE)
    drawn(stage, at(state, Level.NONE))
    stage.portrait()
    assert "4.4" not in " ".join(label.text for label in stage.labels)
    stage.choose(ARRANGEMENTS[0])
