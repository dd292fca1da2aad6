"""One structure as it is drawn: solid, or as glass that shows what lies within.

Glass is drawn in two passes, its far side before its near side. Of shells within one another the far sides come from the
outermost inwards and the near sides from the innermost outwards, which is the right order for blending.
"""

import numpy as np
from panda3d.core import CullFaceAttrib, NodePath, TransparencyAttrib

from arguide.scene import style
from arguide.scene.eye import LASTING, MOVING, SPACE, STILL
from arguide.scene.shading import shader
from arguide.scene.shapes import Shape, geometry
from arguide.scene.style import Material
from arguide.settings.scenario import Structure, Tissue

FAR_BIN, NEAR_BIN = 20, 80
"""Far sides follow the solid things and lines, near sides come last; fewer than 60 shells keep their order."""
FAR_PART = 0.45
"""How much of its opacity glass has on its far side: light has dimmed on the way."""
CLEAR = 0.3
"""Up to this opacity the far side is left out: one does not see it, and over the whole picture it costs 8 ms a frame."""
FAINT = 0.15
"""What a scenario gives less opacity than this is hidden until it is asked for: it is hardly seen, and dims all else."""
PIECE = 500
"""Triangles that are left out together where they are out of sight."""
WHOLE = (-1e9, 1e9)


def material_inputs(material: Material) -> dict[str, object]:
    """A material as the inputs of the tissue shader."""
    return {
        "gloss": material.gloss,
        "wrap": material.wrap,
        "deep_color": material.deep,
        "rim_color": material.rim,
        "outline": material.line,
    }


def ranks(shapes: list[Shape]) -> list[int]:
    """For each shape how many are larger: an outer shell is larger than what it holds."""
    sizes = [float(np.prod(np.ptp(drawn.vertices, axis=0))) for drawn in shapes]
    return [sum(other > size for other in sizes) for size in sizes]


class Layer:
    """A structure that can be hidden and made more or less opaque."""

    def __init__(self, parent: NodePath, structure: Structure, drawn: Shape, rank: int) -> None:
        """`rank`: how many structures are larger, see `ranks`."""
        self.structure, self.opacity = structure, 1.0
        self.root = parent.attach_new_node(structure.name)
        self.root.set_shader_inputs(base_color=style.rgb(structure.color))
        self.root.set_shader_inputs(**material_inputs(style.MATERIALS[structure.tissue]))
        self._solid = self.root.attach_new_node(geometry(structure.name, drawn, PIECE))
        self._solid.set_shader(shader("tissue", "tissue"))
        self._glass = [self._pane(far, rank) for far in (True, False)]
        self._solid.hide(SPACE | LASTING | MOVING)
        # The scan ends above and below: skin fades out there, all else is closed.
        ends = (float(drawn.vertices[:, 2].min()), float(drawn.vertices[:, 2].max()))
        self.root.set_shader_input("crop", ends if structure.tissue is Tissue.SKIN else WHOLE)
        self.fade(structure.opacity)
        self.show(structure.opacity >= FAINT)

    def _pane(self, far: bool, rank: int) -> NodePath:
        node = self._solid.copy_to(self.root)
        node.set_shader(shader("glass", "glass"))
        node.set_transparency(TransparencyAttrib.M_alpha)
        node.set_depth_write(False)
        node.hide(STILL | MOVING)
        node.set_bin("fixed", FAR_BIN + min(rank, 59) if far else NEAR_BIN + 59 - min(rank, 59))
        sides = CullFaceAttrib.M_cull_counter_clockwise if far else CullFaceAttrib.M_cull_clockwise
        node.set_attrib(CullFaceAttrib.make(sides))
        node.set_shader_input("side", (-1.0, FAR_PART) if far else (1.0, 1.0))
        return node

    @property
    def shown(self) -> bool:
        """Whether it is drawn at all."""
        return not self.root.is_hidden()

    def show(self, wanted: bool) -> None:
        """Draw it or not."""
        self.root.show() if wanted else self.root.hide()

    def fade(self, opacity: float) -> None:
        """Draw it with this opacity 0..1."""
        self.opacity = opacity
        self._solid.show() if opacity >= 1.0 else self._solid.hide()
        far, near = self._glass
        near.hide() if opacity >= 1.0 else near.show()
        far.show() if CLEAR < opacity < 1.0 else far.hide()
        self.root.set_shader_input("opacity", opacity)
