"""How the hand moved: path length, redirections, speed, tremor, smoothness. Formulae: docs/score.md.

Everything works on stretches of motion without gaps, in the device's own time, which is steadier than the host's.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from arguide.geometry.transforms import Array
from arguide.training.trace import MAX_GAP_S, Trace

# Shorter steps are tremor and noise, not way: measured at every frame of 60 Hz, an insertion of 80 mm with a tremor of
# 0.3 mm came out at 500 mm, with a ruler of 1 mm at 170, of 3 mm at 81.
RULER_MM = 3.0
WITHDRAWAL_MM = 5.0
ADVANCE_MM = 2.0
TURN_RAD = np.radians(1.5)
TREMOR_HZ = (4.0, 14.0)
# A little more than twice the band's upper edge, so that the filter stays well behaved.
TREMOR_RATE_HZ = 31.0
# Voluntary motion lies below the tremor band.
VOLUNTARY_HZ = 4.0
SHORTEST_S = 1.0
SPARC_FROM = 0.05
"""Share of the spectrum's peak below which it is ignored (Balasubramanian 2015)."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Unbroken motion at a constant rate."""

    tip_mm: Array
    """(n, 3)."""
    rate_hz: float


def path_length(tips: Array) -> float:
    """Length in mm of the way through `tips` (n, 3), measured with a ruler of RULER_MM: shorter steps add up first."""
    if len(tips) == 0:
        return 0.0
    total, mark = 0.0, tips[0]
    for tip in tips:
        step = float(np.linalg.norm(tip - mark))
        if step >= RULER_MM:
            total, mark = total + step, tip
    return total + float(np.linalg.norm(tips[-1] - mark))


def redirections(depth_mm: Array, axis: Array) -> int:
    """How often the needle was drawn back, turned and advanced again.

    One counts when depth (n,) grows by more than WITHDRAWAL_MM from its least value so far, then shrinks by
    ADVANCE_MM, and the shaft (n, 3) has turned by more than TURN_RAD between the deepest point and the new advance.
    """
    count, deepest, shallowest = 0, 0, 0
    drawn_back = False
    for now in range(len(depth_mm)):
        if not drawn_back:
            deepest = now if depth_mm[now] < depth_mm[deepest] else deepest
            drawn_back, shallowest = depth_mm[now] > depth_mm[deepest] + WITHDRAWAL_MM, now
        else:
            shallowest = now if depth_mm[now] > depth_mm[shallowest] else shallowest
            if depth_mm[now] < depth_mm[shallowest] - ADVANCE_MM:
                count += int(_angle(axis[deepest], axis[now]) > TURN_RAD)
                drawn_back, deepest = False, now
    return count


def _angle(first: Array, second: Array) -> float:
    return float(np.arctan2(np.linalg.norm(np.cross(first, second)), first @ second))


def stretches(trace: Trace, rows: NDArray[np.intp]) -> list[Stretch]:
    """The unbroken stretches of at least SHORTEST_S among `rows` of a trace, each resampled to its mean rate."""
    if len(rows) == 0:
        return []
    breaks = np.flatnonzero((np.diff(trace.time_s[rows]) > MAX_GAP_S) | (np.diff(rows) > 1)) + 1
    parts = [part for part in np.split(rows, breaks) if len(part) > 1]
    return [_resampled(trace, part) for part in parts if np.ptp(trace.time_s[part]) >= SHORTEST_S]


def _resampled(trace: Trace, rows: NDArray[np.intp]) -> Stretch:
    times = _device_time(trace.time_s[rows], trace.frame[rows])
    grid = np.linspace(times[0], times[-1], len(times))
    tips = np.column_stack([np.interp(grid, times, column) for column in trace.tip_mm[rows].T])
    return Stretch(tips, (len(times) - 1) / float(np.ptp(times)))


def _device_time(host_s: Array, frame: NDArray[np.int64]) -> Array:
    """Times by the device's counter, scaled to the host's clock; the host's own when the counter does not rise."""
    if np.all(np.diff(frame) > 0):
        return np.asarray((frame - frame[0]) * (np.ptp(host_s) / (frame[-1] - frame[0])))
    return np.asarray(host_s - host_s[0])


def tremor(parts: list[Stretch]) -> float:
    """RMS in mm of the tip's motion, all three axes together, in the band TREMOR_HZ; NaN if it cannot be seen."""
    seen = [part for part in parts if part.rate_hz >= TREMOR_RATE_HZ]
    if not seen:
        return float("nan")
    squares = np.concatenate([np.sum(_in_band(part) ** 2, axis=1) for part in seen])
    return float(np.sqrt(np.mean(squares)))


def _in_band(part: Stretch) -> Array:
    band = signal.butter(4, TREMOR_HZ, "bandpass", fs=part.rate_hz, output="sos")
    return _filtered(signal.detrend(part.tip_mm, axis=0), part, band)


def _filtered(tips: Array, part: Stretch, sos: Array) -> Array:
    """Filter (n, 3) forwards and backwards, continued by a second at both ends so that the filter is settled there."""
    return np.asarray(signal.sosfiltfilt(sos, tips, axis=0, padlen=min(len(tips) - 1, round(part.rate_hz))))


def speed(part: Stretch) -> Array:
    """(n,) speed in mm/s of the voluntary motion: the tip low-passed at VOLUNTARY_HZ (Butterworth, zero phase)."""
    low = signal.butter(2, VOLUNTARY_HZ, fs=part.rate_hz, output="sos")
    smooth = _filtered(part.tip_mm, part, low)
    return np.asarray(np.linalg.norm(np.gradient(smooth, 1 / part.rate_hz, axis=0), axis=1))


def peak_speed(parts: list[Stretch]) -> float:
    """Greatest speed in mm/s over all stretches; NaN without any."""
    return max((float(speed(part).max()) for part in parts), default=float("nan"))


def smoothness(parts: list[Stretch]) -> float:
    """SPARC of the longest stretch; NaN without any."""
    if not parts:
        return float("nan")
    longest = max(parts, key=lambda part: len(part.tip_mm) / part.rate_hz)
    return sparc(speed(longest), longest.rate_hz)


def sparc(speed_profile: Array, rate_hz: float, most_hz: float = 10.0, padding: int = 4) -> float:
    """Spectral arc length of a speed profile (n,): 0 is perfectly smooth, more negative is jerkier.

    Balasubramanian et al., "On the analysis of movement smoothness", J NeuroEng Rehabil 12:112 (2015), eq. 4 to 6:
    the length of the amplitude spectrum, scaled to its value at rest, over the frequencies up to the last one at
    which it reaches SPARC_FROM, which are scaled to their range. NaN for a profile that is zero throughout.
    """
    size = 2 ** (int(np.ceil(np.log2(len(speed_profile)))) + padding)
    spectrum = np.abs(np.fft.rfft(speed_profile, size))
    if spectrum.max() == 0:
        return float("nan")
    frequency = np.fft.rfftfreq(size, 1 / rate_hz)
    amplitude = spectrum / spectrum.max()
    used = frequency <= most_hz
    last = int(np.flatnonzero(used & (amplitude >= SPARC_FROM))[-1])
    if last == 0:
        return 0.0
    df = np.diff(frequency[: last + 1]) / frequency[last]
    return -float(np.sum(np.hypot(df, np.diff(amplitude[: last + 1]))))
