"""Smoothing of poses: off unless the profile asks for it, and always telling what it costs.

Every causal filter makes poses late. How late depends on how fast things change; the figure given here is the phase
delay at 1 Hz, about the pace of a careful hand: by so much a hand that goes to and fro once a second is shown late.

    one-euro   first-order low pass whose cutoff rises with speed: calm at rest, quick in motion (Casiez 2012)
    kalman     constant velocity with random acceleration, position and rotation apart (Bar-Shalom 2001, section 6.2)

Rotations are filtered on the group itself: what is smoothed is the turn from the last answer to the measurement.
"""

import cmath
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import pi
from typing import Protocol

import numpy as np

from arguide.geometry.rotations import rotation_vectors, rotations_from
from arguide.geometry.transforms import Array, from_parts
from arguide.settings.profile import TrackerProfile
from arguide.trackers.reading import Reading, Sample
from arguide.trackers.tracker import Tracker

HAND_HZ = 1.0
GAP_S = 0.25
"""Unseen for longer than this, a tool begins anew: a pose is never invented across a gap."""


@dataclass(frozen=True, slots=True)
class Lag:
    """By how much a filter makes poses late, in s; may be slightly negative where a filter predicts."""

    translation_s: float
    rotation_s: float

    def __str__(self) -> str:
        return f"{1000 * self.translation_s:.0f} ms in position, {1000 * self.rotation_s:.0f} ms in rotation"


class Filter(Protocol):
    """Smooths the poses of one tool."""

    def step(self, pose: Array, time_s: float) -> Array:
        """The smoothed (4, 4) pose after a measured one at `time_s`. Times must not go back."""
        ...

    def lag(self) -> Lag:
        """What it costs at present."""
        ...


class OneEuro:
    """Casiez, Roussel, Vogel (CHI 2012), eq. 2 to 8, for a position in mm and a rotation."""

    CUTOFF_HZ = 2.0
    """At rest."""
    PER_MM_S, PER_RAD_S = 0.08, 6.0
    """How much the cutoff (Hz) rises with speed."""
    SPEED_CUTOFF_HZ = 1.0

    def __init__(self) -> None:
        self._pose: Array | None = None
        self._time_s = 0.0
        self._speed, self._turning = np.zeros(3), np.zeros(3)
        self._weights = (1.0, 1.0)
        self._period_s = 1.0

    def step(self, pose: Array, time_s: float) -> Array:
        """See `Filter.step`."""
        since_s = time_s - self._time_s
        if self._pose is None or since_s > GAP_S:
            self._pose, self._time_s = pose, time_s
            self._speed, self._turning = np.zeros(3), np.zeros(3)
            return pose
        if since_s <= 0:
            return self._pose
        way, turn = _way(self._pose, pose)
        slow = _weight(self.SPEED_CUTOFF_HZ, since_s)
        self._speed += slow * (way / since_s - self._speed)
        self._turning += slow * (turn / since_s - self._turning)
        moved = _weight(self.CUTOFF_HZ + self.PER_MM_S * float(np.linalg.norm(self._speed)), since_s)
        turned = _weight(self.CUTOFF_HZ + self.PER_RAD_S * float(np.linalg.norm(self._turning)), since_s)
        self._pose = _moved(self._pose, moved * way, turned * turn)
        self._time_s, self._period_s, self._weights = time_s, since_s, (moved, turned)
        return self._pose

    def lag(self) -> Lag:
        """At the present speed."""
        return Lag(*(_delay_s(weight, 0.0, self._period_s) for weight in self._weights))


class ConstantVelocity:
    """A Kalman filter for one pose; `noise_mm` and `noise_rad` are the tracker's, along each axis (1 sd)."""

    ACCELERATION_MM_S2, ACCELERATION_RAD_S2 = 100.0, 1.0
    """Of a hand that works carefully, 1 sd: larger follows sooner and smooths less."""

    def __init__(self, noise_mm: float, noise_rad: float) -> None:
        self._gains = (
            _Gain(noise_mm, self.ACCELERATION_MM_S2, self.ACCELERATION_MM_S2),
            _Gain(noise_rad, self.ACCELERATION_RAD_S2, self.ACCELERATION_RAD_S2),
        )
        self._pose: Array | None = None
        self._time_s = 0.0
        self._speed, self._turning = np.zeros(3), np.zeros(3)
        self._period_s = 1.0

    def step(self, pose: Array, time_s: float) -> Array:
        """See `Filter.step`."""
        since_s = time_s - self._time_s
        if self._pose is None or since_s > GAP_S:
            self._pose, self._time_s = pose, time_s
            self._speed, self._turning = np.zeros(3), np.zeros(3)
            for gain in self._gains:
                gain.begin()
            return pose
        if since_s <= 0:
            return self._pose
        foretold = _moved(self._pose, self._speed * since_s, self._turning * since_s)
        way, turn = _way(foretold, pose)
        moved, turned = (gain.step(since_s) for gain in self._gains)
        self._pose = _moved(foretold, moved[0] * way, turned[0] * turn)
        self._speed += moved[1] * way
        self._turning += turned[1] * turn
        self._time_s, self._period_s = time_s, since_s
        return self._pose

    def lag(self) -> Lag:
        """At the present gains, which settle within a second."""
        alphas = (gain.last for gain in self._gains)
        return Lag(*(_delay_s(alpha, beta * self._period_s, self._period_s) for alpha, beta in alphas))


class _Gain:
    """The gains of a constant-velocity filter, the same along all axes, from its 2 x 2 covariance."""

    def __init__(self, noise: float, acceleration: float, speed: float) -> None:
        self._noise, self._acceleration, self._speed = noise**2, acceleration**2, speed**2
        self.begin()

    def begin(self) -> None:
        """One measurement is there, the speed is not known."""
        self._c00, self._c01, self._c11 = self._noise, 0.0, self._speed
        self.last = (1.0, 0.0)

    def step(self, since_s: float) -> tuple[float, float]:
        """Gain of position (1) and of speed (1/s) for a measurement `since_s` after the last."""
        q = self._acceleration
        c00 = self._c00 + 2 * since_s * self._c01 + since_s**2 * self._c11 + q * since_s**4 / 4
        c01 = self._c01 + since_s * self._c11 + q * since_s**3 / 2
        c11 = self._c11 + q * since_s**2
        alpha, beta = c00 / (c00 + self._noise), c01 / (c00 + self._noise)
        self._c00, self._c01, self._c11 = (1 - alpha) * c00, (1 - alpha) * c01, c11 - beta * c01
        self.last = (alpha, beta)
        return self.last


class FilteredTracker:
    """A tracker whose poses are smoothed; everything else of it passes through.

    Hidden tools stay hidden. `lags` says what it costs.
    """

    def __init__(self, tracker: Tracker, name: str, make: Callable[[], Filter]) -> None:
        self.tracker = tracker
        """The tracker underneath."""
        self.filter_name = name
        self._make = make
        self._filters: dict[str, Filter] = {}

    def connect(self) -> None:
        """As the tracker underneath."""
        rotation_vectors(np.eye(3))  # loads its library, which takes a while, before there are samples to miss
        self.tracker.connect()

    def start(self) -> None:
        """As the tracker underneath."""
        self._filters.clear()
        self.tracker.start()

    def read(self) -> Sample:
        """The next sample with smoothed poses."""
        sample = self.tracker.read()
        readings = {name: self._smooth(reading, sample.host_time_s) for name, reading in sample.readings.items()}
        return replace(sample, readings=readings)

    def stop(self) -> None:
        """As the tracker underneath."""
        self.tracker.stop()

    def close(self) -> None:
        """As the tracker underneath."""
        self.tracker.close()

    @property
    def lags(self) -> Mapping[str, Lag]:
        """By how much each tool seen so far is late."""
        return {name: filter_.lag() for name, filter_ in self._filters.items()}

    def report(self) -> str:
        """What the filter costs now, as one line for the user."""
        if not self._filters:
            return f"filter {self.filter_name}: no tool was seen yet"
        worst = max(self.lags.values(), key=lambda lag: lag.translation_s)
        return f"filter {self.filter_name}: poses are late by {worst} (for a motion of {HAND_HZ:g} Hz)"

    def _smooth(self, reading: Reading, time_s: float) -> Reading:
        if reading.tracker_from_tool is None:
            return reading
        if reading.tool not in self._filters:
            self._filters[reading.tool] = self._make()
        return replace(reading, tracker_from_tool=self._filters[reading.tool].step(reading.tracker_from_tool, time_s))


def filtered(tracker: Tracker, profile: TrackerProfile) -> Tracker:
    """`tracker` with the filter its profile names; as it is when that is `none`."""
    match profile.filter:
        case "one-euro":
            return FilteredTracker(tracker, profile.filter, OneEuro)
        case "kalman":
            noise_mm, noise_rad = max(profile.jitter_mm, 1e-3), max(profile.jitter_rad, 1e-5)
            return FilteredTracker(tracker, profile.filter, lambda: ConstantVelocity(noise_mm, noise_rad))
    return tracker


def _way(old: Array, new: Array) -> tuple[Array, Array]:
    """Translation (3,) in mm and rotation vector (3,), in the old body's axes, from one pose to the other."""
    return new[:3, 3] - old[:3, 3], rotation_vectors(old[:3, :3].T @ new[:3, :3])


def _moved(pose: Array, way: Array, turn: Array) -> Array:
    return from_parts(pose[:3, :3] @ rotations_from(turn), pose[:3, 3] + way)


def _weight(cutoff_hz: float, since_s: float) -> float:
    """Weight of the newest value in a first-order low pass."""
    return 1 / (1 + 1 / (2 * pi * cutoff_hz * since_s))


def _delay_s(alpha: float, beta: float, period_s: float) -> float:
    """Phase delay at HAND_HZ of the filter with these gains for position and (beta / period) speed."""
    angle = 2 * pi * HAND_HZ * period_s
    z = cmath.exp(1j * angle)
    answer = (alpha * z * z + (beta - alpha) * z) / (z * z - (2 - alpha - beta) * z + 1 - alpha)
    return -cmath.phase(answer) / (2 * pi * HAND_HZ)
