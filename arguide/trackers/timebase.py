"""When a device frame was measured, on the host's clock, from the device's own frame number.

A packet arrives late by a changing amount: USB converters deliver every 1 to 16 ms, the system wakes us when it can.
The device's clock is a quartz. So the arrivals of many frames lie on one line over the frame number, each a little
above it, and the line says when a frame was, far better than its own arrival does:

    arrived(n) = offset + period * n + delay(n),    delay(n) >= the fastest delivery

Offset and period are the recursive least-squares solution with exponential forgetting (Ljung & Söderström 1983,
ch. 2.6), robust by Huber's weights (Huber 1964); the fastest delivery is followed as a low quantile of the residuals.
What all packets have in common (exposure, computing, the bytes on the wire) no frame number can tell; it is constant,
moves nothing, and `arguide doctor` gives it as the exchange time.
"""

import math
import statistics
from dataclasses import dataclass

MEMORY = 2000
"""Frames the line remembers: half a minute at 60 Hz, in which a quartz keeps its rate to a few µs."""
WARM_UP = 12
"""Frames before the line is believed; until then a frame's time is its arrival."""
HUBER = 1.345
"""Residuals beyond so many scales count less (95 % efficient on Gaussian noise)."""
QUANTILE = 0.05
"""Share of the packets that are faster than what we call the fastest delivery."""
FASTEST_GAIN = 4.0
"""About one over the density of the residuals there, in scales."""
SCALE_MEMORY = 200
EARLY = 4.0
LATE = 10.0
"""Residuals so many scales before or behind the line are not noise: the counter jumped, or stood still."""
FAR = 4.0
"""A packet that is later than this many scales counts as so late in the jitter."""
LATE_RUN = 8
"""So many late ones in a row are a new line, not a hiccup."""
LEAST_SCALE_S = 20e-6
WRAP = 1 << 32


@dataclass(frozen=True, slots=True)
class Fit:
    """How well the device's frames are dated."""

    period_s: float
    """Of one step of the frame counter, in seconds of the host's clock."""
    period_error_s: float
    """Standard error."""
    offset_error_s: float
    """Standard error of the line at the newest frame: of `host_time_s` as against a perfect clock."""
    drift_ppm: float
    """By how much the device's clock is slow against the period it was told to have."""
    drift_error_ppm: float
    jitter_s: float
    """Root mean square of the arrivals about the line, hiccups aside."""
    latency_s: float
    """Mean time by which packets come after the fastest delivery."""
    frames: int
    restarts: int
    """How often the frame counter jumped, or the device began anew."""


class Timebase:
    """Dates device frames; `nominal_period_s` is the time from frame to frame by the data sheet."""

    def __init__(self, nominal_period_s: float) -> None:
        self._nominal_s = nominal_period_s
        self._step = 0
        """Smallest step of the frame counter seen: some devices count in 1/60 s whatever their rate."""
        self._last: int | None = None
        self._told_s = -math.inf
        self._first: list[tuple[int, float]] = []
        """(frames since the line began, arrival) of the first few; empty once the line is believed."""
        self._frames = self._since = self._late = self.restarts = 0
        self._line_s = 0.0
        self._period_s = nominal_period_s
        # Covariance of (line, period) in units of the residuals' variance.
        self._c00 = self._c01 = self._c11 = 0.0
        self._mean = self._mean_square = self._scale = self._fastest = 0.0
        self._before_s = self._product = 0.0
        """Residual of the frame before, and the mean product of neighbours."""

    def date(self, frame: int, arrived_s: float, earliest_s: float = -math.inf) -> float:
        """Host time in s of device frame `frame`, whose packet was complete at `arrived_s`.

        `earliest_s` is when it cannot have been before: a device that answers with its newest frame measured it no
        longer than one period before it was asked. Times never go back; frames must come in order.
        """
        ahead = 0 if self._last is None else (frame - self._last) % WRAP
        if self._last is not None and not 0 < ahead < WRAP // 2:
            self._begin_anew()
        self._last = frame
        self._frames += 1
        at = self._line_at(ahead, arrived_s)
        self._told_s = max(min(max(at, earliest_s), arrived_s), min(self._told_s, arrived_s))
        return self._told_s

    @property
    def fit(self) -> Fit:
        """The line as it stands, with its errors; they are conservative by the square root of two."""
        noise = math.sqrt(self._mean_square)
        # Delays that resemble the ones before them (a host that still learns when to ask) tell less than their number.
        alike = min(max(self._product / self._mean_square, 0.0), 0.99) if self._mean_square else 0.0
        error = noise * math.sqrt((1 + alike) / (1 - alike))
        period_error_s = error * math.sqrt(self._c11)
        nominal_s = self._nominal_s / max(self._step, 1)
        return Fit(
            period_s=self._period_s,
            period_error_s=period_error_s,
            offset_error_s=error * math.sqrt(self._c00),
            drift_ppm=1e6 * (self._period_s / nominal_s - 1),
            drift_error_ppm=1e6 * period_error_s / nominal_s,
            jitter_s=noise,
            latency_s=max(0.0, self._mean - self._fastest),
            frames=self._frames,
            restarts=self.restarts,
        )

    def _begin_anew(self) -> None:
        self.restarts += 1
        self._first, self._since, self._late = [], 0, 0

    def _line_at(self, ahead: int, arrived_s: float) -> float:
        """The frame's time by the line, which takes this arrival into account; the arrival while there is no line."""
        if self._since:
            self._step = min(self._step, ahead)
            self._follow(ahead, arrived_s)
        if self._since:
            return self._line_s + self._fastest
        if self._first:
            self._step = min(self._step, ahead) if self._step else ahead
        self._first.append((self._first[-1][0] + ahead if self._first else 0, arrived_s))
        if len(self._first) >= WARM_UP:
            self._draw_line()
        return arrived_s

    def _draw_line(self) -> None:
        """The first line, by medians, so that no single late packet bends it (Theil 1950, Sen 1968)."""
        first, self._first = self._first, []
        if not self._c11:
            pairs = ((a, b) for n, a in enumerate(first) for b in first[n + 1 :])
            self._period_s = statistics.median((b[1] - a[1]) / (b[0] - a[0]) for a, b in pairs)
        ends = [arrived_s - frame * self._period_s for frame, arrived_s in first]
        offset_s = statistics.median(ends)
        self._scale = max(LEAST_SCALE_S, 1.4826 * statistics.median(abs(end - offset_s) for end in ends))
        self._mean_square = self._scale**2
        self._mean = 0.0
        self._fastest = max(min(ends) - offset_s, -2 * self._scale)
        self._line_s = offset_s + first[-1][0] * self._period_s
        count, span = len(first), first[-1][0]
        if not self._c11:
            self._c00, self._c01, self._c11 = 4 / count, 6 / (count * span), 12 / (count * span**2)
        else:
            # The period is known from before; the line goes through the middle of the new arrivals.
            self._c00, self._c01 = 1 / count + self._c11 * (span / 2) ** 2, self._c11 * span / 2
        self._since = count

    def _follow(self, ahead: int, arrived_s: float) -> None:
        """Take one arrival: believe it, doubt it, or begin a new line."""
        line_s = self._line_s + ahead * self._period_s
        residual = arrived_s - line_s
        behind = residual - self._fastest
        # A young line is itself unsure, and the more so the farther it is drawn.
        unsure = self._c00 + ahead * (2 * self._c01 + ahead * self._c11)
        spread_s = self._scale * math.sqrt(1 + max(unsure, 0.0))
        if behind < -max(EARLY * spread_s, self._nominal_s / 2):
            self._begin_anew()  # it came before it was measured: the counter jumped
            return
        self._late = self._late + 1 if behind > max(LATE * spread_s, self._nominal_s) else 0
        if self._late >= LATE_RUN:
            self._begin_anew()
            return
        self._learn(line_s, ahead, residual)

    def _learn(self, line_s: float, ahead: int, residual: float) -> None:
        """One step of recursive least squares, and what it shows of the noise."""
        c11, c01 = self._c11, self._c01 + ahead * self._c11
        c00 = self._c00 + ahead * (self._c01 + c01)
        self._since += 1
        self._line_s = line_s
        if not self._late:
            far = abs(residual - self._mean)
            weight = min(1.0, HUBER * self._scale / far) if far else 1.0
            gain = 1 / (1 / weight + c00)
            self._line_s += c00 * gain * residual
            self._period_s += c01 * gain * residual
            # As c - c c' gain, but written so that rounding never makes a variance negative.
            kept = gain / (1 - 1 / MEMORY)
            c11 = (max(c00 * c11 - c01 * c01, 0.0) + c11 / weight) * kept
            c01, c00 = c01 / weight * kept, c00 / weight * kept
            left_s = residual - (self._line_s - line_s)
            self._note_noise(left_s)
            # A low quantile by stochastic approximation (Robbins & Monro 1951).
            step_s = FASTEST_GAIN * self._scale / min(self._since, MEMORY)
            self._fastest += step_s * (QUANTILE if left_s > self._fastest else QUANTILE - 1)
        self._c00, self._c01, self._c11 = c00, c01, c11

    def _note_noise(self, residual_s: float) -> None:
        share = 1 / min(self._since, SCALE_MEMORY)
        self._mean += share * (residual_s - self._mean)
        far = min(abs(residual_s), FAR * self._scale)
        self._mean_square += share * (far**2 - self._mean_square)
        near = math.copysign(far, residual_s)
        self._product += share * (near * self._before_s - self._product)
        self._before_s = near
        # The mean absolute residual, as the standard deviation of a Gaussian would show it.
        self._scale = max(LEAST_SCALE_S, self._scale + share * (1.2533 * far - self._scale))
