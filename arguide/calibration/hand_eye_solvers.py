"""The three classical solvers of A X = X B; each takes motions A, B (m, 4, 4) and gives X (4, 4). See `hand_eye`."""

import numpy as np
from scipy.spatial.transform import Rotation

from arguide.geometry.rotations import nearest_rotations, rotation_vectors, rotations_from, skew
from arguide.geometry.transforms import Array, from_parts


def park_martin(a: Array, b: Array) -> Array:
    """Rotation that takes the camera's rotation vectors onto the body's, in least squares; then the translation."""
    alpha, beta = rotation_vectors(a[:, :3, :3]), rotation_vectors(b[:, :3, :3])
    return _with_translation(a, b, nearest_rotations(alpha.T @ beta))


def tsai_lenz(a: Array, b: Array) -> Array:
    """Rotation by its modified Rodrigues vector 2 sin(θ/2) n, from a linear system; then the translation."""
    p, q = _tsai_vectors(a), _tsai_vectors(b)
    half = np.asarray(np.linalg.lstsq(skew(p + q).reshape(-1, 3), (q - p).reshape(-1))[0], dtype=float)
    return _with_translation(a, b, rotations_from(_rotation_vector(half)))


def _tsai_vectors(motions: Array) -> Array:
    vectors = rotation_vectors(motions[:, :3, :3])
    angle = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors * np.sinc(angle / (2 * np.pi)))


def _rotation_vector(half: Array) -> Array:
    """Rotation vector (3,) whose direction is that of `half` and whose angle is twice its length's arc tangent."""
    length = float(np.linalg.norm(half))
    return np.asarray(half * (2 * np.arctan(length) / max(length, 1e-300)))


def _with_translation(a: Array, b: Array, rotation: Array) -> Array:
    """The translation from (R_A − 1) t = R t_B − t_A, in least squares."""
    left = a[:, :3, :3] - np.eye(3)
    right = b[:, :3, 3] @ rotation.T - a[:, :3, 3]
    return from_parts(rotation, np.linalg.lstsq(left.reshape(-1, 3), right.reshape(-1))[0])


def daniilidis(a: Array, b: Array) -> Array:
    """Rotation and translation at once, from the null space of the dual quaternions' screw equations."""
    p, dual_p = _screw_parts(a)
    q, dual_q = _screw_parts(b)
    rows = np.zeros((len(a), 6, 8))
    rows[:, :3, 0] = rows[:, 3:, 4] = p - q
    rows[:, :3, 1:4] = rows[:, 3:, 5:] = skew(p + q)
    rows[:, 3:, 0], rows[:, 3:, 1:4] = dual_p - dual_q, skew(dual_p + dual_q)
    # Millimetres would drown the rotations.
    length = max(float(np.abs([dual_p, dual_q]).max()), 1e-12)
    rows[:, 3:, :4] /= length
    u, v = np.linalg.svd(rows.reshape(-1, 8), full_matrices=False)[2][6:]
    best = _unit_dual(u, v)
    scalar, vector = best[0], best[1:4]
    rotation = Rotation.from_quat([*vector, scalar]).as_matrix()
    dual = best[4:] * length
    # t = 2 q' q̄, vector part.
    shift = 2 * (scalar * dual[1:] - dual[0] * vector + np.cross(vector, dual[1:]))
    return from_parts(rotation, shift)


def _screw_parts(motions: Array) -> tuple[Array, Array]:
    """Vector parts (m, 3) of the real and of the dual quaternion of each motion, real scalar not negative."""
    q = Rotation.from_matrix(motions[:, :3, :3]).as_quat(canonical=True)
    vector, scalar, t = q[:, :3], q[:, 3:], motions[:, :3, 3]
    return vector, 0.5 * (scalar * t + np.cross(t, vector))


def _unit_dual(u: Array, v: Array) -> Array:
    """The combination of two null vectors (8,) that is a unit dual quaternion: Daniilidis eq. 34–35."""
    uu, uv, vv = float(u[:4] @ u[4:]), float(u[:4] @ v[4:] + u[4:] @ v[:4]), float(v[:4] @ v[4:])
    if abs(uu) < 1e-14 * max(abs(uv), abs(vv), 1e-300):
        candidates = [(1.0, 0.0), (-vv, uv)]
    else:
        root = float(np.sqrt(np.maximum(uv**2 - 4 * uu * vv, 0.0)))
        candidates = [((-uv + sign * root) / (2 * uu), 1.0) for sign in (1, -1)]
    combined = np.array([s * u + t * v for s, t in candidates])
    lengths = np.linalg.norm(combined, axis=1)
    best = combined[np.argmax(np.linalg.norm(combined[:, :4], axis=1) / np.maximum(lengths, 1e-300))]
    return np.asarray(best / np.linalg.norm(best[:4]))
