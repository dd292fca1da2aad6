"""When to ask for the next device frame, so that it is fresh and the line and both computers stay idle meanwhile.

The device never says when a frame is ready, and asking too early costs a whole exchange (2 ms of wire time for
four tools at 921,600 baud, more behind a USB converter) before one can ask again. So we learn the phase: `due`
is where we expect the next frame. A frame found at the first try lets us ask a little earlier next time; a
repeated frame says we came too early and moves `due` later, by more each time in a row. This settles where
about one frame in ten is asked for twice, whatever the line's speed, and follows a drifting device clock.
"""

EARLIER_S = 25e-6
"""Step back after a frame found at once."""
RUN = 8
"""Found at once so many times in a row, the step doubles, and so on: we are late and do not know by how much."""
LATER_S = 250e-6
"""Step ahead after a repeated frame; ten times EARLIER_S gives the one frame in ten."""
SMOOTHING = 0.02
"""Weight of one measured frame interval in the period: 50 frames to follow a device that runs off its nominal rate."""


class FramePacing:
    """Learns the phase and period of the device's frames from when we asked and what we got.

    All times are host seconds. `period_s` starts at the profile's nominal value.
    """

    def __init__(self, period_s: float) -> None:
        self.period_s = period_s
        self.gap_s = min(LATER_S * 2, period_s / 8)
        """Least wait between two questions about the same frame."""
        self._nominal_s = period_s
        self._due: float | None = None
        self._locked = False
        self._early = 0
        self._run = 0
        self._last_fresh: float | None = None
        self._retry_at = 0.0

    def wait_s(self, now: float) -> float:
        """How long to wait before asking; 0 when it is time or we are late."""
        at = self._retry_at if self._early or not self._locked else self._due
        return max(0.0, at - now) if at is not None else 0.0

    def repeated(self, asked: float) -> None:
        """The question of time `asked` got a frame we have already."""
        self._early += 1
        self._run = 0
        if self._locked and self._due is not None and self._early <= 4:
            self._due += LATER_S * 2 ** (self._early - 1)
        # Longer and longer gaps bound the work when the device is slower than its profile says.
        self._retry_at = asked + min(self.gap_s * 1.25 ** min(self._early - 1, 20), self.period_s / 4)

    def fresh(self, asked: float) -> None:
        """The question of time `asked` got a new frame."""
        if not self._locked:
            # Only a frame that came after a repeated one tells when it came.
            self._locked = self._early > 0
            self._due = asked
        else:
            self._learn_period(asked)
        if self._due is not None:
            if self._locked and not self._early and asked - self._due < self.gap_s * 2:
                self._run += 1
                self._due -= min(EARLIER_S * (1 + self._run / RUN), self.period_s / 50)
            missed = max(0.0, asked - self._due) // self.period_s
            self._due += (missed + 1) * self.period_s
        self._early = 0
        self._last_fresh = asked
        self._retry_at = asked + self.gap_s

    def _learn_period(self, asked: float) -> None:
        if self._last_fresh is None:
            return
        interval = asked - self._last_fresh
        if 0.5 * self.period_s < interval < 1.5 * self.period_s:
            learnt = self.period_s + SMOOTHING * (interval - self.period_s)
            self.period_s = min(max(learnt, 0.5 * self._nominal_s), 2 * self._nominal_s)
