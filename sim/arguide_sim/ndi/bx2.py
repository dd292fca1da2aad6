"""BX2: the newer, binary reply (GBF): containers of components, each of a kind and with its length.

A reply holds what is new since the last one. Components inside the frame: poses (6D), marker positions (3D), buttons
(1D), system alerts. What the position sensor's pictures hold (2D, sensor data) no simulation here has: those
components come empty.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from arguide_sim.ndi.alerts import Happened
from arguide_sim.ndi.crc import binary_reply
from arguide_sim.ndi.frames import Frame
from arguide_sim.ndi.handles import Handle
from arguide_sim.ndi.refusal import INVALID_COMMAND, OUT_OF_RANGE, Refusal
from arguide_sim.ndi.sensor import Marker, Status
from arguide_sim.ndi.state import State
from arguide_sim.ndi.tracking import enabled, seen, strays

VERSION = 1
FRAME, POSES, PLACES, BUTTONS, PICTURE, ALERTS = 0x01, 0x02, 0x03, 0x04, 0x05, 0x12
PASSIVE = 2
"""The type of all frames here: markers that reflect."""
LOST = 0x0100
"""The bit of a tool's status that says that no pose follows."""
STRAY = 0xFFFF
EPOCH_S = 1_700_000_000
"""When the device's wall clock stood at the beginning of tracking: the same seed gives the same bytes."""
CHOICES = {
    "6d": ("none", "tools"),
    "3d": ("none", "tools", "strays", "all"),
    "2d": ("none", "tools", "all"),
    "sensor": ("none", "all"),
    "1d": ("none", "buttons"),
}
SWITCHES = 3


@dataclass(frozen=True)
class Wanted:
    """What the host asks for."""

    poses: bool
    tools: bool
    strays: bool
    pictures: bool
    buttons: bool


def wanted(args: str) -> Wanted:
    """Read `--6d=tools --3d=all …`. Raises Refusal for what is no option of BX2."""
    chosen = {"6d": "none", "3d": "none", "2d": "none", "sensor": "none", "1d": "none"}
    for word in args.split():
        name, _, value = word.removeprefix("--").partition("=")
        if not word.startswith("--") or name not in CHOICES:
            raise Refusal(INVALID_COMMAND)
        if value not in CHOICES[name]:
            raise Refusal(OUT_OF_RANGE)
        chosen[name] = value
    return Wanted(
        poses=chosen["6d"] == "tools",
        tools=chosen["3d"] in ("tools", "all"),
        strays=chosen["3d"] in ("strays", "all"),
        pictures=chosen["2d"] != "none",
        buttons=chosen["1d"] == "buttons",
    )


def bx2(state: State, args: str) -> bytes:
    what = wanted(args)
    frame = state.frames.newest()
    if frame.number == state.sent_frame:
        return binary_reply(_container([_component(FRAME, [])]))
    state.sent_frame = frame.number
    item = _frame_item(frame, _container(_components(state, frame, what)))
    return binary_reply(_container([_component(FRAME, [item])]))


def _frame_item(frame: Frame, contents: bytes) -> bytes:
    seconds, rest = divmod(round(frame.time_s * 1e9), 10**9)
    return struct.pack("<BBHIII", PASSIVE, 0, 0, frame.number, EPOCH_S + seconds, rest) + contents


def _components(state: State, frame: Frame, what: Wanted) -> list[bytes]:
    handles = enabled(state)
    parts = []
    if what.poses:
        parts.append(_component(POSES, [_pose(handle, frame) for handle in handles]))
    if what.tools or what.strays:
        places = [_places(handle, frame) for handle in handles] if what.tools else []
        if what.strays and (loose := strays(state, frame)):
            marks = [
                (Marker.OUT_UNUSED if out else Marker.USED, n, (x, y, z)) for n, (x, y, z, out) in enumerate(loose)
            ]
            places.append(_marked(STRAY, marks))
        parts.append(_component(PLACES, places))
    if what.pictures:
        parts.append(_component(PICTURE, []))
    if what.buttons:
        parts += [_component(BUTTONS, [_buttons(handle, frame)]) for handle in handles]
    if happened := state.alerts.fetch():
        parts.append(_component(ALERTS, [_alert(one) for one in happened]))
    return parts


def _pose(handle: Handle, frame: Frame) -> bytes:
    if handle.gone:
        return struct.pack("<HH", handle.number, LOST | Status.UNPLUGGED)
    sighting = seen(handle, frame)
    if sighting.pose is None:
        return struct.pack("<HH", handle.number, LOST | sighting.status)
    return struct.pack("<HH8f", handle.number, sighting.status, *sighting.pose)


def _places(handle: Handle, frame: Frame) -> bytes:
    sighting = seen(handle, frame)
    triples = zip(sighting.codes, sighting.markers.tolist(), strict=True)
    return _marked(handle.number, [(code, n, (x, y, z)) for n, (code, (x, y, z)) in enumerate(triples)])


def _marked(handle: int, marks: Sequence[tuple[int, int, tuple[float, float, float]]]) -> bytes:
    """The markers of one tool; of one that is missing no place is given."""
    parts = [struct.pack("<HH", handle, len(marks))]
    for code, index, place in marks:
        parts.append(struct.pack("<BBH", code, 0, index))
        if code != Marker.MISSING:
            parts.append(struct.pack("<3f", *place))
    return b"".join(parts)


def _buttons(handle: Handle, frame: Frame) -> bytes:
    pressed = seen(handle, frame).buttons
    return struct.pack("<HH", handle.number, SWITCHES) + bytes(pressed >> n & 1 for n in range(SWITCHES))


def _alert(happened: Happened) -> bytes:
    return struct.pack("<BBH", happened.kind, 0, happened.code)


def _component(kind: int, items: list[bytes]) -> bytes:
    body = b"".join(items)
    return struct.pack("<HIHI", kind, 12 + len(body), 0, len(items)) + body


def _container(components: list[bytes]) -> bytes:
    return struct.pack("<HH", VERSION, len(components)) + b"".join(components)
