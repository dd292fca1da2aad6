"""Host time by regression: far better than the arrivals, honest about its error, and never in the future."""

import math
import random
import statistics
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arguide.trackers.timebase import LATE_RUN, WARM_UP, WRAP, Timebase

SETTLED = 600
FASTEST_S = 0.001


def arrivals(
    rate_hz: float, delay: Callable[[float], float], frames: int, drift: float = 30e-6
) -> list[tuple[float, float]]:
    """(true time, arrival) of each frame of a device whose clock is slow by `drift`."""
    times = [5.0 + k / rate_hz * (1 + drift) for k in range(frames)]
    return [(t, t + FASTEST_S + delay(t)) for t in times]


def errors(timed: list[tuple[float, float]], rate_hz: float, first: int = 0) -> tuple[list[float], Timebase]:
    """Dated minus true time of every frame."""
    base = Timebase(1 / rate_hz)
    dated = [base.date((first + k) % WRAP, arrived, arrived - 1) for k, (_, arrived) in enumerate(timed)]
    return [at - true for at, (true, _) in zip(dated, timed, strict=True)], base


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    rate_hz=st.sampled_from([20.0, 40.0, 60.0, 250.0]),
    jitter_ms=st.floats(1, 16),
    drift=st.floats(-100e-6, 100e-6),
)
def test_error_is_a_small_part_of_usb_jitter(seed: int, rate_hz: float, jitter_ms: float, drift: float) -> None:
    """A latency timer delivers at any moment up to 1 to 16 ms late, and one packet in a hundred much later."""
    chance = random.Random(seed)

    def delay(_: float) -> float:
        return chance.uniform(0, jitter_ms / 1000) + (chance.uniform(0, 0.1) if chance.random() < 0.01 else 0)

    timed = arrivals(rate_hz, delay, 1500, drift)
    off, base = errors(timed, rate_hz)
    settled = off[SETTLED:]
    assert statistics.pstdev(settled) < jitter_ms / 1000 / 12
    assert abs(statistics.mean(settled) - FASTEST_S) < jitter_ms / 1000 / 5, "the fastest delivery is what is kept"
    fit = base.fit
    assert abs(fit.drift_ppm - 1e6 * drift) < 5 * fit.drift_error_ppm + 1
    assert fit.jitter_s == pytest.approx(jitter_ms / 1000 / math.sqrt(12), rel=0.6)
    assert fit.restarts == 0


def test_latency_timer_in_step_with_the_device() -> None:
    """16 ms ticks against 60 Hz frames: the delays form a pattern, not noise."""
    timed = arrivals(60, lambda t: math.ceil(t / 0.016) * 0.016 - t, 3000)
    off, _ = errors(timed, 60)
    assert statistics.pstdev(off[SETTLED:]) < 0.016 / 20


@settings(max_examples=40, deadline=None)
@given(
    steps=st.lists(st.tuples(st.integers(1, 2000), st.floats(0, 3)), min_size=1, max_size=120),
    first=st.integers(0, WRAP - 1),
)
def test_never_in_the_future_never_back_whatever_comes(steps: list[tuple[int, float]], first: int) -> None:
    base = Timebase(1 / 60)
    frame, now, last = first, 0.0, -math.inf
    for ahead, wait in steps:
        frame, now = (frame + ahead) % WRAP, now + wait
        at = base.date(frame, now, now - 0.05)
        assert last <= at <= now
        assert at >= min(now - 0.05, now)
        last = at
    assert math.isfinite(base.fit.drift_ppm)


def test_wrap_is_nothing_special() -> None:
    chance = random.Random(2)
    timed = arrivals(60, lambda _: chance.uniform(0, 0.004), 1200)
    plain, base = errors(timed, 60)
    wrapped, other = errors(timed, 60, first=WRAP - 700)
    assert wrapped == plain
    assert base.fit == other.fit


@pytest.mark.parametrize("jump", [5000, -400, -3_000_000])
def test_jump_of_the_counter_begins_a_new_line_and_keeps_the_rate(jump: int) -> None:
    chance = random.Random(3)
    base = Timebase(1 / 60)
    off = []
    for k in range(2000):
        true = 5 + k / 60
        frame = (10_000_000 + k + (jump if k >= 1000 else 0)) % WRAP
        off.append(base.date(frame, true + FASTEST_S + chance.uniform(0, 0.008), true - 1 / 60) - true)
    assert base.fit.restarts == 1
    assert max(abs(error - FASTEST_S) for error in off[1000 + WARM_UP :]) < 0.004
    assert base.fit.period_s == pytest.approx(1 / 60, rel=2e-5)


def test_counter_that_stood_still_is_noticed() -> None:
    """After a pause the same numbers mean later times."""
    base = Timebase(1 / 60)
    for k in range(500):
        base.date(k, 5 + k / 60)
    off = []
    for k in range(500, 600):
        true = 25 + k / 60
        off.append(base.date(k, true, true - 1 / 60) - true)
    assert base.fit.restarts == 1
    assert max(map(abs, off[LATE_RUN + WARM_UP :])) < 1e-3


def test_counter_in_sixtieths_at_twenty_hertz() -> None:
    base = Timebase(1 / 20)
    for k in range(400):
        at = base.date(3 * k, 1 + k / 20)
    assert at == pytest.approx(1 + 399 / 20, abs=1e-4)
    assert base.fit.period_s == pytest.approx(1 / 60, rel=1e-6)
    assert abs(base.fit.drift_ppm) < 1


def test_skipped_frames_cost_nothing() -> None:
    chance = random.Random(4)
    base = Timebase(1 / 60)
    off, k = [], 0
    while k < 3000:
        true = 5 + k / 60
        off.append(base.date(k, true + chance.uniform(0, 0.01)) - true)
        k += chance.choice([1, 1, 1, 2, 5])
    assert statistics.pstdev(off[SETTLED:]) < 0.001


def test_clock_that_stands_still() -> None:
    base = Timebase(1 / 60)
    assert {base.date(k, 1.0) for k in range(100)} == {1.0}


def test_on_a_simulated_clock_it_is_exact() -> None:
    base = Timebase(1 / 60)
    assert [base.date(k, k / 60) for k in range(300)] == pytest.approx([k / 60 for k in range(300)], abs=3e-4)


def test_its_errors_stay_numbers_however_often_the_counter_jumps() -> None:
    """A line drawn anew takes over what was known of the period, not how that hung together with the old line."""
    for seed in range(20):
        chance = random.Random(seed)
        base, frame, now = Timebase(1 / 60), 0, 0.0
        for _ in range(300):
            frame = (frame + chance.choice([1] * 30 + [500, 2000, -300])) % WRAP
            now += chance.choice([1 / 60] * 20 + [0.0005, 0.6])
            base.date(frame, now, now - 0.03)
            assert base.fit.period_error_s >= 0 and base.fit.offset_error_s >= 0
