"""Facet joints and the needle's way to them, found in the surfaces of two neighbouring vertebrae.

The joint is where the lower vertebra's superior articular process meets the upper one's inferior process, beside and
behind the canal. The needle comes from behind and obliquely outward, into the joint's rear opening.
"""

from dataclasses import dataclass, replace

import numpy as np

from arguide.errors import MeshError
from arguide.geometry.distance_field import DistanceField
from arguide.geometry.mesh import Mesh, decimated
from arguide.geometry.rays import first_hit, hit_distances
from arguide.geometry.transforms import Array
from arguide.imaging.spine import Spine

STEP_MM = 1.0
GAP_MM = 1.5
"""Both bones are at most this far from a point of the joint; labels of coarse scans touch each other."""
IN_JOINT_MM = 5.0
"""The last part of the way lies between the two bones, which cannot be kept away from."""
OBLIQUE = np.radians(np.arange(8.0, 43.0, 2.5))
TILT = np.radians(np.arange(-20.0, 21.0, 5.0))
BEST_OBLIQUE, MOST_OBLIQUE_OFF = np.radians(22.5), np.radians(20.0)


@dataclass(frozen=True)
class Approach:
    """A straight way from the skin into a joint."""

    entry: Array
    """(3,) mm, on the skin."""
    target: Array
    """(3,) mm, in the joint."""
    oblique_rad: float
    """Angle to the side from straight behind."""
    tilt_rad: float
    """Angle from below (positive: the hub is lower than the tip)."""
    bone_mm: float
    """Least distance of the way's middle from bone before it enters the joint."""
    risk_mm: float
    """Least distance of the way's middle from what must not be touched."""


def joint(spine: Spine, upper: int, lower: int, side: int) -> Array:
    """Points (n, 3) in mm of the facet joint between two vertebrae given by their labels, on one side."""
    near = spine.pedicle(lower, side).centre
    span = np.arange(-28.0, 28.0, STEP_MM)
    grid = near + np.stack(np.meshgrid(span, span, span, indexing="ij"), axis=-1).reshape(-1, 3)
    canal, half = spine.canal.at(grid[:, 2]), spine.canal.half_at(grid[:, 2])
    outward = side * (grid[:, 0] - canal[:, 0])
    grid = grid[(outward > 0.5 * half[:, 0]) & (outward < 32) & (grid[:, 1] < canal[:, 1])]
    both = np.maximum(spine.fields[upper].distance(grid), spine.fields[lower].distance(grid))
    found: Array = grid[both < max(GAP_MM, both.min(initial=np.inf) + 0.5)]
    if len(found) < 5 or both.min() > 4:
        raise MeshError(
            f"no facet joint between labels {upper} and {lower} on the {'right' if side > 0 else 'left'}:"
            " the vertebrae do not come near each other behind the canal; check the label map"
        )
    return found


def approach(spine: Spine, upper: int, lower: int, side: int, skin: Mesh, risks: list[DistanceField]) -> Approach:
    """The best straight way to a facet joint: clear of bone and risks, near 22.5° oblique, level."""
    outline = decimated(skin, 4000)  # the search needs no more; the way that is taken ends on the skin itself
    targets = _openings(joint(spine, upper, lower, side))
    ways = [way for target in targets for way in _ways(spine, target, side, outline, risks)]
    if not ways:
        raise MeshError(f"no way from the skin to the facet joint between labels {upper} and {lower}; check the scan")
    best = max(ways, key=_worth)
    entry = first_hit(skin, best.target, best.entry - best.target)
    return best if entry is None else replace(best, entry=entry)


def _openings(points: Array, most: int = 8) -> Array:
    """Candidates (n, 3) for the target: the joint's rear edge over the middle half of its height."""
    low, high = np.quantile(points[:, 2], [0.25, 0.75])
    middle = points[(points[:, 2] >= low) & (points[:, 2] <= high)]
    behind = middle[middle[:, 1] <= np.quantile(middle[:, 1], 0.35)]
    some: Array = behind[:: -(-len(behind) // most)]
    return some


def _ways(spine: Spine, target: Array, side: int, skin: Mesh, risks: list[DistanceField]) -> list[Approach]:
    """One way for each pair of angles that reaches the skin, with what it passes."""
    oblique, tilt = (angle.ravel() for angle in np.meshgrid(OBLIQUE, TILT))
    outward = np.stack([side * np.sin(oblique) * np.cos(tilt), -np.cos(oblique) * np.cos(tilt), -np.sin(tilt)], axis=1)
    lengths = hit_distances(skin, target, outward)
    reached = np.isfinite(lengths) & (lengths > 2 * IN_JOINT_MM)
    depths = np.arange(0, lengths[reached].max(initial=0) + 1, 1.0)
    points = (target + depths[:, None] * outward[:, None, :]).reshape(-1, 3)
    beyond = depths > lengths[:, None]
    bone = np.where(beyond | (depths < IN_JOINT_MM), np.inf, spine.to_bone(points).reshape(beyond.shape)).min(axis=1)
    fields = [np.where(beyond, np.inf, field.distance(points).reshape(beyond.shape)).min(axis=1) for field in risks]
    risk = np.min(fields, axis=0) if fields else np.full(len(bone), np.inf)
    return [
        Approach(target + lengths[k] * outward[k], target, *map(float, (oblique[k], tilt[k], bone[k], risk[k])))
        for k in np.flatnonzero(reached)
    ]


def _worth(way: Approach) -> float:
    """Larger is better: room counts up to 4 mm from bone and 10 mm from risks, then the usual angles."""
    room = 2 * min(way.bone_mm, 4.0) + min(way.risk_mm, 10.0)
    odd = abs(way.oblique_rad - BEST_OBLIQUE) / MOST_OBLIQUE_OFF + abs(way.tilt_rad) / TILT.max()
    return float(room - 2 * odd)
