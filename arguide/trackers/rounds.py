"""From records of single sensors to device frames. Sans-I/O.

Magnetic trackers report sensor after sensor, in ascending order of their numbers, and then begin again: one turn is
one device frame. A sensor that is not heard in its turn has no reading in that frame.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import TypeAlias

Position: TypeAlias = tuple[float, float, float]
Quaternion: TypeAlias = tuple[float, float, float, float]

FARTHEST_MM = 10_000.0
"""No magnetic tracker reaches farther; numbers above are not positions."""


@dataclass(frozen=True, slots=True)
class Record:
    """What a device said of one sensor."""

    station: int
    position: Position
    """In the tracker frame, mm."""
    quaternion: Quaternion
    """tracker_from_sensor, unit length, scalar first."""
    complaint: str = ""
    """The device's own doubt about it, in its letter; empty when there is none."""
    buttons: int = 0
    time_s: float | None = None
    """When it was measured, by the device's own clock; None for devices that do not tell."""


@dataclass(frozen=True, slots=True)
class Round:
    """One device frame."""

    records: Mapping[int, Record]
    """By station."""
    complete: bool
    """Whether every expected station is there."""


class Rounds:
    """Joins records to rounds. `stations` are those that are expected; what others say is nobody's business."""

    def __init__(self, stations: Collection[int]) -> None:
        self._stations = frozenset(stations)
        self._records: dict[int, Record] = {}

    @property
    def pending(self) -> int:
        """How many records wait for the rest of their round."""
        return len(self._records)

    def add(self, record: Record) -> list[Round]:
        """Take the next record; returns the rounds that it ends: none, the one before, its own, or both."""
        if record.station not in self._stations:
            return []
        ended = self.flush() if self._begins_anew(record) else []
        self._records[record.station] = record
        return ended + self.flush() if len(self._records) == len(self._stations) else ended

    def flush(self) -> list[Round]:
        """The round as far as it came, for when nothing follows; empty when nothing waits."""
        records, self._records = self._records, {}
        return [Round(records, len(records) == len(self._stations))] if records else []

    def _begins_anew(self, record: Record) -> bool:
        return bool(self._records) and record.station <= next(reversed(self._records))


def can_be(position: Position) -> bool:
    """Whether these can be coordinates in mm."""
    return all(isfinite(part) and abs(part) <= FARTHEST_MM for part in position)


def unit(quaternion: Quaternion, tolerance: float) -> Quaternion | None:
    """The quaternion with length exactly 1, or None when it is further from that than `tolerance`."""
    length = sum(part * part for part in quaternion) ** 0.5
    if not abs(length - 1) <= tolerance:
        return None
    w, x, y, z = (part / length for part in quaternion)
    return w, x, y, z
