"""Where a point may truly be: the ellipsoid that holds it in 95 of 100 cases, as three thin ellipses."""

import numpy as np
from panda3d.core import NodePath, TransparencyAttrib

from arguide.geometry.transforms import Array, apply
from arguide.geometry.uncertainty import ellipsoid, region_scale
from arguide.scene import style
from arguide.scene.convert import panda_matrix
from arguide.scene.needle import NOWHERE, corners
from arguide.scene.shading import shader
from arguide.scene.shapes import circle, geometry, joined, wire
from arguide.scene.style import Rgb

HAIR = 0.001
LEAST_MM = 0.05
CORNERS = corners(1.0, -1.0, 1.0)
TURNS = ([0, 1, 2], [1, 2, 0], [2, 0, 1])
OPACITY = 0.85


def image_from_region(middle: Array, covariance: Array) -> Array:
    """(4, 4), not rigid: takes the unit sphere onto the 95 % ellipsoid of a (3, 3) covariance about `middle` (3,)."""
    half_axes, axes = ellipsoid(covariance, region_scale())
    result = np.eye(4)
    result[:3, :3] = axes * np.maximum(half_axes, LEAST_MM)
    result[:3, 3] = middle
    return result


class ErrorRegion:
    """One ellipsoid that can be moved and hidden; it is seen through everything, since what matters is its size."""

    def __init__(self, parent: NodePath, color: Rgb) -> None:
        ring = circle(1.0, 48)
        wires = joined(*(wire(ring[:, turn], HAIR, closed=True, segments=6) for turn in TURNS))
        self.root = parent.attach_new_node(geometry("error region", wires))
        self.root.set_shader(shader("wire", "line"))
        self.root.set_shader_inputs(line_color=style.rgba(color, OPACITY), dash=(0, 0), reach=1e9, thickness=(1.0, 0.8))
        self.root.set_transparency(TransparencyAttrib.M_alpha)
        self.root.set_depth_test(False)
        self.root.set_depth_write(False)
        self.root.set_bin("fixed", 12)
        self._pose = np.eye(4)
        self.root.hide()

    def place(self, middle: Array, covariance: Array) -> None:
        """Draw it about a point (3,) of the image, for a (3, 3) covariance in mm²."""
        self._pose = image_from_region(middle, covariance)
        self.root.set_mat(panda_matrix(self._pose))
        self.root.show()

    def extent(self) -> Array:
        """Points (n, 3) of its parent's frame between which it lies; none where it is hidden."""
        return NOWHERE if self.root.is_hidden() else apply(self._pose, CORNERS)

    def hide(self) -> None:
        """Draw nothing."""
        self.root.hide()
