"""Poses with their times, so that a picture can be drawn with the poses of its own exposure.

A picture is shown tens of milliseconds after it was taken. Drawn over it with the newest poses, the overlay runs ahead
of the picture and swims whenever a hand moves; drawn with the poses of the exposure, it sticks.
"""

import threading
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from arguide.geometry.transforms import Array, from_quaternion, to_quaternion


def interpolate(first: Array, second: Array, share: float) -> Array:
    """The pose (4, 4) `share` of the way from one to the other: the origin straight, the rotation at constant rate.

    Slerp the short way round (Shoemake 1985). Shares below 0 and above 1 go on at the same velocity.
    """
    a, b = to_quaternion(first), to_quaternion(second)
    if (cosine := float(a @ b)) < 0:
        b, cosine = -b, -cosine
    side = b - cosine * a
    sine = float(np.linalg.norm(side))
    angle = np.arctan2(sine, cosine)
    turned = a if sine < 1e-15 else np.cos(share * angle) * a + np.sin(share * angle) / sine * side
    w, x, y, z = turned.tolist()
    return from_quaternion(w, x, y, z, first[:3, 3] + share * (second[:3, 3] - first[:3, 3]))


@dataclass(frozen=True, slots=True)
class Timed:
    """A pose at a time; None while the tool was hidden."""

    time_s: float
    pose: Array | None


class PoseHistory:
    """The newest poses of one tool: one thread adds, any thread asks.

    `longest_gap_s`: poses farther apart are not joined, because nobody knows what was between. `reach_s`: how far
    beyond the newest pose its motion may be carried on; 0 forbids any guess at the future.
    """

    def __init__(self, capacity: int = 256, longest_gap_s: float = 0.15, reach_s: float = 0.0) -> None:
        self._capacity = capacity
        self._longest_gap_s = longest_gap_s
        self._reach_s = reach_s
        self._kept: list[Timed] = []
        self._lock = threading.Lock()

    def add(self, time_s: float, pose: Array | None) -> None:
        """Take the pose (4, 4) of a time, None for hidden. A time not after the newest one begins the history anew."""
        with self._lock:
            if self._kept and time_s <= self._kept[-1].time_s:
                self._kept.clear()
            self._kept.append(Timed(time_s, pose))
            if len(self._kept) >= 2 * self._capacity:
                del self._kept[: -self._capacity]

    def at(self, time_s: float) -> Array | None:
        """The pose (4, 4) at a time; None when hidden, too old to be known, or farther ahead than may be guessed."""
        with self._lock:
            kept = self._kept
            after = bisect_left(kept, time_s, key=_time)
            if after < len(kept):
                return self._between(kept[max(after - 1, 0)], kept[after], time_s)
            return self._ahead(kept[-2:], time_s)

    def span(self) -> tuple[float, float] | None:
        """Times of the oldest and newest pose kept, None without any."""
        with self._lock:
            return (self._kept[0].time_s, self._kept[-1].time_s) if self._kept else None

    def since(self, time_s: float) -> Sequence[Timed]:
        """What was added after a time, oldest first."""
        with self._lock:
            return tuple(self._kept[bisect_right(self._kept, time_s, key=_time) :])

    def _between(self, before: Timed, after: Timed, time_s: float) -> Array | None:
        if time_s == after.time_s:
            return after.pose
        gap_s = after.time_s - before.time_s
        if time_s < before.time_s or before.pose is None or after.pose is None or gap_s > self._longest_gap_s:
            return None
        return interpolate(before.pose, after.pose, (time_s - before.time_s) / gap_s)

    def _ahead(self, newest: Sequence[Timed], time_s: float) -> Array | None:
        if len(newest) < 2 or newest[-1].pose is None or newest[0].pose is None:
            return None
        before, last = newest
        step_s = last.time_s - before.time_s
        if time_s - last.time_s > self._reach_s or step_s > self._longest_gap_s:
            return None
        assert before.pose is not None and last.pose is not None
        return interpolate(before.pose, last.pose, 1.0 + (time_s - last.time_s) / step_s)


def _time(timed: Timed) -> float:
    return timed.time_s
