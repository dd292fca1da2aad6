"""The planned path: a line of light in a glass corridor, a ring on the skin, a target. Behind bone it stays, faintly."""

import numpy as np
from panda3d.core import CullFaceAttrib, DepthTestAttrib, NodePath, RenderAttrib, TransparencyAttrib

from arguide.geometry.transforms import Array, pose_along
from arguide.scene import style
from arguide.scene.convert import panda_matrix
from arguide.scene.needle import EDGE_PX
from arguide.scene.shading import shader
from arguide.scene.shapes import Shape, circle, geometry, joined, wire
from arguide.scene.style import Rgb
from arguide.settings.scenario import Plan

APPROACH_MM = 70.0
"""How far the line goes on outside the skin, so that the needle can be held along it."""
HAIR_MM = 0.05
"""Radius of lines that are as thin as the screen allows."""


def image_from_path(plan: Plan) -> Array:
    """(4, 4) pose of the path: origin at the target, +z the direction of advance."""
    return pose_along(plan.target, np.subtract(plan.target, plan.entry))


class PlanPath:
    """Everything drawn of a plan; it never moves."""

    def __init__(self, parent: NodePath, plan: Plan) -> None:
        self.root = parent.attach_new_node("plan")
        self.root.set_mat(panda_matrix(image_from_path(plan)))
        length = float(np.linalg.norm(np.subtract(plan.target, plan.entry)))
        self._line(wire([(0, 0, -length), (0, 0, 0)], HAIR_MM), style.PATH, style.PATH_PX)
        self._line(wire([(0, 0, -length - APPROACH_MM), (0, 0, -length)], HAIR_MM), style.PATH, 1.6, dash=(5.0, 2.5))
        self._line(_ring(plan.tolerance.entry_mm.within, -length), style.ENTRY, 3.0)
        self._line(_ring(plan.tolerance.entry_mm.near, -length), style.ENTRY, 1.4)
        self._line(_target(plan.tolerance.miss_mm.within), style.TARGET, 3.0)
        self._line(wire(_axis([-1.3, -0.6, 0.6, 1.3]), [0.0, 1.3, 1.3, 0.0], segments=16), style.TARGET, 0.0)
        self._corridor(plan.tolerance.lateral_mm.within, length)

    def _line(self, drawn: Shape, color: Rgb, pixels: float, dash: tuple[float, float] = (0.0, 0.0)) -> None:
        """Bright, with a dark edge, where it is seen; faint where something stands before it."""
        node = self.root.attach_new_node(geometry("line", drawn))
        node.set_shader(shader("wire", "line"))
        node.set_shader_inputs(line_color=style.rgba(color), dash=dash, reach=1e9, thickness=(1.0, pixels / 2))
        node.set_transparency(TransparencyAttrib.M_alpha)
        node.set_bin("fixed", 12)
        edge = node.copy_to(self.root)
        edge.set_bin("fixed", 11)
        edge.set_depth_write(False)
        edge.set_shader_inputs(line_color=style.rgba(style.EDGE, 0.8), thickness=(1.0, pixels / 2 + EDGE_PX))
        behind = node.copy_to(self.root)
        behind.set_attrib(DepthTestAttrib.make(RenderAttrib.M_greater))
        behind.set_depth_write(False)
        behind.set_bin("fixed", 10)
        behind.set_shader_input("line_color", style.rgba(color, 0.38))

    def _corridor(self, radius: float, length: float) -> None:
        tube = self.root.attach_new_node(geometry("corridor", wire(_axis([0.0, -length]), radius, segments=32)))
        tube.set_shader(shader("wire", "tube"))
        tube.set_shader_inputs(line_color=style.rgba(style.PATH, 0.55), thickness=(1.0, 0.0))
        tube.set_transparency(TransparencyAttrib.M_alpha)
        tube.set_depth_write(False)
        tube.set_bin("fixed", 13)
        tube.set_attrib(CullFaceAttrib.make(CullFaceAttrib.M_cull_none))


def _axis(z: list[float]) -> Array:
    return np.stack([np.zeros(len(z)), np.zeros(len(z)), z], -1)


def _ring(radius: float, z: float) -> Shape:
    return wire(circle(radius, 48) + (0, 0, z), HAIR_MM, closed=True, segments=6)


def _target(radius: float) -> Shape:
    """A ring across the path with four ticks."""
    ticks = []
    for k in range(4):
        way = np.array([np.cos(k * np.pi / 2), np.sin(k * np.pi / 2), 0.0])
        ticks.append(wire([way * radius * 0.6, way * radius * 1.6], HAIR_MM, segments=8))
    return joined(_ring(radius, 0.0), *ticks)
