"""Decode the body of a BX reply (binary, little-endian).

count, then per handle: handle, report (1 valid, 2 missing, 4 disabled); valid: 8 floats q0 qx qy qz Tx Ty Tz
error; valid and missing: 32-bit status, 32-bit frame number. With TOOL_DETAIL: a byte of flags and 10 bytes of 4-bit
marker codes, the last marker first. With TOOL_MARKERS, and with STRAY_MARKERS after the last handle: count,
out-of-volume bits, 3 floats each. Last the 16-bit system status.
"""

import struct
from math import isfinite

from arguide.errors import BadReplyError
from arguide.trackers.ndi.commands import Options
from arguide.trackers.ndi.tracking_reply import Report, ToolState, TrackingReply, believable, markers_of
from arguide.trackers.reading import Marker, MarkerState

DECODED = (
    Options.TRANSFORMS | Options.OUT_OF_VOLUME | Options.TOOL_DETAIL | Options.TOOL_MARKERS | Options.STRAY_MARKERS
)
_NO_DECODER = ~int(DECODED)
_DETAIL = int(Options.TOOL_DETAIL | Options.TOOL_MARKERS)
_VALID = struct.Struct("<BB8fII")
_MISSING = struct.Struct("<BBII")
_SEEN = Report.VALID
_POINT = struct.Struct("<3f")
_SYSTEM = struct.Struct("<H")
_DETAIL_BYTES = 11


def decode_bx(body: bytes, options: Options = Options.TRANSFORMS) -> TrackingReply:
    """What a BX reply with these options says. Raises BadReplyError when the bytes do not fit together."""
    asked = int(options)
    if asked & _NO_DECODER or not asked & 1:
        raise ValueError(f"BX options {asked:04X} are not decoded here")
    try:
        tools, at = _tools(body, asked)
        strays, at = _markers(body, at, MarkerState.STRAY) if asked & 0x1000 else ((), at)
        (system_status,) = _SYSTEM.unpack_from(body, at)
    except (struct.error, IndexError) as error:
        raise BadReplyError(f"BX: the reply of {len(body)} bytes is too short for what it announces") from error
    if at + 2 != len(body):
        raise BadReplyError(f"BX: {at + 2} bytes expected, {len(body)} came; ask again")
    return TrackingReply(tools, system_status, strays)


def _tools(body: bytes, asked: int) -> tuple[tuple[ToolState, ...], int]:
    tools = []
    at = 1
    for _ in range(body[0]):
        report = body[at + 1]
        if report == 1:
            handle, _, q0, qx, qy, qz, x, y, z, error, status, frame = numbers = _VALID.unpack_from(body, at)
            # As `believable` asks, but without a call for every tool: this is the hot path.
            if not 0.99 < q0 * q0 + qx * qx + qy * qy + qz * qz < 1.01 or not isfinite(x + y + z + error):
                believable("BX", handle, numbers[2:10])
            tools.append(ToolState(handle, _SEEN, (q0, qx, qy, qz), (x, y, z), error, status, frame))
            at += 42
        elif report == 2:
            handle, _, status, frame = _MISSING.unpack_from(body, at)
            tools.append(ToolState(handle, Report.MISSING, status=status, frame=frame))
            at += 10
        elif report == 4:
            tools.append(ToolState(body[at], Report.DISABLED))
            at += 2
            continue
        else:
            raise BadReplyError(
                f"BX: tool {body[at]:02X} is reported as {report:02X}, expected 01, 02 or 04; ask again"
            )
        if asked & _DETAIL:
            markers, at = _detail(body, at, asked)
            tools[-1] = tools[-1]._replace(markers=markers)
    return tuple(tools), at


def _detail(body: bytes, at: int, asked: int) -> tuple[tuple[Marker, ...], int]:
    codes: int | None = None
    seen: tuple[Marker, ...] = ()
    if asked & 0x0002:
        codes = int.from_bytes(body[at + 1 : at + _DETAIL_BYTES], "big")
        at += _DETAIL_BYTES
    if asked & 0x0008:
        seen, at = _markers(body, at, MarkerState.USED)
    return markers_of(codes, seen), at


def _markers(body: bytes, at: int, inside: MarkerState) -> tuple[tuple[Marker, ...], int]:
    """Positions; bit n of the out-of-volume bytes, lowest first, belongs to marker n."""
    count = body[at]
    bits = int.from_bytes(body[at + 1 : at + 1 + (count + 7) // 8], "little")
    at += 1 + (count + 7) // 8
    markers = []
    for n in range(count):
        x, y, z = _POINT.unpack_from(body, at)
        if not isfinite(x + y + z):
            raise BadReplyError(f"BX: marker {n + 1} is at a place that is not finite; the reply is not used")
        markers.append(Marker(MarkerState.OUT_OF_VOLUME if bits >> n & 1 else inside, (x, y, z)))
        at += _POINT.size
    return tuple(markers), at
