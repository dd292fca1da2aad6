"""How much of the cone of orientations a pivoted tool has visited: a gauge from 0 to 1.

The cone is a cap of the sphere of directions, cut into cells of equal area: rings of equal height along the axis
(Archimedes: a zone's area is proportional to its height), ring r of six times r cells, round one cell in the middle.
A narrow cone, one half of it, or one plane alone all leave cells empty, whatever the number of poses.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from arguide.geometry.transforms import Array, pose_along

HALF_ANGLE_RAD = np.radians(30.0)
RINGS = 2
"""Rings around the middle cell: 1 + 6 + 12 = 19 cells, each about 13° wide in a 60° cone."""


@dataclass(frozen=True)
class Coverage:
    """Which cells of the cap were visited."""

    fraction: float
    """Share of visited cells, 0..1."""
    counts: NDArray[np.intp]
    """(cells,) how many directions fell into each cell: the middle first, then ring by ring."""
    axis: Array
    """(3,) unit direction of the cone's middle."""
    missing: Array
    """(m, 3) unit directions of the middles of the cells not yet visited: where to swing next."""


def cap_coverage(
    directions: ArrayLike, axis: ArrayLike | None = None, half_angle_rad: float = HALF_ANGLE_RAD, rings: int = RINGS
) -> Coverage:
    """Coverage of a cap about `axis` (3,) by unit directions (n, 3), both in one frame.

    Without an axis the cap is laid around the middle of what was seen, so that a narrow swing stays narrow.
    Directions beyond the rim count for the outermost ring: swinging wider than asked is no fault.
    """
    d = np.asarray(directions, dtype=float).reshape(-1, 3)
    middle = _middle(d) if axis is None else np.asarray(axis, dtype=float) / np.linalg.norm(axis)
    cap_from_fixed = pose_along(np.zeros(3), middle)[:3, :3].T
    counts = np.bincount(_cells(d @ cap_from_fixed.T, half_angle_rad, rings), minlength=1 + 3 * rings * (rings + 1))
    centres = _centres(half_angle_rad, rings) @ cap_from_fixed
    return Coverage(float((counts > 0).mean()), counts, middle, centres[counts == 0])


def _borders(half_angle_rad: float, rings: int) -> Array:
    """Outer angles (rings + 1,) of middle cell and rings, so that all cells have one area."""
    cells = 1 + 3 * np.arange(rings + 1) * np.arange(1, rings + 2)
    return np.asarray(np.arccos(1 - (1 - np.cos(half_angle_rad)) * cells / cells[-1]))


def _cells(local: Array, half_angle_rad: float, rings: int) -> NDArray[np.intp]:
    """Cell index (n,) of unit directions (n, 3) in the cap's frame, +z its axis."""
    tilt = np.arctan2(np.hypot(local[:, 0], local[:, 1]), local[:, 2])
    ring = np.searchsorted(_borders(half_angle_rad, rings)[:-1], tilt, side="left")
    share = np.arctan2(local[:, 1], local[:, 0]) / (2 * np.pi) % 1.0
    sector = np.minimum((share * 6 * ring).astype(np.intp), np.maximum(6 * ring - 1, 0))
    return np.asarray(np.where(ring > 0, 1 + 3 * ring * (ring - 1) + sector, 0), dtype=np.intp)


def _centres(half_angle_rad: float, rings: int) -> Array:
    """Unit directions (cells, 3) of the cells' middles in the cap's frame."""
    borders = np.concatenate([[0.0], _borders(half_angle_rad, rings)])
    centres = [np.array([[0.0, 0.0, 1.0]])]
    for ring in range(1, rings + 1):
        tilt = borders[ring : ring + 2].mean()
        turn = (np.arange(6 * ring) + 0.5) / (6 * ring) * 2 * np.pi
        flat = np.sin(tilt) * np.column_stack([np.cos(turn), np.sin(turn)])
        centres.append(np.column_stack([flat, np.full(len(turn), np.cos(tilt))]))
    return np.concatenate(centres)


def _middle(directions: Array) -> Array:
    """Middle (3,) of the smallest cap around all directions (Bădoiu & Clarkson 2003), not pulled by dwelling."""
    if not len(directions):
        return np.array([0.0, 0.0, 1.0])
    centre = directions.mean(axis=0)
    for k in range(1, 100):
        centre = centre + (directions[np.argmin(directions @ centre)] - centre) / (k + 1)
        centre = centre / max(float(np.linalg.norm(centre)), 1e-12)
    return np.asarray(centre)
