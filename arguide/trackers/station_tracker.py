"""What all trackers with numbered sensors have in common: the asking, the joining, the doubting.

A family of devices adds what it says on the line (`_prepare`, `_reader`, three commands). The device is asked for every
frame (`stream = false`: the default, always in step) or sends by itself (`stream = true`: a little fresher).
These lines carry no checksum and, but for few, no frame number: a record is believed if its form, its numbers and the
motion that they mean can be; frames are counted as they come.
"""

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Protocol

from arguide.errors import BadReplyError, PortTimeoutError, SettingsError
from arguide.geometry.transforms import from_quaternion
from arguide.ports.port import Port
from arguide.settings.profile import ToolProfile, TrackerProfile
from arguide.trackers.line import Line
from arguide.trackers.line_tracker import LineTracker
from arguide.trackers.plausible import Motion, Verdict
from arguide.trackers.reading import Reading, Sample, Visibility
from arguide.trackers.rounds import Record, Round, Rounds

ANSWER_S = 0.5
"""Patience for the first record of a frame."""
GAP_S = 0.05
"""Patience for the rest of it."""
MAX_FAILURES = 5
MAX_NOISE = 10_000
"""Bytes without a single record among them: another speed, another format, another device."""
FASTEST_MM_S = 5000.0
REPLIES = ("binary", "text")


class Reader(Protocol):
    """Bytes in, records out. Keeps a bounded rest; drops what is no record, and counts it."""

    dropped: int

    def push(self, data: bytes) -> list[Record]:
        """Take bytes; returns the records that they complete."""
        ...


@dataclass
class Statistics:
    """What happened on the line since `start`; all counters only grow."""

    frames: int = 0
    skipped: int = 0
    """Device frames that never came, where the device dates its frames."""
    incomplete: int = 0
    """Frames in which a sensor was missing."""
    bad_replies: int = 0
    """Frames given up because bytes among them were unreadable."""
    timeouts: int = 0
    doubted: int = 0
    """Poses withheld because no hand moves so fast."""


class StationTracker(LineTracker):
    """A `Tracker` of numbered sensors. `open_line` opens the port when `connect` is called; `clock` gives host seconds."""

    POLL: ClassVar[bytes]
    """Asks for one frame."""
    STREAM: ClassVar[bytes]
    """Asks for frame after frame."""
    QUIET: ClassVar[bytes]
    """Ends that; harmless when nothing was sent."""

    def __init__(self, open_line: Callable[[], Port], profile: TrackerProfile, clock: Callable[[], float]) -> None:
        if profile.reply not in REPLIES:
            raise SettingsError(f"{profile.file}: reply: {profile.reply!r} is not one of {', '.join(REPLIES)}")
        super().__init__(open_line, profile, clock)
        self.tools: dict[int, ToolProfile] = {_station_of(tool, profile): tool for tool in profile.tools}
        self.statistics = Statistics()
        self._forget()

    @abstractmethod
    def _prepare(self, line: Line) -> None:
        """Find the device on a quiet line and make it ready. Raises what `Tracker.connect` raises."""

    @abstractmethod
    def _reader(self) -> Reader:
        """A reader for what it will send."""

    def _set_up(self, line: Line) -> None:
        line.port.set_baud(self.profile.baud, self.profile.handshake)
        line.tell(self.QUIET)
        line.hear()
        self._prepare(line)

    def _begin(self, line: Line) -> None:
        self._forget()
        if self.profile.stream:
            line.tell(self.STREAM)

    def _end(self, line: Line) -> None:
        line.tell(self.QUIET)
        line.hear()

    # --- reading ------------------------------------------------------------------------------------------------------

    def _forget(self) -> None:
        self.statistics = Statistics()
        self._rounds = Rounds(self.tools)
        self._records = self._reader()
        self._motions = {station: Motion(FASTEST_MM_S) for station in self.tools}
        self._frame = 0
        self._measured_s: float | None = None
        self._began_s, self._began = 0.0, 0
        """When the device measured the first frame, and its number."""
        self._moved_s = self._taken_s = 0.0
        self._asked = False
        self._due_s = 0.0
        self._failures = self._noise = self._dropped_before = 0

    def _listen(self, line: Line) -> None:
        """Ask if it is time, take what comes, and keep what it completes."""
        if not self.profile.stream and not self._asked:
            self._ask(line)
        data = line.port.read(GAP_S if self._rounds.pending else ANSWER_S)
        if not data:
            self._take_silence(line)
            return
        records = self._records.push(data)
        self._noise = 0 if records else self._noise + len(data)
        if self._noise > MAX_NOISE:
            self._noise = 0
            raise BadReplyError(self._unreadable(line))
        for record in records:
            for ended in self._rounds.add(record):
                self._take(ended)

    def _ask(self, line: Line) -> None:
        """Not before a new frame is due: asked sooner, most devices send the last one again."""
        period_s = 1 / self.profile.rate_hz
        now = self._clock()
        if (wait_s := self._due_s - now) > 1e-4:
            if data := line.port.read(min(wait_s, period_s)):
                self._noise += len(data)
            now = self._clock()
        self._due_s = max(self._due_s + period_s, now)
        line.tell(self.POLL)
        self._asked = True

    def _take_silence(self, line: Line) -> None:
        self._asked = False
        if self._rounds.pending:
            for ended in self._rounds.flush():
                self._take(ended)
            return
        if self._records.dropped > self._dropped_before:
            self._fail(BadReplyError(self._unreadable(line)))
        else:
            self.statistics.timeouts += 1
            self._fail(
                PortTimeoutError(
                    f"no answer on {line.port.name} within {ANSWER_S:g} s; is the tracker on and its cable plugged in?"
                )
            )

    def _take(self, ended: Round) -> None:
        """Make a sample of a round, unless some of it was lost on the line or was there before."""
        self._asked = False
        if not ended.complete:
            if self._records.dropped > self._dropped_before:
                self._fail(BadReplyError(self._unreadable(self._connected)))
                return
            self.statistics.incomplete += 1
        self._dropped_before = self._records.dropped
        self._failures = 0
        if self._count(ended):
            self._ready.append(self._sample(ended))

    def _fail(self, error: BadReplyError | PortTimeoutError) -> None:
        """Survive, unless it happens too often in a row."""
        if isinstance(error, BadReplyError):
            self.statistics.bad_replies += 1
        self._dropped_before = self._records.dropped
        self._failures += 1
        if self._failures >= MAX_FAILURES:
            self._failures = 0
            raise error

    def _unreadable(self, line: Line) -> str:
        return (
            f"{line.port.name}: expected {self.profile.reply} records of a {self.profile.driver}, got bytes that are none;"
            f" is {self.profile.baud} the speed of its switches, and does another program use the line?"
        )

    def _count(self, ended: Round) -> bool:
        """Give the frame a number; False when the device says that it is the last one again."""
        times = [record.time_s for record in ended.records.values() if record.time_s is not None]
        steps = 1
        if times:
            newest, before = max(times), self._measured_s
            if newest == before:
                return False
            if before is None or newest < before:
                self._began_s, self._began = newest, self._frame + 1
            else:
                # Counted from the beginning: rounding from frame to frame would add up.
                due = self._began + round((newest - self._began_s) * self.profile.rate_hz)
                steps = max(1, due - self._frame)
            self._measured_s = newest
        self._frame += steps
        self.statistics.skipped += steps - 1
        self.statistics.frames += 1
        return True

    def _sample(self, ended: Round) -> Sample:
        now = self._clock()
        # Frames that waited somewhere come in a burst: the tool has had their nominal time to move all the same.
        self._moved_s += max(now - self._taken_s, 1 / self.profile.rate_hz)
        self._taken_s = now
        readings = {
            tool.name: self._reading(tool.name, ended.records.get(station)) for station, tool in self.tools.items()
        }
        return Sample(self._frame, now, readings)

    def _reading(self, tool: str, record: Record | None) -> Reading:
        if record is None:
            return Reading(tool, None, Visibility.HIDDEN, why="no record of its sensor came")
        if record.complaint and record.complaint not in self.profile.accept_errors:
            return Reading(
                tool, None, Visibility.HIDDEN, buttons=record.buttons, why=f"the device says error {record.complaint!r}"
            )
        motion, now = self._motions[record.station], self._moved_s
        if motion.judge(record.position, record.quaternion, now) is Verdict.IMPOSSIBLE:
            motion.suspect(record.position, record.quaternion, now)
            self.statistics.doubted += 1
            return Reading(tool, None, Visibility.HIDDEN, buttons=record.buttons, why="moved faster than a hand can")
        motion.accept(record.position, record.quaternion, now)
        return Reading(
            tool,
            from_quaternion(*record.quaternion, record.position),
            Visibility.DISTURBED if record.complaint else Visibility.VISIBLE,
            buttons=record.buttons,
            why=f"the device says error {record.complaint!r}" if record.complaint else "",
        )


def _station_of(tool: ToolProfile, profile: TrackerProfile) -> int:
    if tool.station is None:
        raise SettingsError(f"{profile.file}: tool {tool.name}: station missing; give the number of its sensor")
    return tool.station
