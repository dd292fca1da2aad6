"""OpenIGTLink messages, version 1: header of 58 bytes with a CRC-64, then the body; all numbers big-endian."""

import struct

from arguide.geometry.transforms import Array

POLYNOMIAL = 0x42F0E1EBA9EA3693
HEADER_SIZE = 58
TYPE_AT, SIZE_AT = 2, 42


def crc64(data: bytes) -> int:
    """Bit by bit, as the standard says it (ECMA-182)."""
    crc = 0
    for byte in data:
        crc ^= byte << 56
        for _ in range(8):
            crc = (crc << 1) ^ (POLYNOMIAL if crc >> 63 else 0)
            crc &= 0xFFFFFFFFFFFFFFFF
    return crc


def message(kind: str, name: str, time_s: float, body: bytes) -> bytes:
    """A whole message."""
    whole = int(time_s)
    return (
        struct.pack(">H", 1)
        + kind.encode().ljust(12, b"\0")
        + name.encode()[:20].ljust(20, b"\0")
        + struct.pack(">II", whole, int((time_s - whole) * 2**32))
        + struct.pack(">QQ", len(body), crc64(body))
        + body
    )


def matrix(pose: Array) -> bytes:
    """Column after column of the upper three rows, as 32-bit floats."""
    return b"".join(struct.pack(">3f", *pose[:3, column]) for column in range(4))


def tracked(name: str, pose: Array) -> bytes:
    """One tool of a TDATA: name, type 2 (six degrees of freedom), reserved, matrix."""
    return name.encode()[:20].ljust(20, b"\0") + b"\x02\0" + matrix(pose)


def status(code: int, words: str) -> bytes:
    """The body of a STATUS: code, subcode, name of the error, words."""
    return struct.pack(">Hq", code, 0) + b"".ljust(20, b"\0") + words.encode() + b"\0"
