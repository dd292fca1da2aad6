"""Rotations of many poses at once: rotation vectors (axis times angle, radians) and skew matrices.

One rotation at a time is `transforms.rotation_about`; these work on whole arrays (..., 3) without a loop.
"""

import numpy as np
import scipy
from numpy.typing import ArrayLike

from arguide.geometry.transforms import Array


def skew(vectors: ArrayLike) -> Array:
    """Matrices (..., 3, 3) with `skew(a) @ b == cross(a, b)` for vectors (..., 3)."""
    v = np.asarray(vectors, dtype=float)
    result = np.zeros((*v.shape, 3))
    result[..., 0, 1], result[..., 0, 2], result[..., 1, 2] = -v[..., 2], v[..., 1], -v[..., 0]
    result[..., 1, 0], result[..., 2, 0], result[..., 2, 1] = v[..., 2], -v[..., 1], v[..., 0]
    return result


def rotations_from(vectors: ArrayLike) -> Array:
    """Rotation matrices (..., 3, 3) of rotation vectors (..., 3) in radians (Rodrigues); exact near zero."""
    v = np.asarray(vectors, dtype=float)
    angle = np.linalg.norm(v, axis=-1)[..., None, None]
    k = skew(v)
    result: Array = np.eye(3) + np.sinc(angle / np.pi) * k + 0.5 * np.sinc(angle / (2 * np.pi)) ** 2 * (k @ k)
    return result


def rotation_vectors(rotations: ArrayLike) -> Array:
    """Rotation vectors (..., 3) in radians, length 0..π, of rotation matrices (..., 3, 3); exact near 0 and near π."""
    r = np.asarray(rotations, dtype=float)
    result: Array = scipy.spatial.transform.Rotation.from_matrix(r.reshape(-1, 3, 3)).as_rotvec().reshape(r.shape[:-1])
    return result


def mean_rotation(rotations: ArrayLike) -> Array:
    """The rotation (3, 3) nearest to all of (n, 3, 3) in the Frobenius norm (Moakher 2002, section 3)."""
    return nearest_rotations(np.asarray(rotations, dtype=float).sum(axis=0))


def nearest_rotations(matrices: ArrayLike) -> Array:
    """The rotations (..., 3, 3) nearest to matrices (..., 3, 3), never a reflection (Umeyama 1991, eq. 40–43)."""
    u, _, vt = np.linalg.svd(np.asarray(matrices, dtype=float))
    u = u.copy()
    u[..., :, 2] *= np.sign(np.linalg.det(u @ vt))[..., None]
    result: Array = u @ vt
    return result
