"""How sure a rigid transform and the points it maps are: small motions, their covariances, and 95 % regions.

A transform is estimated as T; the true one is `exp(ξ) T`, with ξ = (turn in rad, shift in mm), shape (6,), a small
motion *in the frame that T maps into*, about that frame's origin. So a mapped point p moves by `turn × p + shift`.
The (6, 6) covariance of ξ is what every estimate here carries: e.g. Barfoot & Furgale, IEEE Trans. Robotics 30 (2014)
679–693, with the order of turn and shift exchanged. Rad and mm are mixed in it; the blocks are rad², rad·mm and mm².
"""

import numpy as np
import scipy
from numpy.typing import ArrayLike

from arguide.geometry.rotations import rotations_from, skew
from arguide.geometry.transforms import Array, from_parts


def small_motion(motion: ArrayLike) -> Array:
    """The rigid (4, 4) of a motion (6,): the turn (3,) in rad about the origin, then the shift (3,) in mm."""
    xi = np.asarray(motion, dtype=float)
    return from_parts(rotations_from(xi[:3]), xi[3:])


def motion_of_points(points: ArrayLike) -> Array:
    """Derivative (..., 3, 6) of points (..., 3) in mm by a small motion of their frame: `turn × p + shift`."""
    p = np.asarray(points, dtype=float)
    return np.concatenate([-skew(p), np.broadcast_to(np.eye(3), (*p.shape, 3))], axis=-1)


def adjoint(b_from_a: Array) -> Array:
    """(6, 6) that turns a small motion told in frame a into the same motion told in frame b."""
    r = b_from_a[:3, :3]
    result = np.zeros((6, 6))
    result[:3, :3] = result[3:, 3:] = r
    result[3:, :3] = skew(b_from_a[:3, 3]) @ r
    return result


def product_covariance(covariance_ab: Array, a_from_b: Array, covariance_bc: Array) -> Array:
    """Covariance (6, 6) in frame a of `a_from_b @ b_from_c` from those of its independent factors."""
    ad = adjoint(a_from_b)
    result: Array = covariance_ab + ad @ covariance_bc @ ad.T
    return result


def inverse_covariance(covariance_ab: Array, a_from_b: Array) -> Array:
    """Covariance (6, 6) in frame b of `inverse(a_from_b)`, from that of `a_from_b` in frame a."""
    ad = np.linalg.inv(adjoint(a_from_b))
    result: Array = ad @ covariance_ab @ ad.T
    return result


def point_covariances(covariance: Array, points: ArrayLike) -> Array:
    """Covariances (..., 3, 3) in mm² of mapped points (..., 3), given in the frame mapped into, by the transform's.

    First order. Add `R @ S @ R.T` where the point itself is unsure by S before it is mapped by the rotation R.
    """
    j = motion_of_points(points)
    result: Array = j @ covariance @ j.swapaxes(-1, -2)
    return result


def region_scale(level: float = 0.95, degrees_of_freedom: float = np.inf, dimensions: int = 3) -> float:
    """The k for which `xᵀ C⁻¹ x ≤ k²` holds with probability `level`: 2.80 for 95 % in 3-D.

    Larger where C was scaled by the residuals of a fit with few `degrees_of_freedom` (Hotelling's T²: F distribution).
    """
    if np.isinf(degrees_of_freedom):
        return float(np.sqrt(scipy.special.chdtri(dimensions, 1 - level)))
    return float(np.sqrt(dimensions * scipy.special.fdtri(dimensions, degrees_of_freedom, level)))


def ellipsoid(covariance: Array, scale: float = 1.0) -> tuple[Array, Array]:
    """Half axes (3,) in mm, longest first, and their unit directions as columns of (3, 3), right-handed."""
    values, vectors = np.linalg.eigh(covariance)
    axes = vectors[:, ::-1].copy()
    axes[:, 2] *= np.sign(np.linalg.det(axes))
    return scale * np.sqrt(np.maximum(values[::-1], 0.0)), axes


def inside_region(
    errors: ArrayLike, covariance: Array, scale: float
) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Which errors (..., 3) in mm lie within the ellipsoid of a (3, 3) or (..., 3, 3) covariance at that scale."""
    e = np.asarray(errors, dtype=float)
    solved = np.linalg.solve(np.broadcast_to(covariance, (*e.shape, 3)), e[..., None])[..., 0]
    within: np.ndarray[tuple[int, ...], np.dtype[np.bool_]] = (e * solved).sum(axis=-1) <= scale**2
    return within
