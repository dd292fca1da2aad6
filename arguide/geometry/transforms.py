"""Rigid transforms as plain (4, 4) float64 arrays, named target first: `image_from_tip`.

Equal names touch in a product, so it can be checked by eye:

    image_from_tip = image_from_reference @ reference_from_tracker @ tracker_from_needle @ needle_from_tip

Arrays and not objects, because they are made at every tracker sample: a product of two arrays costs about
1 µs, a product of `scipy.spatial.transform.RigidTransform` about 50 µs.
"""

from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array: TypeAlias = NDArray[np.float64]
"""Any float64 array; docstrings give the shape."""

ORIGIN = np.array([0.0, 0.0, 0.0, 1.0])
ADVANCE = np.array([0.0, 0.0, 1.0, 0.0])
"""Direction of advance in the `tip` frame: +z, so the hub lies on −z."""


def identity() -> Array:
    """The transform that changes nothing, (4, 4)."""
    return np.eye(4)


def from_parts(rotation: ArrayLike, translation: ArrayLike) -> Array:
    """Join a (3, 3) rotation matrix and a (3,) translation in mm to a (4, 4) transform."""
    transform = np.eye(4)
    transform[:3, :3] = rotation
    transform[:3, 3] = translation
    return transform


def translation(offset: ArrayLike) -> Array:
    """The (4, 4) transform that moves by a (3,) offset in mm."""
    return from_parts(np.eye(3), offset)


def rotation_about(axis: ArrayLike, angle_rad: float) -> Array:
    """The (4, 4) right-handed rotation by `angle_rad` about a (3,) axis through the origin (Rodrigues)."""
    x, y, z = np.asarray(axis, dtype=float) / np.linalg.norm(axis)
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return from_parts(np.eye(3) + np.sin(angle_rad) * cross + (1 - np.cos(angle_rad)) * cross @ cross, np.zeros(3))


def from_quaternion(w: float, x: float, y: float, z: float, translation_mm: ArrayLike) -> Array:
    """The (4, 4) transform of a quaternion (scalar first, any non-zero length) and a (3,) translation in mm."""
    norm = w * w + x * x + y * y + z * z
    s = 2.0 / norm
    transform = np.empty((4, 4))
    transform[0] = 1 - s * (y * y + z * z), s * (x * y - w * z), s * (x * z + w * y), 0.0
    transform[1] = s * (x * y + w * z), 1 - s * (x * x + z * z), s * (y * z - w * x), 0.0
    transform[2] = s * (x * z - w * y), s * (y * z + w * x), 1 - s * (x * x + y * y), 0.0
    transform[3] = 0.0, 0.0, 0.0, 1.0
    transform[:3, 3] = translation_mm
    return transform


def to_quaternion(transform: Array) -> Array:
    """The unit quaternion (4,), scalar first and not negative, of a (4, 4) transform's rotation (Shepperd 1978)."""
    r = transform[:3, :3]
    trace = r[0, 0] + r[1, 1] + r[2, 2]
    squares = np.array([1 + trace, *(1 + 2 * np.diag(r) - trace)])
    largest = int(np.argmax(squares))
    if largest == 0:
        q = np.array([squares[0], r[2, 1] - r[1, 2], r[0, 2] - r[2, 0], r[1, 0] - r[0, 1]])
    else:
        i, j, k = largest - 1, largest % 3, (largest + 1) % 3
        q = np.empty(4)
        q[0] = r[k, j] - r[j, k]
        q[1 + i], q[1 + j], q[1 + k] = squares[largest], r[j, i] + r[i, j], r[k, i] + r[i, k]
    q /= np.linalg.norm(q)
    return -q if q[0] < 0 else q


def inverse(transform: Array) -> Array:
    """The inverse of a rigid (4, 4) transform: `a_from_b` becomes `b_from_a`."""
    result = np.eye(4)
    rotation = transform[:3, :3].T
    result[:3, :3] = rotation
    result[:3, 3] = -rotation @ transform[:3, 3]
    return result


def apply(transform: Array, points: ArrayLike) -> Array:
    """Map points of shape (..., 3) in mm by a (4, 4) transform."""
    result: Array = np.asarray(points, dtype=float) @ transform[:3, :3].T + transform[:3, 3]
    return result


def angle_between(first: Array, second: Array) -> float:
    """Angle in radians, 0..π, of the rotation between two (4, 4) transforms; exact near zero."""
    relative = first[:3, :3].T @ second[:3, :3]
    sine = np.linalg.norm(relative - relative.T) / (2 * np.sqrt(2))
    return float(np.arctan2(sine, (np.trace(relative) - 1) / 2))


def pose_along(point: ArrayLike, direction: ArrayLike) -> Array:
    """A (4, 4) pose with its origin at `point` (mm) and +z along `direction`; the turn about z is arbitrary but fixed."""
    z = np.asarray(direction, dtype=float) / np.linalg.norm(direction)
    helper = np.eye(3)[int(np.argmin(np.abs(z)))]
    x = np.cross(helper, z)
    x /= np.linalg.norm(x)
    return from_parts(np.column_stack([x, np.cross(z, x), z]), point)


def is_rigid(transform: ArrayLike, tolerance: float = 1e-6) -> bool:
    """Whether a (4, 4) array is a rotation (right-handed) and a translation, to `tolerance`."""
    t = np.asarray(transform, dtype=float)
    if t.shape != (4, 4) or not np.all(np.isfinite(t)) or not np.allclose(t[3], ORIGIN, atol=tolerance):
        return False
    r = t[:3, :3]
    return bool(np.allclose(r @ r.T, np.eye(3), atol=tolerance) and np.linalg.det(r) > 0)
