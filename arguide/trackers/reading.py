"""What a tracker says: a *reading* is one tool at one instant, a *sample* all tools of one device frame."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from arguide.geometry.transforms import Array
from arguide.settings.scenario import Vec3


class Visibility(StrEnum):
    """Why a reading has a pose or has none. The value is what the user reads."""

    VISIBLE = "visible"
    PARTLY_OUT = "partly out of volume"
    DISTURBED = "disturbed"
    """Measured, but not well: metal or another field near an electromagnetic tracker. The pose is given, less exact."""
    OUT_OF_VOLUME = "out of volume"
    HIDDEN = "hidden"
    """The line of sight is blocked, too few markers are seen, or the tool is absent: devices do not always tell which."""
    DISABLED = "not enabled"


class MarkerState(StrEnum):
    """What became of one marker."""

    USED = "used"
    MISSING = "missing"
    TURNED_AWAY = "turned away"
    BAD_FIT = "does not fit"
    OUT_OF_VOLUME = "out of volume"
    PHANTOM = "phantom"
    SATURATED = "too bright"
    STRAY = "belongs to no tool"


@dataclass(frozen=True, slots=True)
class Marker:
    """One marker in one device frame."""

    state: MarkerState
    position_mm: Vec3 | None = None
    """In the tracker frame; None when the device does not tell it."""


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
    why: str = ""
    """What the device or the driver says beyond the visibility, e.g. `too few markers seen`; empty when nothing."""
    dof: int = 6
    """Degrees of freedom. 5: a single electromagnetic coil, whose rotation about its own +z axis means nothing."""
    markers: tuple[Marker, ...] = ()
    """The tool's markers in the order of its definition, when the profile asks for them."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Everything the tracker said of one device frame. Immutable; passed between threads as it is."""

    frame_number: int
    """The device's own counter; dates the measurement better than the host's clock."""
    host_time_s: float
    """Monotonic host clock at the frame, by regression on the device's frame numbers: no jitter of line or system."""
    readings: Mapping[str, Reading]
    """By tool name; every enabled tool is present, hidden or not."""
    alerts: tuple[str, ...] = ()
    """System trouble in words, e.g. `too much infrared light`; empty when all is well."""
    strays: tuple[Marker, ...] = ()
    """Markers that belong to no tool, when the profile asks for them."""
    arrived_s: float = float("nan")
    """Monotonic host clock when the packet was complete; what lies between this and `host_time_s` is jitter."""
