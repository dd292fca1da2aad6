"""TSTART to TSTOP, and the replies between: TX in text, BX in bytes.

Positions are mm, the rotation is the unit quaternion tool -> tracker, scalar first.
"""

import struct
from math import copysign, floor

from arguide_sim.ndi.crc import binary_reply
from arguide_sim.ndi.frames import Frame
from arguide_sim.ndi.handles import Handle, Stage
from arguide_sim.ndi.refusal import OUT_OF_RANGE, Refusal
from arguide_sim.ndi.request import hexadecimal
from arguide_sim.ndi.sensor import NOTHING, Measured, Sighting
from arguide_sim.ndi.state import Mode, State
from arguide_sim.ndi.system_commands import OKAY, enter, exactly

TRANSFORMS, TOOL_DETAIL, STRAY_ACTIVE, TOOL_MARKERS = 0x0001, 0x0002, 0x0004, 0x0008
OUT_OF_VOLUME, STRAY_PASSIVE = 0x0800, 0x1000
TX_OPTIONS = TRANSFORMS | TOOL_DETAIL | STRAY_ACTIVE | OUT_OF_VOLUME | STRAY_PASSIVE
BX_OPTIONS = TX_OPTIONS | TOOL_MARKERS

STATUS_OUT_OF_VOLUME, STATUS_PARTLY_OUT = 0x40, 0x80
SYSTEM_STATUS = 0x0000
VALID, MISSING = 1, 2
MARKER_USED = 3


def tstart(state: State, args: str) -> str:
    if args not in ("", "40", "80"):
        raise Refusal(OUT_OF_RANGE)
    state.frames.start(state.rate_hz, from_zero=args == "80")
    enter(state, Mode.TRACKING)
    return OKAY


def tstop(state: State, args: str) -> str:
    enter(state, Mode.SETUP)
    return OKAY


def tx(state: State, args: str) -> str | bytes:
    mask = _mask(args, TX_OPTIONS)
    frame = state.frames.newest()
    return _once(frame, "TX", mask) or _keep(frame, "TX", mask, _text(state, frame, mask))


def bx(state: State, args: str) -> str | bytes:
    mask = _mask(args, BX_OPTIONS)
    frame = state.frames.newest()
    return _once(frame, "BX", mask) or _keep(frame, "BX", mask, binary_reply(_body(state, frame, mask)))


def _mask(args: str, allowed: int) -> int:
    mask = hexadecimal(exactly(args, 4)) if args else TRANSFORMS
    if mask & ~allowed:
        raise Refusal(OUT_OF_RANGE)
    return mask


def _once(frame: Frame, command: str, mask: int) -> str | bytes | None:
    return frame.replies.get((command, mask))


def _keep(frame: Frame, command: str, mask: int, reply: str | bytes) -> str | bytes:
    frame.replies[command, mask] = reply
    return reply


def _seen(handle: Handle, frame: Frame, mask: int) -> tuple[Measured | None, int]:
    """What to report of a handle: its measurement, if there is one to report, and its status bits."""
    sighting: Sighting = frame.sightings.get(handle.tool, NOTHING) if handle.tool else NOTHING
    status = handle.stage | sighting.buttons << 1
    measured = sighting.measured
    if measured is None or not any(measured.outside):
        return measured, status
    if not all(measured.outside):
        return measured, status | STATUS_PARTLY_OUT
    return (measured if mask & OUT_OF_VOLUME else None), status | STATUS_OUT_OF_VOLUME


# --- TX ---------------------------------------------------------------------------------------------------------------


def _text(state: State, frame: Frame, mask: int) -> str:
    handles = state.handles.at(Stage.ENABLED)
    tools = "".join(_text_of(handle, frame, mask) for handle in handles)
    strays = "00" if mask & STRAY_PASSIVE else ""
    return f"{len(handles):02X}{tools}{strays}{SYSTEM_STATUS:04X}"


def _text_of(handle: Handle, frame: Frame, mask: int) -> str:
    measured, status = _seen(handle, frame, mask)
    parts = [f"{handle.number:02X}"]
    if mask & TRANSFORMS:
        parts.append("MISSING" if measured is None else _pose_text(measured.pose))
        parts.append(f"{status:08X}{frame.number:08X}")
    if mask & TOOL_DETAIL:
        parts.append(_marker_codes(measured).hex().upper())
    if mask & STRAY_ACTIVE:
        parts.append("MISSING")
    parts.append("\n")
    return "".join(parts)


def _pose_text(pose: tuple[float, ...]) -> str:
    q, t, error = pose[:4], pose[4:7], pose[7]
    return "".join(
        [*(_fixed(c, 10_000, 6) for c in q), *(_fixed(c, 100, 7) for c in t), _fixed(error, 10_000, 6)],
    )


def _fixed(value: float, scale: int, width: int) -> str:
    """Sign and digits of `value` in units of 1/scale: rounded half away from zero, held at the widest number."""
    most = 10 ** (width - 1) - 1
    digits = min(floor(abs(value) * scale + 0.5), most)
    return f"{int(copysign(digits, value)):+0{width}d}"


# --- BX ---------------------------------------------------------------------------------------------------------------


def _body(state: State, frame: Frame, mask: int) -> bytes:
    handles = state.handles.at(Stage.ENABLED)
    tools = b"".join(_bytes_of(handle, frame, mask) for handle in handles)
    strays = b"\x00" if mask & STRAY_PASSIVE else b""
    return bytes([len(handles)]) + tools + strays + struct.pack("<H", SYSTEM_STATUS)


def _bytes_of(handle: Handle, frame: Frame, mask: int) -> bytes:
    measured, status = _seen(handle, frame, mask)
    parts = [bytes([handle.number, MISSING if measured is None else VALID])]
    if mask & TRANSFORMS:
        if measured is not None:
            parts.append(struct.pack("<8f", *measured.pose))
        parts.append(struct.pack("<II", status, frame.number))
    if mask & TOOL_DETAIL:
        parts.append(b"\x00" + _marker_codes(measured))
    if mask & STRAY_ACTIVE:
        parts.append(bytes([MISSING]))
    if mask & TOOL_MARKERS:
        parts.append(_markers(measured))
    return b"".join(parts)


def _marker_codes(measured: Measured | None) -> bytes:
    """Twenty 4-bit codes, the first marker in the last digit."""
    count = 0 if measured is None else len(measured.markers)
    return bytes.fromhex((str(MARKER_USED) * count).rjust(20, "0"))


def _markers(measured: Measured | None) -> bytes:
    if measured is None:
        return b"\x00"
    count = len(measured.markers)
    flags = sum(1 << n for n, out in enumerate(measured.outside) if out)
    return bytes([count]) + flags.to_bytes((count + 7) // 8, "little") + measured.markers.astype("<f4").tobytes()
