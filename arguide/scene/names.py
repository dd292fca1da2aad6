"""Short names beside the bones (L4, L5, …), so that the level can be counted."""

import numpy as np

from arguide.geometry.transforms import Array
from arguide.scene import style
from arguide.scene.camera import Preset, preset
from arguide.scene.canvas import Align, Canvas, Weight, place
from arguide.scene.layout import Rect
from arguide.scene.shapes import Shape
from arguide.settings.scenario import Plan, Scenario, Tissue

LONGEST = 4
"""Letters of the longest first word of a label that counts as a short name."""
LIFT_MM = 7.0


def anchors(scenario: Scenario, plan: Plan, shapes: dict[str, Shape]) -> dict[str, Array]:
    """Where the short names stand, (3,) each: a little outside the point of each bone nearest to the skin's side.

    Where bones have numbers, only those: a name on a large bone beside them would float.
    """
    up = np.asarray(preset(plan, Preset.OBLIQUE).up)
    found: dict[str, Array] = {}
    for structure in scenario.structures:
        name = structure.label.split()[0]
        if structure.tissue is Tissue.BONE and len(name) <= LONGEST:
            vertices = shapes[structure.name].vertices
            found[name] = vertices[int(np.argmax(vertices @ up))] + LIFT_MM * up
    levels = {name: place for name, place in found.items() if name[-1].isdigit()}
    return levels or found


class BoneNames:
    """The names on the canvas; they follow the camera."""

    def __init__(self, canvas: Canvas, places: dict[str, Array]) -> None:
        unit = canvas.unit
        self.root = canvas.group()
        self.root.hide()
        self.points = np.array(list(places.values())).reshape(-1, 3)
        self._nodes = [canvas.group(self.root) for _ in places]
        box = Rect(-16 * unit, -10 * unit, 32 * unit, 20 * unit)
        for node, name in zip(self._nodes, places, strict=True):
            canvas.panel(box, style.rgba(style.PANEL, 0.62), 10, node)
            canvas.label(box, 13, name, weight=Weight.BOLD, align=Align.CENTER, parent=node)

    def show(self, pixels: Array, inside: Rect) -> None:
        """Put the names at these pixels (n, 2); those outside the rectangle are hidden."""
        for node, (x, y) in zip(self._nodes, pixels.tolist(), strict=True):
            place(node, x, y)
            node.show() if inside.contains(Rect(x, y, 0, 0)) else node.hide()
