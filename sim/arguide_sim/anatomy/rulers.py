"""Lines and planes through a mesh, to measure it with. Lengths in mm."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from arguide.geometry.transforms import Array


@dataclass(frozen=True, eq=False)
class Ruler:
    """A mesh in some frame, crossed by lines along its axes."""

    vertices: Array
    faces: NDArray[np.int32]

    @cached_property
    def _corners(self) -> Array:
        return self.vertices[self.faces]

    @cached_property
    def _boxes(self) -> tuple[Array, Array]:
        """Lowest and highest coordinates of the triangles, (3, n) each."""
        c = self._corners
        return np.ascontiguousarray(c.min(axis=1).T), np.ascontiguousarray(c.max(axis=1).T)

    def along(self, axis: int, *at: float) -> Array:
        """Where the line along `axis` at the other two coordinates crosses the mesh, sorted."""
        u, v = (k for k in range(3) if k != axis)
        low, high = self._boxes
        c = self._corners[(low[u] <= at[0]) & (high[u] >= at[0]) & (low[v] <= at[1]) & (high[v] >= at[1])]
        p, q, height = c[:, :, u] - at[0], c[:, :, v] - at[1], c[:, :, axis]
        weights = np.stack(
            [p[:, (k + 1) % 3] * q[:, (k + 2) % 3] - p[:, (k + 2) % 3] * q[:, (k + 1) % 3] for k in range(3)]
        )
        inside = (weights > 0).all(axis=0) | (weights < 0).all(axis=0)
        w = weights[:, inside] / weights[:, inside].sum(axis=0)
        return np.asarray(np.sort((w * height[inside].T).sum(axis=0)))

    def level(self, z: float) -> "Section":
        """The outline of the mesh in the plane at height `z`."""
        c = self._corners
        above = c[:, :, 2] > z
        c, above = c[above.any(axis=1) & ~above.all(axis=1)], above[above.any(axis=1) & ~above.all(axis=1)]
        # The corner that is alone on its side of the plane, and its two edges.
        alone = np.where(above.sum(axis=1) == 1, above.argmax(axis=1), (~above).argmax(axis=1))
        rows = np.arange(len(c))
        tip = c[rows, alone]
        ends = []
        for k in (1, 2):
            other = c[rows, (alone + k) % 3]
            t = (z - tip[:, 2]) / (other[:, 2] - tip[:, 2])
            ends.append((tip + t[:, None] * (other - tip))[:, :2])
        return Section(ends[0], ends[1])


@dataclass(frozen=True, eq=False)
class Section:
    """An outline in a plane: pieces from `start` (n, 2) to `end` (n, 2)."""

    start: Array
    end: Array

    def chord(self, at: Array, direction: Array) -> tuple[float, float]:
        """How far the outline is from a point (2,) against and along a unit direction (2,); NaN where there is none."""
        across = np.array([-direction[1], direction[0]])
        p, q = (self.start - at) @ across, (self.end - at) @ across
        crossed = (p > 0) != (q > 0)
        t = p[crossed] / (p[crossed] - q[crossed])
        found = (self.start[crossed] + t[:, None] * (self.end[crossed] - self.start[crossed]) - at) @ direction
        if not ((found > 0).any() and (found < 0).any()):
            return np.nan, np.nan
        return float(-found[found < 0].max()), float(found[found > 0].min())
