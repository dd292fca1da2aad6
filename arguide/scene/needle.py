"""The needle (and the stylus): steel with depth marks, its predicted way, and a ghost where it is not known now."""

import numpy as np
from panda3d.core import NodePath, TransparencyAttrib

from arguide.geometry.transforms import Array, apply
from arguide.scene import style
from arguide.scene.convert import panda_matrix
from arguide.scene.shading import shader
from arguide.scene.shapes import Shape, circle, geometry, wire
from arguide.scene.style import Rgb
from arguide.settings.scenario import Needle

BEVEL_MM = 2.5
REACH_MM = 220.0
THICK_MM = 5.0
"""Nothing of a needle is farther from its axis."""
NOWHERE: Array = np.zeros((0, 3))
EDGE_PX = 1.4
"""How far the dark edge of a line reaches beyond it: bright lines are seen on bright bone too."""
HUB = ((0, 1.9), (1, 2.1), (7, 2.3), (8, 3.1), (20, 3.6), (21, 4.6), (23, 4.6), (23.2, 3.2), (30, 3.4), (30.2, 0.0))
"""Distance from the shaft's end and radius, mm: a Luer hub."""


def needle_shape(needle: Needle) -> tuple[Shape, Shape]:
    """Shaft and hub in the tip frame: the tip at the origin, the hub on −z."""
    radius = needle.diameter_mm / 2
    z = np.array([0.0, BEVEL_MM * 0.5, BEVEL_MM, *np.linspace(5, needle.length_mm, 12)])
    shaft = wire(_on_axis(z), np.array([0.05, 0.7, *[1.0] * (len(z) - 2)]) * radius, segments=14)
    along, radii = np.array(HUB).T
    hub = wire(_on_axis(needle.length_mm + along), radii, segments=24)
    part = hub.colors.copy()
    part[:, 2] = 1.0
    return shaft, hub.colored(part)


def _on_axis(z: Array) -> Array:
    return np.stack([0 * z, 0 * z, -z], -1)


class NeedleModel:
    """A needle that can be moved, turned into a ghost and hidden."""

    def __init__(self, parent: NodePath, needle: Needle, hub: Rgb | None = None, marks: bool = True) -> None:
        self.root = parent.attach_new_node("needle")
        self.root.set_shader(shader("wire", "needle"))
        hub_color = hub or style.HUBS.get(needle.gauge, style.HUB_OTHER)
        self.root.set_shader_inputs(steel_color=style.STEEL, hub_color=hub_color, ghost=(*style.GHOST, 0.0))
        self.root.set_shader_input("marks", float(marks))
        shaft, hub_shape = needle_shape(needle)
        drawn = self.root.attach_new_node(geometry("shaft", shaft))
        drawn.set_shader_input("thickness", (style.NEEDLE_EXAGGERATION, style.NEEDLE_LEAST_PX / 2))
        self.root.attach_new_node(geometry("hub", hub_shape)).set_shader_input("thickness", (1.0, 0.0))
        self.root.set_transparency(TransparencyAttrib.M_alpha)
        self.root.set_bin("fixed", 5)
        self._ghostly = False
        self._pose, self._corners = np.eye(4), corners(THICK_MM, -needle.length_mm - HUB[-1][0], 0.0)
        self.root.hide()

    def place(self, image_from_tip: Array) -> None:
        """Draw it there, solid."""
        self._pose = image_from_tip
        self.root.set_mat(panda_matrix(image_from_tip))
        self._set_ghost(False)
        self.root.show()

    def extent(self) -> Array:
        """Points (n, 3) in its parent's frame between which it lies; none where it is hidden."""
        return NOWHERE if self.root.is_hidden() else apply(self._pose, self._corners)

    def fade(self) -> None:
        """It is not known where it is now: a ghost stays where it was seen last, if it was."""
        self._set_ghost(True)

    def hide(self) -> None:
        """Draw nothing."""
        self.root.hide()

    def _set_ghost(self, ghostly: bool) -> None:
        if ghostly == self._ghostly:
            return
        self._ghostly = ghostly
        self.root.set_shader_input("ghost", (*style.GHOST, float(ghostly)))
        self.root.set_depth_write(not ghostly)


class Prediction:
    """Where the tip will go along the present axis: a dashed line, and a ring where it passes the target's depth."""

    def __init__(self, parent: NodePath, edged: bool = False) -> None:
        """`edged`: with a dark edge, to be seen on a bright picture too."""
        self._pose, self._reach_mm = np.eye(4), 0.0
        self.root = parent.attach_new_node("prediction")
        self.root.set_shader(shader("wire", "line"))
        self.root.set_shader_inputs(line_color=(*style.PREDICTED, 1.0), dash=(4.0, 2.4), reach=REACH_MM)
        self.root.set_shader_input("thickness", (1.0, 1.1))
        line = wire([(0, 0, 0), (0, 0, REACH_MM)], 0.0, segments=6)
        self.root.set_transparency(TransparencyAttrib.M_alpha)
        self.root.set_depth_write(False)
        self.root.set_bin("fixed", 11)
        self._line = self.root.attach_new_node(geometry("predicted way", _shown(line)))
        self._ring = self.root.attach_new_node(
            geometry("predicted end", _shown(wire(circle(2.2, 32), 0.0, closed=True, segments=6)))
        )
        self._ring.set_shader_inputs(dash=(0, 0), reach=1e9)
        if edged:
            for node in (self._line, self._ring):
                edge = node.copy_to(node)
                edge.set_mat(panda_matrix(np.eye(4)))
                edge.set_bin("fixed", 10)
                edge.set_shader_inputs(line_color=style.rgba(style.EDGE, 0.8), thickness=(1.0, 1.1 + EDGE_PX))
        self.root.hide()

    def place(self, image_from_tip: Array, reach_mm: float, color: Rgb) -> None:
        """Draw it so far ahead of a tip."""
        self.root.set_mat(panda_matrix(image_from_tip))
        self.root.set_shader_inputs(line_color=(*color, 1.0))
        self._pose, self._reach_mm = image_from_tip, reach_mm
        self._line.set_shader_input("reach", reach_mm)
        self._ring.set_z(reach_mm)
        self.root.show()

    def extent(self) -> Array:
        """Points (n, 3) in its parent's frame between which it lies; none where it is hidden."""
        return NOWHERE if self.root.is_hidden() else apply(self._pose, corners(THICK_MM, 0.0, self._reach_mm))

    def hide(self) -> None:
        """Draw nothing."""
        self.root.hide()


def corners(aside: float, low: float, high: float) -> Array:
    """The eight corners (8, 3) of a box about the z axis."""
    return np.array([(x, y, z) for x in (-aside, aside) for y in (-aside, aside) for z in (low, high)])


def _shown(line: Shape) -> Shape:
    """A wire without thickness of its own that is still drawn at the least number of pixels."""
    colors = line.colors.copy()
    colors[:, 0] = 0.001
    return line.colored(colors)


def reach(depth_mm: float, angle_rad: float) -> float:
    """How far in mm the prediction is drawn: to the target's depth where the needle gets there, else a stub."""
    ahead = np.cos(angle_rad)
    if depth_mm <= 0 or ahead < 0.2:
        return 15.0
    return float(min(depth_mm / ahead, REACH_MM))
