"""The lens and the shutter: which ray meets which pixel, and when.

Written with OpenCV's functions and not with `arguide.geometry.camera_model`: shared code would share the same mistake.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from arguide.geometry.transforms import Array
from arguide.settings.camera_file import CameraCalibration


@dataclass(frozen=True)
class Lens:
    """How directions become pixels."""

    width: int
    height: int
    matrix: Array
    """(3, 3)."""
    distortion: Array
    """(5,), in OpenCV's order."""

    @classmethod
    def of(cls, c: CameraCalibration) -> "Lens":
        """The lens that a calibration describes."""
        matrix = np.array([[c.fx, 0, c.cx], [0, c.fy, c.cy], [0, 0, 1]], dtype=float)
        return cls(c.width, c.height, matrix, np.array([c.k1, c.k2, c.p1, c.p2, c.k3]))

    @cached_property
    def rays(self) -> NDArray[np.float32]:
        """(height, width, 2): x and y of the direction with z = 1 that each pixel's centre sees."""
        grid = np.stack(np.meshgrid(np.arange(self.width), np.arange(self.height)), axis=-1).reshape(-1, 1, 2)
        stop = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 100, 1e-9)
        straight = cv2.undistortPoints(
            grid.astype(float), self.matrix, self.distortion, None, np.eye(3), np.eye(3), stop
        )
        return np.asarray(straight, dtype=np.float32).reshape(self.height, self.width, 2)

    def pixels(self, points: Array) -> Array:
        """Pixels (n, 2) of points (n, 3) of the view frame in mm, all before the camera."""
        if not len(points):
            return np.zeros((0, 2))
        found, _ = cv2.projectPoints(points, np.zeros(3), np.zeros(3), self.matrix, self.distortion)
        return np.asarray(found, dtype=float).reshape(-1, 2)


@dataclass(frozen=True)
class Shutter:
    """When each row is exposed. `middle_s` of a picture is the middle of the exposure of its middle row."""

    exposure_s: float = 0.008
    rolling_s: float = 0.0
    """From the first row to the last."""

    def row_time(self, rows: Array, height: int, share: float = 0.5) -> Array:
        """Time after `middle_s` at which rows are open, `share` 0..1 of the way through their exposure."""
        offsets: Array = (rows / (height - 1) - 0.5) * self.rolling_s + (share - 0.5) * self.exposure_s
        return offsets


class Moving:
    """A pose as a function of time within one picture: sampled at a few moments, straight between them."""

    def __init__(self, pose_at: Callable[[float], Array], middle_s: float, shutter: Shutter) -> None:
        reach = (shutter.rolling_s + shutter.exposure_s) / 2
        self._times = np.array([-reach, 0.0, reach]) if reach > 0 else np.array([0.0])
        self._poses = np.array([pose_at(middle_s + t) for t in self._times])

    @property
    def path(self) -> Array:
        """The poses (n, 4, 4) that it is made of."""
        return self._poses

    @property
    def middle(self) -> Array:
        """The pose (4, 4) at the picture's middle."""
        return np.asarray(self._poses[len(self._poses) // 2])

    def at(self, offsets: Array) -> Array:
        """The poses (n, 4, 4) at times (n,) after the middle."""
        if len(self._times) == 1:
            return np.broadcast_to(self._poses[0], (len(offsets), 4, 4))
        share = np.clip(np.asarray(offsets) / self._times[-1], -1, 1)[:, None, None]
        ends = np.where(share < 0, self._poses[0], self._poses[2])
        return np.asarray(self._poses[1] + np.abs(share) * (ends - self._poses[1]))


def seen_at(lens: Lens, shutter: Shutter, moving: Moving, points: Array) -> Array:
    """Pixels (n, 2) at which points (n, 3) of a moving body appear: each in the row that is open when it is there."""
    pixels = lens.pixels(points @ moving.middle[:3, :3].T + moving.middle[:3, 3])
    for _ in range(3 if shutter.rolling_s else 0):
        poses = moving.at(shutter.row_time(pixels[:, 1], lens.height))
        pixels = lens.pixels(np.einsum("nij,nj->ni", poses[:, :3, :3], points) + poses[:, :3, 3])
    return pixels
