"""What every motion is made of: smooth ways from one value to the next, and poses that face the tracker."""

from bisect import bisect_right
from dataclasses import dataclass
from math import cos, hypot, sin
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from arguide.geometry.transforms import (
    Array,
    from_parts,
    inverse,
    to_quaternion,
)


class Motion(Protocol):
    """A way through space."""

    @property
    def duration_s(self) -> float:
        """How long it lasts; before 0 and after `duration_s` the hand holds still."""
        ...

    def at(self, time_s: float) -> Array:
        """The (4, 4) pose of the tip frame `time_s` after the motion began, mm."""
        ...


def minimum_jerk(share: float) -> float:
    """How far a reaching hand has come (0..1) after this share of the time (Flash & Hogan 1985, equation 3)."""
    u = min(max(share, 0.0), 1.0)
    return u * u * u * (10 - 15 * u + 6 * u * u)


def steady(share: float, ramp: float) -> float:
    """The same for a hand that pushes at constant speed but for a smooth start and end, each `ramp` of the time long."""
    u = min(max(share, 0.0), 1.0)
    if u > 0.5:
        return 1 - steady(1 - u, ramp)
    grown = min(u, ramp)
    return (grown * grown / (2 * ramp) + u - grown) / (1 - ramp)


@dataclass(frozen=True, slots=True)
class _Leg:
    start_s: float
    duration_s: float
    first: Array
    last: Array
    ramp: float | None


class Track:
    """Numbers (n,) that go from one place to the next: written down leg by leg, then asked for by time."""

    def __init__(self, *values: float) -> None:
        here = np.array(values)
        self._legs = [_Leg(0.0, 0.0, here, here, None)]
        self._starts = [0.0]
        self.duration_s = 0.0

    def hold(self, duration_s: float) -> None:
        """Stay there."""
        self._add(self._legs[-1].last, duration_s, None)

    def reach(self, *values: float, duration_s: float) -> None:
        """Go on to `values` in one reaching movement."""
        self._add(np.array(values), duration_s, None)

    def push(self, *values: float, duration_s: float, ramp_s: float) -> None:
        """Go on to `values` at constant speed, with soft starts and stops of `ramp_s`."""
        self._add(np.array(values), duration_s, min(ramp_s / duration_s, 0.5))

    def at(self, time_s: float) -> Array:
        """The numbers at a time, (n,)."""
        time_s = max(time_s, 0.0)
        leg = self._legs[bisect_right(self._starts, time_s) - 1]
        if time_s >= leg.start_s + leg.duration_s:
            return leg.last
        share = (time_s - leg.start_s) / leg.duration_s
        way = minimum_jerk(share) if leg.ramp is None else steady(share, leg.ramp)
        return leg.first + way * (leg.last - leg.first)

    def _add(self, values: Array, duration_s: float, ramp: float | None) -> None:
        self._legs.append(_Leg(self.duration_s, duration_s, self._legs[-1].last, values, ramp))
        self._starts.append(self.duration_s)
        self.duration_s += duration_s


def aim(point: ArrayLike, direction: ArrayLike, face: ArrayLike) -> Array:
    """A (4, 4) tip pose at `point`, +z along `direction`, rolled so that +x looks towards `face` as far as it can."""
    z = np.asarray(direction, dtype=float) / np.linalg.norm(direction)
    x = np.asarray(face, dtype=float) - np.dot(face, z) * z
    if np.linalg.norm(x) < 1e-6 * np.linalg.norm(face):
        x = np.eye(3)[int(np.argmin(np.abs(z)))]
        x = x - np.dot(x, z) * z
    x = x / np.linalg.norm(x)
    return from_parts(np.column_stack([x, np.cross(z, x), z]), point)


def turned(x: float, y: float, z: float) -> Array:
    """The (4, 4) rotation by a rotation vector in radians."""
    angle = hypot(x, y, z)
    if angle < 1e-12:
        return np.eye(4)
    # Rodrigues' formula written out: every tool of every frame passes through here.
    s, v = sin(angle) / angle, (1 - cos(angle)) / angle**2
    xy, xz, yz, c = v * x * y, v * x * z, v * y * z, cos(angle)
    return np.array(
        [
            [c + v * x * x, xy - s * z, xz + s * y, 0.0],
            [xy + s * z, c + v * y * y, yz - s * x, 0.0],
            [xz - s * y, yz + s * x, c + v * z * z, 0.0],
            [0.0, 0.0, 0.0, 1.0],
        ]
    )


def swung(tilt: ArrayLike) -> Array:
    """The (4, 4) rotation that swings +z towards (tilt x, tilt y) by the length of `tilt` (radians), without twist."""
    x, y = np.asarray(tilt, dtype=float)
    return turned(-y, x, 0.0)


class Move:
    """From one pose to another in one reaching movement, over an arch of `lift_mm` along `up`."""

    def __init__(
        self, start: Array, end: Array, duration_s: float, up: ArrayLike = (0, 0, 1), lift_mm: float = 0.0
    ) -> None:
        self.duration_s = duration_s
        self._start = start
        self._way = end[:3, 3] - start[:3, 3]
        self._arch = lift_mm * np.asarray(up, dtype=float) / np.linalg.norm(up)
        q = to_quaternion(inverse(start) @ end)
        sine = float(np.linalg.norm(q[1:]))
        self._turn: Array = q[1:] / sine * 2 * np.arctan2(sine, q[0]) if sine > 1e-12 else np.zeros(3)

    def at(self, time_s: float) -> Array:
        share = minimum_jerk(time_s / self.duration_s)
        pose = self._start @ turned(*(share * self._turn))
        # 16 (s - s²)²: leaves and lands softly, 1 in the middle.
        pose[:3, 3] = self._start[:3, 3] + share * self._way + 16 * (share - share * share) ** 2 * self._arch
        return pose


class Hold:
    """Keep still at a pose."""

    def __init__(self, pose: Array, duration_s: float) -> None:
        self.duration_s = duration_s
        self._pose = pose

    def at(self, time_s: float) -> Array:
        return self._pose
