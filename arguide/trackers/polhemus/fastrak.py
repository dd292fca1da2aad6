"""FASTRAK: one-letter commands, records of three header characters and the items that were asked for.

In binary: position and quaternion (items 2, 11) and a closing space (0). In text: position and Euler angles (2, 4) and
CR LF (1), the form in which the device wakes up.
"""

from collections.abc import Iterator

from arguide.errors import BadReplyError, DeviceError
from arguide.trackers.line import Line
from arguide.trackers.polhemus.records import BinaryReader, TextReader, binary_pose, complaint_of, text_pose
from arguide.trackers.rounds import Position, Quaternion, Record
from arguide.trackers.station_tracker import Reader, StationTracker

STATIONS = "1234"
HEADER = 3
BINARY_SIZE = HEADER + 28 + 1
TEXT_WIDTH = 7
TEXT_SIZE = HEADER + 6 * TEXT_WIDTH
ITEMS = {"binary": "2,11,0", "text": "2,4,1"}
FORMAT = {"binary": b"f", "text": b"F"}
HEMISPHERE = {"+x": "1,0,0", "-x": "-1,0,0", "+y": "0,1,0", "-y": "0,-1,0", "+z": "0,0,1", "-z": "0,0,-1"}


def parse_binary(data: bytes) -> Record | None:
    """The record in 32 bytes, or None when they are none."""
    if data[-1:] != b" ":
        return None
    return _record(data[:HEADER], binary_pose(data[HEADER:-1]))


def parse_text(line: bytes) -> Record | None:
    """The record in 45 characters, or None when they are none."""
    return _record(line[:HEADER], text_pose(line[HEADER:], TEXT_WIDTH))


def _record(header: bytes, pose: tuple[Position, Quaternion] | None) -> Record | None:
    if pose is None or header[:1] != b"0" or chr(header[1]) not in STATIONS:
        return None
    complaint = complaint_of(header[2:3])
    return None if complaint is None else Record(int(header[1:2]), *pose, complaint)


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
        if self.profile.reply == "binary":
            return BinaryReader(b"0", BINARY_SIZE, parse_binary)
        return TextReader(TEXT_SIZE, parse_text)

    def _preparation(self) -> Iterator[bytes]:
        yield b"F"
        yield b"u"
        for station in STATIONS:
            # On first: the last station that is on cannot be switched off.
            if int(station) in self.tools:
                yield f"l{station},1\r".encode()
                yield f"H{station},{HEMISPHERE[self.profile.hemisphere]}\r".encode()
                yield f"O{station},{ITEMS[self.profile.reply]}\r".encode()
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
