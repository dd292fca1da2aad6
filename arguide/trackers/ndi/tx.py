"""Decode a TX reply (text). The same content as BX in fixed-width numbers with implied decimals.

count (2 hex), then per handle: handle (2 hex); q0 qx qy qz 6 characters each (1/10000), Tx Ty Tz 7 characters
each (1/100 mm), error 6 characters (1/10000 mm), status and frame 8 hex each; or MISSING or UNOCCUPIED with
status and frame; or DISABLED with or without them. With TOOL_DETAIL 20 hex digits follow, one for each marker, the
last marker first. A line feed ends each handle. With STRAY_MARKERS: count (2 hex), one hex digit of out-of-volume
bits for four markers, 3 x 7 characters each. Last the system status (4 hex).
"""

import re

from arguide.errors import BadReplyError
from arguide.trackers.ndi.commands import Options
from arguide.trackers.ndi.tracking_reply import Report, ToolState, TrackingReply, believable, markers_of
from arguide.trackers.reading import Marker, MarkerState

DECODED = Options.TRANSFORMS | Options.OUT_OF_VOLUME | Options.TOOL_DETAIL | Options.STRAY_MARKERS
_Q, _T = r"([+-]\d{5})", r"([+-]\d{6})"
_STATUS = r"([0-9A-F]{8})([0-9A-F]{8})"
_DETAIL = r"([0-9A-F]{20})"
_COUNT = re.compile(r"[0-9A-F]{2}")
_POSE = re.compile(rf"([0-9A-F]{{2}}){_Q * 4}{_T * 3}{_Q}{_STATUS}{_DETAIL}?")
_NO_POSE = re.compile(rf"([0-9A-F]{{2}})(MISSING|UNOCCUPIED|DISABLED)(?:{_STATUS}{_DETAIL}?)?")
_POINT = re.compile(_T * 3)
_BITS = re.compile(r"[0-9A-F]*")
_SYSTEM = re.compile(r"[0-9A-F]{4}")
POINT_CHARS = 21


def decode_tx(text: str, options: Options = Options.TRANSFORMS) -> TrackingReply:
    """What a TX reply to these options (CRC removed) says. Raises BadReplyError when the text does not fit."""
    if options & ~DECODED or not options & Options.TRANSFORMS:
        raise ValueError(f"TX options {options:04X} are not decoded here")
    *lines, last = text.split("\n")
    # The count stands directly before the first handle, or before what follows the handles when there are none.
    head = lines[0] if lines else last
    count = _number(_COUNT, head[:2])
    if count != len(lines):
        raise BadReplyError(f"TX: {count} tools announced, {len(lines)} came; ask again")
    if lines:
        lines[0] = head[2:]
    else:
        last = last[2:]
    strays, last = _strays(last) if options & Options.STRAY_MARKERS else ((), last)
    detail = bool(options & Options.TOOL_DETAIL)
    return TrackingReply(tuple([_tool(line, detail) for line in lines]), _number(_SYSTEM, last), strays)


def _tool(line: str, detail: bool) -> ToolState:
    if (match := _POSE.fullmatch(line)) and bool(match[12]) == detail:
        handle, *digits, status, frame, codes = match.groups()
        q0, qx, qy, qz = (int(d) / 10_000 for d in digits[:4])
        x, y, z = (int(d) / 100 for d in digits[4:7])
        error = int(digits[7]) / 10_000
        believable("TX", int(handle, 16), (q0, qx, qy, qz, x, y, z, error))
        return ToolState(
            int(handle, 16),
            Report.VALID,
            (q0, qx, qy, qz),
            (x, y, z),
            error,
            int(status, 16),
            int(frame, 16),
            markers=_markers(codes),
        )
    if (match := _NO_POSE.fullmatch(line)) and (match[3] or match[2] == "DISABLED"):
        return ToolState(
            int(match[1], 16),
            Report[match[2]],
            status=int(match[3] or "0", 16),
            frame=int(match[4], 16) if match[4] else None,
            markers=_markers(match[5]),
        )
    raise BadReplyError(f"TX: cannot read the tool line {line[:80]!r}; ask again")


def _markers(codes: str | None) -> tuple[Marker, ...]:
    return markers_of(int(codes, 16), ()) if codes else ()


def _strays(text: str) -> tuple[tuple[Marker, ...], str]:
    """Stray markers, and what follows them. Bit n of the out-of-volume digits, lowest first, belongs to marker n."""
    count = _number(_COUNT, text[:2])
    begin = 2 + (count + 3) // 4
    end = begin + POINT_CHARS * count
    points = [_POINT.fullmatch(text[at : at + POINT_CHARS]) for at in range(begin, end, POINT_CHARS)]
    if not _BITS.fullmatch(text[2:begin]):
        raise BadReplyError(f"TX: expected out-of-volume digits, got {text[2:begin]!r}; ask again")
    bits = int(text[2:begin] or "0", 16)
    strays = []
    for n, point in enumerate(points):
        if point is None:
            raise BadReplyError(f"TX: cannot read stray marker {n + 1} of {count}; ask again")
        x, y, z = (int(digits) / 100 for digits in point.groups())
        strays.append(Marker(MarkerState.OUT_OF_VOLUME if bits >> n & 1 else MarkerState.STRAY, (x, y, z)))
    return tuple(strays), text[end:]


def _number(pattern: re.Pattern[str], digits: str) -> int:
    if not pattern.fullmatch(digits):
        raise BadReplyError(f"TX: expected hex digits like {pattern.pattern}, got {digits[:20]!r}; ask again")
    return int(digits, 16)
