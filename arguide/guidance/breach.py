"""Warnings before the needle enters the margin of a risk structure, and while it is within.

Each structure has its own margin. What is said must neither flicker nor come late:

- A worse alert is said at once. A milder one only when the clearance has grown `HYSTERESIS_MM` beyond the bound of the
  worse one, and not before the worse one has stood for `LEAST_S`.
- The speed of approach is the slope of the clearance over the last `WINDOW_S`: the median of the slopes between
  pairs of readings (Theil 1950), so that single bad readings do not count. Its error bar comes from the median absolute
  residual. A speed within its bar, or below `LEAST_MM_S`, is no approach.
- The clearance is as uncertain as the needle: where the bar reaches into the margin, that is said as a doubt.
- Many a plan leads close by a nerve and ends before its margin. So an approach is warned of only if the way still to go,
  straight on to the depth of the target, leads into the margin, or will in a moment. A needle that turns aside, is aimed
  wrong or goes on past its target is warned of.
"""

from collections.abc import Sequence
from math import inf, isnan, nan, sqrt

import numpy as np

from arguide.geometry.transforms import Array
from arguide.guidance.state import Alert, RiskState
from arguide.guidance.uncertainty import SCALE_3

HYSTERESIS_MM = 0.5
LEAST_S = 0.5
WINDOW_S = 0.3
LONGEST_GAP_S = 0.1
FEWEST = 6
LEAST_MM_S = 0.5
"""A hand that holds still drifts as fast."""
AHEAD_S, CLEAR_S = 2.0, 3.0
"""A breach nearer than the first is warned of, until it is farther than the second."""
TURN_S = 0.5
"""So soon the way to go must come to lead into the margin: a hand that steers swings it to and fro."""
ONE_SIDED_95 = 1.645
TWO_SIDED_95 = 1.960
MAD_TO_SD = 1.4826
MEDIAN_TO_MEAN = 1.2533
"""How much less exact the median of normal values is than their mean."""


class RiskWatch:
    """Watches the clearances of one needle to all risk structures, reading by reading."""

    def __init__(self, margins_mm: Sequence[float]) -> None:
        self._margins = np.array(margins_mm, dtype=float)
        self._times: list[float] = []
        self._clearances: list[tuple[float, ...]] = []
        """Those of the needle as it is, then those at the end of its way."""
        self._alerts = [Alert.CLEAR] * len(margins_mm)
        self._since_s = [-inf] * len(margins_mm)

    def take(
        self,
        time_s: float,
        clearances_mm: tuple[float, ...],
        tip_95_mm: float = 0.0,
        ahead_mm: tuple[float, ...] | None = None,
    ) -> tuple[RiskState, ...]:
        """What to say after one more reading; `tip_95_mm` is the half axis of the tip's 95 % region (three dimensions).

        `ahead_mm`: the clearances that the needle would have had it gone straight on to the depth of its target; None:
        it has no way to go.
        """
        if not clearances_mm:
            return ()
        ends = clearances_mm if ahead_mm is None else ahead_mm
        self._remember(time_s, (*clearances_mm, *ends))
        bar = ONE_SIDED_95 * tip_95_mm / SCALE_3
        closing, closing_95 = (speeds.reshape(2, -1).tolist() for speeds in self._closing())
        states = []
        for k, (clearance, end, margin) in enumerate(zip(clearances_mm, ends, self._margins.tolist(), strict=True)):
            gap = clearance - margin
            breach_s, earliest_s = breach_times(gap, bar, closing[0][k], closing_95[0][k])
            if ahead_mm is not None:
                turns_s, turns_earliest_s = breach_times(end - margin, bar, closing[1][k], closing_95[1][k])
                breach_s = breach_s if turns_s < TURN_S else inf
                earliest_s = earliest_s if turns_earliest_s < TURN_S else inf
            self._judge(k, time_s, clearance, gap, bar, breach_s)
            states.append(RiskState(self._alerts[k], bar, closing[0][k], closing_95[0][k], breach_s, earliest_s))
        return tuple(states)

    def _remember(self, time_s: float, clearances_mm: tuple[float, ...]) -> None:
        if self._times and not 0 < time_s - self._times[-1] <= LONGEST_GAP_S:
            self._times.clear()
            self._clearances.clear()
        self._times.append(time_s)
        self._clearances.append(clearances_mm)
        while time_s - self._times[0] > WINDOW_S:
            del self._times[0], self._clearances[0]

    def _closing(self) -> tuple[Array, Array]:
        times = self._times
        if len(times) < FEWEST or times[-1] - times[0] < WINDOW_S / 2:
            unknown = np.full(2 * len(self._margins), nan)
            return unknown, unknown
        slope, sd = robust_slope(np.array(times), np.array(self._clearances))
        return -slope, TWO_SIDED_95 * sd

    def _judge(self, k: int, now_s: float, clearance: float, gap: float, bar: float, breach_s: float) -> None:
        present = self._alerts[k]
        wanted = alert_at(clearance, gap, bar, breach_s)
        if wanted.rank <= present.rank:
            wanted = alert_at(
                clearance - HYSTERESIS_MM, gap - HYSTERESIS_MM, bar, breach_s - (CLEAR_S - AHEAD_S), present
            )
        if wanted is not present and (wanted.rank > present.rank or now_s - self._since_s[k] >= LEAST_S):
            self._alerts[k], self._since_s[k] = wanted, now_s


def alert_at(
    clearance_mm: float, gap_mm: float, bar_mm: float, breach_s: float, gravest: Alert = Alert.INSIDE
) -> Alert:
    """The alert that these numbers call for, `gravest` at most; `gap_mm` is the clearance less the margin."""
    called_for = (
        (Alert.INSIDE, clearance_mm < 0),
        (Alert.TOO_CLOSE, gap_mm < 0),
        (Alert.DOUBTFUL, gap_mm < bar_mm),
        (Alert.AHEAD, breach_s < AHEAD_S),
    )
    return next((alert for alert, holds in called_for if holds and alert.rank <= gravest.rank), Alert.CLEAR)


def breach_times(gap_mm: float, bar_mm: float, closing_mm_s: float, closing_95_mm_s: float) -> tuple[float, float]:
    """Seconds until the margin is entered: as measured, and the earliest that the error bars allow."""
    approaching = closing_mm_s > max(closing_95_mm_s, LEAST_MM_S)
    if isnan(closing_mm_s) or not approaching:
        return (0.0 if gap_mm < 0 else inf), (0.0 if gap_mm < bar_mm else inf)
    return max(0.0, gap_mm / closing_mm_s), max(0.0, (gap_mm - bar_mm) / (closing_mm_s + closing_95_mm_s))


def robust_slope(x: Array, y: Array) -> tuple[Array, Array]:
    """Slope (k,) of columns y (n, k) over x (n,), and its standard deviation. Theil's estimator, incomplete method:
    the median of the slopes from each reading of the first half to its like in the second, for a tenth of the time."""
    half = len(x) // 2
    runs = x[-half:] - x[:half]
    slope = _middle((y[-half:] - y[:half]) / runs[:, None])
    rest = y - slope * x[:, None]
    rest = np.abs(rest - _middle(rest))
    return slope, MAD_TO_SD * MEDIAN_TO_MEAN * _middle(rest) * sqrt(2 / half) / runs.mean()


def _middle(columns: Array) -> Array:
    """The median (k,) of each column (n, k); `np.median` takes five times as long for so few."""
    ordered = np.sort(columns, axis=0)
    last = len(ordered) - 1
    result: Array = (ordered[last // 2] + ordered[(last + 1) // 2]) / 2
    return result
