"""Decode the body of a BX reply (binary, little-endian).

count, then per handle: handle, report (1 valid, 2 missing, 4 disabled); valid: 8 floats q0 qx qy qz Tx Ty Tz
error; valid and missing: 32-bit status, 32-bit frame number. With STRAY_MARKERS: count, out-of-volume bits,
3 floats each. Last the 16-bit system status.
"""

import struct

from arguide.errors import BadReplyError
from arguide.trackers.ndi.commands import Options
from arguide.trackers.ndi.tracking_reply import Report, StrayMarker, ToolState, TrackingReply, believable

DECODED = Options.TRANSFORMS | Options.OUT_OF_VOLUME | Options.STRAY_MARKERS
_VALID = struct.Struct("<8fII")
_MISSING = struct.Struct("<II")
_POINT = struct.Struct("<3f")
_SYSTEM = struct.Struct("<H")


def decode_bx(body: bytes, options: Options = Options.TRANSFORMS) -> TrackingReply:
    """What a BX reply with these options says. Raises BadReplyError when the bytes do not fit together."""
    if options & ~DECODED or not options & Options.TRANSFORMS:
        raise ValueError(f"BX options {options:04X} are not decoded here")
    try:
        tools, at = _tools(body)
        strays, at = _strays(body, at) if options & Options.STRAY_MARKERS else ((), at)
        (system_status,) = _SYSTEM.unpack_from(body, at)
    except (struct.error, IndexError) as error:
        raise BadReplyError(f"BX: the reply of {len(body)} bytes is too short for what it announces") from error
    if at + 2 != len(body):
        raise BadReplyError(f"BX: {at + 2} bytes expected, {len(body)} came; ask again")
    return TrackingReply(tools, system_status, strays)


def _tools(body: bytes) -> tuple[tuple[ToolState, ...], int]:
    tools = []
    at = 1
    for _ in range(body[0]):
        handle, report = body[at], body[at + 1]
        at += 2
        if report == 1:
            q0, qx, qy, qz, x, y, z, error, status, frame = numbers = _VALID.unpack_from(body, at)
            believable("BX", handle, numbers[:8])
            tools.append(ToolState(handle, Report.VALID, (q0, qx, qy, qz), (x, y, z), error, status, frame))
            at += 40
        elif report == 2:
            status, frame = _MISSING.unpack_from(body, at)
            tools.append(ToolState(handle, Report.MISSING, status=status, frame=frame))
            at += 8
        elif report == 4:
            tools.append(ToolState(handle, Report.DISABLED))
        else:
            raise BadReplyError(f"BX: tool {handle:02X} is reported as {report:02X}, expected 01, 02 or 04; ask again")
    return tuple(tools), at


def _strays(body: bytes, at: int) -> tuple[tuple[StrayMarker, ...], int]:
    """Stray markers; bit n of the out-of-volume bytes, lowest first, belongs to marker n."""
    count = body[at]
    bits = int.from_bytes(body[at + 1 : at + 1 + (count + 7) // 8], "little")
    at += 1 + (count + 7) // 8
    strays = []
    for n in range(count):
        x, y, z = _POINT.unpack_from(body, at)
        strays.append(StrayMarker((x, y, z), bool(bits >> n & 1)))
        at += _POINT.size
    return tuple(strays), at
