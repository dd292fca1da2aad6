"""What a registration by touch is wrong by: what its residuals show, and what they cannot show."""

import numpy as np

from arguide.geometry.transforms import Array
from arguide.geometry.uncertainty import motion_of_points, region_scale
from arguide.registration.rigid import Registration


def widened_covariance(registration: Registration) -> Array:
    """The registration's covariance (6, 6), widened for the few residuals that it rests on.

    Its 95 % regions in space, taken as if it were known, then hold the truth in 95 of 100 cases (Hotelling's T²).
    """
    result: Array = registration.covariance * (registration.region_scale / region_scale()) ** 2
    return result


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
