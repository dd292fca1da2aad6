"""Temporal calibration: how much later one stream tells the same motion than the other.

No common frame and no apparatus is needed: both streams see one hand move, and speed is speed in every frame. The
signals are put on one fine grid and correlated (Knapp & Carter, IEEE Trans. ASSP 24 (1976) 320–327); around the peak the
lag is refined by least squares on the residual of a shifted, scaled signal, whose curvature also gives the confidence
interval, with the residuals' correlation time taken into account.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.interpolate import CubicSpline
from scipy.ndimage import gaussian_filter1d
from scipy.optimize import minimize_scalar

from arguide.calibration.scatter import correlation_time
from arguide.errors import CalibrationError
from arguide.geometry.transforms import Array

MIN_SAMPLES = 60
MIN_OVERLAP_S = 3.0
STEP_S = 0.004
SMOOTHING_S = 0.025
"""Sensor noise is spread over all frequencies, a hand moves below some 5 Hz."""
MIN_CORRELATION = 0.7
RIVAL = 0.97
"""Another lag as good as this share of the best: a periodic motion cannot tell which."""
RIVAL_AWAY_S = 0.1


@dataclass(frozen=True)
class TimeOffset:
    """Add `offset_s` to the second stream's times to get the first stream's."""

    offset_s: float
    """Negative when the second stream tells the same motion later, so that its times are too large."""
    sd_s: float
    """Standard deviation of the offset."""
    correlation: float
    """Of the two signals at that offset, 0..1."""
    overlap_s: float
    """Length of what both streams saw."""

    @property
    def interval_s(self) -> tuple[float, float]:
        """95 % confidence interval of the offset."""
        return self.offset_s - 1.96 * self.sd_s, self.offset_s + 1.96 * self.sd_s

    def error_mm(self, speed_mm_s: float) -> float:
        """What the offset would cost at a speed, in mm, if it were not corrected."""
        return abs(self.offset_s) * speed_mm_s


def time_offset(
    first_times: ArrayLike,
    first_positions: ArrayLike,
    second_times: ArrayLike,
    second_positions: ArrayLike,
    most_s: float = 1.0,
) -> TimeOffset:
    """Offset between two streams (n,) s, (n, 3) and (m,) s, (m, 3) that follow one hand-moved thing, at most `most_s`.

    The positions may be in different frames, and in different units. They should be of nearly one point: on a body that
    turns, speeds differ from place to place. CalibrationError if the streams are too short, hardly overlap, do not move
    alike, or move so evenly that more than one offset fits.
    """
    first, second = (
        _speed(times, positions, which)
        for times, positions, which in (
            (first_times, first_positions, "first"),
            (second_times, second_positions, "second"),
        )
    )
    begin, end = max(first[0][0], second[0][0]) + most_s, min(first[0][-1], second[0][-1]) - most_s
    if end - begin < MIN_OVERLAP_S:
        raise CalibrationError(
            f"time: the streams share {max(end - begin, 0):.1f} s beyond the search of {most_s:g} s, at least"
            f" {MIN_OVERLAP_S:g} s needed; record longer"
        )
    grid = np.arange(begin, end, STEP_S)
    fixed, moving = CubicSpline(*first)(grid), CubicSpline(*second)
    lags = np.arange(-most_s, most_s + STEP_S / 2, STEP_S)
    # For every lag the second stream's window, all of them at once.
    wide = moving(np.arange(len(grid) + len(lags) - 1) * STEP_S + begin + lags[0])
    windows = np.lib.stride_tricks.sliding_window_view(wide, len(grid))
    scores = _correlations(fixed, windows)
    best = int(np.argmax(scores))
    _check(scores, lags, best)
    lag = _refined(fixed, moving, grid, float(lags[best]))
    shifted = moving(grid + lag)
    correlation = float(np.corrcoef(fixed, shifted)[0, 1])
    # A thing told at time t by the first is told at t + lag by the second.
    return TimeOffset(-lag, _sd(fixed, moving, grid, lag), correlation, float(end - begin))


def _speed(times: ArrayLike, positions: ArrayLike, which: str) -> tuple[Array, Array]:
    """Times (k,) and speed (k,) at the middles between samples, smoothed evenly."""
    t, p = np.asarray(times, dtype=float), np.asarray(positions, dtype=float)
    if t.ndim != 1 or p.shape != (len(t), 3) or len(t) < MIN_SAMPLES:
        raise CalibrationError(
            f"time: the {which} stream has {t.shape} times and {p.shape} positions; expected (n,) and (n, 3), n at least"
            f" {MIN_SAMPLES}"
        )
    if not (np.all(np.isfinite(t)) and np.all(np.isfinite(p))) or (np.diff(t) <= 0).any():
        raise CalibrationError(
            f"time: the {which} stream is not finite or its times do not rise; leave out hidden readings"
        )
    even = np.arange(t[0], t[-1], STEP_S)
    smooth = gaussian_filter1d(CubicSpline(t, p)(even), SMOOTHING_S / STEP_S, axis=0)
    speed = np.linalg.norm(np.gradient(smooth, STEP_S, axis=0), axis=1)
    if speed.std() <= 1e-9 * max(float(np.abs(p).max()), 1e-9):
        raise CalibrationError(f"time: the {which} stream hardly moves; move it by hand, quickly and unevenly")
    return even, speed


def _correlations(fixed: Array, windows: Array) -> Array:
    """Pearson's correlation (k,) of a signal (n,) with each window (k, n)."""
    f = fixed - fixed.mean()
    spread = windows.std(axis=1) * np.sqrt(len(f)) * np.linalg.norm(f)
    return np.asarray((windows @ f) / np.maximum(spread, 1e-300))


def _check(scores: Array, lags: Array, best: int) -> None:
    if scores[best] < MIN_CORRELATION:
        raise CalibrationError(
            f"time: the streams do not move alike (correlation {scores[best]:.2f}, {MIN_CORRELATION:g} needed); did both"
            " see the same thing move?"
        )
    if best in (0, len(lags) - 1):
        raise CalibrationError(
            f"time: the offset is {abs(lags[best]):g} s or more, beyond the search; synchronise the clocks roughly first"
        )
    peaks = 1 + np.flatnonzero((scores[1:-1] >= scores[:-2]) & (scores[1:-1] >= scores[2:]))
    rivals = peaks[(np.abs(lags[peaks] - lags[best]) > RIVAL_AWAY_S) & (scores[peaks] > RIVAL * scores[best])]
    if len(rivals):
        raise CalibrationError(
            f"time: offsets of {-lags[best]:.3f} s and {-lags[rivals[0]]:.3f} s fit alike, as the motion repeats itself;"
            " move unevenly"
        )


def _refined(fixed: Array, moving: CubicSpline, grid: Array, lag: float) -> float:
    found = minimize_scalar(
        lambda shift: -np.corrcoef(fixed, moving(grid + shift))[0, 1],
        bounds=(lag - 2 * STEP_S, lag + 2 * STEP_S),
        method="bounded",
        options={"xatol": 1e-9},
    )
    return float(found.x)


def _sd(fixed: Array, moving: CubicSpline, grid: Array, lag: float) -> float:
    """Standard deviation in s of the lag: least squares in lag, scale and offset, residuals alike for a while."""
    shifted, slope = moving(grid + lag), moving(grid + lag, 1)
    rows = np.column_stack([shifted, np.ones(len(grid))])
    scale, level = np.linalg.lstsq(rows, fixed)[0]
    off = fixed - scale * shifted - level
    rows = np.column_stack([scale * slope, rows])
    variance = float((off**2).sum()) / (len(grid) - 3) * correlation_time(off[:, None])
    return float(np.sqrt(np.linalg.inv(rows.T @ rows)[0, 0] * variance))
