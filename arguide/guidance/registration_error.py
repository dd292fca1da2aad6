"""What a registration by touch is wrong by: what its residuals show, and what they cannot show."""

import numpy as np

from arguide.geometry.transforms import Array, translation
from arguide.geometry.uncertainty import adjoint, motion_of_points, region_scale

BELIEF = 3.6
"""That touches err alike in all directions weighs as much as so many residuals; what they show weighs by their number."""
LEAST_SHARE = 0.05
"""No direction is taken for better than this share of the mean variance."""


def residual_covariance(fixed: Array, off: Array) -> Array:
    """Covariance (..., 6, 6) in the image frame of registrations by touch, from their residuals `off` (..., n, 3) mm.

    A hand slips along the skin or presses into it, so touches err more in one direction than in another, and fiducials on
    one side of the body hide most of what errs across them: of n such residuals all but n − 3 are lost. So each principal
    direction k of the fiducials (n, 3) mm has its own variance σ_k², told by its own residuals: with Q the projection that
    leaves them, E Σ_i r_ik² = Σ_l M_kl σ_l², M_kl = Σ_ij Q_ik,jl², and Σ_l M_kl of them are left. So few tell little:
    the pooled variance counts as `BELIEF` more in each direction. ξ = (Jᵀ J)⁻¹ Jᵀ e carries the errors e to the transform.
    Each direction is widened for the few residuals that it rests on, so that 95 % regions in space, taken as if all were
    known, hold the truth as often as they say (Hotelling's T²).
    """
    n, freedom = len(fixed), 3 * len(fixed) - 6
    middle = fixed.mean(axis=0)
    axes = np.linalg.svd(fixed - middle)[2]
    rows = np.einsum("ka,nai->nki", axes, motion_of_points(fixed - middle)).reshape(3 * n, 6)
    answer = rows @ np.linalg.inv(rows.T @ rows)
    left = np.eye(3 * n) - rows @ answer.T
    mixing = (left**2).reshape(n, 3, n, 3).sum(axis=(0, 2))
    squares = ((off @ axes.T) ** 2).sum(axis=-2)
    pooled = squares.sum(axis=-1, keepdims=True) / freedom
    variances = np.linalg.solve(mixing + BELIEF * np.eye(3), (squares + BELIEF * pooled)[..., None])[..., 0]
    rests_on = np.minimum(mixing.sum(axis=1) + BELIEF, freedom)
    widening = np.array([region_scale(0.95, number) for number in rests_on.tolist()]) / region_scale()
    told = np.maximum(variances, LEAST_SHARE * pooled) * widening**2
    one = np.einsum("nki,nkj->kij", *[answer.reshape(n, 3, 6)] * 2)
    carry = adjoint(translation(middle))
    return np.asarray(carry @ np.einsum("...k,kij->...ij", told, one) @ carry.T)


def steady_covariance(accuracy_mm: float) -> Array:
    """Covariance (6, 6) of a shift that all touches share, since the tracker errs in the same way for long; no residual
    tells it. `accuracy_mm` is the RMS length of the tracker's steady error."""
    return np.diag([0.0] * 3 + [accuracy_mm**2 / 3] * 3)


def shared_tip_covariance(fixed: Array, weights: Array, image_from_stylus: Array, tip_covariance: Array) -> Array:
    """Covariance (6, 6) in the image frame of what the stylus' own calibration error does to the registration.

    All touches share it. Where the stylus was held alike it shifts all points alike, and no residual tells. `fixed`
    (n, 3) mm are the planned points, `weights` (n,) as used, `image_from_stylus` (n, 3, 3) the stylus' rotations at the
    touches, `tip_covariance` (3, 3) mm² in the stylus' frame. First order: ξ = K Σ w Jᵀ R δ with K = (Σ w Jᵀ J)⁻¹.
    """
    j = motion_of_points(fixed)
    normal = np.einsum("n,nai,naj->ij", weights, j, j)
    answer = np.linalg.solve(normal, np.einsum("n,nai,nab->ib", weights, j, image_from_stylus))
    result: Array = answer @ tip_covariance @ answer.T
    return result
