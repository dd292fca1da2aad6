"""States to tones: tempo by distance, pitch by angle, side by offset; warnings by rank; all without a loudspeaker."""

from collections.abc import Iterator
from dataclasses import replace
from math import hypot, inf, radians

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arguide.geometry.transforms import inverse
from arguide.guidance.state import Aid, Alert, Deviation, Level, Phase, RiskState, SessionState, Step
from arguide.scene.bullseye import aim, image_from_barrel
from arguide.settings.scenario import Plan
from arguide.sound import style
from arguide.sound.composer import Composer, Tone, distance_mm, lead_of, right_of, tones_of
from arguide.sound.style import MOTIFS, Cue
from tests.training.made_attempts import PLAN, RATE_HZ, Attempt, straight

NOWHERE = Deviation(0, 0, 0, 0, 0, 0, 0, 0, ())
lengths = st.floats(0, 300)
angles = st.floats(0, 3.1)


def heard(states: list[SessionState]) -> Iterator[tuple[SessionState, float, float]]:
    for state in states:
        yield state, state.sample.host_time_s, 0.0


def melody(states: list[SessionState], plan: Plan = PLAN) -> tuple[Tone, ...]:
    return tones_of(heard(states), plan)


def warned(attempt: Attempt, alert: Alert) -> list[SessionState]:
    risk = RiskState(alert, 0.5, 1.0, 0.1, 0.0, 0.0)
    return [replace(state, needle=replace(state.needle, risks=(risk,))) for state in attempt.states]


def at_level(states: list[SessionState], level: Level, glance: bool = False) -> list[SessionState]:
    return [replace(state, aid=Aid(level, glance)) for state in states]


@given(lengths, lengths, angles, angles, st.floats(-40, 40), st.floats(-40, 40))
def test_nearer_is_faster_truer_is_higher_and_the_goal_is_on_its_side(
    d1: float, d2: float, a1: float, a2: float, x1: float, x2: float
) -> None:
    first = lead_of(replace(NOWHERE, angle_rad=a1), d1, x1, 0.05)
    second = lead_of(replace(NOWHERE, angle_rad=a2), d2, x2, 0.05)
    if d1 <= d2:
        assert first.interval_s <= second.interval_s
    if a1 <= a2:
        assert first.pitch_hz >= second.pitch_hz
    if x1 <= x2:
        assert first.pan >= second.pan
    assert style.NEAR_S <= first.interval_s <= style.FAR_S and -1 <= first.pan <= 1
    assert style.TRUE_HZ / 2**style.OCTAVES <= first.pitch_hz <= style.TRUE_HZ


def test_the_corners_of_the_table_are_met() -> None:
    true = lead_of(replace(NOWHERE, angle_rad=0.04), style.NEAR_MM, 0.0, 0.05)
    assert (true.interval_s, true.pitch_hz, true.pan) == (style.NEAR_S, style.TRUE_HZ, 0.0)
    wrong = lead_of(replace(NOWHERE, angle_rad=radians(30)), style.FAR_MM, style.ASIDE_MM, 0.05)
    assert wrong.interval_s == pytest.approx(style.FAR_S) and wrong.pitch_hz == pytest.approx(220) and wrong.pan == -1


@given(st.floats(-1, 1), st.floats(-1, 1), st.floats(-1, 1), st.floats(-30, 30), st.floats(-30, 30))
def test_who_looks_at_the_bullseye_and_who_listens_agree(
    x: float, y: float, z: float, right_mm: float, down_mm: float
) -> None:
    if hypot(x, y, z) < 0.1:
        return
    plan = Plan(name="any", entry=(60 * x, 60 * y, 60 * z), target=(0.0, 0.0, 0.0))
    barrel = image_from_barrel(plan)
    tip = barrel.copy()
    tip[:3, 3] = barrel[:3, 0] * right_mm + barrel[:3, 1] * down_mm
    seen = aim(inverse(barrel) @ tip)
    assert float(right_of(plan) @ tip[:3, 3]) == pytest.approx(seen.tip[0], abs=1e-9)


def test_the_tempo_is_that_of_the_distance_whatever_the_rate_of_frames() -> None:
    attempt = Attempt(tip=np.array([0.0, 0.0, 40.0]), been_inside=True).hold(6)
    wanted = lead_of(NOWHERE, 40.0, 0.0, 0.05).interval_s
    for every in (1, 3, 7):
        onsets = np.array([tone.time_s for tone in melody(attempt.states[::every])])
        np.testing.assert_allclose(np.diff(onsets), wanted, atol=1e-9)


def test_an_insertion_leads_faster_and_faster_then_says_once_that_it_is_there() -> None:
    tones = melody(straight().states)
    order = list(dict.fromkeys(tone.cue for tone in tones))
    assert order == [Cue.LEAD, Cue.ON_TARGET]
    lead = [tone.time_s for tone in tones if tone.cue is Cue.LEAD and tone.time_s > 1000 + 5000 / RATE_HZ + 2.5]
    inside = np.diff([time for time in lead if time < min(t.time_s for t in tones if t.cue is Cue.ON_TARGET)])
    assert np.all(np.diff(inside) < 1e-6) and inside[0] > 3 * inside[-1]
    assert len({tone.pitch_hz for tone in tones if tone.cue is Cue.LEAD}) == 1
    out = next(s.sample.host_time_s for s in straight().states if s.needle.phase is Phase.WITHDRAWN)
    assert tones[-1].time_s < out


def test_a_tilt_lowers_the_pitch_and_an_offset_moves_it_aside() -> None:
    tilted = melody(Attempt(tip=np.array([0.0, 0, 30]), been_inside=True).turn(15).hold(1).states)
    true = melody(Attempt(tip=np.array([0.0, 0, 30]), been_inside=True).hold(1).states)
    assert 220 < tilted[0].pitch_hz < 0.8 * true[0].pitch_hz
    aside = 4.0 * right_of(PLAN)
    beside = melody(Attempt(tip=np.array([0.0, 0, 30]) + aside, been_inside=True).hold(1).states)
    assert beside[0].pan == pytest.approx(-4.0 / style.ASIDE_MM) and true[0].pan == 0.0


@pytest.mark.parametrize("alert", [Alert.AHEAD, Alert.DOUBTFUL, Alert.TOO_CLOSE, Alert.INSIDE])
def test_a_warning_is_heard_at_once_and_alone(alert: Alert) -> None:
    quiet = Attempt(tip=np.array([0.0, 0, 30]), been_inside=True).hold(1)
    danger = Attempt(tip=np.array([0.0, 0, 30]), been_inside=True, frame=quiet.frame).hold(2)
    tones = melody([*quiet.states, *warned(danger, alert)])
    began = danger.states[0].sample.host_time_s
    after = [tone for tone in tones if tone.time_s >= began - 1e-9]
    assert after[0].time_s == began and len({tone.cue for tone in after}) == 1
    assert after[0].cue.rank > Cue.BEYOND.rank


def test_the_cues_differ_by_rhythm_pitch_and_timbre() -> None:
    rhythms = [tuple((n.at_s, n.length_s) for n in m.notes) + (m.every_s,) for m in MOTIFS.values()]
    assert len(set(rhythms)) == len(MOTIFS)
    assert len({tuple(n.pitch_hz for n in m.notes) for m in MOTIFS.values()}) == len(MOTIFS)
    for motif in MOTIFS.values():
        last = motif.notes[-1]
        assert last.at_s + last.length_s <= motif.every_s + 1e-9 and 0 < motif.gain <= 0.5


def test_lost_tracking_is_heard_after_a_blink_and_only_once_the_needle_was_seen() -> None:
    seen = Attempt(tip=np.array([0.0, 0, 30]), been_inside=True).hold(1)
    blink = seen.hold(style.LOST_S / 2, "needle hidden").hold(0.5)
    assert Cue.LOST not in {tone.cue for tone in melody(blink.states)}
    start = blink.states[-1].sample.host_time_s
    lost = [tone for tone in melody(blink.hold(4, "needle hidden").states) if tone.cue is Cue.LOST]
    assert lost[0].time_s == pytest.approx(start + style.LOST_S, abs=1.5 / RATE_HZ)
    assert sum(tone.pitch_hz == MOTIFS[Cue.LOST].notes[0].pitch_hz for tone in lost) == 2
    assert melody(Attempt().hold(3, "needle hidden").states) == ()


def test_a_silent_tracker_is_heard_while_its_last_state_grows_old() -> None:
    last = Attempt(tip=np.array([0.0, 0, 30]), been_inside=True).hold(0.5).states[-1]
    start = last.sample.host_time_s
    tones = tones_of(((last, start + n / 60, n / 60) for n in range(120)), PLAN)
    lost = [tone for tone in tones if tone.cue is Cue.LOST]
    assert lost and start + style.LOST_S <= lost[0].time_s < start + style.LOST_S + 0.05
    assert not [tone for tone in tones if tone.cue is Cue.LEAD and tone.time_s > lost[0].time_s]


def test_a_needle_on_the_table_and_an_attempt_that_is_over_are_silent() -> None:
    away = Attempt(tip=np.array([0.0, 0.0, -style.SILENT_MM - 5])).hold(2)
    assert melody(away.states) == ()
    done = Attempt(tip=np.array([0.0, 0, 30]), step=Step.DONE).hold(2, "needle hidden")
    assert melody(done.states) == ()


def test_the_sound_follows_the_level() -> None:
    attempt = straight()
    leading = {level: melody(at_level(attempt.states, level)) for level in Level}
    assert leading[Level.FULL] and not any(leading[level] for level in Level if level is not Level.FULL)
    assert melody(at_level(attempt.states, Level.INTERMITTENT, glance=True)) == leading[Level.FULL]
    danger = warned(Attempt(tip=np.array([0.0, 0, 30]), been_inside=True).hold(1), Alert.TOO_CLOSE)
    warnings = {level: bool(melody(at_level(danger, level))) for level in Level}
    assert warnings == {level: level is not Level.NONE for level in Level}
    lost = Attempt(tip=np.array([0.0, 0, 30]), been_inside=True).hold(0.2).hold(2, "needle hidden")
    assert all(melody(at_level(lost.states, level)) for level in Level)


@given(st.lists(st.tuples(st.sampled_from(Phase), st.sampled_from(Alert), st.floats(0.001, 0.5)), max_size=60))
def test_no_tone_comes_out_of_order_or_before_its_time(steps: list[tuple[Phase, Alert, float]]) -> None:
    base = Attempt(tip=np.array([0.0, 0, 30]), been_inside=True).hold(0.05).states[-1]
    composer, now, before = Composer(PLAN), 0.0, -inf
    for phase, alert, later in steps:
        now += later
        risk = RiskState(alert, 0.0, 0.0, 0.0, inf, inf)
        state = replace(base, needle=replace(base.needle, phase=phase, risks=(risk,)))
        for tone in composer.take(state, now):
            assert before < tone.time_s <= now
        before = now


def test_the_way_to_go_is_to_the_entry_outside_and_to_the_target_inside() -> None:
    outside = Attempt(tip=np.array([3.0, 4.0, -12.0])).hold(0.05).states[-1]
    assert distance_mm(outside, 80.0) == pytest.approx(13.0)
    inside = Attempt(tip=np.array([3.0, 4.0, 68.0]), been_inside=True).hold(0.05).states[-1]
    assert distance_mm(inside, 80.0) == pytest.approx(13.0)
