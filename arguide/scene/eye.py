"""One camera and the rectangle of the picture that it fills: what views are made of."""

from panda3d.core import (
    AntialiasAttrib,
    BitMask32,
    Camera,
    DisplayRegion,
    GraphicsOutput,
    Lens,
    NodePath,
    OrthographicLens,
    RenderAttrib,
)

from arguide.geometry.transforms import Array
from arguide.scene.convert import camera_matrix
from arguide.scene.layout import Rect
from arguide.scene.style import Rgb

SPACE, STILL, BARREL, SHAFT, LASTING, MOVING = (BitMask32.bit(k) for k in range(6))
"""Which camera sees a node: `node.hide(BARREL)` keeps it out of the bullseye. The needle's eye has SHAFT, the 3D view STILL
for solid anatomy and SPACE for all else; of that LASTING is what stands still and MOVING what does not."""

FORCE = 1000


class Eye:
    """One camera and its rectangle in the picture."""

    def __init__(
        self,
        output: GraphicsOutput,
        scene: NodePath,
        lens: Lens,
        sort: int,
        mask: BitMask32 | None = None,
        *,
        over: bool = False,
    ) -> None:
        """`over`: another eye has drawn solid things here, and this one draws over them; emptying depth has its price."""
        node = Camera("camera", lens)
        if mask is not None:
            node.set_camera_mask(mask)
        scene.set_antialias(AntialiasAttrib.M_multisample)
        self.node: NodePath = scene.attach_new_node(node)
        self.lens = lens
        self._output = output
        self.region: DisplayRegion = output.make_display_region()
        self.region.set_camera(self.node)
        self.region.set_sort(sort)
        self.region.set_clear_depth_active(over)

    def fill(self, box: Rect, window: Rect, unit: float = 1.0) -> None:
        """Take this rectangle of the window; `unit`: pixels that a design pixel takes, for lines of a least width."""
        left, right = box.x / window.width, box.right / window.width
        self.region.set_dimensions(left, right, 1 - box.bottom / window.height, 1 - box.y / window.height)
        self.inputs(view_height=box.height / unit)

    def clear(self, color: Rgb) -> None:
        """Begin every frame with this colour."""
        self.region.set_clear_color_active(True)
        self.region.set_clear_color((*color, 1))

    def look(self, image_from_view: Array) -> None:
        """Stand where the (4, 4) pose of a `view` frame says."""
        self.node.set_mat(camera_matrix(image_from_view))

    def inputs(self, **values: object) -> None:
        """Shader inputs that hold for everything this camera sees, unless a node has its own."""
        holder = NodePath("inputs")
        holder.set_state(self.node.node().get_initial_state())
        holder.set_shader_inputs(**values)
        self.node.node().set_initial_state(holder.get_state())

    def force(self, *attributes: RenderAttrib) -> None:
        """States in which it sees everything, whatever a node says."""
        state = self.node.node().get_initial_state()
        for attribute in attributes:
            state = state.set_attrib(attribute, FORCE)
        self.node.node().set_initial_state(state)

    def open(self, wanted: bool) -> None:
        """Draw, or draw nothing."""
        self.region.set_active(wanted)

    def close(self) -> None:
        """Give the rectangle back."""
        self._output.remove_display_region(self.region)
        self.node.remove_node()


def flat_lens(width: float, height: float) -> OrthographicLens:
    """Pixels, the origin at the top left."""
    lens = OrthographicLens()
    lens.set_film_size(width, height)
    lens.set_film_offset(width / 2, -height / 2)
    lens.set_near_far(-10, 10)
    return lens
