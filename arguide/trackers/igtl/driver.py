"""The driver for any OpenIGTLink source, such as PLUS or 3D Slicer: transforms by name, joined to frames by their time.

The source sends, we listen. Tools of one instant come as one TDATA, or as one TRANSFORM each with the same time, or
nearly so: what lies within half a frame belongs together. A tool that is not sent in its turn is hidden. Frames are
counted as they come; when they were measured only the source's clock knows, and it is not ours.
"""

from collections.abc import Callable

from arguide.errors import BadReplyError, PortTimeoutError, SettingsError
from arguide.geometry.transforms import Array
from arguide.ports.port import Port
from arguide.settings.profile import TrackerProfile
from arguide.trackers.igtl.contents import (
    decode_status,
    decode_tracking,
    decode_transform,
    start_tracking,
    stop_tracking,
)
from arguide.trackers.igtl.packets import Message, MessageReader, encode
from arguide.trackers.line import Line
from arguide.trackers.line_tracker import LineTracker
from arguide.trackers.reading import Reading, Sample, Visibility

KINDS = ("TRANSFORM", "TDATA", "STATUS")
NAME_SIZE = 20
"""Longer names are cut on the wire."""
SILENCE_S = 2.5
MAX_NOISE = 200_000
"""Bytes without a message among them: this is not OpenIGTLink."""
MAX_ALERTS = 8
VALID = ("OK", "VALID")


class IgtlTracker(LineTracker):
    """A `Tracker` fed by an OpenIGTLink server; `--port socket://HOST:18944`."""

    def __init__(self, open_line: Callable[[], Port], profile: TrackerProfile, clock: Callable[[], float]) -> None:
        super().__init__(open_line, profile, clock)
        self._names = {tool.transform_name[:NAME_SIZE]: tool.name for tool in profile.tools}
        if len(self._names) < len(profile.tools):
            raise SettingsError(
                f"{profile.file}: tool: names of transforms must differ in their first {NAME_SIZE} letters"
            )
        self._together_s = 0.5 / profile.rate_hz
        self._forget()

    def _forget(self) -> None:
        self._reader = MessageReader(KINDS)
        self._poses: dict[str, Array | None] = {}
        self._time_s = 0.0
        self._delivered_s = 0.0
        self._alerts: dict[str, str] = {}
        self._frame = self._noise = 0

    def _set_up(self, line: Line) -> None:
        """Nothing is asked of a source before it shall send; a network takes no notice of a speed."""
        line.port.set_baud(self.profile.baud, self.profile.handshake)

    def _begin(self, line: Line) -> None:
        self._forget()
        if self.profile.stream:
            line.tell(encode(start_tracking()))

    def _end(self, line: Line) -> None:
        if self.profile.stream:
            line.tell(encode(stop_tracking()))

    def _listen(self, line: Line) -> None:
        data = line.port.read(self._together_s if self._poses else SILENCE_S)
        if not data and not self._poses:
            raise PortTimeoutError(
                f"{line.port.name}: no transform of {', '.join(self._names)} within {SILENCE_S:g} s; does the source"
                " send, and under these names?"
            )
        if not data:
            self._deliver()
        messages = self._reader.push(data)
        for message in messages:
            self._take(message)
        self._noise = 0 if messages else self._noise + len(data)
        # A big picture comes in many pieces: those are skipped, not noise.
        if self._noise > MAX_NOISE and self._reader.dropped > MAX_NOISE // 2:
            self._forget()
            raise BadReplyError(
                f"{line.port.name}: expected OpenIGTLink, got bytes that are none; is it that server's port?"
            )

    def _take(self, message: Message) -> None:
        try:
            if message.kind == "STATUS":
                self._note(message)
            elif message.kind == "TDATA":
                self._take_all(message)
            elif message.name in self._names:
                self._add(self._names[message.name], _pose(message), message.time_s or self._clock())
        except BadReplyError:
            # Checked by CRC and yet of a wrong length: another message's business, ours are the next ones.
            self._reader.dropped += len(message.content)

    def _note(self, message: Message) -> None:
        """A source in trouble says so again and again; it is an alert until it says that all is well."""
        self._alerts.pop(message.name, None)
        if (words := decode_status(message.content).words) and len(self._alerts) < MAX_ALERTS:
            self._alerts[message.name] = f"{message.name}: {words}" if message.name else words

    def _take_all(self, message: Message) -> None:
        self._deliver()
        tracked = decode_tracking(message.content)
        # Tracking data without any of our tools are a frame too: all of them are hidden.
        poses = {self._names[name]: pose for name, pose in tracked.items() if name in self._names}
        self._poses = poses or dict.fromkeys(self._names.values())
        self._time_s = message.time_s or self._clock()
        self._deliver()

    def _add(self, tool: str, pose: Array | None, time_s: float) -> None:
        if self._poses and (tool in self._poses or abs(time_s - self._time_s) > self._together_s):
            self._deliver()
        if not self._poses:
            self._time_s = time_s
        self._poses[tool] = pose
        if len(self._poses) == len(self._names):
            self._deliver()

    def _deliver(self) -> None:
        """Make a sample of what belongs together, unless there is nothing, or the same was sent again."""
        poses, self._poses = self._poses, {}
        if not poses or self._time_s == self._delivered_s:
            return
        self._delivered_s = self._time_s
        self._frame += 1
        now = self._clock()
        readings = {tool: _reading(tool, poses) for tool in self._names.values()}
        self._ready.append(Sample(self._frame, now, readings, tuple(self._alerts.values()), arrived_s=now))


def _pose(message: Message) -> Array | None:
    """The transform, or None when the message itself says that it is not to be believed."""
    words = [value for key, value in message.meta.items() if key.lower().endswith("status")]
    return None if any(word.upper() not in VALID for word in words) else decode_transform(message.content)


def _reading(tool: str, poses: dict[str, Array | None]) -> Reading:
    pose = poses.get(tool)
    if pose is not None:
        return Reading(tool, pose, Visibility.VISIBLE)
    return Reading(
        tool, None, Visibility.HIDDEN, why="sent as not valid" if tool in poses else "not sent with the others"
    )
