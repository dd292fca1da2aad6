"""The one place that knows Panda3D's conventions: row vectors, degrees, cameras that look along +y with +z up.

Everything else in this room speaks column vectors, radians and the `view` frame (x right, y down, z forward).
"""

import numpy as np
from panda3d.core import LMatrix4f

from arguide.geometry.transforms import Array

VIEW_FROM_PANDA: Array = np.array([[1.0, 0, 0, 0], [0, 0, -1, 0], [0, 1, 0, 0], [0, 0, 0, 1]])
"""Panda3D's camera axes (x right, y forward, z up) in the `view` frame."""


def panda_matrix(a_from_b: Array) -> LMatrix4f:
    """Panda3D's matrix, which multiplies row vectors from the right, of a (4, 4) column-vector transform."""
    return LMatrix4f(*a_from_b.T.ravel().tolist())


def camera_matrix(image_from_view: Array) -> LMatrix4f:
    """The matrix of a Panda3D camera node that sees what the (4, 4) pose of a `view` frame sees."""
    return panda_matrix(image_from_view @ VIEW_FROM_PANDA)
