"""Rigid point-based registration: where the patient is, from touched points that correspond to planned ones.

Least squares by the singular value decomposition of the covariance: Arun, Huang & Blostein, IEEE PAMI 9 (1987)
698–700, with the reflection excluded as in Umeyama, IEEE PAMI 13 (1991) 376–380, eq. 40–43.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from arguide.errors import RegistrationError
from arguide.geometry.transforms import Array, apply, from_parts

# Points closer than this to a line, or to one another, do not determine a rotation at the accuracy of a tracker.
MIN_SPREAD_MM = 5.0


@dataclass(frozen=True)
class Registration:
    """A rigid transform between two frames, and how well the points agree on it."""

    fixed_from_moving: Array
    """(4, 4), mm."""
    residuals_mm: Array
    """(n,) distance of each moved point from its fixed partner (fiducial registration error of each)."""
    fre_mm: float
    """Root mean square of the residuals. Says nothing about the error at the target by itself."""


def register_points(moving: ArrayLike, fixed: ArrayLike) -> Registration:
    """Find the rigid transform that takes `moving` (n, 3) onto `fixed` (n, 3), mm, row by row.

    Raises RegistrationError when the points are too few, not finite, repeated or on one line.
    """
    a, b = np.asarray(moving, dtype=float), np.asarray(fixed, dtype=float)
    if a.shape != b.shape or a.ndim != 2 or a.shape[1] != 3:
        raise RegistrationError(
            f"registration: expected two lists of equally many 3-D points, got {a.shape} and {b.shape}"
        )
    _check_spread(a, "touched")
    _check_spread(b, "planned")
    a_mean, b_mean = a.mean(axis=0), b.mean(axis=0)
    u, _, vt = np.linalg.svd((b - b_mean).T @ (a - a_mean))
    rotation = u @ np.diag([1.0, 1.0, np.sign(np.linalg.det(u @ vt))]) @ vt
    fixed_from_moving = from_parts(rotation, b_mean - rotation @ a_mean)
    residuals = np.linalg.norm(apply(fixed_from_moving, a) - b, axis=1)
    return Registration(fixed_from_moving, residuals, float(np.sqrt(np.mean(residuals**2))))


def _check_spread(points: Array, which: str) -> None:
    if len(points) < 3:
        raise RegistrationError(f"registration: {len(points)} {which} points, at least 3 needed; touch more fiducials")
    if not np.all(np.isfinite(points)):
        raise RegistrationError(f"registration: a {which} point is not finite; touch it again")
    gaps = np.linalg.norm(points[:, None] - points[None], axis=2)
    if len(points) == 3 and gaps[np.triu_indices(3, 1)].min() < MIN_SPREAD_MM:
        raise RegistrationError(
            f"registration: two of the three {which} points are the same place; touch three different fiducials"
        )
    # The second singular value over √n is the RMS distance from the best line through the points.
    off_line = np.linalg.svd(points - points.mean(axis=0), compute_uv=False)[1] / np.sqrt(len(points))
    if off_line < MIN_SPREAD_MM:
        raise RegistrationError(
            f"registration: the {which} points lie on one line (RMS {off_line:.1f} mm off it, {MIN_SPREAD_MM:g} mm needed),"
            " so the turn about that line cannot be found; use fiducials on both sides"
        )
