"""What a record is made of: the host names items by number, each has a form in text and one in bytes.

Lengths are in inches or cm, as the host has chosen; angles in degrees: azimuth about z, elevation about y, roll about x.
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from math import asin, atan2, copysign, degrees, pi

import numpy as np

from arguide.geometry.transforms import Array, identity, to_quaternion

NOWHERE = identity()
"""What is reported of a sensor that is not measured; the header says so."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one sensor in one frame."""

    pose: Array
    """transmitter_from_sensor, translation in the host's unit."""
    button: int
    milliseconds: int
    frame: int


@dataclass(frozen=True)
class Item:
    """One item of an output list."""

    text: Callable[[Facts, int], str]
    """Its text; the number is the width of a field."""
    binary: Callable[[Facts], bytes]


def _position(facts: Facts) -> list[float]:
    return [float(part) for part in facts.pose[:3, 3]]


def _angles(facts: Facts) -> list[float]:
    return [degrees(angle) for angle in to_angles(facts.pose)]


def _quaternion(facts: Facts) -> list[float]:
    return [float(part) for part in to_quaternion(facts.pose)]


def _numbers(values: Callable[[Facts], list[float]], decimals: int) -> Item:
    def text(facts: Facts, width: int) -> str:
        return "".join(f"{value:{width}.{decimals}f}" for value in values(facts))

    def binary(facts: Facts) -> bytes:
        return struct.pack(f"<{len(numbers := values(facts))}f", *numbers)

    return Item(text, binary)


def _cosines(axis: int) -> Item:
    return _numbers(lambda facts: [float(part) for part in facts.pose[:3, axis]], 4)


def _always(text: str) -> Item:
    return Item(lambda facts, width: text, lambda facts: text.encode())


def _count(value: Callable[[Facts], int]) -> Item:
    return Item(lambda facts, width: f"{value(facts):{width}d}", lambda facts: struct.pack("<I", value(facts)))


SPACE, LINE_END = _always(" "), _always("\r\n")
POSITION, ANGLES = _numbers(_position, 2), _numbers(_angles, 2)
FASTRAK = {
    0: SPACE,
    1: LINE_END,
    2: POSITION,
    4: ANGLES,
    5: _cosines(0),
    6: _cosines(1),
    7: _cosines(2),
    11: _numbers(_quaternion, 4),
    16: Item(lambda facts, width: f" {facts.button}", lambda facts: f" {facts.button}".encode()),
}
LIBERTY = {
    0: SPACE,
    1: LINE_END,
    2: _numbers(_position, 3),
    4: _numbers(_angles, 3),
    7: _numbers(_quaternion, 5),
    8: _count(lambda facts: facts.milliseconds),
    9: _count(lambda facts: facts.frame),
    10: _count(lambda facts: facts.button),
}


def to_angles(pose: Array) -> tuple[float, float, float]:
    """Azimuth, elevation and roll in radians of a (4, 4) pose; straight up or down all turn is azimuth."""
    r = pose[:3, :3]
    if abs(r[2, 0]) > 1 - 1e-12:
        return float(atan2(-r[0, 1], r[1, 1])), copysign(pi / 2, -r[2, 0]), 0.0
    return float(atan2(r[1, 0], r[0, 0])), float(asin(-r[2, 0])), float(atan2(r[2, 1], r[2, 2]))


def scaled(pose: Array | None, mm_per_unit: float) -> Array:
    """The pose with its translation in the host's unit."""
    if pose is None:
        return NOWHERE
    copy: Array = np.array(pose)
    copy[:3, 3] /= mm_per_unit
    return copy
