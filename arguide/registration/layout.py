"""Is this set of fiducials any good for that target, and where would one more help most?

Everything here is known before the first touch: it needs the plan alone.
"""

from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import ArrayLike

from arguide.errors import Caution, RegistrationError
from arguide.geometry.transforms import Array
from arguide.geometry.uncertainty import motion_of_points
from arguide.registration.checks import check_points, check_spread, rms_off_line
from arguide.registration.tre import fitzpatrick_tre

THIN_MM = 15.0
THIN_SHARE = 0.2
CLOSE_MM = 10.0
OUTSIDE_MM = 5.0
WORSE = 1.5
"""A target outside the fiducials is worth a word when its error is so many times the one at their middle."""


def layout_cautions(fiducials: ArrayLike, targets: ArrayLike = ()) -> tuple[Caution, ...]:
    """What is weak about fiducials (n, 3) for targets (m, 3), all planned, mm in one frame; empty if nothing.

    RegistrationError when they do not determine a registration at all.
    """
    f = np.asarray(fiducials, dtype=float).reshape(-1, 3)
    t = np.asarray(targets, dtype=float).reshape(-1, 3)
    check_points(f, "planned")
    check_spread(f, "planned")
    found = [*_thin(f), *_close(f)]
    for k, target in enumerate(t):
        found += _outside(f, target, f"target {k + 1}" if len(t) > 1 else "the target")
    return tuple(found)


def _thin(f: Array) -> list[Caution]:
    off = rms_off_line(f)
    length = np.linalg.svd(f - f.mean(axis=0), compute_uv=False)[0] / np.sqrt(len(f))
    if off >= THIN_MM or off >= THIN_SHARE * length:
        return []
    return [
        Caution(
            "collinear",
            f"the fiducials lie nearly on one line (RMS {off:.0f} mm off it): the turn about it is weak; add one to the side",
        )
    ]


def _close(f: Array) -> list[Caution]:
    gaps = np.linalg.norm(f[:, None] - f[None], axis=2) + np.diag(np.full(len(f), np.inf))
    one, other = np.unravel_index(int(np.argmin(gaps)), gaps.shape)
    if gaps[one, other] >= CLOSE_MM:
        return []
    return [
        Caution(
            "repeated",
            f"fiducials {one + 1} and {other + 1} are only {gaps[one, other]:.0f} mm apart: together they tell hardly more"
            " than one",
        )
    ]


def _outside(f: Array, target: Array, name: str) -> list[Caution]:
    distance = distance_to_hull(f, target)
    worse = float(fitzpatrick_tre(f, target, 1.0) / fitzpatrick_tre(f, f.mean(axis=0), 1.0))
    if distance < OUTSIDE_MM or worse < WORSE:
        return []
    return [
        Caution(
            "outside",
            f"{name} lies {distance:.0f} mm outside the fiducials; the error there is {worse:.1f} times that at their"
            " middle; add fiducials beyond it",
        )
    ]


def distance_to_hull(points: ArrayLike, target: ArrayLike) -> float:
    """Distance in mm from `target` (3,) to the convex hull of points (n, 3); 0 inside. Flat hulls are no trouble.

    The nearest convex combination is a non-negative least-squares problem with one heavy row for the weights' sum
    (Lawson & Hanson, "Solving Least Squares Problems", 1974, chapter 23).
    """
    p, t = np.asarray(points, dtype=float), np.asarray(target, dtype=float)
    heavy = 1e4 * max(float(np.abs(p - t).max()), 1.0)
    share, _ = scipy.optimize.nnls(np.vstack([(p - t).T, np.full(len(p), heavy)]), np.array([0.0, 0, 0, heavy]))
    return float(np.linalg.norm(share @ (p - t) / share.sum()))


@dataclass(frozen=True)
class NextFiducial:
    """Where one more fiducial would help most."""

    candidate: int
    """Which of the candidates, by its place in the list."""
    point: Array
    """(3,) mm."""
    tre_mm: float
    """Expected RMS error over the targets with it."""
    tre_now_mm: float
    """Expected RMS error over the targets without it."""
    all_tre_mm: Array
    """(c,) expected RMS error over the targets with each candidate: for a map on the skin."""


def next_fiducial(fiducials: ArrayLike, candidates: ArrayLike, targets: ArrayLike, fle_mm: float) -> NextFiducial:
    """The best of candidates (c, 3), e.g. the skin's vertices, to add to fiducials (n, 3) for targets (m, 3), all mm.

    Minimises the mean square of the expected target error under `fle_mm`, the RMS localisation error alike in all
    directions: the trace of J (Σ Jᵀ J)⁻¹ Jᵀ with one point more, for all candidates at once.
    """
    f = np.asarray(fiducials, dtype=float)
    check_points(f, "planned")
    check_spread(f, "planned")
    c, t = np.asarray(candidates, dtype=float).reshape(-1, 3), np.asarray(targets, dtype=float).reshape(-1, 3)
    if not len(c) or not len(t):
        raise RegistrationError(f"registration: {len(c)} candidates and {len(t)} targets; give at least one of each")
    middle = f.mean(axis=0)
    j, j_new, j_target = (motion_of_points(points - middle) for points in (f, c, t))
    normal = np.einsum("nai,naj->ij", j, j)
    wanted = np.einsum("mai,maj->ij", j_target, j_target) / len(t)
    now = np.trace(np.linalg.solve(normal, wanted))
    inverses = np.linalg.inv(normal + j_new.swapaxes(1, 2) @ j_new)
    tre = fle_mm * np.sqrt(np.einsum("cij,ji->c", inverses, wanted) / 3)
    best = int(np.argmin(tre))
    return NextFiducial(best, c[best], float(tre[best]), float(fle_mm * np.sqrt(now / 3)), tre)
