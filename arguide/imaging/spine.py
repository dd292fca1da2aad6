"""Where things are in a lumbar spine: canal, vertebral bodies, pedicles. Found in the surfaces, in RAS mm.

Everything is measured against the canal: the one structure that touches every level and whose place tells front from
back and right from left in each vertebra, however the patient lies.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from arguide.errors import MeshError
from arguide.geometry.distance_field import DistanceField
from arguide.geometry.transforms import Array
from arguide.imaging.labels import CANAL, S1, SACRUM
from arguide.imaging.volume import Volume

RIGHT, LEFT = 1, -1
"""Sides as the sign of RAS x."""


@dataclass(frozen=True)
class Canal:
    """The spinal canal as a line with a width, one station for each few millimetres of height."""

    centre: Array
    """(k, 3) in mm, rising."""
    half: Array
    """(k, 2): half its width to the side and half its depth from front to back, mm."""

    def at(self, height: Array) -> Array:
        """Centres (n, 3) at heights (n,) in mm; beyond its ends the last one goes straight on down or up."""
        z = self.centre[:, 2]
        return np.stack([np.interp(height, z, self.centre[:, 0]), np.interp(height, z, self.centre[:, 1]), height], 1)

    def half_at(self, height: Array) -> Array:
        """Half width and half depth (n, 2) in mm at heights (n,)."""
        z = self.centre[:, 2]
        return np.stack([np.interp(height, z, self.half[:, 0]), np.interp(height, z, self.half[:, 1])], axis=1)


@dataclass(frozen=True)
class Pedicle:
    """The bridge of bone between body and arch, beside the canal."""

    centre: Array
    """(3,) mm."""
    lower: float
    """Height of its lower edge, mm."""
    upper: float
    """Height of its upper edge, mm."""


@dataclass(frozen=True, eq=False)
class Spine:
    """The label map's points and the distance fields of the bones, with what is found in them."""

    points: dict[int, Array]
    """Voxel centres (n, 3) in mm of each label."""
    fields: dict[int, DistanceField]
    """Of each vertebra by its label; S1 and sacrum are one bone and have the same."""

    @cached_property
    def canal(self) -> Canal:
        """The canal's line, smoothed over about a centimetre."""
        from scipy.ndimage import gaussian_filter1d

        points, step = self.points[CANAL], 3.0
        level = np.floor((points[:, 2] - points[:, 2].min()) / step).astype(int)
        groups = [points[level == k] for k in range(level.max() + 1) if np.count_nonzero(level == k) >= 3]
        if len(groups) < 20:
            raise MeshError(f"the spinal canal is {len(groups) * step:.0f} mm long, 60 are needed; is the map lumbar?")
        centre = np.array([group.mean(axis=0) for group in groups])
        # Half the extent of an ellipse with the same spread.
        half = np.array([2 * group[:, :2].std(axis=0) + 0.5 for group in groups])
        return Canal(gaussian_filter1d(centre, 2, axis=0), gaussian_filter1d(half, 2, axis=0))

    def body(self, number: int) -> Array:
        """Centre (3,) in mm of the vertebral body: what of the vertebra lies before the canal."""
        points = self.points[number]
        before = points[:, 1] > self.canal.at(points[:, 2])[:, 1] + self.canal.half_at(points[:, 2])[:, 1] + 2
        if np.count_nonzero(before) < 20:
            raise MeshError(f"label {number} has no vertebral body before the spinal canal; check the label map")
        result: Array = points[before].mean(axis=0)
        return result

    def pedicle(self, number: int, side: int) -> Pedicle:
        """The pedicle of a vertebra on one side: the deepest bone beside the canal's front half, and its edges."""
        points = self.points[number]
        heights = np.arange(points[:, 2].min() - 2, points[:, 2].max() + 2, 0.5)
        centre, half = self.canal.at(heights), self.canal.half_at(heights)
        beside = half[:, :1] + np.arange(1.0, 9.0)
        grid = np.empty((*beside.shape, 3))
        grid[..., 0] = centre[:, :1] + side * beside
        grid[..., 1] = centre[:, 1:2] + 0.4 * half[:, 1:]
        grid[..., 2] = heights[:, None]
        depth = self.fields[number].distance(grid.reshape(-1, 3)).reshape(beside.shape)
        row, column = np.unravel_index(depth.argmin(), depth.shape)
        if depth[row, column] > -1:
            raise MeshError(f"label {number} has no pedicle on the {'right' if side > 0 else 'left'}; check the map")
        outside = np.flatnonzero(depth[:, column] > 0)
        below, above = outside[outside < row], outside[outside > row]
        lower = heights[below[-1]] if len(below) else heights[0]
        upper = heights[above[0]] if len(above) else heights[-1]
        return Pedicle(grid[row, column], float(lower), float(upper))

    def to_bone(self, points: Array) -> Array:
        """Distance (n,) in mm from points (n, 3) to the nearest bone of the spine, negative inside."""
        fields = {id(field): field for field in self.fields.values()}
        nearest: Array = np.min([field.distance(points) for field in fields.values()], axis=0)
        return nearest


def find_spine(labels: Volume, fields: dict[int, DistanceField]) -> Spine:
    """The spine in a label map, with the fields of its bones by label number (SACRUM stands for S1 too)."""
    numbers = [CANAL, S1, *fields]
    points = {number: labels.to_image(np.argwhere(labels.voxels == number)) for number in numbers}
    if SACRUM in fields:
        if not len(points[S1]):  # some maps have no S1: the sacrum's upper third takes its place
            whole = points[SACRUM]
            points[S1] = whole[whole[:, 2] > whole[:, 2].max() - 35]
        fields = fields | {S1: fields[SACRUM]}
    return Spine({number: found for number, found in points.items() if len(found)}, fields)
