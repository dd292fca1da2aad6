"""An example bench: where everything stands, as the transforms a session would know. Used by the page on frames.

The patient lies face down, so posterior (−y) is up. The tracker is drawn nearer than it stands (a real one wants a
metre or more).
"""

import numpy as np

from arguide.geometry.transforms import Array, apply, from_parts, inverse, pose_along, rotation_about, translation

# The truth of the example, all seen from the image.
image_from_reference = (
    translation([74, -160, -120]) @ rotation_about([1, 0, 0], np.pi / 2) @ rotation_about([0, 0, 1], 0.5)
)
ENTRY = np.array([58.0, -134.0, 118.0])
TARGET = np.array([20.0, -62.0, 112.0])
image_from_tip = pose_along(ENTRY + 0.8 * (TARGET - ENTRY), TARGET - ENTRY) @ rotation_about([0, 0, 1], 0.9)
needle_from_tip = translation([0, 0, 190])
FIDUCIAL = np.array([72.0, -126.0, 205.0])
image_from_stylus_tip = pose_along(FIDUCIAL, [0.1, 0.8, -0.62]) @ rotation_about([0, 0, 1], 1.9)
stylus_from_tip = translation([0, 0, 175])
TRACKER = np.array([-600.0, -250.0, -220.0])
_facing = pose_along(TRACKER, TRACKER - [0, -130, 30])[:3, 2]
_level = np.cross([0.0, -1, 0], _facing) / np.linalg.norm(np.cross([0.0, -1, 0], _facing))
# The maker lets z point out of the back: what is measured lies at −z.
image_from_tracker = from_parts(np.column_stack([_level, np.cross(_facing, _level), _facing]), TRACKER)

# What the tracker measures of it.
tracker_from_reference = inverse(image_from_tracker) @ image_from_reference
tracker_from_needle = inverse(image_from_tracker) @ image_from_tip @ inverse(needle_from_tip)
tracker_from_stylus = inverse(image_from_tracker) @ image_from_stylus_tip @ inverse(stylus_from_tip)


class Eye:
    """Projects points of the image frame to pixels, through a long lens."""

    def __init__(self, eye: Array, target: Array, up: Array, pixels_per_mm: float, center: tuple[float, float]) -> None:
        forward = (target - eye) / np.linalg.norm(target - eye)
        right = np.cross(forward, up) / np.linalg.norm(np.cross(forward, up))
        self.view_from_image = inverse(from_parts(np.column_stack([right, np.cross(forward, right), forward]), eye))
        self._focal = pixels_per_mm * float(np.linalg.norm(target - eye))
        self._center = np.array(center)

    def __call__(self, points: Array) -> Array:
        """Pixels (..., 2) of points (..., 3) in the image frame."""
        seen = apply(self.view_from_image, points)
        pixels: Array = self._center + self._focal * seen[..., :2] / seen[..., 2:]
        return pixels

    def depth(self, points: Array) -> Array:
        """Distance (...) in front of the eye, in mm."""
        result: Array = apply(self.view_from_image, points)[..., 2]
        return result
