"""Corners of markers by their edges: where two straight sides meet, each found at many places along it.

A corner of black on white is rounded by every lens, inwards, and with it what a corner finder finds: a cube looks
smaller or larger, and so farther or nearer. The sides between the corners are not moved by blur. They are straight only
without the lens, so lines are fitted to their rays.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from arguide.geometry.camera_model import CameraModel
from arguide.geometry.transforms import Array

ALONG = np.linspace(0.1, 0.9, 16)
"""Where sides are looked at, as shares of them: not at the corners, which are rounded."""
ACROSS = np.linspace(-1.0, 1.0, 15)
REACHES = (0.12, 0.06, 0.06)
"""How far to both sides an edge is looked for, pass by pass, in shares of the marker's extent: first as far as inside is
the black rim and outside white paper, then half as far, where nothing else can disturb."""
NARROWEST_PX, WIDEST_PX = 1.5, (8.0, 4.0, 4.0)
FARTHEST = 0.15
"""A corner that would move by a larger share of its marker's size was not the corner of these edges."""


def sharpen(grey: NDArray[np.uint8], quads: Array, camera: CameraModel) -> Array:
    """Corners (n, 4, 2) of markers, in their order, to a fraction of a pixel; `grey` is (height, width)."""
    exact = quads
    size = np.linalg.norm(quads - np.roll(quads, 1, axis=1), axis=2).max(axis=1, initial=0.0)
    for reach, widest_px in zip(REACHES, WIDEST_PX, strict=True) if len(quads) else ():
        edges, contrast = _edges(grey, exact, reach, widest_px)
        rays = camera.unproject(edges)[..., :2]
        lines = _lines(rays, contrast)
        corners = _meeting(np.roll(lines, 1, axis=1), lines)
        found = camera.project(np.concatenate([corners, np.ones((*corners.shape[:2], 1))], axis=2))
        moved = np.linalg.norm(found - quads, axis=2).max(axis=1)
        exact = np.where((moved < np.maximum(FARTHEST * size, 3.0))[:, None, None], found, exact)
    return exact


def _edges(grey: NDArray[np.uint8], quads: Array, share: float, widest_px: float) -> tuple[Array, Array]:
    """Points on the four sides (n, 4, k, 2) in pixels, and how strong the edge is at each (n, 4, k)."""
    start, side = quads, np.roll(quads, -1, axis=1) - quads
    length = np.linalg.norm(side, axis=2, keepdims=True)
    outward = np.stack([side[..., 1], -side[..., 0]], axis=2) / np.maximum(length, 1e-9)
    opposite = np.roll(quads, -2, axis=1)
    extent = np.abs(((opposite - start) * outward).sum(axis=2))
    reach = np.clip(share * extent, NARROWEST_PX, widest_px)[..., None, None]
    on_side = start[:, :, None] + ALONG[:, None] * side[:, :, None]
    where = on_side[:, :, :, None] + (reach * ACROSS)[..., None] * outward[:, :, None, None]
    maps = where.reshape(-1, len(ACROSS), 2).astype(np.float32)
    bright = cv2.remap(grey.astype(np.float32), maps[..., 0], maps[..., 1], cv2.INTER_LINEAR)
    # From black to white going outwards; what falls instead is noise or another edge.
    slope = np.maximum(np.diff(bright, axis=1), 0).reshape(*where.shape[:3], -1).astype(float)
    weight = slope * slope
    total = weight.sum(axis=3)
    middles = (ACROSS[1:] + ACROSS[:-1]) / 2
    off = (weight @ middles) / np.maximum(total, 1e-9) * reach[..., 0]
    return on_side + off[..., None] * outward[:, :, None], np.sqrt(total)


def _lines(points: Array, weights: Array) -> Array:
    """Lines (n, 4, 3) a x + b y + c = 0 with (a, b) a unit vector, nearest to weighted points (n, 4, k, 2)."""
    share = weights / np.maximum(weights.sum(axis=2, keepdims=True), 1e-12)
    middle = (share[..., None] * points).sum(axis=2)
    off = points - middle[:, :, None]
    spread = np.einsum("nsk,nski,nskj->nsij", share, off, off)
    # Of the smaller eigenvalue: across the line. A hidden part of a picture gives NaN, which stays NaN.
    bad = ~np.isfinite(spread).all(axis=(2, 3))
    across = np.linalg.eigh(np.where(bad[..., None, None], np.eye(2), spread))[1][..., 0]
    lines = np.concatenate([across, -(across * middle).sum(axis=2, keepdims=True)], axis=2)
    lines[bad] = np.nan
    return lines


def _meeting(first: Array, second: Array) -> Array:
    """Where lines (n, 4, 3) meet, (n, 4, 2); NaN for parallel ones."""
    meet = np.cross(first, second)
    with np.errstate(divide="ignore", invalid="ignore"):
        points: Array = meet[..., :2] / meet[..., 2:]
    return np.where(np.abs(meet[..., 2:]) < 1e-6, np.nan, points)
