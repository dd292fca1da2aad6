"""What one BX, BX2 or TX reply says, before it becomes a sample: plain numbers by port handle."""

from enum import IntEnum, IntFlag
from math import isfinite
from typing import NamedTuple, TypeAlias

from arguide.errors import BadReplyError
from arguide.trackers.reading import Marker, MarkerState

Quaternion: TypeAlias = tuple[float, float, float, float]
Point: TypeAlias = tuple[float, float, float]

UNIT_TOLERANCE = 0.01
"""How far a quaternion's length may be from 1. TX rounds to 1e-4; more than this is a broken reply."""


class Report(IntEnum):
    """How the device reports a port handle; the values are those of BX (UNOCCUPIED exists in TX only)."""

    VALID = 1
    MISSING = 2
    DISABLED = 4
    UNOCCUPIED = 8


class PortStatus(IntFlag):
    """Bits of the port status."""

    OCCUPIED = 0x01
    SWITCH_1 = 0x02
    SWITCH_2 = 0x04
    SWITCH_3 = 0x08
    INITIALIZED = 0x10
    ENABLED = 0x20
    OUT_OF_VOLUME = 0x40
    PARTLY_OUT = 0x80
    # Electromagnetic trackers only.
    BROKEN_SENSOR = 0x0100
    DISTURBED = 0x0200
    SIGNAL_TOO_SMALL = 0x0400
    SIGNAL_TOO_BIG = 0x0800
    EXCEPTION = 0x1000
    HARDWARE_FAILURE = 0x2000
    # Not the device's: how the driver hands on what BX2 tells by a code of its own.
    UNPLUGGED = 0x10000


class ToolState(NamedTuple):
    """One port handle in one device frame. A named tuple and not a dataclass: four are made at every frame."""

    handle: int
    report: Report
    quaternion: Quaternion | None = None
    """Unit, scalar first, tool to tracker; only when VALID."""
    position: Point | None = None
    """mm in the tracker frame; only when VALID."""
    error_mm: float = float("nan")
    status: int = 0
    """Bits of PortStatus (0 when DISABLED)."""
    frame: int | None = None
    """Device frame number, 32 bits; None when the report has none."""
    why: str = ""
    """What the device says of a missing or doubtful pose beyond the status bits."""
    markers: tuple[Marker, ...] = ()
    """In the order of the tool's definition, when they were asked for."""


class TrackingReply(NamedTuple):
    """One whole reply."""

    tools: tuple[ToolState, ...]
    system_status: int
    strays: tuple[Marker, ...] = ()
    alerts: tuple[str, ...] = ()
    """Trouble that BX2 tells by name, in words."""
    frame: int | None = None
    """Device frame number of the reply itself, where it has one (BX2); even a reply without tools is then a frame."""

    @property
    def frames(self) -> list[int]:
        """Every frame number in the reply."""
        frames = [tool.frame for tool in self.tools if tool.frame is not None]
        return frames if self.frame is None else [self.frame, *frames]


MARKER_CODES = (MarkerState.MISSING, MarkerState.TURNED_AWAY, MarkerState.BAD_FIT, MarkerState.USED)
MOST_MARKERS = 20


def markers_of(codes: int | None, seen: tuple[Marker, ...]) -> tuple[Marker, ...]:
    """Join the 4-bit marker codes (first marker lowest; None when not asked for) with the positions of those seen.

    Raises BadReplyError for a code that means nothing.
    """
    if not codes:
        return seen
    digits = [codes >> 4 * n & 15 for n in range(MOST_MARKERS)]
    while digits and not digits[-1]:
        digits.pop()
    if max(digits) >= len(MARKER_CODES):
        raise BadReplyError(f"marker code {max(digits)}, expected 0 to {len(MARKER_CODES) - 1}; ask again")
    states = [MARKER_CODES[digit] for digit in digits]
    positions = iter(seen if len(seen) == sum(map(bool, digits)) else ())
    told = (next(positions, None) if state is not MarkerState.MISSING else None for state in states)
    return tuple(Marker(state, at.position_mm if at else None) for state, at in zip(states, told, strict=True))


def believable(command: str, handle: int, numbers: tuple[float, ...]) -> None:
    """Raise BadReplyError unless the eight numbers of a pose (q0 qx qy qz Tx Ty Tz error) can be one."""
    q0, qx, qy, qz, *_ = numbers
    # A sum is finite only if every part is: one test instead of eight.
    if not isfinite(sum(numbers)):
        raise BadReplyError(f"{command}: tool {handle:02X} has a number that is not finite; the reply is not used")
    length = (q0 * q0 + qx * qx + qy * qy + qz * qz) ** 0.5
    if not 1 - UNIT_TOLERANCE <= length <= 1 + UNIT_TOLERANCE:
        raise BadReplyError(
            f"{command}: tool {handle:02X} has a quaternion of length {length:.4g}, expected 1; the reply is not used"
        )
