"""The phantom seen through: its inside behind a soft-edged window in the live picture of its skin.

Drawn in this order, everything at the poses of the picture's exposure:

1. the skin into the depth buffer alone, the window punched into it and filled with dark ground, and over that the tools'
   marker bodies with the picture's own pixels;
2. the anatomy, fading into the ground with depth;
3. the needle and where it will go: in front of the skin, and behind it where the window is;
4. the planned path with its ruler;
5. the window's edge: the picture again, fading out.

The fiducials, and how far off tip and target may be, are seen through everything. While the phantom is being registered there
is nothing but the fiducials.

So the phantom's surface hides what is behind it, the needle and its markers hide what is behind them, and the anatomy lies
in the phantom instead of floating over it.
"""

from collections.abc import Mapping

import numpy as np
from panda3d.core import (
    ColorWriteAttrib,
    DepthTestAttrib,
    NodePath,
    RenderAttrib,
    Texture,
    TransparencyAttrib,
)

from arguide.geometry.transforms import Array, apply, inverse
from arguide.guidance.live_picture import Augmented
from arguide.guidance.state import SessionState
from arguide.scene import style
from arguide.scene.anatomy import lights
from arguide.scene.convert import panda_matrix
from arguide.scene.fiducials import STEPS
from arguide.scene.hints import Hints
from arguide.scene.layer import PIECE
from arguide.scene.needle import NeedleModel
from arguide.scene.photo import Framing
from arguide.scene.plan_path import PlanPath
from arguide.scene.shading import shader
from arguide.scene.shapes import Shape, circle, geometry, joined, wire
from arguide.scene.views import Props
from arguide.settings.scenario import Needle, Plan, Tissue

WINDOW_MM, NEEDLE_WINDOW_MM = 42.0, 20.0
"""Half width of the window about the path and about the needle under the skin."""
INSIDE = style.rgb("#160a0b")
"""Colour of depth."""
FOG_MM = (25.0, 95.0)
"""From this far behind the entry the anatomy begins to fade, and there it is nearly gone."""
RIM_BIN = 150
"""After glass, see `layer`; lines and the needle are before the skin, which their depth tells."""
TICK_MM, LONG_TICK_MM = 10.0, 50.0
STYLUS = Needle(gauge=0, diameter_mm=2.4, length_mm=140.0)


class SeeThrough:
    """Everything that is drawn over a live picture, under one node in the image frame."""

    def __init__(self, props: Props, occluders: Mapping[str, Shape]) -> None:
        """`occluders`: the marker bodies of the tools by name, in their own frames."""
        plan = props.plan
        self._plan = plan
        self.root = NodePath("see-through")
        lamp, up = lights(np.asarray(plan.entry), np.asarray(plan.target))
        self.root.set_shader_inputs(
            lamp_axis=tuple(lamp.tolist()), sky_axis=tuple(up.tolist()), glow=(0.0, 0.0, 0.0, 0.0)
        )
        self.root.set_shader_inputs(
            photo=Texture(), bright=1.0, crop=(0.0, 0.0, 1.0, 1.0), path_px=(0, 0, 0, 0), needle_px=(0, 0, 0, 0)
        )
        self.root.set_shader_inputs(radius_px=(0.0, 0.0), pane_px=(1.0, 1.0), depth_color=INSIDE, dim=1.0)
        self._skins = [props.world.anatomy.shapes[s.name] for s in props.scenario.structures if s.tissue is Tissue.SKIN]
        self._placed = self.root.attach_new_node("placed")
        self._surfaces()
        self._inside = self._placed.attach_new_node("inside")
        props.world.anatomy.opaque.instance_to(self._inside)
        self._occluders = {name: self._occluder(name, body) for name, body in occluders.items()}
        self.needle = NeedleModel(self._placed, props.scenario.needle)
        self.stylus = NeedleModel(self._placed, STYLUS, style.ACCENT, marks=False)
        self.path = PlanPath(self._placed, plan)
        _ruler(self.path.root, plan)
        self._hints = Hints(self.root, props.scenario, plan, on_picture=True)

    def show(self, now: Augmented, framing: Framing, state: SessionState) -> None:
        """Put everything where it was when the picture was taken; nothing is shown where the camera is not known.

        `state`: the newest, for what is told of the needle besides where it is.
        """
        if now.image_from_view is None:
            self.root.hide()
            return
        self.root.show()
        self._placed.show() if now.registered else self._placed.hide()
        self._hints.show(state, now.image_from_tip)
        for name, node in self._occluders.items():
            pose = now.tools.get(name)
            node.hide() if pose is None else (node.set_mat(panda_matrix(pose)), node.show())
        stylus = now.image_from_stylus_tip if state.view.step in STEPS else None
        for model, pose in ((self.needle, now.image_from_tip), (self.stylus, stylus)):
            model.hide() if pose is None else model.place(pose)
        self._open_window(now, now.image_from_view, framing)

    def _open_window(self, now: Augmented, image_from_view: Array, framing: Framing) -> None:
        entry, target = np.asarray(self._plan.entry), np.asarray(self._plan.target)
        view_from_image = inverse(image_from_view)
        needle = np.stack([entry, entry]) if now.image_from_tip is None else self._under_skin(now.image_from_tip)
        ends = apply(view_from_image, np.stack([entry, target, *needle]))
        pixels = framing.pixels(ends) - (framing.seen.x, framing.seen.bottom)
        pixels[:, 1] *= -1
        if not np.isfinite(pixels).all():
            self.root.hide()
            return
        scale = framing.scale * framing.camera.focal_px / max(float(ends[0, 2]), 1.0)
        deep = float(np.linalg.norm(needle[1] - needle[0]))
        self.root.set_shader_inputs(
            path_px=tuple(pixels[:2].ravel().tolist()),
            needle_px=tuple(pixels[2:].ravel().tolist()),
            radius_px=(WINDOW_MM * scale, NEEDLE_WINDOW_MM * scale * min(1.0, deep / 15.0)),
            pane_px=(framing.seen.width, framing.seen.height),
            fog_range=(float(ends[0, 2]) + FOG_MM[0], float(ends[0, 2]) + FOG_MM[1]),
            fog_color=INSIDE,
        )
        self._bound(pixels, scale, framing)

    def _bound(self, pixels: Array, scale: float, framing: Framing) -> None:
        """Draw the hole, its edge and the anatomy only where they can be seen: what lies beside is not even looked at."""
        size = np.array([framing.seen.width, framing.seen.height])
        low, high = pixels.min(axis=0) - WINDOW_MM * scale, pixels.max(axis=0) + WINDOW_MM * scale
        (left, bottom), (right, top) = np.clip(low / size, 0, 1).tolist(), np.clip(high / size, 0, 1).tolist()
        for node in (*self._cut, self._inside):
            node.set_scissor(left, right, bottom, top)

    def _under_skin(self, image_from_tip: Array) -> Array:
        """Ends (2, 3) of what of the shaft is deeper than the entry, for the window; none for a needle far from the path."""
        tip, way = image_from_tip[:3, 3], image_from_tip[:3, 2]
        path = np.subtract(self._plan.target, self._plan.entry)
        axis = path / np.linalg.norm(path)
        deep = float((tip - np.asarray(self._plan.entry)) @ axis)
        slope = float(way @ axis)
        aside = np.linalg.norm(tip - np.asarray(self._plan.entry) - deep * axis)
        if deep <= 0 or slope < 0.2 or aside > WINDOW_MM or deep > np.linalg.norm(path) + WINDOW_MM:
            return np.stack([tip, tip])
        return np.stack([tip - deep / slope * way, tip])

    def _surfaces(self) -> None:
        """The skin three times: whole, as depth alone; punched open; and the edge of the hole."""
        self._cut: list[NodePath] = []
        for drawn in self._skins:
            closed, cavity, rim = (self._placed.attach_new_node(geometry("skin", drawn, PIECE)) for _ in range(3))
            closed.set_shader(shader("flat", "flat"))
            closed.set_attrib(ColorWriteAttrib.make(ColorWriteAttrib.C_off))
            closed.set_bin("background", 0)
            cavity.set_shader(shader("photo", "cavity"))
            # It writes the farthest depth, which no other test would let pass.
            cavity.set_attrib(DepthTestAttrib.make(RenderAttrib.M_always))
            cavity.set_bin("background", 1)
            rim.set_shader(shader("photo", "rim"))
            rim.set_transparency(TransparencyAttrib.M_alpha)
            rim.set_depth_write(False)
            rim.set_bin("fixed", RIM_BIN)
            self._cut += [cavity, rim]

    def _occluder(self, name: str, body: Shape) -> NodePath:
        node = self._placed.attach_new_node(geometry(name, body))
        node.set_shader(shader("photo", "photo"))
        node.set_two_sided(True)
        node.set_bin("background", 2)
        node.hide()
        return node


def _ruler(parent: NodePath, plan: Plan) -> None:
    """A tick across the path at every 10 mm from the target, longer at 50: how deep it still is, and how it foreshortens."""
    length = float(np.linalg.norm(np.subtract(plan.target, plan.entry)))
    for every, radius, pixels in ((TICK_MM, 1.9, 1.5), (LONG_TICK_MM, 3.4, 2.2)):
        depths = np.arange(every, length - 1.0, every)
        depths = depths if every == LONG_TICK_MM else depths[depths % LONG_TICK_MM > 0.5]
        if not len(depths):
            continue
        rings = joined(*(wire(circle(radius, 28) - (0, 0, z), 0.05, closed=True, segments=6) for z in depths))
        node = parent.attach_new_node(geometry("ruler", rings))
        node.set_shader(shader("wire", "line"))
        node.set_shader_inputs(
            line_color=style.rgba(style.PATH, 0.9), dash=(0.0, 0.0), reach=1e9, thickness=(1.0, pixels / 2)
        )
        node.set_transparency(TransparencyAttrib.M_alpha)
        node.set_depth_write(False)
        node.set_bin("fixed", 12)
