"""A tracker that comes back by itself: after its cable was pulled, it was switched off and on, or it restarted.

`read` then raises PortTimeoutError with what is wrong and since when, and each further `read` makes one attempt to
connect, set the tools up again and go on. Whoever reads in a loop (as `Live` does) shows the message and needs no
other code; the first sample after a gap says in its alerts how long the gap was, so a recording shows it too.
"""

import time
from collections.abc import Callable
from dataclasses import replace

from arguide.errors import PortError, PortTimeoutError, SettingsError, TrackerError
from arguide.trackers.reading import Sample
from arguide.trackers.tracker import Tracker

PAUSE_S = 0.15
"""Between two attempts: short, since it delays the recovery, and long enough for other programs to breathe."""


class ReconnectingTracker:
    """A `Tracker` around the one that `make` gives (which only stores what it needs and opens nothing).

    A driver may offer `reconnect`: as `connect`, but giving up quickly, since it is tried again and again, with the same
    driver until it is back. `clock` gives host seconds; `wait` lets them pass.
    """

    def __init__(
        self,
        make: Callable[[], Tracker],
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self._make = make
        self._clock = clock
        self._wait = wait
        self._lost_at: float | None = None
        self._reason = ""
        self.recoveries = 0
        """How often it came back."""
        self.longest_gap_s = 0.0
        self.tracker = make()
        """The driver underneath; a new one after every loss."""

    def connect(self) -> None:
        """Connect for the first time: whatever is wrong is raised at once, so that it can be mended."""
        self.tracker.connect()

    def start(self) -> None:
        """Begin tracking. A line that was lost since `connect` is found out by `read`."""
        try:
            self.tracker.start()
        except PortError as error:
            self._lose(error)

    def read(self) -> Sample:
        """The next sample. Raises PortTimeoutError while the tracker is away; SettingsError when waiting cannot help."""
        if self._lost_at is not None:
            return self._come_back(self._lost_at)
        try:
            return self.tracker.read()
        except (PortError, TrackerError) as error:
            self._lose(error)
            raise self._away(self._clock()) from error

    def stop(self) -> None:
        """End tracking; nothing to do while the tracker is away."""
        if self._lost_at is None:
            self.tracker.stop()

    def close(self) -> None:
        """Give the line back."""
        self.tracker.close()

    def _lose(self, error: PortError | TrackerError) -> None:
        self._lost_at, self._reason = self._clock(), str(error)
        self._let_go()
        self.tracker = self._make()

    def _let_go(self) -> None:
        """Close what is left of the old connection; its farewell has nobody to go to."""
        abandon: Callable[[], None] = getattr(self.tracker, "abandon", self.tracker.close)
        abandon()

    def _come_back(self, lost_at: float) -> Sample:
        try:
            getattr(self.tracker, "reconnect", self.tracker.connect)()
            self.tracker.start()
            sample = self.tracker.read()
        except SettingsError:
            raise
        except (PortError, TrackerError) as error:
            self._let_go()
            self._reason = str(error)
            self._wait(PAUSE_S)
            raise self._away(lost_at) from error
        gap_s = self._clock() - lost_at
        self._lost_at = None
        self.recoveries += 1
        self.longest_gap_s = max(self.longest_gap_s, gap_s)
        return _with_alert(sample, f"the tracker was away for {gap_s:.1f} s; its tools were set up again")

    def _away(self, lost_at: float) -> PortTimeoutError:
        return PortTimeoutError(
            f"no tracker for {self._clock() - lost_at:.0f} s, connecting again by itself; the reason: {self._reason}"
        )


def _with_alert(sample: Sample, text: str) -> Sample:
    return replace(sample, alerts=(*sample.alerts, text))
