"""Cut what arrives from the tracker into packets: pushed-in bytes on one side, whole replies on the other.

A reply is one of two kinds, and its first two bytes tell which, whatever was asked (an error to a binary
command is text):

    text    anything, four hex digits of CRC over it, carriage return
    binary  C4 A5, body length, CRC of these four bytes, body, CRC of the body; 16 bits each, low byte first

A reply whose end is known but whose CRC is wrong is consumed and reported, and the next one can be read. When
even the end is unknown (bad binary header, text without end) the reader is *lost*: it drops everything until
`reset`, which the driver calls once the line is quiet. The result never depends on how the bytes were cut.
"""

import re
from dataclasses import dataclass
from typing import TypeAlias

from fastcrc.crc16 import arc as crc16

from arguide.errors import BadReplyError
from arguide.trackers.ndi.errors import device_error

START = b"\xc4\xa5"
HEADER = 6
MAX_TEXT = 16_384
"""Longest text reply believed in; the longest known (all parameters of a Vega) is about half of it."""
MAX_BUFFERED = 2 * 65_536 + HEADER + 2
"""More than the largest binary reply (its length is 16 bits): nothing honest ever fills it."""

TOLD = "told"
_ERROR = re.compile(r"ERROR([0-9A-F]{2})")
_WARNING = re.compile(r"WARNING([0-9A-F]{2})?")


@dataclass(frozen=True, slots=True)
class TextReply:
    """A text reply with its CRC checked and removed."""

    text: str


@dataclass(frozen=True, slots=True)
class BinaryReply:
    """The body of a binary reply, both CRCs checked."""

    body: bytes


Packet: TypeAlias = TextReply | BinaryReply


class PacketReader:
    """Bytes in by `push`, packets out by `next_packet`."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._lost = ""
        self.max_text = MAX_TEXT
        """Longest text reply to expect now; a short one notices sooner that a binary reply lost its beginning."""

    @property
    def buffered(self) -> int:
        """Number of bytes held back."""
        return len(self._buffer)

    @property
    def lost(self) -> bool:
        """Whether everything is dropped until `reset`."""
        return bool(self._lost)

    def push(self, data: bytes) -> None:
        """Add what arrived."""
        if self._lost:
            return
        self._buffer += data
        if len(self._buffer) > MAX_BUFFERED:
            self._lose(f"more than {MAX_BUFFERED} bytes without a reply in them")

    def reset(self) -> None:
        """Forget everything pushed so far: the next byte begins a reply."""
        self._buffer.clear()
        self._lost = ""

    def next_packet(self) -> Packet | None:
        """The next whole reply, or None when more bytes are needed.

        Raises BadReplyError for a reply that is not what it should be; go on asking afterwards.
        """
        if self._lost:
            self._tell_once()
            return None
        if self._buffer.startswith(START):
            return self._binary()
        return self._text() if not START.startswith(self._buffer) else None

    def _binary(self) -> BinaryReply | None:
        buffer = self._buffer
        if len(buffer) < HEADER:
            return None
        data = bytes(buffer)
        if crc16(data[:HEADER]):  # data followed by its own CRC gives 0
            self._lose(f"header {buffer[:HEADER].hex(' ')} has a wrong CRC")
            self._tell_once()
            return None
        end = HEADER + (data[2] | data[3] << 8) + 2
        if len(data) < end:
            return None
        tail = data[HEADER:end]
        del buffer[:end]
        if crc16(tail):
            raise BadReplyError(f"binary reply of {end} bytes: wrong CRC; is another program on the port?")
        return BinaryReply(tail[:-2])

    def _text(self) -> TextReply | None:
        end = self._buffer.find(b"\r")
        if end < 0 and len(self._buffer) <= self.max_text:
            return None
        if not 0 <= end <= self.max_text:
            self._lose(f"text of more than {self.max_text} bytes without an end")
            self._tell_once()
            return None
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        text, crc = line[:-4], line[-4:]
        if crc != b"%04X" % crc16(text) or not text.isascii():
            raise BadReplyError(
                f"text reply {_shown(line)}: CRC {crc16(text):04X} expected at its end; wrong speed, or another program?"
            )
        return TextReply(text.decode("ascii"))

    def _lose(self, why: str) -> None:
        self._buffer.clear()
        self._lost = why

    def _tell_once(self) -> None:
        """Raise why we are lost, the first time."""
        why, self._lost = self._lost, TOLD
        if why != TOLD:
            raise BadReplyError(
                f"unreadable bytes from the tracker: {why}; wrong speed, or another program on the port?"
            )


def checked_text(command: str, reply: Packet) -> str:
    """The text of a reply. Raises DeviceError for ERRORnn, BadReplyError when it is not text."""
    if not isinstance(reply, TextReply):
        raise BadReplyError(f"{command}: expected text, got a binary reply of {len(reply.body)} bytes; ask again")
    if match := _ERROR.fullmatch(reply.text):
        raise device_error(command, int(match[1], 16))
    return reply.text


def warning_code(text: str) -> int | None:
    """The code of a WARNINGnn reply (0 for the bare WARNING), or None when `text` is no warning."""
    match = _WARNING.fullmatch(text)
    return int(match[1] or "0", 16) if match else None


def _shown(line: bytes) -> str:
    """Bytes for a message, short and on one line."""
    return repr(line[:40])[1:] + ("…" if len(line) > 40 else "")
