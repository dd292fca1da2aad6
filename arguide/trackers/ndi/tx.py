"""Decode a TX reply (text). The same content as BX in fixed-width numbers with implied decimals.

count (2 hex), then per handle: handle (2 hex); q0 qx qy qz 6 characters each (1/10000), Tx Ty Tz 7 characters
each (1/100 mm), error 6 characters (1/10000 mm), status and frame 8 hex each; or MISSING or UNOCCUPIED with
status and frame; or DISABLED with or without them; a line feed ends each. Last the system status (4 hex).
"""

import re

from arguide.errors import BadReplyError
from arguide.trackers.ndi.tracking_reply import Report, ToolState, TrackingReply, believable

_Q, _T = r"([+-]\d{5})", r"([+-]\d{6})"
_STATUS = r"([0-9A-F]{8})([0-9A-F]{8})"
_COUNT = re.compile(r"[0-9A-F]{2}")
_POSE = re.compile(rf"([0-9A-F]{{2}}){_Q * 4}{_T * 3}{_Q}{_STATUS}")
_NO_POSE = re.compile(rf"([0-9A-F]{{2}})(MISSING|UNOCCUPIED|DISABLED)(?:{_STATUS})?")
_SYSTEM = re.compile(r"[0-9A-F]{4}")


def decode_tx(text: str) -> TrackingReply:
    """What a TX reply to the option TRANSFORMS (CRC removed) says. Raises BadReplyError when the text does not fit."""
    *lines, last = text.split("\n")
    # The count stands directly before the first handle, or before the system status when there are no tools.
    head = lines[0] if lines else last
    count = _number(_COUNT, head[:2])
    if count != len(lines):
        raise BadReplyError(f"TX: {count} tools announced, {len(lines)} came; ask again")
    if lines:
        lines[0] = head[2:]
    else:
        last = last[2:]
    return TrackingReply(tuple(_tool(line) for line in lines), _number(_SYSTEM, last))


def _tool(line: str) -> ToolState:
    if match := _POSE.fullmatch(line):
        handle, *digits, status, frame = match.groups()
        q0, qx, qy, qz = (int(d) / 10_000 for d in digits[:4])
        x, y, z = (int(d) / 100 for d in digits[4:7])
        error = int(digits[7]) / 10_000
        believable("TX", int(handle, 16), (q0, qx, qy, qz, x, y, z, error))
        return ToolState(
            int(handle, 16), Report.VALID, (q0, qx, qy, qz), (x, y, z), error, int(status, 16), int(frame, 16)
        )
    if (match := _NO_POSE.fullmatch(line)) and (match[3] or match[2] == "DISABLED"):
        return ToolState(
            int(match[1], 16),
            Report[match[2]],
            status=int(match[3] or "0", 16),
            frame=int(match[4], 16) if match[4] else None,
        )
    raise BadReplyError(f"TX: cannot read the tool line {line[:80]!r}; ask again")


def _number(pattern: re.Pattern[str], digits: str) -> int:
    if not pattern.fullmatch(digits):
        raise BadReplyError(f"TX: expected hex digits like {pattern.pattern}, got {digits[:20]!r}; ask again")
    return int(digits, 16)
