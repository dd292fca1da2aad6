"""What is wrong with two lists of points, told before a transform is computed from them."""

import numpy as np
from numpy.typing import ArrayLike

from arguide.errors import Caution, RegistrationError
from arguide.geometry.transforms import Array

# Points closer than this to a line, or to one another, do not determine a rotation at the accuracy of a tracker.
MIN_SPREAD_MM = 5.0
FAR_APART = 3.0
UNITS = {1000.0: "metres", 25.4: "inches", 10.0: "centimetres"}
UNIT_TOLERANCE = 0.05
SHAPE_TOLERANCE = 0.15
SCALE_TOLERANCE = 0.05
MIRROR_GAIN = 0.3
MIRROR_MM = 2.0


def paired(moving: ArrayLike, fixed: ArrayLike) -> tuple[Array, Array]:
    """Both lists as (n, 3) float64; RegistrationError if they cannot determine a rigid transform."""
    a, b = np.asarray(moving, dtype=float), np.asarray(fixed, dtype=float)
    if a.shape != b.shape or a.ndim != 2 or a.shape[1] != 3:
        raise RegistrationError(
            f"registration: expected two lists of equally many 3-D points, got {a.shape} and {b.shape}"
        )
    check_points(a, "touched")
    check_points(b, "planned")
    check_unit(a, b)
    check_spread(a, "touched")
    check_spread(b, "planned")
    _check_repeated(a, b)
    return a, b


def check_points(points: Array, which: str) -> None:
    """Refuse fewer than three points, and numbers that are none."""
    if len(points) < 3:
        raise RegistrationError(f"registration: {len(points)} {which} points, at least 3 needed; touch more fiducials")
    bad = np.flatnonzero(~np.isfinite(points).all(axis=1))
    if len(bad):
        raise RegistrationError(f"registration: a {which} point is not finite (number {bad[0] + 1}); touch it again")


def check_spread(points: Array, which: str) -> None:
    """Refuse points on one line or in one place (n, 3)."""
    gaps = np.linalg.norm(points[:, None] - points[None], axis=2)
    if len(points) == 3 and gaps[np.triu_indices(3, 1)].min() < MIN_SPREAD_MM:
        raise RegistrationError(
            f"registration: two of the three {which} points are the same place; touch three different fiducials"
        )
    off_line = rms_off_line(points)
    if off_line < MIN_SPREAD_MM:
        raise RegistrationError(
            f"registration: the {which} points lie on one line (RMS {off_line:.1f} mm off it, {MIN_SPREAD_MM:g} mm needed),"
            " so the turn about that line cannot be found; use fiducials on both sides"
        )


def rms_off_line(points: Array) -> float:
    """RMS distance in mm from the best line through points (n, 3)."""
    singular = np.linalg.svd(points - points.mean(axis=0), compute_uv=False)
    return float(np.linalg.norm(singular[1:2]) / np.sqrt(len(points)))


def scale_between(moving: Array, fixed: Array) -> float:
    """How much larger the fixed points are spread than the moving ones (Horn 1987, section 2.E)."""
    sizes = [float(np.linalg.norm(points - points.mean(axis=0))) for points in (moving, fixed)]
    return sizes[1] / max(sizes[0], 1e-300)


def check_unit(moving: Array, fixed: Array) -> None:
    """Refuse lists of one shape whose sizes differ by the factor of a known unit; they need not be in one order."""
    scale = scale_between(moving, fixed)
    larger = max(scale, 1 / scale) if scale > 0 else np.inf
    if np.abs(_shape(moving) - _shape(fixed)).max() > SHAPE_TOLERANCE:
        return
    for factor, unit in UNITS.items():
        if abs(larger / factor - 1) < UNIT_TOLERANCE:
            which = "touched" if scale > 1 else "planned"
            raise RegistrationError(
                f"registration: the {which} points are {larger:.4g} times smaller than the others: are they in {unit}?"
                " Give both in mm"
            )


def _shape(points: Array) -> Array:
    """Spread (3,) along the principal axes, as shares of the whole."""
    singular = np.linalg.svd(points - points.mean(axis=0), compute_uv=False)
    return np.asarray(singular / max(float(np.linalg.norm(singular)), 1e-300))


def _check_repeated(a: Array, b: Array) -> None:
    gaps_a, gaps_b = (np.linalg.norm(p[:, None] - p[None], axis=2) for p in (a, b))
    for near, far, which in ((gaps_a, gaps_b, "touched"), (gaps_b, gaps_a, "planned")):
        same = np.argwhere(np.triu((near < MIN_SPREAD_MM) & (far > FAR_APART * MIN_SPREAD_MM), 1))
        if len(same):
            one, other = same[0]
            raise RegistrationError(
                f"registration: {which} points {one + 1} and {other + 1} are the same place, but their partners lie"
                f" {far[one, other]:.0f} mm apart; touch each fiducial once"
            )


def check_handedness(moving: Array, fixed: Array, fre_mm: float) -> None:
    """Refuse lists (n, 3) that fit badly, to `fre_mm`, and well with a reflection: one of them is left-handed."""
    mirrored = _fre_if_mirrored(moving, fixed)
    if fre_mm > MIRROR_MM and mirrored < MIRROR_GAIN * fre_mm:
        raise RegistrationError(
            f"registration: the points fit to {fre_mm:.1f} mm as they are and to {mirrored:.1f} mm if one list is mirrored:"
            " it is left-handed, or the points were touched on the wrong sides; flip one axis, or touch them in order"
        )


def doubts(moving: Array, fixed: Array) -> tuple[Caution, ...]:
    """What makes a computed registration suspicious: another size."""
    scale = scale_between(moving, fixed)
    if abs(scale - 1) <= SCALE_TOLERANCE:
        return ()
    words = f"the planned points are spread {scale:.3f} times as far as the touched ones: check the units"
    return (Caution("scale", words),)


def _fre_if_mirrored(moving: Array, fixed: Array) -> float:
    """RMS residual in mm of the best transform with a reflection."""
    a, b = moving - moving.mean(axis=0), fixed - fixed.mean(axis=0)
    u, s, vt = np.linalg.svd(b.T @ a)
    s[2] *= -np.sign(np.linalg.det(u @ vt))
    return float(np.sqrt(max((a**2).sum() + (b**2).sum() - 2 * s.sum(), 0.0) / len(a)))
