"""What a device asks of the world in front of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from arguide.geometry.transforms import Array


@dataclass(frozen=True, slots=True)
class Measured:
    """The pose that the cameras made out."""

    pose: tuple[float, ...]
    """q0 qx qy qz Tx Ty Tz error: unit quaternion tool -> tracker, mm, RMS fit error in mm."""
    markers: Array
    """(n, 3) measured marker positions in the tracker frame, mm."""
    outside: tuple[bool, ...]
    """Which of them lie outside the measurement volume."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """One tool in one frame."""

    measured: Measured | None = None
    """None: hidden, or not there at all."""
    buttons: int = 0
    """Bit n is switch n + 1."""


NOTHING = Sighting()


class Sensor(Protocol):
    """The cameras. Both answers are pure functions of their arguments."""

    def identify(self, markers: Array) -> str | None:
        """Which tool of the world has its markers at these (n, 3) places (mm, marker frame); None: no such tool."""
        ...

    def look(self, frame: int, time_s: float) -> Mapping[str, Sighting]:
        """Every tool of the world in frame `frame` of the session, `time_s` after tracking began."""
        ...
