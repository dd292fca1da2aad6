"""The checksum of the wire: CRC-16/ARC (x^16 + x^15 + x^2 + 1, reflected, start 0, no final xor)."""


def _entry(byte: int) -> int:
    for _ in range(8):
        byte = byte >> 1 ^ (0xA001 if byte & 1 else 0)
    return byte


_TABLE = [_entry(byte) for byte in range(256)]


def crc16(data: bytes) -> int:
    """The checksum of `data`, 0..65535."""
    crc = 0
    for byte in data:
        crc = crc >> 8 ^ _TABLE[(crc ^ byte) & 0xFF]
    return crc


def ascii_reply(text: str) -> bytes:
    """`text` as the device sends it: four upper-case CRC digits and a carriage return behind it."""
    body = text.encode("ascii")
    return b"%s%04X\r" % (body, crc16(body))


def binary_reply(body: bytes) -> bytes:
    """`body` in the envelope of BX: start word, length, header CRC, body, body CRC; all little-endian."""
    header = b"\xc4\xa5" + len(body).to_bytes(2, "little")
    return b"".join((header, crc16(header).to_bytes(2, "little"), body, crc16(body).to_bytes(2, "little")))
