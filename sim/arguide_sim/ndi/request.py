"""From bytes to requests: cut the line at carriage returns, take a command apart, check its CRC.

Two forms are spoken: `NAME:args` + four CRC digits, and `NAME args` without CRC; `NAME` alone is the second form
without arguments. A device has little memory: what no command can be is thrown away up to the next carriage return.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from arguide_sim.ndi.crc import crc16
from arguide_sim.ndi.refusal import BAD_CRC, INVALID_COMMAND, TOO_LONG, Refusal

LONGEST = 1024
_FORM = re.compile(rb"([A-Za-z0-9]+)(?:([: ])([ -~]*))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Request:
    """One command of the host."""

    name: str
    args: str


class LineReader:
    """Collects bytes and gives whole lines; keeps at most `LONGEST` bytes, however much comes."""

    def __init__(self) -> None:
        self._rest = b""

    def clear(self) -> None:
        """Forget what has come of an unfinished line."""
        self._rest = b""

    def lines(self, data: bytes) -> Iterator[bytes]:
        """The lines that `data` completes, without their carriage returns; one that was too long comes cut."""
        *whole, rest = data.split(b"\r")
        for line in whole:
            line = self._rest + line
            self._rest = b""
            yield line[: LONGEST + 1]
        self._rest = (self._rest + rest)[: LONGEST + 1]


def parse(line: bytes) -> Request:
    """Take one line apart. Raises Refusal when it is too long, no command at all, or damaged."""
    if len(line) > LONGEST:
        raise Refusal(TOO_LONG)
    form = _FORM.fullmatch(line.lstrip(b"\n"))
    if not form:
        raise Refusal(INVALID_COMMAND)
    name, separator, args = form.groups(b"")
    if separator == b":":
        said = args[-4:]
        args = args[:-4]
        if said.upper() != b"%04X" % crc16(name + b":" + args):
            raise Refusal(BAD_CRC)
    return Request(name.decode().upper(), args.decode())


def hexadecimal(digits: str) -> int:
    """The number that `digits` (either case) write. Raises Refusal if they are anything else than hex digits."""
    if not re.fullmatch("[0-9A-Fa-f]+", digits):
        raise Refusal(INVALID_COMMAND)
    return int(digits, 16)
