"""CRC-16/ARC: x¹⁶ + x¹⁵ + x² + 1, reflected (0xA001), start 0, no final inversion.

Every reply of the tracker carries one, so it sits on the hot path: a table of 65,536 entries takes two bytes a
step, 2.7 µs for the reply of four tools against 7.2 µs with the usual 256 entries; made with numpy in 3 ms.
"""

import functools
import sys

import numpy as np


@functools.cache
def _tables() -> tuple[list[int], list[int]]:
    """CRC of every single byte, and of every little-endian pair of bytes."""
    single = np.arange(256, dtype=np.uint16)
    for _ in range(8):
        single = np.where(single & 1, (single >> 1) ^ 0xA001, single >> 1).astype(np.uint16)
    pair = np.arange(65536, dtype=np.uint16)
    after_first = single[pair & 0xFF]
    pairs = (after_first >> 8) ^ single[(after_first ^ (pair >> 8)) & 0xFF]
    return single.tolist(), pairs.tolist()


def crc16(data: bytes) -> int:
    """The CRC of `data`, 0..65535. Data followed by its own CRC (low byte first) gives 0."""
    single, pairs = _tables()
    even = len(data) & ~1
    words = memoryview(data)[:even].cast("H")
    crc = 0
    for word in words if sys.byteorder == "little" else (swap(word) for word in words):
        crc = pairs[crc ^ word]
    if even != len(data):
        crc = (crc >> 8) ^ single[(crc ^ data[-1]) & 0xFF]
    return crc


def swap(word: int) -> int:
    """A 16-bit word with its two bytes exchanged."""
    return (word >> 8) | (word & 0xFF) << 8
