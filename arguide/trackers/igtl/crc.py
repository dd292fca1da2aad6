"""The checksum of OpenIGTLink bodies: CRC-64, polynomial 42F0E1EBA9EA3693 (ECMA-182), from zero, highest bit first."""

POLYNOMIAL = 0x42F0E1EBA9EA3693
MASK = (1 << 64) - 1


def _entry(byte: int) -> int:
    crc = byte << 56
    for _ in range(8):
        crc = (crc << 1 ^ (POLYNOMIAL if crc >> 63 else 0)) & MASK
    return crc


TABLE = tuple(_entry(byte) for byte in range(256))


def crc64(data: bytes) -> int:
    """The checksum of `data`."""
    crc, table = 0, TABLE
    for byte in data:
        crc = (crc << 8 & MASK) ^ table[crc >> 56 ^ byte]
    return crc
