"""How far the needle may be from where it is drawn: every error on the way in one covariance for each reading.

The chain is image_from_tip = F · T_r⁻¹ · T_n · N, with F image_from_reference (the registration), T_r and T_n the poses
of reference body and needle in the tracker, N needle_from_tip (the calibration). Each factor is wrong by a small motion
ξ = (turn, shift) told in the frame it maps into (`geometry.uncertainty`). Carried into the image, to first order,

    ξ = ξ_F + Ad(F T_r⁻¹) (ξ_n − ξ_r) + Ad(F T_r⁻¹ T_n) ξ_N + (latency) · v

with v the needle's present velocity: what is drawn is where the needle was. All is told about the tip: a motion (turn,
shift) about a point c moves the tip p by shift + turn × (p − c). This is the lever arm: for the needle's jitter it
reaches from its markers to the tip, for the reference body's from there to the tip, for the registration from the
fiducials' middle. The parts are independent, so their covariances add up to one Σ (6, 6) about the tip.

From Σ to the deviations: a point p + s a on the shaft's line moves by shift + s (turn × a). Where the line crosses the
plane across the path, it moves by what is left of that along w = u − (u·a / z·a) z, with u the unit direction of the
offset in the plane: by w · shift + s (a × w) · turn. Lateral distance and depth are the cases s = 0 with w = u and w = z.

The registration's covariance rests on few residuals. It is widened so that regions taken from it as if it were known
hold the truth as often as they say (`guidance.registration_error`). Latency is no scatter: its square is added, so that the region
reaches from where the needle is drawn to where it is.

Left out: that a needle bends between its hub and its tip, and that tissue moves; neither is seen by a tracker.
"""

from math import hypot, inf, sqrt

import numpy as np

from arguide.geometry.rotations import skew
from arguide.geometry.transforms import Array
from arguide.geometry.uncertainty import point_covariances
from arguide.guidance.inside import largest_variance, probability_in_ball
from arguide.guidance.state import Covariance, Deviation, Uncertainty
from arguide.planning.path import planned_path
from arguide.settings.scenario import Plan

SCALE_1, SCALE_2, SCALE_3 = 1.9599639845400538, 2.447746830680816, 2.7954834829151074
"""Half axes of a 95 % interval, ellipse and ellipsoid, in standard deviations: `region_scale` of one to three dimensions,
written out because asking for it takes a fifth of a second to load."""
CHANCE_S = 0.1 - 1e-6
"""So long the chance of a hit stands: nobody reads a changing number faster."""
LEVERS = -skew(np.eye(3)).reshape(3, 9)
"""An arm (3,) times this is the (3, 3), flat, that turns a small turn into the shift of the arm's end: turn × arm."""
NEEDLE, REFERENCE, REGISTRATION, CALIBRATION, LATENCY = (slice(6 * k, 6 * k + 6) for k in range(5))


class NeedleUncertainty:
    """Works out the error bars of one needle against one plan. What is constant is prepared, for about 40 µs a reading."""

    def __init__(
        self, plan: Plan, needle_from_tip: Array, registration: Array, calibration: Array, latency_s: float = 0.0
    ) -> None:
        """Take what stays: covariance (6, 6) of `registration` in the image frame and about its origin, and of the tip's
        `calibration` in the needle's axes and about the tip."""
        path = planned_path(plan)
        self._axes, self._target, self._length_mm = path.axes, path.target, path.length_mm
        self._turned = np.kron(np.eye(2), path.axes)
        self._tip, self._latency_s = needle_from_tip[:3, 3].copy(), latency_s
        self._sources = np.zeros((25, 25))
        self._sources[REGISTRATION, REGISTRATION] = registration
        self._sources[CALIBRATION, CALIBRATION] = calibration
        self._sources[24, 24] = latency_s**2
        self._carry = np.zeros((6, 25))
        self._carry[:, REGISTRATION] = np.eye(6)
        self._arms, self._to_target = np.empty((4, 3)), np.empty((3, 6))
        self._target_registration = point_covariances(registration, path.target)

    def covariances(
        self,
        image_from_reference: Array,
        tracker_from_reference: Array,
        tracker_from_needle: Array,
        needle_jitter: Array,
        reference_jitter: Array,
        velocity: Array,
    ) -> tuple[Array, Array]:
        """Of the drawn tip's pose (6, 6), a small motion in the image's axes about the tip, and of the target (3, 3) in
        mm², image axes, where it is drawn on the phantom.

        The jitters (6, 6) are in the tracker's axes, each about its tool's origin; `velocity` (6,) is the needle's turn in
        rad/s and the tip's in mm/s in the image's axes. Nothing is checked here: this runs at every reading.
        """
        turned = image_from_reference[:3, :3] @ tracker_from_reference[:3, :3].T
        needle_turned = turned @ tracker_from_needle[:3, :3]
        origin, arms = image_from_reference[:3, 3], self._arms
        arms[0] = needle_turned @ self._tip
        arms[1] = turned @ (tracker_from_needle[:3, 3] - tracker_from_reference[:3, 3]) + arms[0]
        arms[2] = self._target - origin
        arms[3] = arms[1] + origin
        levers = (arms @ LEVERS).reshape(4, 3, 3)
        turned_levers = levers[:3] @ turned
        carry = self._carry
        carry[:3, :3] = carry[3:, 3:6] = carry[:3, 6:9] = carry[3:, 9:12] = turned
        carry[:3, 18:21] = carry[3:, 21:24] = needle_turned
        carry[3:, :3], carry[3:, 6:9], carry[3:, 12:15] = turned_levers[0], turned_levers[1], levers[3]
        carry[:, 24] = velocity
        self._sources[NEEDLE, NEEDLE] = needle_jitter
        self._sources[REFERENCE, REFERENCE] = reference_jitter
        to_target = self._to_target
        to_target[:, :3], to_target[:, 3:] = turned_levers[2], turned
        target = self._target_registration + to_target @ reference_jitter @ to_target.T
        return carry @ self._sources @ carry.T, target

    def bars(
        self,
        image_from_tip: Array,
        deviation: Deviation,
        motion: Array,
        target: Array,
        hit_probability: float,
        speed_mm_s: float = 0.0,
    ) -> Uncertainty:
        """The ± of every deviation, from the tip's covariance (6, 6) and the target's (3, 3) as above."""
        ax, ay, az = (self._axes @ image_from_tip[:3, 2]).tolist()
        px, py, pz = deviation.in_plane_mm, deviation.out_of_plane_mm, -deviation.depth_mm
        straight = _unit(px, py)
        entry, miss = (_crossing((px, py, pz), (ax, ay, az), z) for z in (-self._length_mm, 0.0))
        tilt = hypot(ax, ay)
        across = (-ay / tilt, ax / tilt) if tilt > 1e-12 else (1.0, 0.0)
        away = deviation.target_mm
        toward = (px / away, py / away, pz / away) if away > 1e-9 else (0.0, 0.0, 1.0)
        planned = self._turned @ motion @ self._turned.T
        crossings = np.array((entry, miss))
        at_entry, at_miss = np.vecdot(crossings @ planned, crossings).tolist()
        (about_x, about_xy, _), (_, about_y, _) = planned[:2, :3].tolist()
        (xx, xy, xz), (_, yy, yz), (_, _, zz) = planned[3:, 3:].tolist()
        (sx, sy), (cx, cy), (dx, dy, dz) = straight, across, toward
        lateral = sx * sx * xx + 2 * sx * sy * xy + sy * sy * yy
        angle = cx * cx * about_x + 2 * cx * cy * about_xy + cy * cy * about_y
        distance = dx * dx * xx + dy * dy * yy + dz * dz * zz + 2 * (dx * dy * xy + dx * dz * xz + dy * dz * yz)
        tip = motion[3:, 3:]
        return Uncertainty(
            tip=_covariance(tip),
            target=_covariance(target),
            tip_95_mm=SCALE_3 * sqrt(largest_variance(tip)),
            target_95_mm=SCALE_3 * sqrt(largest_variance(target)),
            depth_95_mm=SCALE_1 * _root(zz),
            lateral_95_mm=_bar_of_length(deviation.lateral_mm, _root(lateral)),
            in_plane_95_mm=SCALE_1 * _root(xx),
            out_of_plane_95_mm=SCALE_1 * _root(yy),
            angle_95_rad=_bar_of_length(deviation.angle_rad, _root(angle)),
            entry_offset_95_mm=_bar_of_length(deviation.entry_offset_mm, _root(at_entry)),
            predicted_miss_95_mm=_bar_of_length(deviation.predicted_miss_mm, _root(at_miss)),
            distance_95_mm=_bar_of_length(deviation.target_mm, _root(distance), SCALE_3),
            hit_probability=hit_probability,
            delay_mm=self._latency_s * speed_mm_s,
        )


class HitChance:
    """The chance that the tip is inside the target, worked out as often as anybody can read it.

    Near the target it costs as much as all bars together, so it stands for `CHANCE_S` of the readings' own time.
    """

    def __init__(self, plan: Plan) -> None:
        self._target, self._radius_mm = planned_path(plan).target, plan.tolerance.miss_mm.within
        self._made_s, self._value = -inf, 0.0

    def at(self, time_s: float, image_from_tip: Array, motion: Array) -> float:
        """At a reading, from the tip's covariance (6, 6)."""
        if not 0 <= time_s - self._made_s < CHANCE_S:
            self._made_s = time_s
            away = image_from_tip[:3, 3] - self._target
            self._value = probability_in_ball(away, motion[3:, 3:], self._radius_mm)
        return self._value


def _root(variance: float) -> float:
    return sqrt(variance) if variance > 0 else 0.0


def _unit(x: float, y: float) -> tuple[float, float]:
    length = hypot(x, y)
    return (x / length, y / length) if length > 1e-9 else (1.0, 0.0)


def _crossing(
    p: tuple[float, float, float], a: tuple[float, float, float], z: float
) -> tuple[float, float, float, float, float, float]:
    """How the distance at which the shaft's line crosses the plane at `z` answers to turn and shift, in the plan's axes."""
    s = (z - p[2]) / a[2] if a[2] else 0.0
    x, y = _unit(p[0] + s * a[0], p[1] + s * a[1])
    w = -(x * a[0] + y * a[1]) / a[2] if a[2] else 0.0
    return s * (a[1] * w - a[2] * y), s * (a[2] * x - a[0] * w), s * (a[0] * y - a[1] * x), x, y, w


def _bar_of_length(length: float, sd: float, scale_at_zero: float = SCALE_2) -> float:
    """95 % bar of the length of a vector of which `sd` is the standard deviation along itself.

    A length that is noise alone is the length of a scattered vector, which reaches farther than a scattered number.
    """
    if not length < inf:
        return inf
    part = min(1.0, max(0.0, (4.0 * sd - length) / (1.5 * sd))) if sd > 0 else 0.0
    return sd * (SCALE_1 + (scale_at_zero - SCALE_1) * part)


def _covariance(c: Array) -> Covariance:
    (xx, xy, xz), (_, yy, yz), (_, _, zz) = c.tolist()
    return Covariance(xx, xy, xz, yy, yz, zz)
