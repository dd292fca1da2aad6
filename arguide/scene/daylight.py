"""Soft light worked out once at loading: how much sky each vertex sees, and how much of the lamp.

The anatomy does not move within the image, so its shadows need not be computed at every frame. Each direction of a set
is a tiny orthographic depth picture made of points scattered over the surface; a vertex is lit from there if nothing in
its pixel lies nearer (the idea of ambient occlusion by depth maps: Pharr and Green, GPU Gems, chapter 17, 2004).
"""

import numpy as np

from arguide.geometry.transforms import Array, pose_along
from arguide.scene.shapes import Faces

PIXEL_MM = 2.5
BIAS_MM = 2.5
RAISE_MM = 0.8
FEW = 1000
"""Points, so few that it pays to leave out first what lies beside them all."""
SKY_RAYS = 64
LAMP_RAYS = 20
LAMP_RAD = float(np.radians(14.0))


def directions(count: int) -> Array:
    """`count` unit vectors (n, 3), evenly over the sphere (Fibonacci spiral)."""
    k = np.arange(count) + 0.5
    z = 1 - 2 * k / count
    turn = np.pi * (1 + np.sqrt(5)) * k
    flat = np.sqrt(1 - z * z)
    return np.stack([flat * np.cos(turn), flat * np.sin(turn), z], -1)


def cone(axis: Array, half_angle_rad: float, count: int) -> Array:
    """`count` unit vectors (n, 3), evenly within a cone about a (3,) axis."""
    k = np.arange(count) + 0.5
    z = 1 - (1 - np.cos(half_angle_rad)) * k / count
    turn = np.pi * (1 + np.sqrt(5)) * k
    flat = np.sqrt(1 - z * z)
    local: Array = np.stack([flat * np.cos(turn), flat * np.sin(turn), z], -1)
    return local @ pose_along(np.zeros(3), axis)[:3, :3].T


def scatter(vertices: Array, faces: Faces, spacing_mm: float = 2.0) -> Array:
    """Points (n, 3) over the surface of a mesh, about so far apart; the same at every run."""
    a, b, c = (vertices[faces[:, k]] for k in range(3))
    area = np.linalg.norm(np.cross(b - a, c - a), axis=1) / 2
    total = int(area.sum() / spacing_mm**2) + 1
    random = np.random.default_rng(1)
    chosen = random.choice(len(faces), total, p=area / area.sum())
    u, v = random.random((2, total, 1))
    fold = u + v > 1
    u, v = np.where(fold, 1 - u, u), np.where(fold, 1 - v, v)
    points: Array = a[chosen] + u * (b - a)[chosen] + v * (c - a)[chosen]
    return np.concatenate([vertices, points])


def visible_from(direction: Array, points: Array, occluders: Array) -> Array:
    """1 or 0 for each of the points (n, 3): does light from far away along `direction` reach it past the occluders?"""
    axes = pose_along(np.zeros(3), direction)[:3, :3]
    mine, flat = axes.T @ points.T, axes[:, :2].T @ occluders.T
    low = np.minimum(mine[:2].min(1), flat.min(1))[:, None]
    if len(points) < FEW:
        least, most = mine[:2].min(1) - PIXEL_MM, mine[:2].max(1) + PIXEL_MM
        about = (flat[0] >= least[0]) & (flat[0] <= most[0])
        about &= (flat[1] >= least[1]) & (flat[1] <= most[1])
        occluders, flat = occluders[about], flat[:, about]
    here = ((mine[:2] - low) / PIXEL_MM).astype(np.int64)
    there = ((flat - low) / PIXEL_MM).astype(np.int64)
    size = 1 + np.maximum(here.max(1), there.max(1, initial=0))
    rows = int(size[1])
    nearest = np.full(int(size[0]) * rows, -np.inf)
    np.maximum.at(nearest, there[0] * rows + there[1], occluders @ axes[:, 2])
    result: Array = (mine[2] + BIAS_MM >= nearest[here[0] * rows + here[1]]).astype(float)
    return result


def light(points: Array, normals: Array, occluders: Array, lamp: Array) -> tuple[Array, Array]:
    """Two numbers 0..1 at each of the points (n, 3): the part of the sky above it, and of a wide lamp, that it sees.

    The sky is weighted by the cosine to the normal (ambient occlusion). The lamp stands far away along the unit vector
    `lamp` and is a disc, so that its shadows have soft edges.
    """
    raised = points + RAISE_MM * normals
    seen, whole = np.zeros(len(points)), np.full(len(points), 1e-9)
    for direction in directions(SKY_RAYS):
        weight = np.maximum(normals @ direction, 0.0)
        seen += weight * visible_from(direction, raised, occluders)
        whole += weight
    rays = cone(lamp, LAMP_RAD, LAMP_RAYS)
    shadow: Array = np.mean([visible_from(ray, raised, occluders) for ray in rays], axis=0)
    return seen / whole, shadow


def smoothed(values: Array, faces: Faces, rounds: int = 2) -> Array:
    """Values (n, k) at the vertices, each drawn half way to the mean of its neighbours, so many times."""
    start = faces.ravel()
    end = np.roll(faces, -1, axis=1).ravel()
    count = np.maximum(np.bincount(start, minlength=len(values)), 1)[:, None]
    for _ in range(rounds):
        sums = np.stack([np.bincount(start, values[end, k], len(values)) for k in range(values.shape[1])], -1)
        values = 0.5 * values + 0.5 * sums / count
    return values


def mottling(points: Array) -> Array:
    """A number 0..1 at each of the points (n, 3) that varies gently over a few mm, as bone does."""
    x, y, z = points.T
    waves = [
        np.sin(0.31 * x + 1.7 * np.sin(0.23 * y) + 0.19 * z),
        np.sin(0.63 * y + 1.3 * np.sin(0.47 * z) - 0.41 * x),
        np.sin(1.17 * z + 1.1 * np.sin(0.97 * x) + 0.83 * y),
    ]
    result: Array = 0.5 + 0.5 * (0.5 * waves[0] + 0.3 * waves[1] + 0.2 * waves[2])
    return result
