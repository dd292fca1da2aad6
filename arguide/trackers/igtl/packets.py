"""OpenIGTLink on the wire: whole messages out of a stream of bytes, and back. Sans-I/O.

A header of 58 bytes says type, device name, time, size and checksum of the body; version 2 puts a smaller header and
meta data around the content (openigtlink.org, protocol versions 2 and 3). There is no mark to find the next message
by: after bytes that are no header, the next place that looks like one is tried. Of types nobody asked for the body is
skipped as it comes, so a stream of pictures costs no memory.
"""

import struct
from collections.abc import Collection
from dataclasses import dataclass, field

from fastcrc.crc64 import ecma_182 as crc64

HEADER = struct.Struct(">H12s20sIIQQ")
EXTENDED = struct.Struct(">HHII")
META_ITEM = struct.Struct(">HHI")
MAX_BODY = 1 << 20
"""Of the types we read, none comes near."""
MAX_SKIPPED = 1 << 28
"""A body longer than this is no message: a 4K volume in floats would fit."""
FRACTIONS = 1 << 32
VERSIONS = (1, 2)
TYPE_LETTERS = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789")
MAX_META = 100


@dataclass(frozen=True, slots=True)
class Message:
    """One message. The content is what is left without headers and meta data."""

    kind: str
    name: str
    """Of the device; for transforms `StylusToTracker`."""
    content: bytes
    time_s: float = 0.0
    """Seconds since 1970 by the sender's clock; 0 when it sets none."""
    meta: dict[str, str] = field(default_factory=dict)


def encode(message: Message) -> bytes:
    """The message in version 1, which everybody reads; meta data have no place there."""
    seconds = int(message.time_s)
    fraction = int((message.time_s - seconds) * FRACTIONS)
    kind, name = message.kind.encode("ascii"), message.name.encode("ascii", "replace")
    body = message.content
    return HEADER.pack(1, kind, name[:20], seconds, fraction, len(body), crc64(body)) + body


class MessageReader:
    """Bytes in, messages of the wanted kinds out. Keeps at most one message."""

    def __init__(self, kinds: Collection[str]) -> None:
        self.dropped = 0
        """Bytes that belonged to no message, or to one that was damaged."""
        self.skipped = 0
        """Messages of other kinds."""
        self._kinds = frozenset(kinds)
        self._rest = bytearray()
        self._to_skip = 0

    @property
    def buffered(self) -> int:
        """Bytes that wait for the rest of their message."""
        return len(self._rest)

    def push(self, data: bytes) -> list[Message]:
        """Take bytes; returns the messages that they complete."""
        self._rest += data
        messages: list[Message] = []
        while True:
            self._skip()
            if len(self._rest) < HEADER.size:
                return messages
            version, raw_kind, _, _, _, size, _ = HEADER.unpack_from(self._rest)
            kind = _kind(raw_kind)
            if version not in VERSIONS or kind is None or size > (MAX_BODY if kind in self._kinds else MAX_SKIPPED):
                self._drop_to_next_header()
            elif kind not in self._kinds:
                self.skipped += 1
                self._to_skip = HEADER.size + size
            elif len(self._rest) < HEADER.size + size:
                return messages
            elif (message := _decode(bytes(self._rest[: HEADER.size + size]), kind)) is not None:
                messages.append(message)
                del self._rest[: HEADER.size + size]
            else:
                self._drop_to_next_header()

    def _skip(self) -> None:
        count = min(self._to_skip, len(self._rest))
        del self._rest[:count]
        self._to_skip -= count

    def _drop_to_next_header(self) -> None:
        """Drop at least one byte: up to where a version number stands before one of our kinds, or nearly all."""
        starts = [self._rest.find(_start(version, kind), 1) for version in VERSIONS for kind in self._kinds]
        found = [start for start in starts if start > 0]
        count = min(found) if found else max(1, len(self._rest) - HEADER.size + 1)
        self.dropped += count
        del self._rest[:count]


def _start(version: int, kind: str) -> bytes:
    return struct.pack(">H12s", version, kind.encode("ascii"))


def _kind(raw: bytes) -> str | None:
    """The type in its twelve bytes, or None when it cannot be one."""
    word = raw.rstrip(b"\0 ")
    return word.decode("ascii") if word and not set(word) - TYPE_LETTERS else None


def _decode(data: bytes, kind: str) -> Message | None:
    """The message in these bytes, or None when it is damaged."""
    version, _, name, seconds, fraction, _, checksum = HEADER.unpack_from(data)
    body = data[HEADER.size :]
    if crc64(body) != checksum:
        return None
    parts = _without_meta(body) if version > 1 else (body, {})
    return None if parts is None else Message(kind, text_of(name), parts[0], seconds + fraction / FRACTIONS, parts[1])


def _without_meta(body: bytes) -> tuple[bytes, dict[str, str]] | None:
    """Content and meta data of a version 2 body, or None when the sizes do not fit."""
    if len(body) < EXTENDED.size:
        return None
    extended, meta_header, meta_body, _ = EXTENDED.unpack_from(body)
    end = len(body) - meta_header - meta_body
    if extended < EXTENDED.size or end < extended:
        return None
    meta = _meta(body[end : end + meta_header], body[end + meta_header :])
    return None if meta is None else (body[extended:end], meta)


def _meta(header: bytes, values: bytes) -> dict[str, str] | None:
    """Names and values; None when they do not fit."""
    if not header:
        return {}
    if len(header) < 2:
        return None
    count = int.from_bytes(header[:2], "big")
    if count > MAX_META or len(header) != 2 + count * META_ITEM.size:
        return None
    meta: dict[str, str] = {}
    at = 0
    for key_size, _, value_size in META_ITEM.iter_unpack(header[2:]):
        meta[text_of(values[at : at + key_size])] = text_of(values[at + key_size : at + key_size + value_size])
        at += key_size + value_size
    return meta if at <= len(values) else None


def text_of(raw: bytes) -> str:
    """Text in a field of fixed length; what is no text shows as such."""
    return raw.partition(b"\0")[0].decode("utf-8", "replace").strip()
