"""Voxels of a volume, and the signed distances of a part at them, worked out only where its surface passes.

A volume is made in slabs of a fixed number of slices, each from the same functions on its own, so that the order in
which they are made changes nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from arguide.geometry.transforms import Array, inverse
from arguide_sim.anatomy.part import Part
from arguide_sim.anatomy.sdf import Points

Field: TypeAlias = NDArray[np.float32]
Box: TypeAlias = tuple[slice, slice, slice]

BLOCK = 4
"""Voxels along one side of a block; a block far from the surface holds the distance of its centre."""

REACH = 2.0
"""How many of its own radii a block may be from the surface and still be worked out: distances are first order."""

BEND_MM = 2.0
"""A box grows by this around its deformed corners, edges and faces, for what bends out between them."""

ROUNDS = 20
CLOSE_MM = 1e-3


@dataclass(frozen=True)
class Grid:
    """Voxel centres at `first` + indices * `spacing`, mm; `shape` voxels along right, anterior, superior."""

    first: tuple[float, float, float]
    spacing: float
    shape: tuple[int, int, int]

    @property
    def image_from_voxel(self) -> Array:
        """(4, 4)."""
        frame = np.diag([self.spacing] * 3 + [1.0])
        frame[:3, 3] = self.first
        return frame

    def slab(self, start: int, stop: int) -> "Grid":
        """The slices `start` to `stop` (may lie outside)."""
        x, y, z = self.first
        return Grid((x, y, z + start * self.spacing), self.spacing, (*self.shape[:2], stop - start))

    def axes(self) -> tuple[Array, Array, Array]:
        """Coordinates along each axis, mm."""
        x, y, z = (
            np.asarray(a + self.spacing * np.arange(n), float) for a, n in zip(self.first, self.shape, strict=True)
        )
        return x, y, z

    def box(self, low: Points, high: Points) -> Box | None:
        """The voxels between two corners (3,), or None."""
        first = np.asarray(self.first)
        start = np.maximum(np.ceil((low - first) / self.spacing).astype(int), 0)
        stop = np.minimum(np.floor((high - first) / self.spacing).astype(int) + 1, self.shape)
        if np.any(start >= stop):
            return None
        i, j, k = (slice(int(a), int(b)) for a, b in zip(start, stop, strict=True))
        return i, j, k


def grid_around(low: Points, high: Points, spacing: float) -> Grid:
    """The grid whose voxels lie between two corners (3,), at whole multiples of the spacing."""
    start, stop = np.ceil(low / spacing).astype(int), np.floor(high / spacing).astype(int) + 1
    x, y, z = (float(value) for value in start * spacing)
    i, j, k = (int(value) for value in stop - start)
    return Grid((x, y, z), spacing, (i, j, k))


def undeformed(deformation: Callable[[Points], Points], points: Points) -> Points:
    """Where points (n, 3) of the finished patient come from: the deformation is undone by repeated substitution.

    Converges because the deformation stretches by far less than the whole.
    """
    before = points
    for _ in range(ROUNDS):
        step = points - deformation(before)
        before = before + step
        if np.abs(step).max() < CLOSE_MM:
            break
    return before


def distances(part: Part, deformation: Callable[[Points], Points], grid: Grid) -> tuple[Box, Field] | None:
    """Signed distances of the finished part at the voxels of the box around it, mm; None where it is not in the grid."""
    box = grid.box(*bounds_of(part, deformation))
    if box is None:
        return None
    first = np.array([a + grid.spacing * s.start for a, s in zip(grid.first, box, strict=True)])
    size = np.array([s.stop - s.start for s in box])
    part_from_image = inverse(part.frame)

    def at(points: Points) -> Points:
        local = undeformed(deformation, points) @ part_from_image[:3, :3].T + part_from_image[:3, 3]
        return part.shape(local)

    values = _in_blocks(at, first, size, grid.spacing)
    return box, values[: size[0], : size[1], : size[2]]


def _in_blocks(at: Callable[[Points], Points], first: Points, size: NDArray[np.int64], spacing: float) -> Field:
    blocks = -(-size // BLOCK)
    half = spacing * (BLOCK - 1) / 2
    centers = _lattice(first + half, blocks, spacing * BLOCK)
    coarse = np.concatenate([at(some) for some in np.array_split(centers, len(centers) // 60_000 + 1)])
    near = np.flatnonzero(np.abs(coarse) < REACH * half * np.sqrt(3) + spacing)
    values = np.repeat(coarse.astype(np.float32)[:, None], BLOCK**3, axis=1)
    offsets = _lattice(np.full(3, -half), np.full(3, BLOCK), spacing)
    for some in np.array_split(near, len(near) // 1000 + 1) if len(near) else ():
        values[some] = at((centers[some, None] + offsets).reshape(-1, 3)).reshape(len(some), -1)
    shaped = values.reshape(*blocks, BLOCK, BLOCK, BLOCK).transpose(0, 3, 1, 4, 2, 5)
    return shaped.reshape(blocks * BLOCK)


def bounds_of(part: Part, deformation: Callable[[Points], Points]) -> tuple[Points, Points]:
    """Corners (3,), (3,) of the finished part's box in the image."""
    low, high = np.asarray(part.low), np.asarray(part.high)
    inside = low + _lattice(np.zeros(3), np.full(3, 7), 1 / 6) * (high - low)
    seen = deformation(inside @ part.frame[:3, :3].T + part.frame[:3, 3])
    return seen.min(axis=0) - BEND_MM, seen.max(axis=0) + BEND_MM


def _lattice(first: Points, count: NDArray[np.int64], step: float) -> Points:
    axes = [first[i] + step * np.arange(count[i]) for i in range(3)]
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
