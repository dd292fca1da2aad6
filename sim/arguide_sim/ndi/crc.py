"""The checksum of the wire: CRC-16/ARC (x^16 + x^15 + x^2 + 1, reflected, start 0, no final xor).

The checksum is linear: it is the exclusive or of what each byte contributes where it stands. For a packet these are
looked up all at once; for a few bytes it is quicker to go one by one.
"""

import numpy as np
from numpy.typing import NDArray


def _entry(byte: int) -> int:
    for _ in range(8):
        byte = byte >> 1 ^ (0xA001 if byte & 1 else 0)
    return byte


_TABLE = [_entry(byte) for byte in range(256)]
_FEW = 32
_MOST = 256
"""Bytes that are looked up at once."""


def _contributions() -> NDArray[np.uint16]:
    """Row k, flattened: what each byte contributes with k bytes behind it."""
    table = np.array(_TABLE, dtype=np.uint16)
    rows = [table]
    for _ in range(_MOST - 1):
        rows.append(rows[-1] >> 8 ^ table[rows[-1] & 0xFF])
    return np.concatenate(rows)


_WHERE = _contributions()
_ROW = np.arange(_MOST - 1, -1, -1) * 256


def crc16(data: bytes) -> int:
    """The checksum of `data`, 0..65535."""
    crc = 0
    while len(data) > _MOST:
        crc, data = _looked_up(data[:_MOST], crc), data[_MOST:]
    if len(data) > _FEW:
        return _looked_up(data, crc)
    for byte in data:
        crc = crc >> 8 ^ _TABLE[(crc ^ byte) & 0xFF]
    return crc


def _looked_up(data: bytes, crc: int) -> int:
    if crc:  # goes on from there: as if it stood in the first two bytes
        data = bytes((data[0] ^ crc & 0xFF, data[1] ^ crc >> 8)) + data[2:]
    places = _ROW[-len(data) :] + np.frombuffer(data, np.uint8)
    return int(np.bitwise_xor.reduce(_WHERE[places]))


def ascii_reply(text: str) -> bytes:
    """`text` as the device sends it: four upper-case CRC digits and a carriage return behind it."""
    body = text.encode("ascii")
    return b"%s%04X\r" % (body, crc16(body))


def binary_reply(body: bytes) -> bytes:
    """`body` in the envelope of BX: start word, length, header CRC, body, body CRC; all little-endian."""
    header = b"\xc4\xa5" + len(body).to_bytes(2, "little")
    return b"".join((header, crc16(header).to_bytes(2, "little"), body, crc16(body).to_bytes(2, "little")))
