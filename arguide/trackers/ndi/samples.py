"""From a decoded reply to a `Sample`: handles become tool names, status bits become words, repeats are told apart."""

from collections.abc import Collection, Mapping

from arguide.geometry.transforms import from_quaternion
from arguide.trackers.ndi.alerts import alerts_of
from arguide.trackers.ndi.tools import LoadedTool
from arguide.trackers.ndi.tracking_reply import PortStatus, Report, ToolState, TrackingReply
from arguide.trackers.reading import Reading, Sample, Visibility

WRAP = 1 << 32
"""Frame numbers have 32 bits."""
OLDER = 64
"""A frame number less than this far back is an old frame again; further back, the device's counter began anew."""
NOT_PLUGGED_IN = "not plugged in"
JUMPED = "moved faster than a hand can: withheld until the next frame says the same"
_OUT = PortStatus.OUT_OF_VOLUME.value
_PARTLY = PortStatus.PARTLY_OUT.value
_DISTURBED = PortStatus.DISTURBED.value
_REMARKS = ~(_OUT | _PARTLY | 0x3F)
WHY = {
    PortStatus.UNPLUGGED.value: NOT_PLUGGED_IN,
    PortStatus.BROKEN_SENSOR.value: "broken sensor",
    PortStatus.HARDWARE_FAILURE.value: "hardware failure",
    PortStatus.SIGNAL_TOO_BIG.value: "signal too big: too near the field generator",
    PortStatus.SIGNAL_TOO_SMALL.value: "signal too small: too far from the field generator",
    _DISTURBED: "field disturbed: take metal and cables away",
    PortStatus.EXCEPTION.value: "the tracker made a mistake in processing",
}
"""Bits of the port status that say why there is no pose, the most telling first."""


def sample_of(
    reply: TrackingReply,
    tools: Mapping[int, LoadedTool],
    frame: int,
    host_time_s: float,
    arrived_s: float = float("nan"),
    *,
    absent: tuple[str, ...] = (),
    withheld: Collection[int] = (),
    alerts: tuple[str, ...] = (),
) -> Sample:
    """The sample of one device frame.

    Handles that are not ours are left out; ours that are missing are disabled; `absent` tools have no handle;
    `withheld` handles have a pose that is not believed yet; `alerts` are added to what the reply itself says.
    """
    readings = {tool.name: Reading(tool.name, None, Visibility.DISABLED, dof=tool.dof) for tool in tools.values()}
    for name in absent:
        readings[name] = Reading(name, None, Visibility.DISABLED, why=NOT_PLUGGED_IN)
    for state in reply.tools:
        if tool := tools.get(state.handle):
            readings[tool.name] = reading_of(state, tool.name, tool.dof, state.handle in withheld)
    said = (*alerts_of(reply.system_status), *reply.alerts, *alerts)
    return Sample(frame, host_time_s, readings, said, reply.strays, arrived_s)


def reading_of(state: ToolState, name: str, dof: int = 6, withheld: bool = False) -> Reading:
    """One tool at one instant. A pose outside the characterised volume is not to be trusted, so it is left out."""
    status = state.status
    buttons = status >> 1 & 7
    why = state.why or (_why(status) if status & _REMARKS or not status & 1 else "")
    if state.quaternion is not None and state.position is not None and not status & _OUT and not withheld:
        pose = from_quaternion(*state.quaternion, state.position)
        visibility = Visibility.VISIBLE
        if status & (_PARTLY | _DISTURBED):
            visibility = Visibility.DISTURBED if status & _DISTURBED else Visibility.PARTLY_OUT
        return Reading(name, pose, visibility, state.error_mm, buttons, why, dof, state.markers)
    if withheld:
        return Reading(name, None, Visibility.HIDDEN, buttons=buttons, why=JUMPED, dof=dof, markers=state.markers)
    if state.report is Report.DISABLED or state.report is Report.UNOCCUPIED:
        return Reading(name, None, Visibility.DISABLED, why=why, dof=dof)
    visibility = Visibility.OUT_OF_VOLUME if status & _OUT else Visibility.HIDDEN
    return Reading(name, None, visibility, buttons=buttons, why=why, dof=dof, markers=state.markers)


def _why(status: int) -> str:
    if not status & PortStatus.OCCUPIED:
        return NOT_PLUGGED_IN
    return next((text for bit, text in WHY.items() if status & bit), "")


class FrameCounter:
    """Tells new device frames from repeated ones, across the wrap of the 32-bit counter, and counts skipped ones."""

    def __init__(self) -> None:
        self.newest: int | None = None
        self.step = 0
        """Smallest advance seen: some devices count in 1/60 s whatever their rate. 0 before there was one."""

    def ahead(self, frames: list[int]) -> int:
        """By how many counts the newest of `frames` lies before what was taken last; 0 or less: nothing new."""
        if self.newest is None:
            return 1 if frames else 0
        return max(((frame - self.newest + OLDER) % WRAP for frame in frames), default=0) - OLDER

    def take(self, frames: list[int]) -> tuple[int, int] | None:
        """(frame number, frames skipped before it) when `frames` brings a new one, else None."""
        ahead = self.ahead(frames)
        if ahead <= 0:
            return None
        if self.newest is None:
            self.newest = frames[0]
            return frames[0], 0
        self.newest = (self.newest + ahead) % WRAP
        if ahead > WRAP // 2:  # began anew
            return self.newest, 0
        self.step = min(self.step, ahead) if self.step else ahead
        return self.newest, ahead // self.step - 1
