"""Surface registration: points painted with the stylus on bone or skin, fitted to its mesh.

One start finds the nearest valley, not the deepest. So many starts go down together, in one batch, and the worse ones
are dropped as they go (successive halving: Jamieson & Talwalkar, AISTATS 2016). What is left tells two things: where the
patch fits best, and whether it fits nearly as well somewhere else, which is a reason to refuse.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from arguide.errors import Caution, RegistrationError
from arguide.geometry.transforms import Array, angle_between, apply, translation
from arguide.geometry.uncertainty import adjoint
from arguide.registration.alignment import align, moved
from arguide.registration.estimate import TargetErrors
from arguide.registration.icp import (
    MEDIAN_TO_SIGMA,
    NO_LANDMARKS,
    Fit,
    Landmarks,
    descend,
    estimator_variance,
    landmark_normal,
    normal_equations,
    polish,
)
from arguide.registration.observability import LEAST_NOISE_MM, Observability, observability
from arguide.registration.starts import everywhere, nearby
from arguide.registration.surface import SurfaceTarget

MIN_POINTS = 20
STAGES = ((25, 2, 600), (40, 6, 24), (80, 6, 6), (150, 5, 3))
"""Points looked at, rounds of ICP, and how many starts survive, stage by stage."""
DESCENT_POINTS = 125
DESCENT_ROUNDS = 8
ELSEWHERE_MM = 3.0
ELSEWHERE_RAD = np.radians(5.0)
AS_GOOD = 1.3
"""Another place is as good when its RMS is less than so many times the best."""
MIN_USED = 0.5
TINY_MM = 2.0
"""No patch or bone that is registered is so small; in metres most are."""
BENT = 1.1
"""The nearest point of a bent surface follows the noise: distances come out short, and normals lean to the points. On
the lumbar bones, with noise from 0.1 to 0.6 mm, the true variance is 2 to 12 % above that of the linear theory."""


@dataclass(frozen=True)
class SurfaceRegistration(TargetErrors):
    """A rigid transform that lays painted points on a surface, and how sure it is."""

    fixed_from_moving: Array
    """(4, 4), mm."""
    distances_mm: Array
    """(n,) signed distance of each moved point from the surface, positive outside. Not a target error."""
    used: NDArray[np.bool_]
    """(n,) which points counted; the others were trimmed or too far away."""
    rms_mm: float
    """Root mean square distance of the points used. Small even where the patch slides; see `observability`."""
    noise_mm: float
    """Standard deviation of the points across the surface, told by their distances."""
    covariance: Array
    """(6, 6) of a small motion in the fixed frame; see `geometry.uncertainty`."""
    degrees_of_freedom: float
    observability: Observability
    landmark_residuals_mm: Array
    """(k,) distance between landmarks that belong together; empty without landmarks."""
    cautions: tuple[Caution, ...] = field(default=())


def register_surface(
    target: SurfaceTarget,
    points: ArrayLike,
    initial: ArrayLike | None = None,
    landmarks: Landmarks = NO_LANDMARKS,
    keep: float = 1.0,
    most_rms_mm: float = 1.5,
) -> SurfaceRegistration:
    """Fit painted points (n, 3), mm, to a surface, from a rough pose or none.

    `initial` (4, 4) may be off by some 20 mm and 20°. Without it three landmarks give the start, and without these the
    whole surface is searched (about a second). `keep` is the share of points that is believed; the rest, the
    farthest, is trimmed. Even when all are kept those far off the others count nothing (Tukey's loss).
    Landmarks also pull in the final fit, by their standard deviation.

    RegistrationError if there are fewer than 20 points, if the patch does not constrain all six motions, if it fits
    elsewhere nearly as well, or if it fits nowhere to `most_rms_mm`.
    """
    p = np.asarray(points, dtype=float)
    _check(p)
    _check_landmarks(landmarks)
    _check_unit(target, p)
    if initial is None and len(landmarks.moving) >= 3:
        initial = align(landmarks.moving, landmarks.fixed)
    starts = everywhere(target, p) if initial is None else nearby(np.asarray(initial, dtype=float), p)
    candidates = _descend_all(target, p, starts, keep, landmarks)
    fit = polish(target, p, candidates[0], keep, landmarks)
    found = _result(fit, p, landmarks)
    _check_fit(found, most_rms_mm)
    for other in candidates[1:]:
        _check_elsewhere(found, target, p, other, keep)
    return found


def refine_surface(
    target: SurfaceTarget,
    points: ArrayLike,
    initial: ArrayLike,
    landmarks: Landmarks = NO_LANDMARKS,
    keep: float = 1.0,
) -> SurfaceRegistration:
    """Fit painted points (n, 3), mm, from one pose (4, 4) that is nearly right; a few ms, and nothing is refused."""
    p = np.asarray(points, dtype=float)
    _check(p)
    some = p[:: max(1, len(p) // DESCENT_POINTS)]
    start = descend(target, some, np.asarray(initial, dtype=float)[None], DESCENT_ROUNDS, keep, landmarks)[0]
    return _result(polish(target, p, start, keep, landmarks), p, landmarks)


def _check(p: Array) -> None:
    if p.ndim != 2 or p.shape[1] != 3 or len(p) < MIN_POINTS:
        raise RegistrationError(
            f"surface: expected at least {MIN_POINTS} painted 3-D points, got shape {p.shape}; paint more of the surface"
        )
    bad = np.flatnonzero(~np.isfinite(p).all(axis=1))
    if len(bad):
        raise RegistrationError(f"surface: painted point {bad[0] + 1} is not finite; leave out what was not seen")


def _check_unit(target: SurfaceTarget, p: Array) -> None:
    painted, surface = (float(np.linalg.norm(np.ptp(q, axis=0))) for q in (p, target.samples))
    for small, other, which in ((painted, surface, "painted points"), (surface, painted, "surface")):
        if small < TINY_MM < other:
            raise RegistrationError(
                f"surface: the {which} measure {small:.2g} mm across, the others {other:.0f} mm: are they in metres?"
                " Give both in mm"
            )


def _check_landmarks(landmarks: Landmarks) -> None:
    both = np.concatenate([landmarks.moving, landmarks.fixed])
    if not np.isfinite(both).all() or len(landmarks.moving) != len(landmarks.fixed) or landmarks.sd_mm <= 0:
        raise RegistrationError("surface: landmarks must be finite pairs with a standard deviation above 0 mm")


def _descend_all(target: SurfaceTarget, p: Array, starts: Array, keep: float, landmarks: Landmarks) -> Array:
    """Where the best starts ended, best first (3, 4, 4)."""
    mixed = p[np.random.default_rng(0).permutation(len(p))]
    poses = starts
    for share, rounds, left in STAGES:
        if len(poses) <= left:
            continue
        some = mixed[:share]
        poses = descend(target, some, poses, rounds, keep, landmarks)
        poses = poses[np.argsort(_cost(target, some, poses, landmarks))[:left]]
    return poses


def _cost(target: SurfaceTarget, p: Array, poses: Array, landmarks: Landmarks) -> Array:
    """Mean square distance (k,) from the planes near the points, each capped at 5 mm so that no stray point decides."""
    there = moved(poses, p)
    on, normals = target.rough_planes(there)
    across = ((there - on) * normals).sum(axis=-1)
    # Beyond an edge the plane may be near and the surface far.
    along = np.maximum(np.linalg.norm(there - on, axis=-1) - target.reach_mm, 0.0)
    cost = np.minimum(np.maximum(across**2, along**2), 25.0).mean(axis=1)
    if len(landmarks.moving):
        off2 = ((moved(poses, landmarks.moving) - landmarks.fixed) ** 2).sum(axis=2)
        cost = cost + off2.sum(axis=1) * (LEAST_NOISE_MM / landmarks.sd_mm) ** 2 / len(p)
    return np.asarray(cost)


def _result(fit: Fit, p: Array, landmarks: Landmarks) -> SurfaceRegistration:
    there, marks = apply(fit.transform, p), apply(fit.transform, landmarks.moving)
    used = fit.weights > 0
    noise = MEDIAN_TO_SIGMA * float(np.median(np.abs(fit.distances)))
    middle = there.mean(axis=0)
    _, normal = normal_equations(there, fit.normals, np.ones(len(p)), middle)
    variance = BENT * estimator_variance(fit.distances, fit.weights, noise)
    precision = normal / max(variance, 1e-24) + landmark_normal(marks, middle, landmarks.sd_mm**-2)[1]
    carry = adjoint(translation(middle))
    return SurfaceRegistration(
        fixed_from_moving=fit.transform,
        distances_mm=fit.distances,
        used=used,
        rms_mm=float(np.sqrt(np.mean(fit.distances[used] ** 2))),
        noise_mm=noise,
        covariance=carry @ np.linalg.pinv(precision, hermitian=True) @ carry.T,
        degrees_of_freedom=max(float(used.sum()) - 6.0, 1.0),
        observability=observability(fit, there, noise, landmarks),
        landmark_residuals_mm=np.linalg.norm(marks - landmarks.fixed, axis=1),
    )


def _check_fit(found: SurfaceRegistration, most_rms_mm: float) -> None:
    if found.rms_mm > most_rms_mm or found.used.mean() < MIN_USED:
        raise RegistrationError(
            f"surface: the best fit leaves {found.rms_mm:.1f} mm RMS on {found.used.mean():.0%} of the points; is it the"
            " right bone, and was the stylus on it all the time? Paint again, or give a better start"
        )
    unseen = found.observability.unseen
    if unseen:
        raise RegistrationError(
            f"surface: the painted patch does not hold against {found.observability.describe(unseen[0])};"
            " paint surfaces that face other ways too, or add landmarks"
        )


def _check_elsewhere(found: SurfaceRegistration, target: SurfaceTarget, p: Array, other: Array, keep: float) -> None:
    middle = p.mean(axis=0)
    away = float(np.linalg.norm(apply(other, middle) - apply(found.fixed_from_moving, middle)))
    turned = angle_between(other, found.fixed_from_moving)
    if away < ELSEWHERE_MM and turned < ELSEWHERE_RAD:
        return
    fit = polish(target, p, other, keep)
    away = float(np.linalg.norm(apply(fit.transform, middle) - apply(found.fixed_from_moving, middle)))
    turned = angle_between(fit.transform, found.fixed_from_moving)
    rms = [float(np.sqrt(np.minimum(distances**2, 25.0).mean())) for distances in (fit.distances, found.distances_mm)]
    if (away > ELSEWHERE_MM or turned > ELSEWHERE_RAD) and rms[0] < AS_GOOD * max(rms[1], LEAST_NOISE_MM):
        raise RegistrationError(
            f"surface: the patch fits nearly as well {away:.0f} mm and {np.degrees(turned):.0f}° away"
            f" ({rms[0]:.2f} mm RMS against {rms[1]:.2f} mm); paint more, or start with landmarks"
        )
