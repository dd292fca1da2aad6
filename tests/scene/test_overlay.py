"""When the picture must not be trusted, it says so and why."""

from dataclasses import replace

import pytest

from arguide.guidance.state import Step
from arguide.scene.overlay import alarm_words
from arguide.scene.steps import steps_at


def test_all_well_is_silent(state_of, pose_at) -> None:  # type: ignore[no-untyped-def]
    assert alarm_words(state_of(pose_at(30.0)), 0.02, 0.1) is None


def test_a_hidden_needle_is_named(state_of) -> None:  # type: ignore[no-untyped-def]
    alarm = alarm_words(state_of(trouble="needle hidden"), 0.02, 0.1)
    assert alarm is not None and alarm[0] == "NEEDLE HIDDEN" and alarm[1]


def test_silence_of_the_tracker_comes_first_and_says_how_long(state_of) -> None:  # type: ignore[no-untyped-def]
    alarm = alarm_words(state_of(trouble="needle hidden"), 0.62, 0.1)
    assert alarm is not None and alarm[0] == "NO DATA FROM TRACKER for 0.6 s"
    told = alarm_words(state_of(trouble="needle hidden"), 0.62, 0.1, "the line was lost; plug it in again")
    assert told is not None and told[1] == "the line was lost; plug it in again"


@pytest.mark.parametrize(("age_s", "stale_after_s", "told"), [(0.4, 0.05, False), (0.6, 0.05, True), (0.6, 2.0, False)])
def test_a_silence_that_nobody_could_read_is_no_alarm(state_of, pose_at, age_s, stale_after_s, told) -> None:  # type: ignore[no-untyped-def]
    assert (alarm_words(state_of(pose_at(30.0)), age_s, stale_after_s) is not None) is told


@pytest.mark.parametrize("step", [Step.PIVOT, Step.TOUCH])
@pytest.mark.parametrize("tool", ["stylus", "reference"])
def test_a_hidden_stylus_is_named_where_it_is_needed(state_of, step: Step, tool: str) -> None:  # type: ignore[no-untyped-def]
    alarm = alarm_words(state_of(step=step, hidden=tool), 0.02, 0.1)
    assert alarm is not None and alarm[0] == f"{tool.upper()} HIDDEN"


def test_what_the_tracker_says_of_a_hidden_tool_is_the_remedy(state_of) -> None:  # type: ignore[no-untyped-def]
    alerts = ("reference: marker 10 is in the picture twice; take one of the two sheets away", "cable hot")
    for state in (state_of(step=Step.TOUCH, hidden="reference"), state_of(trouble="reference hidden")):
        alarm = alarm_words(replace(state, sample=replace(state.sample, alerts=alerts)), 0.02, 0.1)
        assert alarm == ("REFERENCE HIDDEN", "Marker 10 is in the picture twice; take one of the two sheets away")


def test_the_stylus_may_hide_while_the_needle_is_guided(state_of, pose_at) -> None:  # type: ignore[no-untyped-def]
    assert alarm_words(state_of(pose_at(30.0), hidden="stylus"), 0.02, 0.1) is None


def test_when_all_is_done_the_tracker_may_rest(state_of) -> None:  # type: ignore[no-untyped-def]
    assert alarm_words(state_of(step=Step.DONE, trouble="needle hidden"), 60.0, 0.1) is None


def test_the_needles_calibration_is_listed_only_while_it_is_on() -> None:
    assert [step.value for step in steps_at(Step.NEEDLE)][:2] == ["calibrate needle", "touch fiducials"]
    assert all(Step.NEEDLE not in steps_at(step) and step in steps_at(step) for step in Step if step is not Step.NEEDLE)
