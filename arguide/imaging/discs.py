"""Intervertebral discs: a CT label map has none, but two bodies leave no doubt where the disc between them is."""

import numpy as np
from numpy.typing import NDArray

from arguide.errors import MeshError
from arguide.geometry.mesh import Mesh
from arguide.geometry.transforms import Array, pose_along
from arguide.imaging.spine import Spine
from arguide.imaging.surface import surface
from arguide.imaging.volume import Volume

STEP_MM = 1.5
REACH_MM = 36.0
"""Half the width of the box in which a disc is looked for."""
NARROWEST_MM = 18.0
CURVED_MM = 4.0
"""Farthest that an endplate leaves its mean plane."""


def disc(spine: Spine, upper: int, lower: int) -> Mesh:
    """The closed surface in RAS mm of the disc between two vertebrae given by their labels.

    Along lines from body to body, the disc is what lies between the one's last bone and the other's first.
    """
    top, bottom = spine.body(upper), spine.body(lower)
    height = float(np.linalg.norm(top - bottom))
    image_from_box = pose_along(bottom, top - bottom)
    side = np.arange(-REACH_MM, REACH_MM, STEP_MM)
    along = np.arange(0, height, STEP_MM)
    grid = np.stack(np.meshgrid(side, side, along, indexing="ij"), axis=-1)
    points = grid.reshape(-1, 3) @ image_from_box[:3, :3].T + bottom
    above = _in_body(spine, upper, points).reshape(grid.shape[:3])
    below = _in_body(spine, lower, points).reshape(grid.shape[:3])
    # Between: some of the lower body further down the line, some of the upper body further up, and neither here.
    started = np.maximum.accumulate(below, axis=2)
    ahead = np.maximum.accumulate(above[:, :, ::-1], axis=2)[:, :, ::-1]
    mask = started & ahead & ~above & ~below
    mask &= _between_endplates(mask)[:, :, None]
    if np.count_nonzero(mask) * STEP_MM**3 < 500:
        raise MeshError(f"no disc between the bodies of labels {upper} and {lower}; check the label map")
    image_from_voxel = image_from_box @ np.diag([STEP_MM, STEP_MM, STEP_MM, 1])
    image_from_voxel[:3, 3] = points[0]
    return surface(mask, Volume(mask, image_from_voxel), 1.5)


def _between_endplates(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The lines (n, n) whose both ends lie near the planes through most of the ends.

    Lines that pass under a pedicle miss the upper body's rim and find bone only far above it.
    """
    from scipy.ndimage import binary_opening

    count = mask.sum(axis=2)
    keep: NDArray[np.bool_] = count > 0
    ends = [mask.argmax(axis=2), mask.shape[2] - 1 - mask[:, :, ::-1].argmax(axis=2)]
    for _ in range(4):
        for end in ends:
            i, j = np.nonzero(keep)
            if len(i) < 3:
                return keep
            plane = np.linalg.lstsq(np.stack([i, j, np.ones(len(i))], axis=1), end[i, j], rcond=None)[0]
            off = np.abs(end[i, j] - plane[0] * i - plane[1] * j - plane[2]) * STEP_MM
            keep[i, j] = off <= max(CURVED_MM, float(np.quantile(off, 0.8)))
    # Lobes towards the transverse processes are narrower than any disc.
    reach = int(NARROWEST_MM / 2 / STEP_MM)
    round_brush = np.hypot(*np.mgrid[-reach : reach + 1, -reach : reach + 1]) <= reach
    return np.asarray(binary_opening(keep, round_brush), dtype=bool)


def _in_body(spine: Spine, number: int, points: Array) -> NDArray[np.bool_]:
    """Whether points (n, 3) are in the vertebra, before the canal."""
    front = spine.canal.at(points[:, 2])[:, 1] + spine.canal.half_at(points[:, 2])[:, 1]
    result: NDArray[np.bool_] = (spine.fields[number].distance(points) < 0) & (points[:, 1] > front)
    return result
