"""Target registration error: how far off the registration is where it matters, predicted before anybody is pricked.

The closed form holds for localisation error alike in all directions; everything else is propagated through the
covariance of the transform (`Registration.tre_covariances`), of which the closed form is the trace.
"""

import numpy as np
from numpy.typing import ArrayLike

from arguide.geometry.transforms import Array, translation
from arguide.geometry.uncertainty import adjoint, motion_of_points
from arguide.registration.alignment import align, moved


def fitzpatrick_tre(fiducials: ArrayLike, targets: ArrayLike, fle_mm: float) -> Array:
    """Expected RMS target registration error (m,) in mm at targets (m, 3), for fiducials (n, 3) of one frame.

    ⟨TRE²(r)⟩ = FLE²/n · (1 + ⅓ Σ_k d_k² / f_k²), with d_k the target's distance from the fiducials' k-th principal axis
    and f_k the fiducials' RMS distance from it: Fitzpatrick, West & Maurer, IEEE TMI 17 (1998) 694–702, eq. 46.
    `fle_mm` is the RMS length of the fiducial localisation error, alike in all directions.
    """
    f = np.asarray(fiducials, dtype=float)
    middle = f.mean(axis=0)
    _, _, axes = np.linalg.svd(f - middle)
    f2 = _from_axes((f - middle) @ axes.T).mean(axis=0)
    d2 = _from_axes((np.asarray(targets, dtype=float) - middle) @ axes.T)
    return np.asarray(fle_mm * np.sqrt((1 + (d2 / f2).sum(axis=-1) / 3) / len(f)))


def _from_axes(points: Array) -> Array:
    """Squared distances (..., 3) of points (..., 3) from the three coordinate axes."""
    squares = points**2
    return np.asarray(squares.sum(axis=-1, keepdims=True) - squares)


def propagated_covariance(fixed: ArrayLike, fle: ArrayLike, weights: ArrayLike | None = None) -> Array:
    """Covariance (6, 6) in the fixed frame of `register_points` where the error differs from direction to direction.

    `fixed` (n, 3) mm; `fle` (3, 3) or (n, 3, 3) mm², the sum of both points' errors in the fixed frame; `weights` (n,)
    as they were used. First order: K (Σ w² Jᵀ C J) K with K = (Σ w Jᵀ J)⁻¹, after Danilchenko & Fitzpatrick, IEEE TMI 30
    (2011) 679–693, section II.
    """
    p = np.asarray(fixed, dtype=float)
    w = np.ones(len(p)) if weights is None else np.asarray(weights, dtype=float)
    middle = np.average(p, axis=0, weights=w)
    j = motion_of_points(p - middle)
    c = np.broadcast_to(np.asarray(fle, dtype=float), (len(p), 3, 3))
    k = np.linalg.inv(np.einsum("n,nai,naj->ij", w, j, j))
    carry = adjoint(translation(middle))
    return np.asarray(carry @ k @ np.einsum("n,nai,nab,nbj->ij", w**2, j, c, j) @ k @ carry.T)


def simulated_errors(
    fiducials: ArrayLike,
    targets: ArrayLike,
    fle: ArrayLike,
    trials: int,
    rng: np.random.Generator,
    weights: ArrayLike | None = None,
) -> Array:
    """Target errors (trials, m, 3) in mm of registrations of fiducials (n, 3) touched with Gaussian error.

    `fle` is a covariance (3, 3) or (n, 3, 3) in mm². The honest witness for every formula here, and the answer for
    errors too large for first order; ten thousand trials take a fraction of a second.
    """
    f, t = np.asarray(fiducials, dtype=float), np.asarray(targets, dtype=float)
    root = np.linalg.cholesky(np.broadcast_to(np.asarray(fle, dtype=float), (len(f), 3, 3)))
    touched = f + (root @ rng.standard_normal((trials, len(f), 3, 1)))[..., 0]
    found = align(touched, f, None if weights is None else np.asarray(weights, dtype=float))
    return np.asarray(moved(found, t) - t)
