"""What one BX or TX reply says, before it becomes a sample: plain numbers by port handle."""

from enum import IntEnum, IntFlag
from math import isfinite
from typing import NamedTuple, TypeAlias

from arguide.errors import BadReplyError

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


class StrayMarker(NamedTuple):
    """A marker that belongs to no tool."""

    position: Point
    out_of_volume: bool


class TrackingReply(NamedTuple):
    """One whole reply."""

    tools: tuple[ToolState, ...]
    system_status: int
    strays: tuple[StrayMarker, ...] = ()


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
