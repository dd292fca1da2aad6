"""The life of a tracker at the other end of a line, the same for every protocol.

A driver says what is its own: how to set the device up (`_set_up`), begin and end tracking (`_begin`, `_end`), and how
to listen (`_listen`, which appends to `_ready` what it can make of the next bytes). docs/add-a-tracker.md shows a whole
one.
"""

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Self

from arguide.errors import ArguideError, PortError, PortTimeoutError, TrackerStateError
from arguide.ports.port import Port
from arguide.settings.profile import TrackerProfile
from arguide.trackers.life import Event, State, after
from arguide.trackers.line import Line
from arguide.trackers.reading import Sample

USELESS_S = 5.0
USELESS = 50_000
"""A device that speaks for so long, or so often (a simulated clock may stand still), says nothing of our tools."""


class LineTracker(ABC):
    """A `Tracker`. `open_line` opens the port when `connect` is called; `clock` gives host seconds."""

    def __init__(self, open_line: Callable[[], Port], profile: TrackerProfile, clock: Callable[[], float]) -> None:
        self.profile = profile
        self.state = State.CLOSED
        self.warnings: tuple[str, ...] = ()
        """What the device, or the farewell to it, had to complain about; nothing here stops the work."""
        self._open_line = open_line
        self._clock = clock
        self._line: Line | None = None
        self._ready: deque[Sample] = deque()

    @abstractmethod
    def _set_up(self, line: Line) -> None:
        """Find the device and make it ready. Raises what `Tracker.connect` raises."""

    @abstractmethod
    def _begin(self, line: Line) -> None:
        """Begin tracking, with nothing remembered of an earlier session."""

    @abstractmethod
    def _listen(self, line: Line) -> None:
        """Wait for bytes, ask for them if need be, and append samples that they complete to `_ready`."""

    @abstractmethod
    def _end(self, line: Line) -> None:
        """End tracking, or leave the device usable after setting it up."""

    def connect(self) -> None:
        """Find the device and set it up."""
        connected = after(self.state, Event.CONNECT)
        line = Line(self._open_line(), self._clock)
        try:
            self._set_up(line)
        except BaseException:
            line.port.close()
            raise
        self._line, self.state = line, connected

    def start(self) -> None:
        """Begin tracking."""
        tracking = after(self.state, Event.START)
        self._ready.clear()
        self._begin(self._connected)
        self.state = tracking

    def read(self) -> Sample:
        """Wait for the next device frame. See `Tracker.read` for what it raises."""
        if self.state is not State.TRACKING:
            raise TrackerStateError(f"read: not possible while the tracker is {self.state}; start it first")
        try:
            give_up_at, heard = self._clock() + USELESS_S, 0
            while not self._ready:
                self._listen(self._connected)
                heard += 1
                if not self._ready and (heard > USELESS or self._clock() > give_up_at):
                    raise PortTimeoutError(self._useless())
        except PortError as error:
            if not isinstance(error, PortTimeoutError):
                self._lose_line()
            raise
        return self._ready.popleft()

    def stop(self) -> None:
        """End tracking; `start` may follow."""
        stopped = after(self.state, Event.STOP)
        self._end(self._connected)
        self.state = stopped

    def close(self) -> None:
        """Say farewell and give the line back. One that does not answer cannot keep us from closing."""
        closed = after(self.state, Event.CLOSE)
        line, self._line = self._line, None
        self.state = closed
        if line is None:
            return
        try:
            self._end(line)
        except ArguideError as error:
            self.warnings += (f"while closing: {error}",)
        finally:
            line.port.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _useless(self) -> str:
        tools = ", ".join(tool.name for tool in self.profile.tools)
        return (
            f"much is sent on {self._connected.port.name}, but nothing of {tools} within {USELESS_S:g} s;"
            f" correct their stations or sources in {self.profile.file.name}"
        )

    @property
    def _connected(self) -> Line:
        if self._line is None:
            raise AssertionError("connected and tracking states have a line")
        return self._line

    def _lose_line(self) -> None:
        lost = after(self.state, Event.LOST)
        line, self._line = self._line, None
        if line is not None:
            line.port.close()
        self.state = lost
