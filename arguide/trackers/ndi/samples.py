"""From a decoded reply to a `Sample`: handles become tool names, status bits become words, repeats are told apart."""

from collections.abc import Mapping

from arguide.geometry.transforms import from_quaternion
from arguide.trackers.ndi.errors import alerts_of
from arguide.trackers.ndi.tracking_reply import PortStatus, Report, ToolState, TrackingReply
from arguide.trackers.reading import Reading, Sample, Visibility

WRAP = 1 << 32
"""Frame numbers have 32 bits."""
OLDER = 64
"""A frame number less than this far back is an old frame again; further back, the device's counter began anew."""
_OUT = PortStatus.OUT_OF_VOLUME.value
_PARTLY = PortStatus.PARTLY_OUT.value


def sample_of(reply: TrackingReply, names: Mapping[int, str], frame: int, host_time_s: float) -> Sample:
    """The sample of one device frame. Handles that are not ours are left out; ours that are missing are disabled."""
    readings = {name: Reading(name, None, Visibility.DISABLED) for name in names.values()}
    for state in reply.tools:
        if name := names.get(state.handle):
            readings[name] = reading_of(state, name)
    return Sample(frame, host_time_s, readings, alerts_of(reply.system_status))


def reading_of(state: ToolState, name: str) -> Reading:
    """One tool at one instant. A pose outside the characterised volume is not to be trusted, so it is left out."""
    status = state.status
    buttons = status >> 1 & 7
    if state.quaternion is not None and state.position is not None and not status & _OUT:
        pose = from_quaternion(*state.quaternion, state.position)
        visibility = Visibility.PARTLY_OUT if status & _PARTLY else Visibility.VISIBLE
        return Reading(name, pose, visibility, state.error_mm, buttons)
    if state.report is Report.DISABLED:
        return Reading(name, None, Visibility.DISABLED)
    return Reading(name, None, Visibility.OUT_OF_VOLUME if status & _OUT else Visibility.HIDDEN, buttons=buttons)


class FrameCounter:
    """Tells new device frames from repeated ones, across the wrap of the 32-bit counter, and counts skipped ones."""

    def __init__(self) -> None:
        self._last: int | None = None
        self._step = WRAP
        """Smallest advance seen: some devices count in 1/60 s whatever their rate."""

    def advance(self, reply: TrackingReply) -> tuple[int, int] | None:
        """(frame number, frames skipped before it) when `reply` brings a new frame, else None."""
        frames = [tool.frame for tool in reply.tools if tool.frame is not None]
        if not frames:
            return None
        if self._last is None:
            self._last = frames[0]
            return frames[0], 0
        ahead = max((frame - self._last + OLDER) % WRAP for frame in frames) - OLDER
        if ahead <= 0:
            return None
        self._last = (self._last + ahead) % WRAP
        if ahead > WRAP // 2:  # began anew
            return self._last, 0
        self._step = min(self._step, ahead)
        return self._last, ahead // self._step - 1
