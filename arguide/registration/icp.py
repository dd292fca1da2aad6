"""Point-to-plane ICP with trimming and a robust loss, from one start or from many at once.

Chen & Medioni, Image and Vision Computing 10 (1992) 145–155: every point is pulled to the plane of the surface near it,
which lets it slide along; each round solves the linearised problem (Low, UNC TR04-004, 2004) about the points' middle.
The farthest points are left out (Chetverikov et al., Image and Vision Computing 23 (2005) 299–309) and the rest count
less the farther they are (Tukey's biweight, as in Babin, Giguère & Pomerleau, ICRA 2019).

Two gears. Far away the plane of the nearest sample will do, for a share of the points. Near the end the exactly nearest
point of the surface is used, so that exact data end exactly; which triangles come into question is then asked only once
in a while.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from arguide.geometry.rotations import rotations_from
from arguide.geometry.transforms import Array
from arguide.geometry.uncertainty import motion_of_points
from arguide.registration.alignment import moved
from arguide.registration.surface import SurfaceTarget

TUKEY = 4.685
"""95 % efficiency for Gaussian noise (Holland & Welsch 1977)."""
MEDIAN_TO_SIGMA = 1.4826
FLOOR_MM = 1e-9
MOST_TURN_RAD = 0.35
EXACT_ROUNDS = 12
ASK_AGAIN_MM = 1.0
"""Points that moved farther may have come to other triangles."""


@dataclass(frozen=True)
class Landmarks:
    """Paired points that pull together with the surface."""

    moving: Array
    """(k, 3) mm."""
    fixed: Array
    """(k, 3) mm."""
    sd_mm: float = 0.5
    """Standard deviation along each axis of what is between partners."""


NO_LANDMARKS = Landmarks(np.empty((0, 3)), np.empty((0, 3)))


@dataclass(frozen=True)
class Fit:
    """Where ICP ended, with what it saw there."""

    transform: Array
    """(4, 4)."""
    distances: Array
    """(n,) mm, signed: positive outside along the surface's normal."""
    weights: Array
    """(n,) 0..1: what each point counts; 0 for those trimmed or too far."""
    normals: Array
    """(n, 3) unit direction in which each point is held."""


def descend(
    target: SurfaceTarget,
    points: Array,
    transforms: Array,
    rounds: int,
    keep: float = 1.0,
    landmarks: Landmarks = NO_LANDMARKS,
    noise_mm: float = 0.3,
) -> Array:
    """The transforms (k, 4, 4) after so many rough rounds on points (n, 3)."""
    for _ in range(rounds):
        there = moved(transforms, points)
        on, normals = target.rough_planes(there)
        distances = ((there - on) * normals).sum(axis=-1)
        weights = robust_weights(distances, keep)
        transforms = _step(transforms, there, normals, distances, weights, landmarks, noise_mm)[0]
    return transforms


def polish(
    target: SurfaceTarget,
    points: Array,
    transform: Array,
    keep: float = 1.0,
    landmarks: Landmarks = NO_LANDMARKS,
    noise_mm: float = 0.3,
) -> Fit:
    """End ICP on points (n, 3) exactly, from a transform (4, 4) that is nearly right."""
    walked = np.inf
    for _ in range(EXACT_ROUNDS):
        there = moved(transform, points)
        if walked > ASK_AGAIN_MM:
            faces, _ = target.candidates(there)
            walked = 0.0
        normals, distances = _held(target, there, faces)
        weights = robust_weights(distances, keep)
        stepped, step_mm = _step(
            transform[None], there[None], normals[None], distances[None], weights[None], landmarks, noise_mm
        )
        walked += step_mm
        # Less than noise leaves unsure; for exact data that is nothing, and the last digits are found.
        unsure = float(np.median(np.abs(distances))) / np.sqrt(len(points))
        if step_mm < unsure + 1e-3 * FLOOR_MM:
            break
        transform = stepped[0]
    # What seems too far may only have missed its triangle among the few that were asked.
    far = weights == 0
    near, face = target.nearest(there[far])
    normals[far], distances[far] = _directions(there[far], near, target.normals[face])
    return Fit(transform, distances, robust_weights(distances, keep), normals)


def _held(target: SurfaceTarget, there: Array, faces: NDArray[np.intp]) -> tuple[Array, Array]:
    """Directions and signed distances of points (n, 3) from the nearest of their triangles (n, k)."""
    near, face, _ = target.nearest_among(there, faces)
    return _directions(there, near, target.normals[face])


def _directions(there: Array, near: Array, normals: Array) -> tuple[Array, Array]:
    """Unit directions (n, 3) and signed distances (n,) from the nearest points; the normal where there is no distance."""
    off = there - near
    length = np.linalg.norm(off, axis=1)
    sign = np.where((off * normals).sum(axis=1) < 0, -1.0, 1.0)
    far = length > 1e-6
    directions = np.where(far[:, None], sign[:, None] * off / np.where(far, length, 1.0)[:, None], normals)
    return directions, (off * directions).sum(axis=1)


def estimator_variance(distances: Array, weights: Array, sigma: float) -> float:
    """Variance in mm², per unit of Σ rowᵀ row, of what the weights estimate from distances (n,) mm.

    E[ψ²] / E[ψ′]² (Huber, "Robust Statistics", 1981, section 7.6) for Tukey's ψ, which trimming breaks off at the
    farthest distance kept: there ψ′ has a spike as high as ψ, as often as Gaussian noise of `sigma` comes there.
    """
    n, sigma = len(distances), max(sigma, FLOOR_MM)
    u2 = np.minimum((distances / (TUKEY * sigma)) ** 2, 1.0)
    edge = int(np.argmax(np.where(weights > 0, np.abs(distances), -1.0)))
    cut = abs(float(distances[edge]))
    spike = float(weights[edge]) * cut * 2 * float(np.exp(-0.5 * (cut / sigma) ** 2)) / (np.sqrt(2 * np.pi) * sigma)
    slope = float(np.where(weights > 0, (1 - u2) * (1 - 5 * u2), 0.0).mean()) - spike
    return float(((weights * distances) ** 2).sum() / max(n - 6, 1) / max(slope, 0.1) ** 2)


def robust_weights(distances: Array, keep: float) -> Array:
    """Weights (..., n) in 0..1 of signed distances (..., n) mm, of which the share `keep` nearest is used at all."""
    off = np.abs(distances)
    n = off.shape[-1]
    kept = max(int(np.ceil(keep * n)), min(n, 6))
    order = np.partition(off, [kept // 2, kept - 1], axis=-1)
    sigma = np.maximum(MEDIAN_TO_SIGMA * order[..., kept // 2], FLOOR_MM)
    weights = np.square(1 - np.minimum(off / (TUKEY * sigma[..., None]), 1.0) ** 2)
    return np.asarray(np.where(off <= order[..., kept - 1, None], weights, 0.0))


def normal_equations(there: Array, normals: Array, weights: Array, middle: Array) -> tuple[Array, Array]:
    """Rows (..., n, 6) of the linearised problem about `middle` (..., 3), and Σ w rowᵀ row (..., 6, 6)."""
    (x, y, z), (u, v, w) = np.moveaxis(there - middle[..., None, :], -1, 0), np.moveaxis(normals, -1, 0)
    # Written out: np.cross takes twice as long for so few points.
    rows = np.stack([y * w - z * v, z * u - x * w, x * v - y * u, u, v, w], axis=-1)
    return rows, rows.swapaxes(-1, -2) @ (weights[..., None] * rows)


def _step(
    transforms: Array,
    there: Array,
    normals: Array,
    distances: Array,
    weights: Array,
    landmarks: Landmarks,
    noise_mm: float,
) -> tuple[Array, float]:
    """The transforms (k, 4, 4) after one Gauss–Newton step, and how far the points were moved at most."""
    middle = there.mean(axis=-2)
    rows, normal = normal_equations(there, normals, weights, middle)
    right = -(rows.swapaxes(-1, -2) @ (weights * distances)[..., None])[..., 0]
    if len(landmarks.moving):
        weight, marks = (noise_mm / landmarks.sd_mm) ** 2, moved(transforms, landmarks.moving)
        arms, more = landmark_normal(marks, middle, weight)
        normal = normal + more
        right = right - weight * np.einsum("...kai,...ka->...i", arms, marks - landmarks.fixed)
    # Columns of one unit, and a trace of damping for directions that nothing holds.
    reach = np.sqrt(((there - middle[..., None, :]) ** 2).sum(axis=-1).mean(axis=-1))[..., None]
    unit = np.concatenate([1 / np.repeat(reach, 3, axis=-1), np.ones((*reach.shape[:-1], 3))], axis=-1)
    scaled = normal * unit[..., None] * unit[..., None, :]
    scaled += 1e-10 * np.trace(scaled, axis1=-2, axis2=-1)[..., None, None] * np.eye(6) + 1e-30 * np.eye(6)
    motion = np.linalg.solve(scaled, (right * unit)[..., None])[..., 0] * unit
    turn, shift = motion[..., :3], motion[..., 3:]
    angle = np.linalg.norm(turn, axis=-1, keepdims=True)
    turn = turn * np.minimum(1.0, MOST_TURN_RAD / np.maximum(angle, 1e-300))
    rotation = rotations_from(turn)
    result = transforms.copy()
    result[..., :3, :3] = rotation @ transforms[..., :3, :3]
    result[..., :3, 3] = (rotation @ (transforms[..., :3, 3] - middle)[..., None])[..., 0] + middle + shift
    return result, float((np.linalg.norm(shift, axis=-1) + 2 * (angle * reach)[..., 0]).max())


def landmark_normal(there: Array, middle: Array, weight: float) -> tuple[Array, Array]:
    """Rows (..., k, 3, 6) of landmarks moved to `there` (..., k, 3), and Σ w rowᵀ row (..., 6, 6), about `middle`."""
    rows = motion_of_points(there - middle[..., None, :])
    return rows, weight * np.einsum("...kai,...kaj->...ij", rows, rows)
