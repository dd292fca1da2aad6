"""Rigid point-based registration: where the patient is, from touched points that correspond to planned ones.

The transform is `alignment.align`'s. Its covariance follows from how badly the fiducials are localised (fiducial
localisation error, FLE): either known beforehand, or estimated from the residuals by E[FRE²] = (1 − 2/n) FLE²
(Sibson, J. R. Stat. Soc. B 41 (1979) 217–229; Fitzpatrick, West & Maurer, IEEE TMI 17 (1998) 694–702, eq. 10).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from arguide.errors import Caution, RegistrationError
from arguide.geometry.transforms import Array, apply
from arguide.registration.alignment import align, alignment_covariance
from arguide.registration.checks import check_handedness, doubts, paired
from arguide.registration.estimate import TargetErrors


@dataclass(frozen=True)
class Registration(TargetErrors):
    """A rigid transform between two frames, how well the points agree on it, and how sure it is."""

    fixed_from_moving: Array
    """(4, 4), mm."""
    residuals_mm: Array
    """(n,) distance of each moved point from its fixed partner (fiducial registration error of each)."""
    fre_mm: float
    """Root mean square of the residuals. Says nothing about the error at the target by itself."""
    covariance: Array
    """(6, 6) of a small motion in the fixed frame; see `geometry.uncertainty`."""
    fle_mm: float
    """RMS length of the localisation error behind the covariance: as given, or estimated from the residuals."""
    degrees_of_freedom: float
    """On which the estimate of the localisation error rests; infinite when it was given."""
    cautions: tuple[Caution, ...] = ()


def register_points(
    moving: ArrayLike, fixed: ArrayLike, *, weights: ArrayLike | None = None, fle_mm: float | None = None
) -> Registration:
    """Find the rigid transform that takes `moving` (n, 3) onto `fixed` (n, 3), mm, row by row.

    `weights` (n,) count the squared residuals: best 1 / FLE² of each, in any unit; a weight of zero leaves a point out
    of the transform and still gives its residual. `fle_mm` is the RMS length of the localisation error of both lists
    together (of a point of weight 1, where the mean weight is 1); without it the residuals tell.

    Raises RegistrationError when the points are too few, not finite, repeated, on one line, in another unit
    or left-handed.
    """
    a, b = np.asarray(moving, dtype=float), np.asarray(fixed, dtype=float)
    w = _weights(weights, len(a))
    taken = w > 0
    if a.shape == b.shape and a.ndim == 2 and not taken.all():
        paired(a[taken], b[taken])
    else:
        paired(a, b)
    fixed_from_moving = align(a[taken], b[taken], w[taken])
    off = apply(fixed_from_moving, a) - b
    residuals = np.linalg.norm(off, axis=1)
    freedom = 3 * int(taken.sum()) - 6
    sigma2 = fle_mm**2 / 3 if fle_mm is not None else float((w * residuals**2).sum()) / freedom
    covariance = sigma2 * alignment_covariance(b[taken], w[taken][:, None, None] * np.eye(3))
    fre = float(np.sqrt(np.mean(residuals[taken] ** 2)))
    check_handedness(a[taken], b[taken], fre)
    return Registration(
        fixed_from_moving=fixed_from_moving,
        residuals_mm=residuals,
        fre_mm=fre,
        covariance=covariance,
        fle_mm=float(np.sqrt(3 * sigma2)),
        degrees_of_freedom=np.inf if fle_mm is not None else float(freedom),
        cautions=doubts(a[taken], b[taken]),
    )


def _weights(weights: ArrayLike | None, n: int) -> Array:
    """Weights (n,) with mean one over those that are not zero."""
    if weights is None:
        return np.ones(n)
    w = np.asarray(weights, dtype=float)
    if w.shape != (n,) or not np.all(np.isfinite(w)) or (w < 0).any() or not (w > 0).any():
        raise RegistrationError(
            f"registration: expected {n} weights, none negative and one at least above zero, got {weights}"
        )
    return np.asarray(w / w[w > 0].mean())
