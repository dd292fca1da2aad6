"""Pacing: against a simulated device it finds every frame, early enough, with few wasted questions."""

import math
import random
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arguide.trackers.ndi.pacing import FramePacing


@dataclass
class Outcome:
    asked_per_frame: float
    skipped: int
    lateness_s: list[float]
    """From a frame being ready to the question that got it."""


def simulate(
    device_hz: float, profile_hz: float, exchange_s: float, jitter_s: float = 60e-6, seed: int = 1, frames: int = 1500
) -> Outcome:
    """Ask a device that makes frames at its own rate, over a line where an exchange takes `exchange_s`."""
    noise = random.Random(seed)
    pacing = FramePacing(1 / profile_hz)
    now, phase = noise.random(), noise.random() / device_hz
    last, asked_count, skipped, lateness = None, 0, 0, []
    while len(lateness) < frames:
        if (wait := pacing.wait_s(now)) > 0:
            now += wait + abs(noise.gauss(0, jitter_s))
        asked, now = now, now + exchange_s
        asked_count += 1
        frame = math.floor((asked - phase) * device_hz)
        if frame == last:
            pacing.repeated(asked)
            continue
        skipped += frame - last - 1 if last is not None else 0
        last = frame
        lateness.append(asked - phase - frame / device_hz)
        pacing.fresh(asked)
    return Outcome(asked_count / frames, skipped, sorted(lateness[frames // 10 :]))


@pytest.mark.parametrize("exchange_s", [0.0001, 0.003, 0.008])
@pytest.mark.parametrize("drift", [0.99, 1.0, 1.01])
def test_every_frame_is_fetched_soon_after_it_is_ready(exchange_s: float, drift: float) -> None:
    outcome = simulate(60 * drift, 60, exchange_s)
    middle, late = outcome.lateness_s[len(outcome.lateness_s) // 2], outcome.lateness_s[-len(outcome.lateness_s) // 100]
    assert outcome.skipped <= 1
    assert outcome.asked_per_frame < 1.25
    assert middle < 0.0005
    assert late < max(0.002, exchange_s + 0.001)


def test_scheduling_noise_of_a_millisecond_is_borne() -> None:
    outcome = simulate(60, 60, 0.0002, jitter_s=0.001)
    assert outcome.skipped == 0
    assert outcome.asked_per_frame < 1.25


def test_device_slower_than_its_profile_is_not_pestered() -> None:
    outcome = simulate(20, 60, 0.0002)
    assert outcome.skipped == 0
    assert outcome.asked_per_frame < 20, "a busy loop would ask 250 times"


@settings(max_examples=50, deadline=None)
@given(
    st.floats(20, 250),
    st.floats(0.5, 2),
    st.floats(1e-5, 0.05),
    st.floats(0, 0.02),
    st.integers(0, 1000),
)
def test_never_waits_much_longer_than_a_frame(hz: float, off: float, exchange: float, jitter: float, seed: int) -> None:
    noise = random.Random(seed)
    pacing = FramePacing(1 / hz)
    now = 0.0
    for _ in range(300):
        wait = pacing.wait_s(now)
        assert 0 <= wait <= 2.5 / hz
        now += wait + noise.random() * jitter
        (pacing.fresh if noise.random() < off / 2 else pacing.repeated)(now)
        now += exchange
        assert 0.4 / hz < pacing.period_s < 2.1 / hz
