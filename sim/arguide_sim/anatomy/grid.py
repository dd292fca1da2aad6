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
from arguide_sim.anatomy.blocks import BLOCK, lattice, sampled
from arguide_sim.anatomy.part import Part
from arguide_sim.anatomy.sdf import Distances, Points

Field: TypeAlias = NDArray[np.float32]
Box: TypeAlias = tuple[slice, slice, slice]

LATTICE_MM = 4.0
"""The deformation is undone this finely, and linear between: it is smooth, so that this is off by less than 0.03 mm."""

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


class Unbent:
    """Where the voxels of a grid come from, before the deformation: worked out on a lattice, linear between.

    Its nodes stand at whole multiples of `LATTICE_MM`, so that neighbouring slabs see the same.
    """

    def __init__(self, deformation: Callable[[Points], Points], grid: Grid) -> None:
        beyond = BLOCK * grid.spacing
        first = np.floor((np.asarray(grid.first) - beyond) / LATTICE_MM)
        last = np.ceil((np.asarray(grid.first) + grid.spacing * np.array(grid.shape) + beyond) / LATTICE_MM)
        self._first, self._count = first * LATTICE_MM, (last - first).astype(int) + 1
        nodes = lattice(self._first, self._count, LATTICE_MM)
        self._moved = undeformed(deformation, nodes) - nodes

    def __call__(self, points: Points) -> Points:
        """Undeformed points (n, 3)."""
        u = np.clip((points - self._first) / LATTICE_MM, 0.0, self._count - 1.000001)
        node = u.astype(np.intp)
        x, y, z = (u - node).T[..., None]
        i, j, k = node.T
        _, rows, columns = self._count
        at = (i * rows + j) * columns + k
        known = self._moved
        a, b, c, d = (
            known[at + step] + z * (known[at + step + 1] - known[at + step])
            for step in (0, columns, rows * columns, (rows + 1) * columns)
        )
        a += y * (b - a)
        c += y * (d - c)
        return np.asarray(points + a + x * (c - a))


def distances(part: Part, unbent: Unbent, box: Box, grid: Grid, window: tuple[float, float]) -> Field:
    """Signed distances of the finished part at the voxels of a box, mm: exact within `window`, else right in sign."""
    first = np.array([a + grid.spacing * s.start for a, s in zip(grid.first, box, strict=True)])
    size = np.array([s.stop - s.start for s in box])
    part_from_image = inverse(part.frame)

    def shape(points: Points) -> Distances:
        return part.shape(unbent(points) @ part_from_image[:3, :3].T + part_from_image[:3, 3])

    return sampled(shape, first, size, grid.spacing, window).astype(np.float32)


def bounds_of(part: Part, deformation: Callable[[Points], Points]) -> tuple[Points, Points]:
    """Corners (3,), (3,) of the finished part's box in the image."""
    low, high = (np.asarray(corner) for corner in part.extent)
    inside = low + lattice(np.zeros(3), np.full(3, 7), 1 / 6) * (high - low)
    seen = deformation(inside @ part.frame[:3, :3].T + part.frame[:3, 3])
    return seen.min(axis=0) - BEND_MM, seen.max(axis=0) + BEND_MM
