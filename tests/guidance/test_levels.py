"""Levels of guidance: what is shown changes, what is measured does not; a test tells nothing."""

from collections.abc import Iterable
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arguide.cli.options import LEVELS
from arguide.geometry.transforms import pose_along
from arguide.guidance.levels import (
    EVERYTHING,
    GLANCE_S,
    INPUT_FOR,
    LEVEL_FOR,
    SHOWN,
    TEST_INSTRUCTION,
    Helper,
    following,
    gravest,
    shown,
    unguided,
    warned_of,
)
from arguide.guidance.session import Session
from arguide.guidance.state import Alert, Level, RiskState, SessionState, Step
from arguide.guidance.steps import Input
from tests.guidance.test_session import ANATOMY, PLAN, PROFILE, SCENARIO, World, registered

DEPTHS = [*np.arange(-80, 62, 2.0), 60.0, 70.0, 60.0, *np.arange(60, -60, -4.0)]


def attempt(inputs: dict[int, Iterable[Input]], first: Iterable[Input] = ()) -> list[SessionState]:
    """An insertion straight down, with inputs at some of its samples; `first` before everything."""
    session, world = Session(SCENARIO, PLAN, PROFILE, ANATOMY), World()
    session.update(world.sample(), first)
    registered(session, world)
    states = []
    for n, y in enumerate(DEPTHS):
        world.needle_at(pose_along((0.5, y, 0), (0, 1, 0)))
        states.append(session.update(world.sample(), inputs.get(n, ())))
    return states


@pytest.mark.parametrize("level", Level)
def test_the_level_changes_nothing_of_what_is_measured(level: Level) -> None:
    full, other = attempt({}), attempt({}, [INPUT_FOR[level]])
    assert {state.aid.level for state in other} == {level}
    for ours, theirs in zip(full, other, strict=True):
        assert repr(ours.needle) == repr(theirs.needle)


def test_a_test_tells_nothing_of_where_the_needle_is() -> None:
    states = [state for state in attempt({}, [Input.NONE]) if state.view.step is Step.GUIDE]
    inside = [state.view for state in states if state.needle.phase not in ("searching entry", "aligning")]
    assert len({state.needle.phase for state in states}) >= 5 and len(set(inside)) == 1
    assert inside[0].instruction == TEST_INSTRUCTION and inside[0].progress == 0 and inside[0].ready


def test_a_test_ends_when_the_trainee_says_so() -> None:
    middle = DEPTHS.index(30.0)
    assert attempt({middle: [Input.ADVANCE]}, [Input.NONE])[-1].view.step is Step.DONE
    assert attempt({middle: [Input.ADVANCE]})[middle + 1].view.step is Step.GUIDE
    assert attempt({3: [Input.ADVANCE]}, [Input.NONE])[4].view.step is Step.GUIDE


def test_a_glance_shows_everything_for_a_moment_and_only_where_it_is_allowed() -> None:
    glanced = attempt({10: [Input.GLANCE], 40: [Input.GLANCE]}, [Input.INTERMITTENT])
    open_ = [state.aid.glance for state in glanced]
    start = glanced[10].sample.host_time_s
    assert open_ == [start <= state.sample.host_time_s < start + GLANCE_S for state in glanced]
    assert shown(glanced[20]) == EVERYTHING and glanced[20].view == attempt({})[20].view
    for level in (Level.FULL, Level.REDUCED, Level.NONE):
        assert not any(state.aid.glance for state in attempt({10: [Input.GLANCE]}, [INPUT_FOR[level]]))


@given(st.lists(st.tuples(st.sampled_from([Input.GLANCE, *LEVEL_FOR]), st.floats(0, 3)), max_size=30))
def test_a_glance_never_lasts_longer_and_no_input_is_lost(presses: list[tuple[Input, float]]) -> None:
    helper, now, level, opened = Helper(), 0.0, Level.FULL, -10.0
    for what, later in presses:
        now += later
        if what is Input.GLANCE and level is Level.INTERMITTENT and now >= opened + GLANCE_S:
            opened = now
        elif what in LEVEL_FOR:
            level, opened = LEVEL_FOR[what], -10.0
        assert helper.press(what, now)
        aid = helper.at(now)
        assert aid.level is level and aid.glance == (now < opened + GLANCE_S)
    assert not helper.at(now + GLANCE_S).glance
    assert not helper.press(Input.ADVANCE, now)


def test_levels_only_ever_take_away_and_the_keys_lead_through_all() -> None:
    order = [SHOWN[level] for level in Level]
    for more, less in pairwise(order):
        fields = more.__dataclass_fields__
        assert all(getattr(more, name) >= getattr(less, name) for name in fields)
    level, seen = Level.FULL, []
    for _ in Level:
        seen.append(level)
        level = following(level)
    assert tuple(seen) == tuple(Level) == LEVELS and level is Level.FULL


def test_before_and_after_the_insertion_everything_is_shown() -> None:
    session, world = Session(SCENARIO, PLAN, PROFILE, ANATOMY), World()
    state = session.update(world.sample(), [Input.NONE])
    assert state.view.step is Step.PIVOT and shown(state) == EVERYTHING and unguided(state.aid)


def risk(alert: Alert, earliest_s: float) -> RiskState:
    return RiskState(alert, 0.5, 2.0, 0.5, earliest_s, earliest_s)


def test_the_gravest_warning_comes_first_and_is_withheld_in_a_test() -> None:
    risks = (risk(Alert.AHEAD, 0.1), risk(Alert.TOO_CLOSE, 0.0), risk(Alert.CLEAR, 9.0), risk(Alert.TOO_CLOSE, -1.0))
    assert gravest(risks) == 3 and gravest(risks[2:3]) is None and gravest(()) is None
    for level in Level:
        for state in attempt({}, [INPUT_FOR[level]]):
            told = warned_of(state)
            assert told == (() if level is Level.NONE and state.view.step is Step.GUIDE else state.needle.risks)
