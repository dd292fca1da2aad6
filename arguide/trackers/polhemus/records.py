"""Records of Polhemus trackers, cut out of the stream of bytes. Sans-I/O.

What is no record is dropped, byte by byte, until something is one again; the rest that is kept is never longer than
one record. Positions come in cm, since the drivers ask for them.
"""

import struct
from collections.abc import Callable
from typing import TypeAlias

from arguide.trackers.polhemus.angles import from_degrees
from arguide.trackers.rounds import Position, Quaternion, Record, can_be, unit

MM_PER_CM = 10.0
UNIT_TOLERANCE = 1e-3
NUMBER = frozenset(b" +-.0123456789")
NO_COMPLAINT = ("", " ", "\0")

Parse: TypeAlias = Callable[[bytes], Record | None]


class TextReader:
    """Records as lines that end in CR LF; `parse` gets the last `size` bytes of each, without these two."""

    def __init__(self, size: int, parse: Parse) -> None:
        self.dropped = 0
        self._size = size
        self._parse = parse
        self._rest = b""

    def push(self, data: bytes) -> list[Record]:
        """Take bytes; returns the records that they complete."""
        *lines, rest = (self._rest + data).split(b"\n")
        records = []
        for line in lines:
            whole = len(line) > self._size and line.endswith(b"\r")
            record = self._parse(line[-self._size - 1 : -1]) if whole else None
            self.dropped += max(0, len(line) - self._size - 1) if record else len(line)
            if record:
                records.append(record)
        self._rest = rest[-self._size - 1 :]
        self.dropped += len(rest) - len(self._rest)
        return records


class BinaryReader:
    """Records of `size` bytes that begin with `mark`."""

    def __init__(self, mark: bytes, size: int, parse: Parse) -> None:
        self.dropped = 0
        self._mark = mark
        self._size = size
        self._parse = parse
        self._rest = b""

    def push(self, data: bytes) -> list[Record]:
        """Take bytes; returns the records that they complete."""
        buffer, at = self._rest + data, 0
        records: list[Record] = []
        while (start := buffer.find(self._mark, at)) >= 0:
            self.dropped += start - at
            if start + self._size > len(buffer):
                self._rest = buffer[start:]
                return records
            if record := self._parse(buffer[start : start + self._size]):
                records.append(record)
                at = start + self._size
            else:
                self.dropped += 1
                at = start + 1
        # The mark itself may be cut in two.
        self._rest = buffer[max(at, len(buffer) - len(self._mark) + 1) :]
        self.dropped += len(buffer) - at - len(self._rest)
        return records


def fixed_fields(text: bytes, width: int) -> list[float] | None:
    """The numbers in fields of `width` characters, or None when one is none."""
    if set(text) - NUMBER or len(text) % width:
        return None
    try:
        return [float(text[at : at + width]) for at in range(0, len(text), width)]
    except ValueError:
        return None


def text_pose(text: bytes, width: int) -> tuple[Position, Quaternion] | None:
    """Position (mm) and rotation of six fields: x y z in cm, azimuth elevation roll in degrees."""
    if (numbers := fixed_fields(text, width)) is None or len(numbers) != 6:
        return None
    x, y, z, *angles = numbers
    position = (MM_PER_CM * x, MM_PER_CM * y, MM_PER_CM * z)
    quaternion = from_degrees(*angles)
    return (position, quaternion) if quaternion and can_be(position) else None


def binary_pose(data: bytes) -> tuple[Position, Quaternion] | None:
    """Position (mm) and rotation of seven little-endian floats: x y z in cm, w x y z."""
    x, y, z, *parts = struct.unpack("<7f", data)
    position = (MM_PER_CM * x, MM_PER_CM * y, MM_PER_CM * z)
    w, i, j, k = parts
    quaternion = unit((w, i, j, k), UNIT_TOLERANCE)
    return (position, quaternion) if quaternion and can_be(position) else None


def complaint_of(letter: bytes) -> str | None:
    """The error letter of a record: "" for none, None for what cannot be one."""
    text = letter.decode("latin-1")
    if text in NO_COMPLAINT:
        return ""
    return text if text.isascii() and text.isalnum() else None
