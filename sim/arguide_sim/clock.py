"""Which frame is it? A device asks its clock; the clock decides how time runs.

Frames are counted from 0 at `start`; a clock that was not started stands still at frame 0.
"""

import time
from collections.abc import Callable
from typing import Protocol


class Time(Protocol):
    """Time as the line and the host have it, s."""

    def now(self) -> float:
        """Since whenever; never goes back."""
        ...

    def wait(self, seconds: float) -> None:
        """Let so much pass."""
        ...


class WallTime:
    """The real one."""

    def now(self) -> float:
        return time.monotonic()

    def wait(self, seconds: float) -> None:
        time.sleep(seconds)


class VirtualTime:
    """Passes only when somebody waits, and then at once: what takes minutes is over in a moment, and always the same."""

    def __init__(self) -> None:
        self._now = 0.0

    def now(self) -> float:
        return self._now

    def wait(self, seconds: float) -> None:
        self._now += max(0.0, seconds)


class Clock(Protocol):
    """Counts device frames."""

    def start(self, rate_hz: float) -> None:
        """Begin again at frame 0, `rate_hz` frames a second from now on."""
        ...

    def frame(self) -> int:
        """Index of the newest frame since `start`."""
        ...

    def until_after(self, frame: int) -> float:
        """How long until a frame later than that one is there, s; 0 when it is."""
        ...

    def elapsed_s(self) -> float:
        """Time since the first `start`, whatever was started since; 0 before."""
        ...

    def session_s(self) -> float:
        """What `elapsed_s` was at the last `start`."""
        ...


class RealClock:
    """Frames follow the wall: asking faster than `rate_hz` gives the same frame again, as on a real device."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._started = now()
        self._first: float | None = None
        self._rate_hz = 0.0

    def start(self, rate_hz: float) -> None:
        self._started = self._now()
        self._rate_hz = rate_hz
        if self._first is None:
            self._first = self._started

    def frame(self) -> int:
        return int((self._now() - self._started) * self._rate_hz)

    def until_after(self, frame: int) -> float:
        return max(0.0, self._started + (frame + 1) / self._rate_hz - self._now())

    def elapsed_s(self) -> float:
        return 0.0 if self._first is None else self._now() - self._first

    def session_s(self) -> float:
        return 0.0 if self._first is None else self._started - self._first


class StepClock:
    """Every question is a frame later than the one before: simulated time runs as fast as the host asks."""

    def __init__(self) -> None:
        self._next = 0
        self._rate_hz = 1.0
        self._before_s = 0.0

    def start(self, rate_hz: float) -> None:
        self._before_s = self.elapsed_s()
        self._next = 0
        self._rate_hz = rate_hz

    def frame(self) -> int:
        self._next += 1
        return self._next - 1

    def until_after(self, frame: int) -> float:
        return 1 / self._rate_hz

    def elapsed_s(self) -> float:
        return self._before_s + self._next / self._rate_hz

    def session_s(self) -> float:
        return self._before_s
