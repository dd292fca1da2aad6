"""How the hand moved, against motions whose answer is known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arguide.training.motion import (
    RULER_MM,
    Stretch,
    path_length,
    peak_speed,
    redirections,
    smoothness,
    sparc,
    speed,
    stretches,
    tremor,
)
from arguide.training.trace import trace_of
from tests.training.made_attempts import STRAIGHT, Attempt

RNG = np.random.default_rng(7)


def along_z(values):
    return np.column_stack([np.zeros((len(values), 2)), values])


def tilted(degrees):
    return np.array([np.sin(np.radians(degrees)), 0, np.cos(np.radians(degrees))])


@given(st.floats(0, 200), st.integers(2, 300))
def test_a_straight_path_has_its_length(length, points):
    assert path_length(along_z(np.linspace(0, length, points))) == pytest.approx(length, abs=1e-9)


def test_there_and_back_counts_twice():
    way = np.r_[0:50.5:0.5, 50:20:-0.5, 20:80.5:0.5]
    assert path_length(along_z(way)) == pytest.approx(50 + 30 + 60, abs=2 * RULER_MM)


def test_jitter_and_tremor_add_little_path():
    jitter = RNG.normal(scale=0.15, size=(1800, 3))
    trembling = 0.4 * np.sin(2 * np.pi * 8.3 * np.arange(1800) / 60)[:, None] * [1.0, 0.7, 0.4] + jitter
    assert path_length(trembling) < RULER_MM
    assert path_length(along_z(np.linspace(0, 80, 1800)) + trembling) == pytest.approx(80, rel=0.05)


@given(st.lists(st.tuples(*[st.floats(-50, 50)] * 3), min_size=1, max_size=30))
def test_no_path_is_shorter_than_the_crow_flies(points):
    tips = np.array(points)
    assert path_length(tips) >= np.linalg.norm(tips[-1] - tips[0]) - 1e-9


def test_no_points_no_path():
    assert path_length(np.empty((0, 3))) == 0.0


@pytest.mark.parametrize(
    ("withdrawn_mm", "turned_deg", "advanced_mm", "expected"),
    [
        (10, 3.0, 20, 1),
        (10, 1.0, 20, 0),
        (4, 3.0, 20, 0),
        (10, 3.0, 1.5, 0),
        (5.5, 1.6, 2.5, 1),
    ],
)
def test_redirections_need_withdrawal_turn_and_advance(withdrawn_mm, turned_deg, advanced_mm, expected):
    depth = np.r_[80:30:-0.2, 30 : 30 + withdrawn_mm : 0.2, 30 + withdrawn_mm : 30 + withdrawn_mm - advanced_mm : -0.2]
    axis = np.tile(STRAIGHT, (len(depth), 1))
    axis[260:] = tilted(turned_deg)
    assert redirections(depth, axis) == expected


def test_redirections_are_counted_one_by_one_in_noise():
    ways = [np.linspace(80, 40, 300), *[np.r_[np.linspace(40, 50, 60), np.linspace(50, 40, 60)] for _ in range(3)]]
    depth = np.concatenate(ways)
    axis = np.tile(STRAIGHT, (len(depth), 1))
    for n in range(3):
        axis[360 + 120 * n :] = tilted(2.5 * (n + 1))
    assert redirections(depth + RNG.normal(scale=0.2, size=len(depth)), axis) == 3


def test_a_straight_insertion_has_no_redirection():
    assert redirections(np.linspace(80, 0, 500), np.tile(STRAIGHT, (500, 1))) == 0
    assert redirections(np.empty(0), np.empty((0, 3))) == 0


@pytest.mark.parametrize("hz", [5.0, 8.0, 12.0])
@pytest.mark.parametrize("amplitude_mm", [0.2, 1.0])
def test_tremor_of_a_sine_is_its_rms(hz, amplitude_mm):
    trace = trace_of(Attempt(tip=np.zeros(3)).shake(10, hz, amplitude_mm, speed_mm_s=5).states, 2)
    (part,) = stretches(trace, np.flatnonzero(trace.inside))
    assert part.rate_hz == pytest.approx(60)
    assert tremor([part]) == pytest.approx(amplitude_mm / np.sqrt(2), rel=0.05)


@pytest.mark.parametrize("hz", [0.5, 1.0, 2.0, 25.0])
def test_tremor_ignores_other_frequencies(hz):
    trace = trace_of(Attempt(tip=np.zeros(3)).shake(10, hz, 1.0, speed_mm_s=5).states, 2)
    assert tremor(stretches(trace, np.flatnonzero(trace.inside))) < 0.05


def test_tremor_of_a_slow_tracker_cannot_be_seen():
    assert np.isnan(tremor([Stretch(RNG.normal(size=(100, 3)), rate_hz=20.0)]))
    assert np.isnan(tremor([]))


def test_speed_is_that_of_a_steady_advance():
    part = Stretch(along_z(np.arange(300) * 10 / 60), 60.0)
    assert speed(part) == pytest.approx(10, rel=0.02)
    assert peak_speed([part]) == pytest.approx(10, rel=0.02)
    assert np.isnan(peak_speed([]))


def test_gaps_and_hidden_needles_split_a_motion():
    attempt = Attempt(tip=np.array([0, 0, 1.0]))
    attempt.move([0, 0, 20], 2).hold(0.2, "needle hidden").move([0, 0, 30], 2).skip(0.5).move([0, 0, 40], 2)
    attempt.hold(0.2, "needle hidden").move([0, 0, 41], 0.5)
    trace = trace_of(attempt.states, 2)
    parts = stretches(trace, np.flatnonzero(trace.inside))
    assert [len(part.tip_mm) for part in parts] == [120, 120, 120]
    assert stretches(trace, np.empty(0, dtype=np.intp)) == []


def test_frames_date_the_motion_better_than_a_jittering_host():
    attempt = Attempt(tip=np.zeros(3)).shake(10, 8.0, 0.5, 5)
    trace = trace_of(attempt.states, 2)
    trace.time_s[1:-1] += RNG.uniform(-0.005, 0.005, len(trace) - 2)
    assert tremor(stretches(trace, np.flatnonzero(trace.inside))) == pytest.approx(0.5 / np.sqrt(2), rel=0.05)


def bell(seconds, rate=100.0):
    """Minimum-jerk speed profile: the smoothest reach there is."""
    t = np.linspace(0, 1, int(seconds * rate))
    return 30 * t**2 * (1 - t) ** 2


def test_sparc_of_a_minimum_jerk_reach_is_the_published_one():
    """A single smooth reach scores between -1.3 and -1.7 whatever its size or duration."""
    values = [sparc(size * bell(seconds), 100.0) for size in (1, 50) for seconds in (0.6, 1.0, 2.0)]
    assert min(values) > -1.7
    assert max(values) < -1.3
    assert np.ptp(values) < 0.05


def test_sparc_falls_with_every_submovement():
    values = [sparc(np.concatenate([bell(1.0)] * count), 100.0) for count in (1, 2, 4, 8)]
    assert values == sorted(values, reverse=True)


def test_sparc_of_no_motion_cannot_be_told():
    assert np.isnan(sparc(np.zeros(100), 60.0))
    assert np.isnan(smoothness([]))
