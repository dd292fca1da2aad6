"""The offset between two streams of one hand motion: to 2 ms at 60 Hz, with an honest interval, or refused."""

import numpy as np
import pytest

from arguide.calibration.time_offset import time_offset
from arguide.errors import CalibrationError
from arguide.geometry.rotations import rotations_from
from arguide.geometry.transforms import Array


def hand(seed: int) -> "tuple[Array, Array, Array]":
    """Amplitudes (k, 3) mm, frequencies (k,) Hz and phases (k, 3) of an uneven hand motion."""
    rng = np.random.default_rng(seed)
    frequency = rng.uniform(0.2, 2.5, 12)
    return rng.normal(0, 25, (12, 3)) / frequency[:, None], frequency, rng.uniform(0, 2 * np.pi, (12, 3))


def at(motion: "tuple[Array, Array, Array]", times: Array) -> Array:
    amplitude, frequency, phase = motion
    return np.asarray((amplitude * np.sin(2 * np.pi * frequency[:, None] * times[:, None, None] + phase)).sum(axis=1))


def streams(
    seed: int, late_s: float, mm: float = 0.25, rates: tuple[float, float] = (60.0, 60.0), seconds: float = 12.0
) -> tuple[Array, Array, Array, Array]:
    """Two streams of one motion; the second in another frame, its stamps later by `late_s`."""
    rng, motion = np.random.default_rng(seed), hand(seed)
    first = np.arange(0, seconds, 1 / rates[0])
    second = np.arange(rng.uniform(0, 0.02), seconds, 1 / rates[1])
    there = at(motion, second) @ rotations_from(rng.normal(size=3)).T + [100, -300, 900]
    return (
        first,
        at(motion, first) + rng.normal(0, mm, (len(first), 3)),
        second + late_s,
        there + rng.normal(0, mm, (len(second), 3)),
    )


def test_60_hz_hand_motion_is_right_to_2_ms() -> None:
    late = np.random.default_rng(1).uniform(-0.3, 0.3, 40)
    off = [time_offset(*streams(seed, x)).offset_s + x for seed, x in enumerate(late)]
    assert np.abs(off).max() <= 0.002


@pytest.mark.parametrize(("rates", "mm"), [((60, 30), 0.25), ((60, 100), 0.25), ((60, 30), 1.0)])
def test_other_rates_and_noise(rates: tuple[float, float], mm: float) -> None:
    off = [time_offset(*streams(seed, 0.083, mm, rates)).offset_s + 0.083 for seed in range(10)]
    assert np.abs(off).max() <= 0.005 and abs(np.mean(off)) < 0.002


def test_the_interval_contains_the_truth() -> None:
    inside = []
    for seed in range(60):
        low, high = time_offset(*streams(seed, 0.1)).interval_s
        inside.append(low <= -0.1 <= high)
    assert np.mean(inside) >= 0.85


def test_units_do_not_matter_and_swapping_turns_the_sign() -> None:
    a, p, b, q = streams(3, 0.12)
    there, back = time_offset(a, p, b, q), time_offset(b, q / 1000, a, p)
    assert there.offset_s == pytest.approx(-back.offset_s, abs=2e-4)
    assert there.correlation > 0.95 and there.overlap_s == pytest.approx(10, abs=0.5)
    assert there.error_mm(100) == pytest.approx(12, abs=0.2)


def test_equal_streams_have_no_offset() -> None:
    a, p, _, _ = streams(4, 0.0, mm=0.0)
    found = time_offset(a, p, a, p)
    assert abs(found.offset_s) < 1e-6 and found.sd_s < 1e-6


def test_what_cannot_be_known_is_refused() -> None:
    a, p, b, q = streams(5, 0.1)
    with pytest.raises(CalibrationError, match="do not move alike"):
        time_offset(a, p, b, streams(6, 0.1)[3][: len(b)])
    with pytest.raises(CalibrationError, match="hardly moves"):
        time_offset(a, p, b, np.zeros_like(q))
    with pytest.raises(CalibrationError, match="share"):
        time_offset(a, p, b + 9.0, q)
    with pytest.raises(CalibrationError, match="do not rise"):
        time_offset(a[::-1], p, b, q)
    with pytest.raises(CalibrationError, match="first stream has"):
        time_offset(a[:10], p[:10], b, q)


def test_a_motion_that_repeats_itself_is_refused() -> None:
    time = np.arange(0, 12, 1 / 60)
    swing = np.column_stack([50 * np.sin(2 * np.pi * 1.5 * time), 0 * time, 0 * time])
    with pytest.raises(CalibrationError, match="fit alike"):
        time_offset(time, swing, time, swing)
