"""Find and read the records of an MCAP file that may be cut short, damaged or hostile.

The `mcap` package parses a record; finding records is done here, because a file cut at any byte must give what
is whole instead of an error, and because a hostile file must not make us take gigabytes.
"""

import io
import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO, TypeAlias

import zstandard
from mcap.data_stream import ReadDataStream
from mcap.exceptions import McapError
from mcap.opcode import Opcode
from mcap.records import Channel, Chunk, Message, Metadata, Schema

from arguide.recording.mcap_layout import LARGEST_RECORD

MAGIC = b"\x89MCAP0\r\n"
HEAD = 9
"""Bytes before a record's content: opcode (1) and length (8)."""
_IN_CHUNK = (Opcode.SCHEMA, Opcode.CHANNEL, Opcode.MESSAGE)

Record: TypeAlias = Schema | Channel | Message | Metadata
"""The kinds of record that are of interest."""


class Damaged(Exception):
    """The file is not whole from here on; says why."""


def records_until(file: BinaryIO, end: int) -> Iterator[Record]:
    """The records of a file known to be whole up to `end`."""
    file.seek(len(MAGIC))
    for opcode, content in frames(file, end):
        yield from parsed(opcode, content)
        if file.tell() >= end:
            return


def frames(file: BinaryIO, size: int) -> Iterator[tuple[int, bytes]]:
    """Opcode and content of each whole record in `file` up to offset `size`."""
    while (start := file.tell()) < size:
        head = file.read(HEAD)
        length = int.from_bytes(head[1:], "little")
        if len(head) < HEAD or start + HEAD + length > size:
            raise Damaged("cut inside a record")
        if length > LARGEST_RECORD:
            raise Damaged(f"a record of {length >> 20} MiB")
        yield head[0], file.read(length)


def parsed(opcode: int, content: bytes) -> list[Record]:
    """The records of interest in one record of the file: itself, or what its chunk holds; all or Damaged."""
    stream = ReadDataStream(io.BytesIO(content))
    try:
        if opcode == Opcode.METADATA:
            return [Metadata.read(stream)]
        if opcode == Opcode.SCHEMA:
            return [Schema.read(stream)]
        if opcode == Opcode.CHANNEL:
            return [Channel.read(stream)]
        if opcode == Opcode.MESSAGE:
            return [Message.read(stream, len(content))]
        if opcode == Opcode.CHUNK:
            data = _unpacked(Chunk.read(stream))
            inside = (part for part in frames(io.BytesIO(data), len(data)) if part[0] in _IN_CHUNK)
            return [record for part in inside for record in parsed(*part)]
    except (McapError, ValueError, struct.error, zstandard.ZstdError) as error:
        raise Damaged(f"damaged record: {error}") from None
    return []


def _unpacked(chunk: Chunk) -> bytes:
    """The content of a chunk, checked against its CRC and never larger than LARGEST_RECORD."""
    if chunk.compression == "":
        data: bytes = chunk.data
    elif chunk.compression == "zstd":
        data = zstandard.ZstdDecompressor().stream_reader(io.BytesIO(chunk.data)).read(LARGEST_RECORD + 1)
    else:
        raise Damaged(f"compressed with {chunk.compression}, expected zstd")
    if len(data) > LARGEST_RECORD:
        raise Damaged(f"a chunk of more than {LARGEST_RECORD >> 20} MiB")
    if chunk.uncompressed_crc and zlib.crc32(data) != chunk.uncompressed_crc:
        raise Damaged("a chunk with a wrong checksum")
    return data
