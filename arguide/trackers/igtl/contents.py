"""What is inside OpenIGTLink messages: transforms, tracking data, status, text, arrays, points. Sans-I/O.

Transforms are twelve floats, big-endian: the three columns of the rotation, then the translation in mm. They are named
from-to: the message `StylusToTracker` is `tracker_from_stylus`.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from arguide.errors import BadReplyError
from arguide.geometry.transforms import Array, from_parts, from_quaternion, is_rigid, to_quaternion
from arguide.trackers.igtl.packets import Message, text_of

TRANSFORM_SIZE = 48
TRACKED = struct.Struct(">20sBB48s")
STATUS = struct.Struct(">HQ20s")
POINT = struct.Struct(">64s32s4B3ff20s")
START_TRACKING = struct.Struct(">i32s")
OK = 1
STATUS_WORDS = {
    0: "invalid packet",
    2: "unknown error",
    3: "panic",
    4: "device or resource not found",
    5: "access denied",
    6: "busy",
    7: "timed out",
    8: "overflow",
    9: "checksum error",
    10: "configuration error",
    11: "not enough resource",
    12: "illegal or unknown instruction",
    13: "not ready",
    14: "in manual mode",
    15: "disabled",
    16: "not present",
    17: "unknown device version",
    18: "hardware failure",
    19: "shut down in progress",
}
ASCII = 3
UTF8 = 106
FLOAT64 = 11
RIGID_TOLERANCE = 1e-3


@dataclass(frozen=True, slots=True)
class Status:
    """What a device says of itself."""

    code: int
    words: str
    """The device's own, else the standard's; empty when all is well."""


def encode_transform(pose: Array) -> bytes:
    """The content of a TRANSFORM: a (4, 4) pose in mm."""
    return struct.pack(">12f", *pose[:3].T.ravel())


def decode_transform(content: bytes) -> Array | None:
    """The (4, 4) pose, its rotation made exact; None when it is not rigid.

    Raises BadReplyError for content of another length.
    """
    if len(content) != TRANSFORM_SIZE:
        raise BadReplyError(f"TRANSFORM: expected {TRANSFORM_SIZE} bytes, got {len(content)}; is the sender broken?")
    columns = np.array(struct.unpack(">12f", content), dtype=float).reshape(4, 3)
    pose = from_parts(columns[:3].T, columns[3])
    if not is_rigid(pose, RIGID_TOLERANCE):
        return None
    w, x, y, z = to_quaternion(pose).tolist()
    return from_quaternion(w, x, y, z, columns[3])


def encode_tracking(poses: dict[str, Array]) -> bytes:
    """The content of a TDATA: several tools of one instant."""
    return b"".join(
        TRACKED.pack(name.encode("ascii", "replace"), 2, 0, encode_transform(p)) for name, p in poses.items()
    )


def decode_tracking(content: bytes) -> dict[str, Array | None]:
    """Poses (4, 4) by name. Raises BadReplyError for a length that is no number of tools."""
    if len(content) % TRACKED.size:
        raise BadReplyError(f"TDATA: expected pieces of {TRACKED.size} bytes, got {len(content)} bytes")
    return {text_of(name): decode_transform(pose) for name, _, _, pose in TRACKED.iter_unpack(content)}


def encode_status(code: int, words: str = "") -> bytes:
    """The content of a STATUS."""
    return STATUS.pack(code, 0, STATUS_WORDS.get(code, "OK").encode()[:20]) + words.encode() + b"\0"


def decode_status(content: bytes) -> Status:
    """What it says. Raises BadReplyError when it is cut short."""
    if len(content) < STATUS.size:
        raise BadReplyError(f"STATUS: expected at least {STATUS.size} bytes, got {len(content)}")
    code, _, name = STATUS.unpack_from(content)
    if code == OK:
        return Status(code, "")
    words = text_of(content[STATUS.size :]) or text_of(name) or STATUS_WORDS.get(code, "trouble without a name")
    return Status(code, words[:200])


def encode_text(text: str) -> bytes:
    """The content of a STRING."""
    data = text.encode()[:0xFFFF]
    return struct.pack(">HH", ASCII if text.isascii() else UTF8, len(data)) + data


def encode_array(values: Sequence[float]) -> bytes:
    """The content of an NDARRAY: one dimension of 64-bit floats, big-endian."""
    return struct.pack(f">BBH{len(values)}d", FLOAT64, 1, len(values), *values)


def encode_points(points: dict[str, Sequence[float]], group: str) -> bytes:
    """The content of a POINT: positions (3,) in mm by name."""
    return b"".join(
        POINT.pack(name.encode()[:64], group.encode()[:32], 255, 255, 0, 255, *position, 0.0, b"")
        for name, position in points.items()
    )


def start_tracking(name: str = "") -> Message:
    """Asks a server for tracking data, as fast as it has them."""
    return Message("STT_TDATA", name, START_TRACKING.pack(0, b""))


def stop_tracking(name: str = "") -> Message:
    """Asks it to stop."""
    return Message("STP_TDATA", name, b"")
