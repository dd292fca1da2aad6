"""The measurement volumes a device offers: SFLIST 03 lists them, VSEL chooses one.

A volume is 73 characters: shape, ten signed numbers of 7 characters in 0.01 mm, two characters more (wavelengths of
an optical tracker, metal resistance of an electromagnetic one). A line feed stands between volumes.
"""

import re
from dataclasses import dataclass

from arguide.errors import BadReplyError, DeviceError, TrackerError
from arguide.trackers.ndi.exchange import Exchange

SHAPES = {
    "0": "Polaris silo",
    "5": "pyramid",
    "7": "Vicra pyramid",
    "9": "Aurora cube",
    "A": "Aurora dome",
}
METAL = {"1": "metal resistant", "2": ""}
_VOLUME = re.compile(r"(.)((?:[+-]\d{6}){10})(..)")


@dataclass(frozen=True, slots=True)
class Volume:
    """One measurement volume."""

    shape: str
    """What the maker calls its form."""
    sizes_mm: tuple[float, ...]
    """Ten numbers; for a pyramid its depths and half widths, whose order differs from model to model."""
    remark: str = ""

    def __str__(self) -> str:
        return f"{self.shape}{', ' + self.remark if self.remark else ''}"


def parse_volumes(text: str) -> tuple[Volume, ...]:
    """The volumes of an SFLIST 03 reply. Raises BadReplyError when it is not one."""
    if not re.match("[0-9A-F]", text):
        raise BadReplyError(f"SFLIST: expected a count of volumes, got {text[:20]!r}; is this an NDI tracker?")
    entries = [entry for entry in text[1:].split("\n") if entry]
    matches = [_VOLUME.fullmatch(entry) for entry in entries]
    if len(entries) != int(text[0], 16) or not all(matches):
        raise BadReplyError(f"SFLIST: {text[0]} volumes announced, got {text[1:60]!r}; is this an NDI tracker?")
    return tuple(_volume(match) for match in matches if match)


def volumes(exchange: Exchange) -> tuple[Volume, ...]:
    """The volumes of the device; none for one that does not list them."""
    try:
        return parse_volumes(exchange.ask("SFLIST", "03"))
    except DeviceError:
        return ()


def select_volume(exchange: Exchange, number: int) -> Volume:
    """Choose volume `number`, counted from 1. Raises TrackerError naming those there are when it is not one of them."""
    offered = volumes(exchange)
    if not 1 <= number <= len(offered):
        listed = "; ".join(f"{n} {volume}" for n, volume in enumerate(offered, 1)) or "none"
        raise TrackerError(f"volume {number}: this tracker offers {listed}; mend `volume` in the profile")
    exchange.ask("VSEL", str(number))
    return offered[number - 1]


def _volume(match: re.Match[str]) -> Volume:
    code, digits, last = match.groups()
    sizes = tuple(int(digits[at : at + 7]) / 100 for at in range(0, 70, 7))
    magnetic = code in "9A"
    return Volume(SHAPES.get(code, f"shape {code}"), sizes, METAL.get(last[1], "") if magnetic else "")
