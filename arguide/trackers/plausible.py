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
        self._known = False
        self._seen: Point = (0.0, 0.0, 0.0)
        self._turned: Quaternion = (1.0, 0.0, 0.0, 0.0)
        self._time_s = 0.0
        self._place = _AlphaBeta()
        self._turn = _AlphaBeta()
        self._miss_mm = 0.0
        self._miss_rad = 0.0
        self._candidate: tuple[Point, Quaternion, float] | None = None

    def judge(self, position: Point, quaternion: Quaternion, time_s: float) -> Verdict:
        """How this pose agrees with what was accepted before; changes nothing."""
        candidate = self._candidate
        if candidate is not None and self._possible(*candidate, position, quaternion, time_s):
            return Verdict.EXPECTED
        since_s = time_s - self._time_s
        if not self._known or since_s > FORGET_S:
            return Verdict.SURPRISING
        if not self._possible(self._seen, self._turned, self._time_s, position, quaternion, time_s):
            return Verdict.IMPOSSIBLE
        miss_mm = self._place.miss(position, since_s)
        if miss_mm > FLOOR_MM and miss_mm > OFTEN * self._miss_mm:
            return Verdict.SURPRISING
        miss_rad = 2 * self._turn.miss(self._aligned(quaternion), since_s)
        if miss_rad > FLOOR_RAD and miss_rad > OFTEN * self._miss_rad:
            return Verdict.SURPRISING
        return Verdict.EXPECTED

    def accept(self, position: Point, quaternion: Quaternion, time_s: float) -> None:
        """Take this pose as true."""
        self._candidate = None
        since_s = time_s - self._time_s
        quaternion = self._aligned(quaternion)
        if self._known and 0 < since_s < FORGET_S:
            self._miss_mm += MISS_MEMORY * (self._place.follow(position, since_s) - self._miss_mm)
            self._miss_rad += MISS_MEMORY * (2 * self._turn.follow(quaternion, since_s) - self._miss_rad)
        else:
            self._place.begin(position)
            self._turn.begin(quaternion)
            self._miss_mm = self._miss_rad = 0.0
            self._known = True
        self._seen, self._turned, self._time_s = position, quaternion, time_s

    def _aligned(self, q: Quaternion) -> Quaternion:
        """Of the two quaternions that mean one rotation, the one near the last."""
        w, x, y, z = q
        a, b, c, d = self._turned
        return q if w * a + x * b + y * c + z * d >= 0 else (-w, -x, -y, -z)

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


class _AlphaBeta:
    """Follows a few numbers that change at a nearly constant rate."""

    def __init__(self) -> None:
        self._at: list[float] = []
        self._rate: list[float] = []

    def begin(self, values: tuple[float, ...]) -> None:
        self._at, self._rate = list(values), [0.0] * len(values)

    def miss(self, values: tuple[float, ...], since_s: float) -> float:
        """How far the values are from where they were expected."""
        total = 0.0
        for value, at, rate in zip(values, self._at, self._rate, strict=False):
            off = value - at - rate * since_s
            total += off * off
        return sqrt(total)

    def follow(self, values: tuple[float, ...], since_s: float) -> float:
        """Learn from the values; returns how far they were from where they were expected."""
        total = 0.0
        gain = BETA / since_s
        for n, value in enumerate(values):
            foretold = self._at[n] + self._rate[n] * since_s
            off = value - foretold
            self._at[n] = foretold + ALPHA * off
            self._rate[n] += gain * off
            total += off * off
        return sqrt(total)


def turn_between(one: Quaternion, other: Quaternion) -> float:
    """Angle in radians, 0..π, between two rotations given as unit quaternions, by their chord: exact near zero."""
    (a, b, c, d), (e, f, g, h) = one, other
    if a * e + b * f + c * g + d * h < 0:
        e, f, g, h = -e, -f, -g, -h
    chord = sqrt((a - e) ** 2 + (b - f) ** 2 + (c - g) ** 2 + (d - h) ** 2)
    return 4 * asin(min(1.0, chord / 2))
