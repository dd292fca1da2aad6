"""LIBERTY and PATRIOT: commands that end in CR; text records, or binary frames that say how long they are.

In binary: position, quaternion and the device's clock (items 2, 7, 8), the stylus' button where there is one (10), and
a closing space (0). In text: position and Euler angles (2, 4) and CR LF (1).
"""

import struct
from collections.abc import Iterator

from arguide.errors import BadReplyError, SettingsError
from arguide.trackers.line import Line
from arguide.trackers.polhemus.fastrak import HEMISPHERE
from arguide.trackers.polhemus.records import BinaryReader, TextReader, binary_pose, complaint_of, text_pose
from arguide.trackers.rounds import Record
from arguide.trackers.station_tracker import Reader, StationTracker

HEADER = struct.Struct("<2sBBBBH")
POSE = 28
TIME = struct.Struct("<I")
SPACE = 1
TEXT_HEADER, TEXT_WIDTH = 4, 9
TEXT_SIZE = TEXT_HEADER + 6 * TEXT_WIDTH
MARKS = {"patriot": b"PA", "liberty": b"LY"}
STATIONS = {"patriot": 2, "liberty": 16}
CONTROL_V = b"\x16"


def binary_size(has_button: bool) -> int:
    """Length of a whole frame in bytes."""
    return HEADER.size + POSE + TIME.size + (TIME.size if has_button else 0) + SPACE


def parse_binary(data: bytes) -> Record | None:
    """The record in a frame with or without button, or None when it is none."""
    _, station, _, error, _, size = HEADER.unpack_from(data)
    body = data[HEADER.size :]
    if size != len(body) or body[-1:] != b" " or not 1 <= station <= max(STATIONS.values()):
        return None
    pose, complaint = binary_pose(body[:POSE]), complaint_of(bytes([error]))
    if pose is None or complaint is None:
        return None
    milliseconds, *buttons = struct.unpack(f"<{(size - POSE - SPACE) // 4}I", body[POSE:-SPACE])
    return Record(station, *pose, complaint, buttons[0] & 0xFF if buttons else 0, milliseconds / 1000)


def parse_text(line: bytes) -> Record | None:
    """The record in 58 characters, or None when they are none."""
    header, pose = line[:TEXT_HEADER], text_pose(line[TEXT_HEADER:], TEXT_WIDTH)
    complaint = complaint_of(header[2:3])
    if pose is None or complaint is None or header[3:] != b" " or not header[:2].isdigit():
        return None
    return Record(int(header[:2]), *pose, complaint)


class LibertyTracker(StationTracker):
    """A `Tracker` over the protocol of LIBERTY and PATRIOT, told apart by the profile's driver."""

    POLL, STREAM, QUIET = b"P\r", b"C\r", b"P\r"

    def _prepare(self, line: Line) -> None:
        if self._with_button and self.profile.reply == "text":
            raise SettingsError(f"{self.profile.file}: has_button: only in binary records; write reply = 'binary'")
        most = STATIONS[self.profile.driver]
        for station, tool in self.tools.items():
            if not 1 <= station <= most:
                raise SettingsError(f"{self.profile.file}: tool {tool.name}: station {station}; there are 1 to {most}")
        line.tell(b"F0\r")
        line.hear()
        words = line.ask_all(CONTROL_V + b"\r")
        if not words.startswith(b"0"):
            raise BadReplyError(
                f"^V: expected the name of a {self.profile.driver}, got {words[:40]!r}; another device?"
            )
        line.order(self._preparation())

    def _reader(self) -> Reader:
        if self.profile.reply == "text":
            return TextReader(TEXT_SIZE, parse_text)
        return BinaryReader(MARKS[self.profile.driver], binary_size(self._with_button), parse_binary)

    @property
    def _with_button(self) -> bool:
        """All stations report in the same form: then every frame is equally long."""
        return any(tool.has_button for tool in self.profile.tools)

    def _preparation(self) -> Iterator[bytes]:
        yield b"U1\r"
        binary = self.profile.reply == "binary"
        items = ("2,7,8,10,0" if self._with_button else "2,7,8,0") if binary else "2,4,1"
        yield f"O*,{items}\r".encode()
        yield f"H*,{HEMISPHERE[self.profile.hemisphere]}\r".encode()
        for station, tool in self.tools.items():
            if tool.has_button:
                yield f"L{station},1\r".encode()
        if binary:
            yield b"F1\r"
