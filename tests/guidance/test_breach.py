"""Warnings about risk structures: laws of hysteresis, speed and time to breach, on clearances made up by formula."""

from math import inf, isinf, isnan, nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arguide.guidance.breach import (
    AHEAD_S,
    HYSTERESIS_MM,
    LEAST_MM_S,
    LEAST_S,
    ONE_SIDED_95,
    WINDOW_S,
    RiskWatch,
    robust_slope,
)
from arguide.guidance.state import Alert, RiskState
from arguide.guidance.uncertainty import SCALE_3

HZ = 60.0
MARGIN = 3.0


def watched(clearances: np.ndarray, tip_95_mm: float = 0.0, hz: float = HZ, margin: float = MARGIN) -> list[RiskState]:
    """What is said of one structure after each of these clearances."""
    watch = RiskWatch([margin])
    return [watch.take(n / hz, (float(c),), tip_95_mm)[0] for n, c in enumerate(clearances)]


def approach(from_mm: float, speed: float, seconds: float, hz: float = HZ) -> np.ndarray:
    return from_mm - speed * np.arange(round(seconds * hz)) / hz


@given(st.floats(0.6, 60), st.floats(4, 25), st.floats(30, 120))
def test_at_constant_speed_speed_and_time_are_right(speed: float, start: float, hz: float) -> None:
    last = watched(approach(start, speed, 0.5, hz), hz=hz)[-1]
    gap = start - speed * (round(0.5 * hz) - 1) / hz - MARGIN
    assert last.closing_mm_s == pytest.approx(speed, rel=1e-6, abs=1e-6)
    assert last.breach_s == pytest.approx(max(0.0, gap / speed), abs=1e-6)
    assert last.earliest_s <= last.breach_s + 1e-9


@given(st.floats(0, 60), st.floats(4, 20))
def test_a_needle_that_draws_back_never_breaches(speed: float, start: float) -> None:
    last = watched(approach(start, -speed, 0.5))[-1]
    assert last.closing_mm_s == pytest.approx(-speed, abs=1e-6) and isinf(last.breach_s)
    assert last.alert is Alert.CLEAR


@given(st.integers(0, 2**32 - 1), st.floats(2.0, 40.0))
def test_the_speed_survives_wild_readings(seed: int, speed: float) -> None:
    generator = np.random.default_rng(seed)
    clearances = approach(25, speed, 0.3)
    clearances[generator.choice(len(clearances), 3, replace=False)] += generator.normal(0, 50, 3)
    last = watched(clearances)[-1]
    assert last.closing_mm_s == pytest.approx(speed, abs=1e-6)


@pytest.mark.parametrize("sd_mm", [0.05, 0.2])
def test_the_speeds_error_bar_holds_the_truth_as_often_as_it_says(sd_mm: float) -> None:
    generator = np.random.default_rng(5)
    times = np.arange(18) / HZ
    noisy = 20 - 8 * times[:, None] + generator.normal(0, sd_mm, (18, 4000))
    slope, sd = robust_slope(times, noisy)
    held = float(np.mean(np.abs(slope + 8) <= 1.96 * sd))
    assert 0.85 < held < 0.97, held
    assert np.std(slope) == pytest.approx(np.median(sd), rel=0.25)


@given(st.lists(st.floats(-0.49, 0.49), min_size=30, max_size=300), st.floats(0.0, 0.5))
def test_noise_smaller_than_the_hysteresis_never_makes_it_chatter(noise: list[float], bound: float) -> None:
    """Around a margin, peak to peak less than the hysteresis: once entered it stays entered."""
    clearances = MARGIN + bound + HYSTERESIS_MM / 2 * np.array(noise)
    spatial = [state.alert.rank >= Alert.TOO_CLOSE.rank for state in watched(clearances)]
    assert np.count_nonzero(np.diff(spatial)) <= 1


@settings(max_examples=40)
@given(st.integers(0, 2**32 - 1), st.floats(0.01, 20.0), st.floats(0, 6.0))
def test_whatever_comes_no_alert_is_shorter_than_promised(seed: int, sd_mm: float, tip_95_mm: float) -> None:
    clearances = np.random.default_rng(seed).normal(MARGIN, sd_mm, 200)
    alerts = [state.alert for state in watched(clearances, tip_95_mm)]
    falls = [n for n in range(1, len(alerts)) if alerts[n].rank < alerts[n - 1].rank]
    rises = [n for n in range(1, len(alerts)) if alerts[n].rank > alerts[n - 1].rank]
    changes = sorted([0, *falls, *rises])
    for n in falls:
        assert n - max(c for c in changes if c < n) >= LEAST_S * HZ - 1e-6
    onsets = sum(1 for n in rises if alerts[n - 1] is Alert.CLEAR)
    assert onsets <= 1 + len(alerts) / HZ / LEAST_S


@settings(max_examples=40)
@given(st.floats(-5, 12), st.floats(0, 8))
def test_a_margin_that_is_entered_is_said_at_once_and_left_only_beyond_it(clearance: float, tip_95_mm: float) -> None:
    bar = ONE_SIDED_95 * tip_95_mm / SCALE_3
    first = watched(np.array([clearance]), tip_95_mm)[0]
    assert first.bar_mm == pytest.approx(bar)
    expected = (
        Alert.INSIDE
        if clearance < 0
        else Alert.TOO_CLOSE
        if clearance < MARGIN
        else Alert.DOUBTFUL
        if clearance - bar < MARGIN
        else Alert.CLEAR
    )
    assert first.alert is expected
    back = watched(np.concatenate([[MARGIN - 0.01], np.full(120, MARGIN + 0.9 * HYSTERESIS_MM)]))
    assert all(state.alert is Alert.TOO_CLOSE for state in back)
    out = watched(np.concatenate([[MARGIN - 0.01], np.full(120, MARGIN + 1.1 * HYSTERESIS_MM)]))
    assert out[-1].alert is Alert.CLEAR
    assert sum(state.alert is Alert.TOO_CLOSE for state in out) == pytest.approx(LEAST_S * HZ, abs=1)


def test_the_alerts_of_an_advance_come_in_order_and_in_time() -> None:
    speed = 5.0
    states = watched(approach(20, speed, 4.5), tip_95_mm=1.0)
    alerts = [state.alert for state in states]
    assert list(dict.fromkeys(alerts)) == list(Alert)
    ahead = states[alerts.index(Alert.AHEAD)]
    assert ahead.breach_s == pytest.approx(AHEAD_S, abs=1.5 / HZ)
    inside = alerts.index(Alert.INSIDE)
    assert states[inside - 1].breach_s == 0.0 and states[inside].earliest_s == 0.0


def told_of(path: np.ndarray, target_mm: float, nerve_mm: float, speed: float = 5.0) -> dict[Alert, float]:
    """Where along x each alert begins, for a needle along points (n, 2) mm beside a ball of no size at (`nerve_mm`, 0)
    whose target is at x = `target_mm`; the hub is far behind."""
    watch, begins = RiskWatch([MARGIN]), dict[Alert, float]()
    steps = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])
    for n, at in enumerate(np.arange(0, steps[-1], speed / HZ)):
        x, y = (float(np.interp(at, steps, column)) for column in path.T)
        # The shaft lies along x: nearest to the ball is the tip before it, the shaft beside it.
        here, end = (float(np.hypot(max(0.0, nerve_mm - tip), y)) for tip in (x, max(x, target_mm)))
        alert = watch.take(n / HZ, (here,), 0.0, (end,) if x <= target_mm + 1 else None)[0].alert
        begins.setdefault(alert, x)
    return begins


@pytest.mark.parametrize("speed", [2.0, 5.0, 10.0, 20.0])
def test_a_path_that_ends_before_the_margin_is_not_warned_of(speed: float) -> None:
    ends_before = np.array([[0.0, 0.0], [40.0, 0.0]])
    assert told_of(ends_before, 40.0, 40.0 + MARGIN + 0.5, speed).keys() == {Alert.CLEAR}


def test_a_path_that_leads_close_by_is_not_warned_of() -> None:
    """At first the clearance shrinks as if the nerve were in the way."""
    passing = np.array([[0.0, MARGIN + 0.5], [60.0, MARGIN + 0.5]])
    assert told_of(passing, 60.0, 40.0).keys() == {Alert.CLEAR}


def test_going_on_past_the_target_is_warned_of_before_the_margin() -> None:
    """Not a hair past it, where every needle comes to rest, but as soon as it is beyond."""
    alerts = told_of(np.array([[0.0, 0.0], [60.0, 0.0]]), 40.0, 48.0)
    assert alerts[Alert.AHEAD] == pytest.approx(41.0, abs=0.2) and alerts[Alert.TOO_CLOSE] == pytest.approx(
        45.0, abs=0.1
    )


def test_a_wrong_aim_is_warned_of_as_if_there_were_no_plan() -> None:
    into = np.array([[0.0, 1.0], [60.0, 1.0]])
    assert told_of(into, 60.0, 40.0) == pytest.approx(told_of(into, -10.0, 40.0))


def test_turning_aside_short_of_the_target_is_warned_of() -> None:
    aside = np.array([[0.0, 12.0], [45.0, 12.0], [45.0, 0.0]])
    alerts = told_of(aside, 50.0, 45.0)
    assert alerts[Alert.AHEAD] == alerts[Alert.TOO_CLOSE] == 45.0
    assert list(alerts) == [Alert.CLEAR, Alert.AHEAD, Alert.TOO_CLOSE, Alert.INSIDE][: len(alerts)]


def test_each_structure_has_its_own_margin() -> None:
    watch = RiskWatch([2.0, 6.0])
    low, high = watch.take(0.0, (5.0, 5.0))
    assert (low.alert, high.alert) == (Alert.CLEAR, Alert.TOO_CLOSE)


def test_a_resting_hand_and_a_gap_have_no_speed_to_speak_of() -> None:
    generator = np.random.default_rng(2)
    resting = watched(MARGIN + 1 + generator.normal(0, 0.02, 120))
    assert all(isinf(state.breach_s) for state in resting) and {state.alert for state in resting} == {Alert.CLEAR}
    watch = RiskWatch([MARGIN])
    for n in range(30):
        last = watch.take(n / HZ, (20 - n / 6,))[0]
    assert last.closing_mm_s > LEAST_MM_S
    after = watch.take(31 / HZ + WINDOW_S, (4.0,))[0]
    assert isnan(after.closing_mm_s) and isnan(after.closing_95_mm_s) and after.breach_s == inf


def test_a_clearance_that_is_not_known_frightens_nobody() -> None:
    assert watched(np.array([nan] * 20))[-1].alert is Alert.CLEAR
    assert RiskWatch([]).take(0.0, ()) == ()
