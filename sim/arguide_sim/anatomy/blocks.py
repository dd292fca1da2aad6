"""Distances on a grid, worked out only where they matter: blocks far from the surface hold the distance of their centre.

Blocks are halved until they are single samples or cannot reach the surface. What a sample gets depends on its own
neighbourhood alone, not on the size of the grid's chunks or on the number of processes.
"""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from arguide.errors import MeshError
from arguide_sim.anatomy.sdf import Distances, Points, Shape

Corner: TypeAlias = tuple[float, float, float]

BLOCK = 8
"""Samples along one side of the largest blocks."""

REACH = 1.4
"""How many of its own radii a block may be from the surface and still be looked into: distances are first order."""

CHUNK = 25_000
"""Points asked together: what fits a cache is faster, and a product of so few is never shared out among threads."""

COARSE_MM, FINE_MM = 16.0, 4.0
"""Sides of the blocks in which the extent of a shape is looked for."""
GROWN_MM = 480.0
"""A shape that goes on this far beyond the box in which it was expected has no end."""


def sampled(
    shape: Shape, first: Points, count: NDArray[np.int64], spacing: float, window: tuple[float, float]
) -> Distances:
    """Distances (i, j, k) at `first` + indices * `spacing`: exact within `window` (mm, lowest and highest), else right in sign."""
    whole = -(-count // BLOCK) * BLOCK
    values = np.empty(whole)
    index, size = lattice(np.zeros(3), whole // BLOCK, 1.0).astype(np.intp) * BLOCK, BLOCK
    eight = lattice(np.zeros(3), np.full(3, 2), 1.0).astype(np.intp)
    while len(index):
        distance = asked(shape, first + spacing * (index + (size - 1) / 2))
        if size == 1:
            values[tuple(index.T)] = distance
            break
        view = values.reshape([n for c in whole for n in (c // size, size)])
        at = index // size
        view[at[:, 0], :, at[:, 1], :, at[:, 2], :] = distance[:, None, None, None]
        radius = REACH * spacing * (size - 1) / 2 * np.sqrt(3)
        near = (distance > window[0] - radius) & (distance < window[1] + radius)
        size //= 2
        index = (index[near][:, None] + size * eight).reshape(-1, 3)
    return values[: count[0], : count[1], : count[2]]


def extent(shape: Shape, low: Corner, high: Corner, mirror: bool = False) -> tuple[Corner, Corner]:
    """Corners (3,) of a box that the shape does not leave, at most a few `FINE_MM` larger than it is.

    Looked for in the box `low`..`high`, which grows as long as the shape may leave it. `mirror`: the shape is the same
    on both sides of x = 0. Raises MeshError if there is no shape or no end to it.
    """
    first, step = np.array([0.0 if mirror else low[0], *low[1:]]), COARSE_MM
    count = np.ceil((np.asarray(high) - first) / step).astype(int)
    most = count + 2 * int(GROWN_MM / step)
    while True:
        distance = asked(shape, lattice(first + step / 2, count, step)).reshape(count)
        near = distance < REACH * step * np.sqrt(3) / 2
        before = [near.take(0, axis).any() and not (mirror and axis == 0) for axis in range(3)]
        after = [near.take(-1, axis).any() for axis in range(3)]
        if not any(before + after):
            break
        first, count = first - step * np.array(before), count + before + after
        if np.any(count > most):
            raise MeshError(f"the shape leaves the box {low}..{high} and does not end; give it an end")
    corners = lattice(first, count, step)[np.abs(distance.ravel()) < REACH * step * np.sqrt(3) / 2]
    while step > FINE_MM and len(corners):
        step /= 2
        corners = (corners[:, None] + lattice(np.zeros(3), np.full(3, 2), step)).reshape(-1, 3)
        corners = corners[np.abs(asked(shape, corners + step / 2)) < REACH * step * np.sqrt(3) / 2]
    if not len(corners):
        raise MeshError(f"no surface in the box {low}..{high}: the shape is empty; check its parameters")
    first, last = corners.min(axis=0), corners.max(axis=0) + step
    if mirror:
        first[0] = -last[0]
    return _corner(first), _corner(last)


def asked(shape: Shape, points: Points) -> Distances:
    """Distances at many points, a chunk at a time."""
    return np.concatenate([shape(some) for some in np.array_split(points, len(points) // CHUNK + 1)])


def lattice(first: Points, count: NDArray[np.int64], step: float) -> Points:
    """Points (n, 3) of a regular lattice, the last axis fastest."""
    axes = [first[i] + step * np.arange(count[i]) for i in range(3)]
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)


def _corner(point: Points) -> Corner:
    return float(point[0]), float(point[1]), float(point[2])
