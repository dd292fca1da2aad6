"""FASTRAK: one-letter commands, records of three header characters and the items that were asked for.

In binary: position and quaternion (items 2, 11) and a closing space (0). In text: position and Euler angles (2, 4) and
CR LF (1), the form in which the device wakes up. Where there is a stylus with a button, its flag (16), a space and a
digit, stands before the end.
"""

from collections.abc import Iterator

from arguide.errors import BadReplyError, DeviceError
from arguide.trackers.line import Line
from arguide.trackers.polhemus.records import BinaryReader, TextReader, binary_pose, complaint_of, text_pose
from arguide.trackers.rounds import Position, Quaternion, Record
from arguide.trackers.station_tracker import Reader, StationTracker

STATIONS = "1234"
HEADER = 3
POSE = 28
BINARY_SIZE = HEADER + POSE + 1
TEXT_WIDTH = 7
TEXT_SIZE = HEADER + 6 * TEXT_WIDTH
FLAGS = {b"": 0, b" 0": 0, b" 1": 1}
FLAG_SIZE = 2
ITEMS = {
    ("binary", False): "2,11,0",
    ("binary", True): "2,11,16,0",
    ("text", False): "2,4,1",
    ("text", True): "2,4,16,1",
}
FORMAT = {"binary": b"f", "text": b"F"}
HEMISPHERE = {"+x": "1,0,0", "-x": "-1,0,0", "+y": "0,1,0", "-y": "0,-1,0", "+z": "0,0,1", "-z": "0,0,-1"}


def parse_binary(data: bytes) -> Record | None:
    """The record in 32 bytes, 34 with a flag, or None when they are none."""
    if data[-1:] != b" ":
        return None
    return _record(data[:HEADER], binary_pose(data[HEADER : HEADER + POSE]), data[HEADER + POSE : -1])


def parse_text(line: bytes) -> Record | None:
    """The record in 45 characters, 47 with a flag, or None when they are none."""
    return _record(line[:HEADER], text_pose(line[HEADER:TEXT_SIZE], TEXT_WIDTH), line[TEXT_SIZE:])


def _record(header: bytes, pose: tuple[Position, Quaternion] | None, flag: bytes) -> Record | None:
    if pose is None or header[:1] != b"0" or chr(header[1]) not in STATIONS or flag not in FLAGS:
        return None
    complaint = complaint_of(header[2:3])
    return None if complaint is None else Record(int(header[1:2]), *pose, complaint, FLAGS[flag])


class FastrakTracker(StationTracker):
    """A `Tracker` over the FASTRAK's protocol; stations 1 to 4 are its sockets."""

    POLL, STREAM, QUIET = b"P", b"C", b"c"

    def _prepare(self, line: Line) -> None:
        status = line.ask_text(b"S")
        if not status.startswith("2"):
            raise BadReplyError(f"S: expected a FASTRAK's status, got {status[:40]!r}; is it another device?")
        line.order(self._preparation())
        self._check_sockets(line)
        line.order([FORMAT[self.profile.reply]])

    def _reader(self) -> Reader:
        more = FLAG_SIZE if self._with_button else 0
        if self.profile.reply == "binary":
            return BinaryReader(b"0", BINARY_SIZE + more, parse_binary)
        return TextReader(TEXT_SIZE + more, parse_text)

    @property
    def _with_button(self) -> bool:
        """All stations report in the same form: then every record is equally long."""
        return any(tool.has_button for tool in self.profile.tools)

    def _preparation(self) -> Iterator[bytes]:
        yield b"F"
        yield b"u"
        for station in STATIONS:
            # On first: the last station that is on cannot be switched off.
            if int(station) in self.tools:
                yield f"l{station},1\r".encode()
                yield f"H{station},{HEMISPHERE[self.profile.hemisphere]}\r".encode()
                yield f"O{station},{ITEMS[self.profile.reply, self._with_button]}\r".encode()
        for station in STATIONS:
            if int(station) not in self.tools:
                yield f"l{station},0\r".encode()

    def _check_sockets(self, line: Line) -> None:
        """Every station of the profile must be on: one without a sensor stays off."""
        answer = line.ask_text(b"l1\r")
        for station, tool in self.tools.items():
            if answer[HEADER - 1 + station : HEADER + station] != "1":
                raise DeviceError(
                    f"tool {tool.name}: station {station} stays off; plug its sensor in, or correct `station` in"
                    f" {self.profile.file.name}",
                    code=station,
                )
