"""What a tracker says: a *reading* is one tool at one instant, a *sample* all tools of one device frame."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from arguide.geometry.transforms import Array


class Visibility(StrEnum):
    """Why a reading has a pose or has none. The value is what the user reads."""

    VISIBLE = "visible"
    PARTLY_OUT = "partly out of volume"
    OUT_OF_VOLUME = "out of volume"
    HIDDEN = "hidden"
    """The line of sight is blocked, too few markers are seen, or the tool is absent: devices do not always tell which."""
    DISABLED = "not enabled"


@dataclass(frozen=True, slots=True)
class Reading:
    """One tool at one instant. A hidden tool is a reading without a pose, not an error."""

    tool: str
    """Name from the tracker profile: `reference`, `stylus`, `needle`, …"""
    tracker_from_tool: Array | None
    """(4, 4) pose in mm of the tool's marker body, or None when there is none to trust."""
    visibility: Visibility
    error_mm: float = float("nan")
    """The device's own fit error (RMS, mm); NaN without a pose."""
    buttons: int = 0
    """Bit n is button n of the tool (bit 0 = first switch)."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Everything the tracker said of one device frame. Immutable; passed between threads as it is."""

    frame_number: int
    """The device's own counter; dates the measurement better than the host's clock."""
    host_time_s: float
    """Monotonic host clock when the packet was complete."""
    readings: Mapping[str, Reading]
    """By tool name; every enabled tool is present, hidden or not."""
    alerts: tuple[str, ...] = ()
    """System trouble in words, e.g. `too much infrared light`; empty when all is well."""
