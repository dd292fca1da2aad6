"""Whether a pose can be: against what the same tool did before.

A 16-bit checksum lets one in 65,536 random replies through. What it misses shows as a tool that is suddenly
somewhere else. An alpha-beta tracker (Kalata 1984) foretells each tool; what it foretold is expected, what a hand
could do is surprising and worth a second question, what no hand can do is impossible and withheld until the next
device frame says the same.
"""

from enum import IntEnum
from math import asin, sqrt
from typing import TypeAlias

Point: TypeAlias = tuple[float, float, float]
Quaternion: TypeAlias = tuple[float, float, float, float]

TURN_LIMIT_RAD_S = 35.0
"""A wrist turns at up to 20 rad/s; the rest is for measurement noise of small tools."""
SLACK_MM, SLACK_RAD = 5.0, 0.1
"""Allowance for noise on top of the speed limits."""
FLOOR_MM, FLOOR_RAD = 0.3, 0.004
"""Never surprised by less: about the accuracy of the trackers."""
OFTEN = 3.0
"""Surprised by so many times the usual miss: about one reading in a thousand while a hand moves freely."""
ALPHA, BETA = 0.6, 0.3
MISS_MEMORY = 0.1
FORGET_S = 0.5
"""A tool not seen for so long may be anywhere."""


class Verdict(IntEnum):
    """How a pose agrees with what is known; the larger, the worse."""

    EXPECTED = 0
    SURPRISING = 1
    IMPOSSIBLE = 2


class Motion:
    """What is known of one tool's motion. `speed_limit_mm_s` is the fastest a tool can be."""

    def __init__(self, speed_limit_mm_s: float) -> None:
        self._limit_mm_s = speed_limit_mm_s
        self._at: Point | None = None
        self._seen: Point = (0.0, 0.0, 0.0)
        self._speed: Point = (0.0, 0.0, 0.0)
        self._turned: Quaternion = (1.0, 0.0, 0.0, 0.0)
        self._time_s = 0.0
        self._miss_mm = 0.0
        self._miss_rad = 0.0
        self._candidate: tuple[Point, Quaternion, float] | None = None

    def judge(self, position: Point, quaternion: Quaternion, time_s: float) -> Verdict:
        """How this pose agrees with what was accepted before; changes nothing."""
        candidate = self._candidate
        if candidate is not None and self._possible(*candidate, position, quaternion, time_s):
            return Verdict.EXPECTED
        if self._at is None or time_s - self._time_s > FORGET_S:
            return Verdict.SURPRISING
        if not self._possible(self._seen, self._turned, self._time_s, position, quaternion, time_s):
            return Verdict.IMPOSSIBLE
        since = time_s - self._time_s
        (ax, ay, az), (vx, vy, vz), (x, y, z) = self._at, self._speed, position
        miss_mm = sqrt((x - ax - vx * since) ** 2 + (y - ay - vy * since) ** 2 + (z - az - vz * since) ** 2)
        if miss_mm > FLOOR_MM and miss_mm > OFTEN * self._miss_mm:
            return Verdict.SURPRISING
        miss_rad = turn_between(self._turned, quaternion)
        if miss_rad > FLOOR_RAD and miss_rad > OFTEN * self._miss_rad:
            return Verdict.SURPRISING
        return Verdict.EXPECTED

    def accept(self, position: Point, quaternion: Quaternion, time_s: float) -> None:
        """Take this pose as true."""
        self._candidate = None
        since = time_s - self._time_s
        if self._at is None or not 0 < since < FORGET_S:
            self._at, self._speed = position, (0.0, 0.0, 0.0)
            self._miss_mm = self._miss_rad = 0.0
        else:
            (ax, ay, az), (vx, vy, vz), (x, y, z) = self._at, self._speed, position
            fx, fy, fz = ax + vx * since, ay + vy * since, az + vz * since
            dx, dy, dz = x - fx, y - fy, z - fz
            self._at = (fx + ALPHA * dx, fy + ALPHA * dy, fz + ALPHA * dz)
            gain = BETA / since
            self._speed = (vx + gain * dx, vy + gain * dy, vz + gain * dz)
            self._miss_mm += MISS_MEMORY * (sqrt(dx * dx + dy * dy + dz * dz) - self._miss_mm)
            self._miss_rad += MISS_MEMORY * (turn_between(self._turned, quaternion) - self._miss_rad)
        self._seen, self._turned, self._time_s = position, quaternion, time_s

    def suspect(self, position: Point, quaternion: Quaternion, time_s: float) -> None:
        """Remember this pose without believing it: what comes next may confirm it."""
        self._candidate = (position, quaternion, time_s)

    def _possible(
        self, old: Point, turned: Quaternion, then_s: float, new: Point, turn: Quaternion, at_s: float
    ) -> bool:
        """Whether a hand can bring the tool from one pose to the other in that time."""
        since = max(at_s - then_s, 0.0)
        way_mm = sqrt((new[0] - old[0]) ** 2 + (new[1] - old[1]) ** 2 + (new[2] - old[2]) ** 2)
        if way_mm > SLACK_MM + self._limit_mm_s * since:
            return False
        return turn_between(turned, turn) <= SLACK_RAD + TURN_LIMIT_RAD_S * since


def turn_between(one: Quaternion, other: Quaternion) -> float:
    """Angle in radians, 0..π, between two rotations given as unit quaternions, by their chord: exact near zero."""
    (a, b, c, d), (e, f, g, h) = one, other
    if a * e + b * f + c * g + d * h < 0:
        e, f, g, h = -e, -f, -g, -h
    chord = sqrt((a - e) ** 2 + (b - f) ** 2 + (c - g) ** 2 + (d - h) ** 2)
    return 4 * asin(min(1.0, chord / 2))
