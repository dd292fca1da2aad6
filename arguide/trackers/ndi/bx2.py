"""Decode the body of a BX2 reply: what is new since the last one, in NDI's general binary format.

Where the reference leaves the layout open (markers that are missing may or may not carry a position, a button list
may or may not carry its length) both forms are tried, and the one that fills the component exactly is right.
"""

import struct
from collections.abc import Callable
from math import isfinite
from typing import TypeVar

from arguide.errors import BadReplyError
from arguide.trackers.ndi.alerts import (
    EVENT,
    PLUGGED_IN,
    PORT_OCCUPIED,
    PORT_UNOCCUPIED,
    UNPLUGGED,
    describe_alert,
)
from arguide.trackers.ndi.gbf import Component, FrameItem, Kind, frames_of
from arguide.trackers.ndi.tracking_reply import Point, PortStatus, Report, ToolState, TrackingReply, believable
from arguide.trackers.reading import Marker, MarkerState

NO_TOOL = 0xFFFF
"""Handle under which markers are reported that belong to no tool."""
_HEAD = struct.Struct("<HH")
_POSE = struct.Struct("<8f")
_MARKER = struct.Struct("<BBH")
_POINT = struct.Struct("<3f")
_ALERT = struct.Struct("<BBH")
_MISSING = 0x0100
_CODE = 0x00FF
_HEALTHY = PortStatus.OCCUPIED | PortStatus.INITIALIZED | PortStatus.ENABLED
_OUT, _PARTLY, _NOT_ENABLED, _UNPLUGGED = 9, 3, 32, 33

WHY = {
    5: "averaged over fewer frames than set",
    13: "too few markers seen",
    14: "interference",
    17: "its markers do not fit its definition",
    18: "the tracker's buffer was full",
    19: "too many markers for the tracker's algorithm",
    20: "the tracker fell behind",
    21: "out of synchronization",
    22: "the tracker made a mistake in processing",
    33: "not plugged in",
}
"""Codes of a pose that say more than the visibility does."""
MARKERS = {
    0: MarkerState.USED,
    1: MarkerState.MISSING,
    2: MarkerState.TURNED_AWAY,
    3: MarkerState.BAD_FIT,
    4: MarkerState.OUT_OF_VOLUME,
    5: MarkerState.USED,
    6: MarkerState.PHANTOM,
    7: MarkerState.SATURATED,
    8: MarkerState.SATURATED,
}
T = TypeVar("T")


def decode_bx2(body: bytes) -> TrackingReply:
    """What a BX2 reply says; without frames when nothing is new. Raises BadReplyError when the bytes do not fit."""
    frames = frames_of(body)
    tools: dict[int, ToolState] = {}
    strays: list[Marker] = []
    alerts: list[str] = []
    system_status = 0
    for frame in frames:
        try:
            found, loose, said, bits = _frame(frame)
        except (struct.error, IndexError) as error:
            raise BadReplyError(f"BX2: frame {frame.number} is too short for what it announces; ask again") from error
        tools |= found
        strays += loose
        alerts += said
        system_status |= bits
    newest = max((frame.number for frame in frames), default=None)
    return TrackingReply(tuple(tools.values()), system_status, tuple(strays), tuple(dict.fromkeys(alerts)), newest)


def _frame(frame: FrameItem) -> tuple[dict[int, ToolState], list[Marker], list[str], int]:
    tools: dict[int, ToolState] = {}
    markers: dict[int, tuple[Marker, ...]] = {}
    buttons: dict[int, int] = {}
    alerts: list[str] = []
    bits = 0
    for part in frame.components:
        match part.kind:
            case Kind.POSES:
                tools |= {tool.handle: tool for tool in _poses(part, frame.number)}
            case Kind.MARKERS:
                markers |= _fitting(part, lambda p: _markers(p, True), lambda p: _markers(p, False))
            case Kind.BUTTONS:
                buttons |= _fitting(part, _counted_buttons, _plain_buttons)
            case Kind.ALERTS:
                said, more = _alerts(part)
                alerts, bits = alerts + said, bits | more
            case Kind.FRAME:
                raise BadReplyError("BX2: a frame within a frame; ask again")
    for handle, tool in tools.items():
        status = tool.status | buttons.get(handle, 0) << 1
        tools[handle] = tool._replace(status=status, markers=markers.get(handle, ()))
    loose = [
        Marker(MarkerState.STRAY, marker.position_mm) if marker.state is MarkerState.USED else marker
        for marker in markers.get(NO_TOOL, ())
    ]
    return tools, loose, alerts, bits


def _poses(part: Component, number: int) -> list[ToolState]:
    tools = []
    at = 0
    for _ in range(part.items):
        handle, status = _HEAD.unpack_from(part.data, at)
        at += _HEAD.size
        code = status & _CODE
        bits = _HEALTHY | {_OUT: PortStatus.OUT_OF_VOLUME, _PARTLY: PortStatus.PARTLY_OUT}.get(code, PortStatus(0))
        why = WHY.get(code, "")
        if not status & _MISSING:
            numbers = _POSE.unpack_from(part.data, at)
            at += _POSE.size
            believable("BX2", handle, numbers)
            q0, qx, qy, qz, x, y, z, error = numbers
            pose = ToolState(handle, Report.VALID, (q0, qx, qy, qz), (x, y, z), error, int(bits), number, why)
            tools.append(pose)
        elif code == _NOT_ENABLED:
            tools.append(ToolState(handle, Report.DISABLED, frame=number))
        elif code == _UNPLUGGED:
            tools.append(ToolState(handle, Report.MISSING, status=PortStatus.UNPLUGGED, frame=number, why=why))
        else:
            tools.append(ToolState(handle, Report.MISSING, status=int(bits), frame=number, why=why))
    _used_up(part, at)
    return tools


def _markers(part: Component, missing_have_place: bool) -> dict[int, tuple[Marker, ...]]:
    found: dict[int, tuple[Marker, ...]] = {}
    at = 0
    for _ in range(part.items):
        handle, count = _HEAD.unpack_from(part.data, at)
        at += _HEAD.size
        markers = []
        for _ in range(count):
            code, _, _ = _MARKER.unpack_from(part.data, at)
            at += _MARKER.size
            place: Point | None = None
            state = MARKERS.get(code)
            if state is None:
                raise BadReplyError(f"BX2: marker state {code}, expected 0 to {max(MARKERS)}; ask again")
            if state is not MarkerState.MISSING or missing_have_place:
                x, y, z = _POINT.unpack_from(part.data, at)
                at += _POINT.size
                if state is not MarkerState.MISSING:
                    place = (x, y, z)
                    if not isfinite(x + y + z):
                        raise BadReplyError("BX2: a marker at a place that is not finite; the reply is not used")
            markers.append(Marker(state, place))
        found[handle] = (*found.get(handle, ()), *markers)
    _used_up(part, at)
    return found


def _counted_buttons(part: Component) -> dict[int, int]:
    """Buttons with their number before them."""
    found: dict[int, int] = {}
    at = 0
    for _ in range(part.items):
        handle, count = _HEAD.unpack_from(part.data, at)
        at += _HEAD.size
        found[handle] = _pressed(part.data[at : at + count], count)
        at += count
    _used_up(part, at)
    return found


def _plain_buttons(part: Component) -> dict[int, int]:
    """Buttons without their number: as many for each tool as there is room."""
    found: dict[int, int] = {}
    room, rest = divmod(len(part.data), max(part.items, 1))
    if rest or (part.items and room < 2):
        raise BadReplyError(f"BX2: {len(part.data)} bytes for the buttons of {part.items} tools; ask again")
    for at in range(0, room * part.items, max(room, 1)):
        handle = int.from_bytes(part.data[at : at + 2], "little")
        found[handle] = _pressed(part.data[at + 2 : at + room], room - 2)
    return found


def _pressed(states: bytes, count: int) -> int:
    if len(states) != count:
        raise BadReplyError(f"BX2: {count} buttons announced, {len(states)} came; ask again")
    return sum(1 << n for n, state in enumerate(states[:3]) if state)


def _alerts(part: Component) -> tuple[list[str], int]:
    """What happened in words, and plugging as the bits of the system status that BX has for it."""
    said: list[str] = []
    bits = 0
    for at in range(0, part.items * _ALERT.size, _ALERT.size):
        kind, _, code = _ALERT.unpack_from(part.data, at)
        if kind == EVENT and code in (PLUGGED_IN, UNPLUGGED):
            bits |= PORT_OCCUPIED if code == PLUGGED_IN else PORT_UNOCCUPIED
        elif text := describe_alert(kind, code):
            said.append(text)
    _used_up(part, part.items * _ALERT.size)
    return said, bits


def _fitting(part: Component, first: Callable[[Component], T], second: Callable[[Component], T]) -> T:
    """What the first reading of a component gives, or the second when the first does not fill it exactly."""
    try:
        return first(part)
    except (BadReplyError, struct.error):
        return second(part)


def _used_up(part: Component, at: int) -> None:
    if at != len(part.data):
        raise BadReplyError(f"BX2: {at} bytes of items in a component of {len(part.data)}; ask again")
