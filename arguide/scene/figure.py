"""A small mannequin that turns with the view, with the letters R L A P S I around it."""

import numpy as np
from panda3d.core import NodePath, TransparencyAttrib

from arguide.geometry.transforms import Array, inverse
from arguide.scene import style
from arguide.scene.canvas import Align, Canvas, Label, Weight, disc, place
from arguide.scene.layer import material_inputs
from arguide.scene.layout import Rect
from arguide.scene.shading import shader
from arguide.scene.shapes import Shape, ellipsoid, geometry, joined
from arguide.settings.scenario import Tissue

AXES = {"R": (1, 0, 0), "L": (-1, 0, 0), "A": (0, 1, 0), "P": (0, -1, 0), "S": (0, 0, 1), "I": (0, 0, -1)}
RADIUS = 1.15
"""Where the letters stand, in half heights of the figure."""
FILM = 3.72
"""Width of the picture, in half heights of the figure: letters and all."""


def mannequin() -> Shape:
    """A person about two units tall in the image frame (x right, y anterior, z superior), origin in the middle."""
    parts = [
        ellipsoid((0, 0.02, 0.80), (0.125, 0.15, 0.17), 14),
        ellipsoid((0, 0.13, 0.79), (0.03, 0.06, 0.05), 8),
        ellipsoid((0, 0, 0.36), (0.25, 0.15, 0.28), 16),
        ellipsoid((0, 0, 0.06), (0.20, 0.14, 0.20), 14),
    ]
    for side in (-1, 1):
        parts.append(ellipsoid((side * 0.33, 0, 0.38), (0.075, 0.085, 0.24), 10))
        parts.append(ellipsoid((side * 0.36, 0.02, 0.02), (0.06, 0.07, 0.24), 10))
        parts.append(ellipsoid((side * 0.11, 0, -0.32), (0.095, 0.11, 0.34), 10))
        parts.append(ellipsoid((side * 0.11, -0.01, -0.76), (0.07, 0.08, 0.28), 10))
        parts.append(ellipsoid((side * 0.11, 0.08, -1.0), (0.06, 0.14, 0.05), 8))
    return joined(*parts).colored((1, 1, 0.5, 1))


def figure_node() -> NodePath:
    """The mannequin, ready to be seen by a camera of its own."""
    node = NodePath(geometry("figure", mannequin()))
    node.set_shader(shader("tissue", "tissue"))
    node.set_shader_inputs(base_color=style.rgb("#9db4cc"), dim=1.0, glow=(0, 0, 0, 0))
    node.set_shader_inputs(**material_inputs(style.MATERIALS[Tissue.CARTILAGE]))
    node.set_shader_inputs(lamp_axis=(0.3, -0.6, 0.74), sky_axis=(0, -1, 0), fog_color=style.FOG, fog_range=(1e5, 2e5))
    return node


def disc_behind(camera: NodePath) -> NodePath:
    """A disc that fills the picture of a camera on the figure, behind it."""
    node = camera.attach_new_node(geometry("disc", disc(50.0, 64)))
    node.set_shader(shader("flat", "flat"))
    node.set_scale(FILM / 2 / 50.0)
    node.set_y(15)
    node.set_transparency(TransparencyAttrib.M_alpha)
    node.set_depth_write(False)
    node.set_two_sided(True)
    node.set_bin("background", 0)
    return node


class FigureLetters:
    """The letters, in pixels around the figure; those that point away are fainter."""

    def __init__(self, canvas: Canvas, box: Rect) -> None:
        """`box`: what the round picture fills."""
        self._box = box
        size = 22 * canvas.unit
        spot = Rect(-size / 2, -size / 2, size, size)
        self._labels: dict[str, tuple[NodePath, Label]] = {}
        for letter in AXES:
            holder = canvas.group()
            label = canvas.label(spot, 13, letter, weight=Weight.BOLD, align=Align.CENTER, parent=holder)
            self._labels[letter] = (holder, label)

    def show(self, image_from_view: Array) -> None:
        """Follow the view."""
        x, y = self._box.center
        half = 0.323 * min(self._box.width, self._box.height)
        seen = inverse(image_from_view)[:3, :3] @ np.array(list(AXES.values()), dtype=float).T
        for (holder, _), (right, down, depth) in zip(self._labels.values(), seen.T.tolist(), strict=True):
            place(holder, x + RADIUS * half * right, y + RADIUS * half * down)
            holder.set_color_scale(1, 1, 1, 0.95 if depth < 0.25 else 0.35)
            holder.show() if abs(depth) < 0.85 else holder.hide()
