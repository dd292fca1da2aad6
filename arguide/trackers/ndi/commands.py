"""Commands to the tracker: `NAME:arguments`, four hex digits of CRC, carriage return.

The form with CRC is used always: a device that got a mangled command says so instead of obeying it.
"""

from enum import IntFlag, StrEnum

from fastcrc.crc16 import arc as crc16

BAUD_CODES = {
    9600: "0",
    14400: "1",
    19200: "2",
    38400: "3",
    57600: "4",
    115200: "5",
    921600: "6",
    1228739: "7",
    230400: "A",
}
"""Digit of the COMM command for each speed the protocol knows."""

PASSIVE_TOOL = "*********1****"
"""PHRQ arguments: any device and system, wireless tool, any port and channel."""

BLOCK = 64
"""Bytes of a tool definition that one PVWR carries."""
UPLOAD_BYTES = 768
"""A tool definition is uploaded padded with zeros to this size, 12 blocks."""


WAITING_TO_BE_FREED, NOT_INITIALIZED, NOT_ENABLED, ENABLED, ALL = "01", "02", "03", "04", "00"
"""Kinds of port handles that PHSR lists."""


class LedState(StrEnum):
    """What a light of a tool shall do."""

    OFF = "B"
    FLASH = "F"
    ON = "S"


class Options(IntFlag):
    """What BX and TX shall report."""

    TRANSFORMS = 0x0001
    TOOL_DETAIL = 0x0002
    """A code for every marker of every tool: used, missing, turned away, does not fit."""
    TOOL_MARKERS = 0x0008
    """Positions of the tools' markers (BX only)."""
    OUT_OF_VOLUME = 0x0800
    """Also poses outside the characterised volume; without it such a tool is simply missing."""
    STRAY_MARKERS = 0x1000


def encode(name: str, arguments: str = "") -> bytes:
    """One command as bytes, e.g. `encode("BX", "0801")` is b"BX:080100EC\\r"."""
    text = f"{name}:{arguments}".encode("ascii")
    return b"%s%04X\r" % (text, crc16(text))


def comm_arguments(baud: int, handshake: bool) -> str:
    """COMM arguments for 8N1 at `baud`, with or without RTS/CTS handshake."""
    return f"{BAUD_CODES[baud]}000{int(handshake)}"


def upload_blocks(handle: int, image: bytes) -> list[str]:
    """The PVWR arguments that upload a tool definition to a port handle."""
    padded = image.ljust(UPLOAD_BYTES, b"\0")
    return [f"{handle:02X}{at:04X}{padded[at : at + BLOCK].hex().upper()}" for at in range(0, UPLOAD_BYTES, BLOCK)]
