"""Where the slices lie: through the tip, square to the patient, or containing the shaft. Plain maths, image frame.

Radiologists' views: one looks from the feet in axial and from the front in coronal pictures, so the patient's right is on
the left; in sagittal pictures the front is on the left. The oblique planes are shown as near to that as they can be.
"""

import numpy as np

from arguide.geometry.transforms import Array, from_parts
from arguide.scene.camera import ANTERIOR, SUPERIOR, across, unit
from arguide.scene.layouts import ViewKind

RIGHT = np.array([1.0, 0.0, 0.0])
SQUARE = {
    ViewKind.AXIAL: np.column_stack([-RIGHT, -ANTERIOR, SUPERIOR]),
    ViewKind.CORONAL: np.column_stack([-RIGHT, -SUPERIOR, -ANTERIOR]),
    ViewKind.SAGITTAL: np.column_stack([-ANTERIOR, -SUPERIOR, RIGHT]),
}
"""Right, down and into the picture, as columns (3, 3)."""
STEEP = 0.95
"""Cosine from which a shaft counts as running along the patient: then the plane nearest to axial is not defined."""
ALIKE = unit(RIGHT - ANTERIOR)


def slice_pose(kind: ViewKind, tip: Array, shaft: Array, before: Array | None = None) -> Array:
    """(4, 4) `image_from_slice` through a tip (3,) whose unit `shaft` (3,) points ahead: x right, y down, z away.

    `before`: the pose at the last frame; an oblique picture is never mirrored from one frame to the next.
    """
    return from_parts(SQUARE[kind] if kind in SQUARE else _oblique(kind, shaft, before), tip)


def _oblique(kind: ViewKind, shaft: Array, before: Array | None) -> Array:
    """The axes (3, 3) of a plane that contains the shaft."""
    axis = SUPERIOR if abs(shaft @ SUPERIOR) < STEEP else -ANTERIOR
    normal = across(axis, shaft)
    if kind is ViewKind.IN_PLANE:
        left = across(-RIGHT, normal) if abs(normal @ RIGHT) < STEEP else across(-ANTERIOR, normal)
        return np.column_stack([left, np.cross(normal, left), normal])
    away = np.cross(shaft, normal)
    toward = ALIKE if before is None else before[:3, 2]
    away = away if away @ toward >= 0 else -away
    return np.column_stack([np.cross(-normal, away), -normal, away])


def in_plane(image_from_slice: Array, points: Array) -> Array:
    """Points (n, 3) of the image in the plane's axes: right, down, and how far behind the picture, mm."""
    result: Array = (points - image_from_slice[:3, 3]) @ image_from_slice[:3, :3]
    return result


def round_length(longest_mm: float) -> float:
    """The longest of 1, 2, 5, 10, 20, 50, … mm that is not longer."""
    power = 10.0 ** np.floor(np.log10(longest_mm))
    return float(max(step for step in (1, 2, 5) if step * power <= longest_mm) * power)
