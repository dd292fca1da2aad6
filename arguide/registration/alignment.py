"""The rigid transform that takes points onto others, for one set or ten thousand at once.

Least squares by the singular value decomposition of the covariance: Arun, Huang & Blostein, IEEE PAMI 9 (1987)
698–700, with the reflection excluded as in Umeyama, IEEE PAMI 13 (1991) 376–380, eq. 40–43. Weights as in Horn,
J. Opt. Soc. Am. A 4 (1987) 629–642, section 2.D.
"""

import numpy as np

from arguide.geometry.rotations import nearest_rotations
from arguide.geometry.transforms import Array, translation
from arguide.geometry.uncertainty import adjoint, motion_of_points


def align(moving: Array, fixed: Array, weights: Array | None = None) -> Array:
    """Rigid transforms (..., 4, 4) that take `moving` (..., n, 3) onto `fixed` (..., n, 3) in mm, row by row.

    `weights` (..., n), not negative, count the squares of the residuals; leading dimensions are broadcast. Nothing is
    checked: points that do not determine a rotation give one of those that fit.
    """
    if weights is None:
        a_mean, b_mean = moving.mean(axis=-2, keepdims=True), fixed.mean(axis=-2, keepdims=True)
        spread = (fixed - b_mean).swapaxes(-1, -2) @ (moving - a_mean)
    else:
        w = (weights / weights.sum(axis=-1, keepdims=True))[..., None]
        a_mean, b_mean = (w * moving).sum(axis=-2, keepdims=True), (w * fixed).sum(axis=-2, keepdims=True)
        spread = (fixed - b_mean).swapaxes(-1, -2) @ (w * (moving - a_mean))
    rotation = nearest_rotations(spread)
    result = np.zeros((*spread.shape[:-2], 4, 4))
    result[..., :3, :3] = rotation
    result[..., :3, 3] = b_mean[..., 0, :] - (rotation @ a_mean[..., 0, :, None])[..., 0]
    result[..., 3, 3] = 1.0
    return result


def moved(transforms: Array, points: Array) -> Array:
    """Points (..., n, 3) mapped by transforms (..., 4, 4), leading dimensions broadcast."""
    result: Array = points @ transforms[..., :3, :3].swapaxes(-1, -2) + transforms[..., None, :3, 3]
    return result


def alignment_covariance(fixed: Array, precisions: Array) -> Array:
    """Covariance (6, 6) of the small motion in the fixed frame that points (n, 3) mm leave free.

    `precisions` (n, 3, 3) are the inverse covariances of the residuals in 1/mm²: the inverse of Σ Jᵀ P J with
    J = [−p×, 1]. It is worked out about the points' middle, where turn and shift hardly mix, and then carried.
    """
    middle = fixed.mean(axis=0)
    j = motion_of_points(fixed - middle)
    carry = adjoint(translation(middle))
    result: Array = carry @ np.linalg.inv(np.einsum("nai,nab,nbj->ij", j, precisions, j)) @ carry.T
    return result
