"""NDI's general binary format: containers of components, little-endian, as BX2 replies carry them.

container   version (1), number of components; 16 bits each
component   type 16, size with this header 32, option 16, number of items 32 bits; then the items
frame item  type 8, sequence 8, status 16, frame number, seconds, nanoseconds 32 bits each; then a container

Sizes are believed only as far as there are bytes, so nothing grows beyond the reply itself.
"""

import struct
from enum import IntEnum
from typing import NamedTuple

from arguide.errors import BadReplyError

VERSION = 1
_CONTAINER = struct.Struct("<HH")
_COMPONENT = struct.Struct("<HIHI")
_FRAME = struct.Struct("<BBHIII")


class Kind(IntEnum):
    """Components that are read here; others are skipped."""

    FRAME = 1
    POSES = 2
    MARKERS = 3
    BUTTONS = 4
    ALERTS = 0x12


class Component(NamedTuple):
    """One component: what kind, how many items, and their bytes."""

    kind: int
    items: int
    data: bytes


class FrameItem(NamedTuple):
    """What one kind of tool (passive, active, …) showed in one device frame."""

    kind: int
    status: int
    number: int
    """Device frame number, 32 bits."""
    time_s: float
    """The device's own clock (Unix time where it has one)."""
    components: tuple[Component, ...]


def frames_of(body: bytes) -> tuple[FrameItem, ...]:
    """The frame items of a BX2 reply. Raises BadReplyError when the sizes do not fit together."""
    try:
        components, end = _container(body, 0)
        if end != len(body):
            raise BadReplyError(f"BX2: {end} bytes expected, {len(body)} came; ask again")
        return tuple(frame for part in components if part.kind == Kind.FRAME for frame in _frames(part))
    except struct.error as error:
        raise BadReplyError(f"BX2: the reply of {len(body)} bytes is too short for what it announces") from error


def _container(data: bytes, at: int) -> tuple[tuple[Component, ...], int]:
    version, count = _CONTAINER.unpack_from(data, at)
    if version != VERSION:
        raise BadReplyError(f"BX2: container of version {version}, expected {VERSION}; ask again")
    at += _CONTAINER.size
    components = []
    for _ in range(count):
        kind, size, _, items = _COMPONENT.unpack_from(data, at)
        if not _COMPONENT.size <= size <= len(data) - at:
            raise BadReplyError(f"BX2: a component of {size} bytes where {len(data) - at} are left; ask again")
        components.append(Component(kind, items, data[at + _COMPONENT.size : at + size]))
        at += size
    return tuple(components), at


def _frames(component: Component) -> list[FrameItem]:
    frames: list[FrameItem] = []
    at = 0
    for _ in range(component.items):
        kind, _, status, number, seconds, nanoseconds = _FRAME.unpack_from(component.data, at)
        inner, at = _container(component.data, at + _FRAME.size)
        frames.append(FrameItem(kind, status, number, seconds + nanoseconds * 1e-9, inner))
    if at != len(component.data):
        raise BadReplyError(f"BX2: frames of {at} bytes in a component of {len(component.data)}; ask again")
    return frames
