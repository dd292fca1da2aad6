"""TSTART to TSTOP, and the replies between: TX in text, BX in bytes.

Positions are mm, the rotation is the unit quaternion tool -> tracker, scalar first.
"""

import struct
from collections.abc import Callable
from itertools import chain
from math import copysign, floor

from arguide_sim.ndi.crc import binary_reply
from arguide_sim.ndi.frames import Frame
from arguide_sim.ndi.handles import Handle, Stage
from arguide_sim.ndi.refusal import OUT_OF_RANGE, Refusal
from arguide_sim.ndi.request import hexadecimal
from arguide_sim.ndi.sensor import NOTHING, Marker, Sighting, Status
from arguide_sim.ndi.state import Mode, State
from arguide_sim.ndi.system_commands import OKAY, enter, exactly

TRANSFORMS, TOOL_DETAIL, STRAY_ACTIVE, TOOL_MARKERS = 0x0001, 0x0002, 0x0004, 0x0008
OUT_OF_VOLUME, STRAY_PASSIVE = 0x0800, 0x1000
TX_OPTIONS = TRANSFORMS | TOOL_DETAIL | STRAY_ACTIVE | OUT_OF_VOLUME | STRAY_PASSIVE
BX_OPTIONS = TX_OPTIONS | TOOL_MARKERS

STATUS_BITS = {Status.OUT.value: 0x40, Status.PARTLY_OUT.value: 0x80}
TOO_MUCH_INFRARED = 0x0002
VALID, MISSING, DISABLED = 1, 2, 4
MOST_STRAYS = 50
DETAIL = {Marker.MISSING: 0, Marker.TURNED_AWAY: 1, Marker.BAD_FIT: 2, Marker.USED: 3, Marker.OUT_USED: 3}
"""The 4-bit codes of option 0002; whatever else became of a marker, it was not used."""
Stray = tuple[float, float, float, bool]


def tstart(state: State, args: str) -> str:
    if args not in ("", "40", "80"):
        raise Refusal(OUT_OF_RANGE)
    state.frames.start(state.rate_hz, from_zero=args == "80")
    state.sent_frame = None
    enter(state, Mode.TRACKING)
    return OKAY


def tstop(state: State, args: str) -> str:
    state.stream = None
    enter(state, Mode.SETUP)
    return OKAY


def tx(state: State, args: str) -> str | bytes:
    return _reply(state, "TX", _mask(args, TX_OPTIONS), _text)


def bx(state: State, args: str) -> str | bytes:
    return _reply(state, "BX", _mask(args, BX_OPTIONS), _packet)


def _mask(args: str, allowed: int) -> int:
    mask = hexadecimal(exactly(args, 4)) if args else TRANSFORMS
    if mask & ~allowed:
        raise Refusal(OUT_OF_RANGE)
    return mask


def _reply(
    state: State, command: str, mask: int, write: Callable[[State, Frame, int, int], str | bytes]
) -> str | bytes:
    """The reply for the newest frame; the same frame is written only once, unless something else has to be said."""
    frame = state.frames.newest()
    system = state.alerts.status() | (TOO_MUCH_INFRARED if frame.view.flooded else 0)
    known = frame.replies.get((command, mask), (None, b""))
    if known[0] == system:
        return known[1]
    reply = write(state, frame, mask, system)
    frame.replies[command, mask] = system, reply
    return reply


def seen(handle: Handle, frame: Frame) -> Sighting:
    """What was seen of a handle's tool."""
    return frame.view.sightings.get(handle.tool, NOTHING) if handle.tool else NOTHING


def _reported(handle: Handle, frame: Frame, mask: int) -> tuple[tuple[float, ...] | None, int, Sighting]:
    """What to report of a handle: its pose, if there is one to report, its status bits, and all that was seen."""
    sighting = seen(handle, frame)
    status = handle.stage | sighting.buttons << 1 | STATUS_BITS.get(sighting.status, 0) | sighting.bits
    pose = sighting.pose if sighting.status != Status.OUT or mask & OUT_OF_VOLUME else None
    return pose, status, sighting


def enabled(state: State) -> list[Handle]:
    """The handles that a reply reports: also one whose tool was pulled out, until it is freed."""
    return [h for h in state.handles.all() if h.stage is Stage.ENABLED]


def strays(state: State, frame: Frame) -> list[Stray]:
    """Markers that belong to no tool the host has enabled: reflections, and tools that it does not know."""
    ours = {h.tool for h in enabled(state) if h.tool and not h.gone}
    others = chain.from_iterable(_loose(s) for name, s in frame.view.sightings.items() if name not in ours)
    return [*frame.view.strays, *others][:MOST_STRAYS]


def _loose(sighting: Sighting) -> list[Stray]:
    shown = {Marker.USED: False, Marker.BAD_FIT: False, Marker.OUT_USED: True, Marker.OUT_UNUSED: True}
    places = zip(sighting.markers.tolist(), sighting.codes, strict=True)
    return [(x, y, z, shown[Marker(code)]) for (x, y, z), code in places if code in shown]


def stray_bits(places: list[Stray]) -> int:
    """Bit n says whether marker n is out of the volume."""
    return sum(1 << n for n, place in enumerate(places) if place[3])


# --- TX ---------------------------------------------------------------------------------------------------------------


def _text(state: State, frame: Frame, mask: int, system: int) -> str:
    handles = enabled(state)
    tools = "".join(_text_of(handle, frame, mask) for handle in handles)
    others = _strays_text(strays(state, frame)) if mask & STRAY_PASSIVE else ""
    return f"{len(handles):02X}{tools}{others}{system:04X}"


def _text_of(handle: Handle, frame: Frame, mask: int) -> str:
    if handle.gone:
        # UNOCCUPIED would be the word, but the commonest client misreads everything behind it.
        return f"{handle.number:02X}DISABLED\n"
    pose, status, sighting = _reported(handle, frame, mask)
    parts = [f"{handle.number:02X}"]
    if mask & TRANSFORMS:
        parts.append("MISSING" if pose is None else _pose_text(pose))
        parts.append(f"{status:08X}{frame.number:08X}")
    if mask & TOOL_DETAIL:
        parts.append(_marker_codes(sighting).hex().upper())
    if mask & STRAY_ACTIVE:
        parts.append("MISSING")
    parts.append("\n")
    return "".join(parts)


def _strays_text(places: list[Stray]) -> str:
    digits = (len(places) + 3) // 4
    bits = f"{stray_bits(places):0{digits}X}" if digits else ""
    numbers = "".join(fixed(c, 100, 7) for place in places for c in place[:3])
    return f"{len(places):02X}{bits}{numbers}"


def _pose_text(pose: tuple[float, ...]) -> str:
    q, t, error = pose[:4], pose[4:7], pose[7]
    return "".join(
        [*(fixed(c, 10_000, 6) for c in q), *(fixed(c, 100, 7) for c in t), fixed(error, 10_000, 6)],
    )


def fixed(value: float, scale: int, width: int) -> str:
    """Sign and digits of `value` in units of 1/scale: rounded half away from zero, held at the widest number."""
    most = 10 ** (width - 1) - 1
    digits = min(floor(abs(value) * scale + 0.5), most)
    return f"{int(copysign(digits, value)):+0{width}d}"


# --- BX ---------------------------------------------------------------------------------------------------------------

_POSE = struct.Struct("<BB8fII")
_NO_POSE = struct.Struct("<BBII")


def _packet(state: State, frame: Frame, mask: int, system: int) -> bytes:
    handles = enabled(state)
    parts = [bytes([len(handles)]), *(_bytes_of(handle, frame, mask) for handle in handles)]
    if mask & STRAY_PASSIVE:
        parts.append(_strays_bytes(strays(state, frame)))
    parts.append(system.to_bytes(2, "little"))
    return binary_reply(b"".join(parts))


def _bytes_of(handle: Handle, frame: Frame, mask: int) -> bytes:
    if handle.gone:
        return bytes([handle.number, DISABLED])
    pose, status, sighting = _reported(handle, frame, mask)
    if not mask & TRANSFORMS:
        whole = bytes([handle.number, MISSING if pose is None else VALID])
    elif pose is None:
        whole = _NO_POSE.pack(handle.number, MISSING, status, frame.number)
    else:
        whole = _POSE.pack(handle.number, VALID, *pose, status, frame.number)
    if mask & TOOL_DETAIL:
        whole += b"\x00" + _marker_codes(sighting)
    if mask & STRAY_ACTIVE:
        whole += bytes([MISSING])
    if mask & TOOL_MARKERS:
        whole += _markers(sighting)
    return whole


def _strays_bytes(places: list[Stray]) -> bytes:
    numbers = struct.pack(f"<{3 * len(places)}f", *(c for place in places for c in place[:3]))
    return bytes([len(places)]) + stray_bits(places).to_bytes((len(places) + 7) // 8, "little") + numbers


def _marker_codes(sighting: Sighting) -> bytes:
    """Twenty 4-bit codes, the first marker in the last digit."""
    digits = "".join(str(DETAIL.get(Marker(code), 0)) for code in reversed(sighting.codes))
    return bytes.fromhex(digits.rjust(20, "0"))


def _markers(sighting: Sighting) -> bytes:
    """The markers that were seen, with a bit for each that is out of the volume."""
    used = [n for n, code in enumerate(sighting.codes) if code in (Marker.USED, Marker.OUT_USED)]
    flags = sum(1 << at for at, n in enumerate(used) if sighting.codes[n] == Marker.OUT_USED)
    places = sighting.markers[used].astype("<f4").tobytes()
    return bytes([len(used)]) + flags.to_bytes((len(used) + 7) // 8, "little") + places
