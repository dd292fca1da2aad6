"""The cameras and the parts of the picture they fill."""

import numpy as np
from panda3d.core import (
    AntialiasAttrib,
    BitMask32,
    Camera,
    DisplayRegion,
    GraphicsOutput,
    Lens,
    NodePath,
    OrthographicLens,
    PerspectiveLens,
)

from arguide.geometry.transforms import Array
from arguide.scene import camera, style
from arguide.scene.canvas import Canvas, flat
from arguide.scene.convert import camera_matrix
from arguide.scene.layout import Rect
from arguide.scene.shading import shader
from arguide.scene.shapes import geometry

MAIN, BARREL = BitMask32.bit(0), BitMask32.bit(1)
"""Which camera sees a node: `node.hide(BARREL)` keeps it out of the bullseye."""
STANDOFF_MM = 300.0
BEYOND_MM = 70.0
"""How deep beyond the target the bullseye still shows anatomy."""
BARREL_DIM = 0.62


class View:
    """One camera and its rectangle in the picture."""

    def __init__(
        self, output: GraphicsOutput, scene: NodePath, lens: Lens, sort: int, mask: BitMask32 | None = None
    ) -> None:
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
        self.region.set_clear_depth_active(True)

    def fill(self, box: Rect, window: Rect) -> None:
        """Take this rectangle of the window."""
        left, right = box.x / window.width, box.right / window.width
        self.region.set_dimensions(left, right, 1 - box.bottom / window.height, 1 - box.y / window.height)

    def inputs(self, **values: object) -> None:
        """Shader inputs that hold for everything this camera sees, unless a node has its own."""
        holder = NodePath("inputs")
        holder.set_state(self.node.node().get_initial_state())
        holder.set_shader_inputs(**values)
        self.node.node().set_initial_state(holder.get_state())

    def close(self) -> None:
        """Give the rectangle back."""
        self._output.remove_display_region(self.region)
        self.node.remove_node()


class Views:
    """The four cameras: 3D, bullseye, figure, and the canvas over all."""

    def __init__(self, output: GraphicsOutput, space: NodePath, figure: NodePath) -> None:
        self._output = output
        output.set_clear_color((*style.PANEL, 1))
        self._backdrop_root = NodePath("backdrop")
        self._backdrop_root.set_shader(shader("flat", "flat"))
        self._backdrop_root.attach_new_node(_gradient())
        self.backdrop = View(output, self._backdrop_root, _flat_lens(1, 1), 0)
        self.main = View(output, space, PerspectiveLens(), 10, MAIN)
        self.barrel = View(output, space, OrthographicLens(), 20, BARREL)
        self.figure = View(output, figure, OrthographicLens(), 40)
        self._canvas: View | None = None
        self._brightness = -1.0
        self.barrel.region.set_clear_color_active(True)
        self.barrel.region.set_clear_color((*style.BULLSEYE, 1))
        self.barrel.inputs(dim=BARREL_DIM, fog_color=style.BULLSEYE, fog_range=(STANDOFF_MM, STANDOFF_MM + BEYOND_MM))

    def arrange(self, window: Rect, view: Rect, bullseye: Rect, figure: Rect, canvas: Canvas) -> None:
        """Fill the rectangles; the canvas takes the whole window."""
        self.backdrop.fill(view, window)
        self.main.fill(view, window)
        self.main.lens.set_near_far(20, 4000)
        self.main.lens.set_aspect_ratio(view.width / view.height)
        self.main.lens.set_min_fov(float(np.degrees(_least_field(view))))
        self.barrel.fill(bullseye, window)
        self.figure.fill(figure, window)
        if self._canvas:
            self._canvas.close()
        self._canvas = View(self._output, canvas.root, _flat_lens(window.width, window.height), 30)

    def dim(self, brightness: float) -> None:
        """Draw the anatomy of the 3D view so bright, 0..1."""
        if brightness != self._brightness:
            self._brightness = brightness
            self.main.inputs(dim=brightness)

    def look(self, image_from_view: Array, distance_mm: float) -> None:
        """Point the 3D camera, and the figure's."""
        self.main.node.set_mat(camera_matrix(image_from_view))
        self.main.inputs(fog_color=style.FOG, fog_range=(distance_mm, distance_mm + 420.0))
        turned = image_from_view.copy()
        turned[:3, 3] = -10 * image_from_view[:3, 2]
        self.figure.node.set_mat(camera_matrix(turned))
        self.figure.lens.set_film_size(3.0, 3.0)
        self.figure.lens.set_near_far(1, 20)

    def look_down(self, image_from_barrel: Array, half_width_mm: float, bullseye: Rect) -> None:
        """Point the bullseye's camera; `half_width_mm` fits the shorter side."""
        eye = image_from_barrel.copy()
        eye[:3, 3] -= STANDOFF_MM * eye[:3, 2]
        self.barrel.node.set_mat(camera_matrix(eye))
        scale = 2 * half_width_mm / min(bullseye.width, bullseye.height)
        self.barrel.lens.set_film_size(bullseye.width * scale, bullseye.height * scale)
        self.barrel.lens.set_near_far(1, STANDOFF_MM + BEYOND_MM)


def _least_field(view: Rect) -> float:
    """The angle across the shorter side that gives `FIELD_RAD` from top to bottom."""
    aspect = min(1.0, view.width / view.height)
    return float(2 * np.arctan(np.tan(camera.FIELD_RAD / 2) * aspect))


def _flat_lens(width: float, height: float) -> OrthographicLens:
    """Pixels, the origin at the top left."""
    lens = OrthographicLens()
    lens.set_film_size(width, height)
    lens.set_film_offset(width / 2, -height / 2)
    lens.set_near_far(-10, 10)
    return lens


def _gradient() -> NodePath:
    """The backdrop: lighter above, a soft pool of light behind the anatomy."""
    n = 16
    y, x = np.meshgrid(np.linspace(0, 1, n), np.linspace(0, 1, n), indexing="ij")
    pool = np.exp(-(((x - 0.52) / 0.42) ** 2 + ((y - 0.40) / 0.42) ** 2))
    weight = np.clip(0.30 * (1 - y) + 0.62 * pool, 0, 1)[..., None]
    colors = np.asarray(style.GROUND) * (1 - weight) + np.asarray(style.SKY) * weight
    cell = (np.arange(n - 1)[:, None] * n + np.arange(n - 1)).ravel()[:, None]
    faces = np.concatenate([cell + (0, 1, n), cell + (1, n + 1, n)])
    sheet = flat(np.stack([x, y], -1).reshape(-1, 2), faces)
    return geometry("gradient", sheet.colored(np.concatenate([colors.reshape(-1, 3), np.ones((n * n, 1))], -1)))
