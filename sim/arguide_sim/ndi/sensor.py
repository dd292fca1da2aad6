"""What a device asks of the world in front of it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple, Protocol

import numpy as np

from arguide.geometry.transforms import Array
from arguide_sim.ndi.definition import Definition
from arguide_sim.ndi.volumes import Volume


class Marker(IntEnum):
    """What became of one marker in one frame."""

    USED = 0
    MISSING = 1
    TURNED_AWAY = 2
    BAD_FIT = 3
    OUT_UNUSED = 4
    OUT_USED = 5
    PHANTOM = 6
    SATURATED = 7


class Status(IntEnum):
    """What became of one tool in one frame."""

    OK = 0
    PARTLY_OUT = 3
    OUT = 9
    TOO_FEW = 13
    INTERFERENCE = 14
    BAD_FIT = 17
    MISSING = 31
    NOT_ENABLED = 32
    UNPLUGGED = 33


class Sighting(NamedTuple):
    """One tool in one frame."""

    pose: tuple[float, ...] | None = None
    """q0 qx qy qz Tx Ty Tz error: unit quaternion tool -> tracker, mm, RMS fit error in mm; None: none was made out."""
    status: int = Status.MISSING
    markers: Array = np.empty((0, 3))
    """(n, 3) measured marker positions in the tracker frame, mm; what is there for a marker not seen means nothing."""
    codes: bytes = b""
    """One `Marker` for each of them."""
    buttons: int = 0
    """Bit n is switch n + 1."""
    bits: int = 0
    """Bits of the port status that only the sensor knows."""


@dataclass(frozen=True, slots=True)
class View:
    """Everything in front of the device in one frame."""

    sightings: Mapping[str, Sighting]
    """Every tool of the world by its name."""
    strays: tuple[tuple[float, float, float, bool], ...] = ()
    """Markers that belong to no tool: x y z in mm, and whether out of the volume."""
    flooded: bool = False
    """Too much infrared light to see anything by."""


NOTHING = Sighting()


class Sensor(Protocol):
    """The cameras, or the field. Answers are pure functions of their arguments, but for tools that are brought."""

    def choose(self, volume: Volume) -> None:
        """Measure in this volume from now on."""
        ...

    def identify(self, definition: Definition, taken: Collection[str]) -> str | None:
        """Which tool of the world, other than those `taken`, is built like that; None: no such tool."""
        ...

    def memory(self, tool: str) -> Definition | None:
        """What a wired tool has in its own memory about itself."""
        ...

    def look(self, frame: int, rate_hz: float) -> View:
        """What there is to see in frame `frame` of the session, `frame / rate_hz` s after tracking began."""
        ...
