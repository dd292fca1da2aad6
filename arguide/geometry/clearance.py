"""How far a needle is from several structures at once: the question asked at every tracker sample.

All fields lie behind each other in one flat array, so one gather answers for all of them. The shaft is looked at
twice: every COARSE millimetres, and then closely wherever the first look leaves room for something nearer. A distance
changes by no more than the way walked, so between two looks it is at least half their sum less half the step.
"""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from arguide.geometry.distance_field import DistanceField
from arguide.geometry.transforms import Array

COARSE_MM = 4.0
FINE_MM = 0.17
STEEPEST = 1.1
"""Steepest slope of an interpolated distance: a little over one, because of the grid."""

Singles: TypeAlias = NDArray[np.float32]
Indices: TypeAlias = NDArray[np.intp]


class ClearanceProbe:
    """Distance from a straight needle's surface to each of several structures.

    Calling it costs some tens of microseconds. It keeps no state between calls, so threads may share it; and it
    copies the fields' values, so the fields themselves need not be kept.
    """

    def __init__(self, fields: Sequence[DistanceField], length_mm: float, radius_mm: float) -> None:
        self.length_mm = length_mm
        self.radius_mm = radius_mm
        # Half precision, as the cache has it: within 0.02 mm at the border and far finer near the surface.
        halves = (field.values.ravel().astype(np.float16, copy=False) for field in fields)
        self._flat = np.concatenate([np.zeros(0, np.float16), *halves])
        shapes = np.array([field.values.shape for field in fields], dtype=np.intp).reshape(-1, 3)
        # A hair less than the last grid point, so that the cell above it is never asked for.
        self._top = np.nextafter((shapes - 1).astype(np.float32), np.float32(0))[:, None, :]
        self._strides = np.stack([shapes[:, 1] * shapes[:, 2], shapes[:, 2], np.ones_like(shapes[:, 0])], axis=1)
        self._base = np.cumsum([0, *shapes.prod(axis=1)])[:-1]
        corner = np.stack(np.meshgrid([0, 1], [0, 1], [0, 1], indexing="ij")).reshape(3, 8)
        self._corners = (self._strides @ corner).T
        self._origin = np.array([field.origin for field in fields]).reshape(-1, 3)
        self._scale = np.array([1 / field.spacing_mm for field in fields])[:, None]
        # So that looks where the box's border answered do not call for a closer look.
        self._farthest = np.array([field.margin_mm - STEEPEST * COARSE_MM / 2 for field in fields], dtype=np.float32)
        steps = max(1, int(np.ceil(length_mm / COARSE_MM)))
        self._depths = np.linspace(0, length_mm, steps + 1, dtype=np.float32)
        self._room = np.float32(STEEPEST * length_mm / steps)
        self._between = np.arange(FINE_MM, length_mm / steps, FINE_MM, dtype=np.float32)
        self._all = np.arange(len(fields))

    def __call__(self, image_from_tip: Array) -> tuple[float, ...]:
        """Nearest signed distance in mm from the needle's surface to each structure, negative inside.

        `image_from_tip` is a rigid (4, 4); the shaft reaches from the tip back along -z to the length. Found to 0.1 mm
        of what the fields say. Farther than a field's margin (less 2.2 mm) the answer stays there: at least so much.
        """
        if not len(self._all):
            return ()
        start = ((image_from_tip[:3, 3] - self._origin) * self._scale).astype(np.float32)
        step = (image_from_tip[:3, 2] * -self._scale).astype(np.float32)
        seen = self._values(self._all, start[:, None, :] + step[:, None, :] * self._depths[:, None])
        nearest = np.minimum(seen.min(axis=1), self._farthest)
        lowest = (seen[:, 1:] + seen[:, :-1] - self._room) * np.float32(0.5)
        field, interval = np.nonzero(lowest < nearest[:, None])
        if len(field):
            depths = self._depths[interval, None] + self._between
            closer = self._values(field, start[field, None, :] + step[field, None, :] * depths[:, :, None])
            np.minimum.at(nearest, field, closer.min(axis=1))
        return tuple((nearest - self.radius_mm).tolist())

    def _values(self, field: Indices, grid: Singles) -> Singles:
        """Interpolated values (m, n) of fields (m,) at their grid coordinates (m, n, 3), clamped to the box."""
        np.maximum(grid, 0, out=grid)
        np.minimum(grid, self._top[field], out=grid)
        low = grid.astype(np.intp)
        grid -= low
        flat = np.einsum("mnd,md->mn", low, self._strides[field])
        flat += self._base[field, None]
        v = self._flat.take(flat + self._corners[:, field, None]).astype(np.float32)
        x, y, z = grid.transpose(2, 0, 1)
        v = v[:4] + (v[4:] - v[:4]) * x
        v = v[:2] + (v[2:] - v[:2]) * y
        result: Singles = v[0] + (v[1] - v[0]) * z
        return result
