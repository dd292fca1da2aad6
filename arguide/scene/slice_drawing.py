"""A slice in Panda3D's terms: the CT's square, structures filled by parity in the stencil, contours, needle and plan.

Everything hangs in the image frame and is looked at by a camera that stands across the plane. Cuts are not sorted into
loops: a fan of triangles from one point over every segment, with the stencil inverted by each, leaves the inside odd.
"""

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
from panda3d.core import ColorWriteAttrib, GeomNode, NodePath, StencilAttrib, TransparencyAttrib

from arguide.geometry.section import Numbers
from arguide.geometry.transforms import Array
from arguide.scene import style
from arguide.scene.convert import panda_matrix
from arguide.scene.ct import HIGHEST_HU, LOWEST_HU, CtTexture
from arguide.scene.shading import shader
from arguide.scene.shapes import Shape, geometry, shape
from arguide.scene.slice_content import SliceContent, fill_color
from arguide.scene.slice_plane import in_plane
from arguide.scene.style import Rgb

WHOLE_MM = 2000.0
STANDOFF_MM = 1000.0
THICK_MM = 1.5
"""Up to so far before or behind the plane, a line counts as lying in it."""
DASH_PX = 4.0
CONTOUR_PX = 1.3
SOFT = 1.2
ONLY = StencilAttrib
INVERT = ONLY.make(True, ONLY.SCF_always, ONLY.SO_keep, ONLY.SO_keep, ONLY.SO_invert, 0, 0xFF)
WHERE_ODD = ONLY.make(True, ONLY.SCF_not_equal, ONLY.SO_keep, ONLY.SO_keep, ONLY.SO_zero, 0, 0xFF)


class Track(NamedTuple):
    """A straight line through space."""

    start: Array
    end: Array
    color: Rgb
    pixels: float


Stroke: TypeAlias = tuple[Array, Array]
"""Strips of eight points each: points (8 n, 2), colours (8 n, 4)."""


class SliceDrawing:
    """The scene of one slice."""

    def __init__(self, content: SliceContent) -> None:
        self._content = content
        self.root = NodePath("slice")
        self.root.set_depth_test(False)
        self.root.set_depth_write(False)
        self.root.set_two_sided(True)
        self.root.set_transparency(TransparencyAttrib.M_alpha)
        self._plane = self.root.attach_new_node("plane")
        self._plane.set_shader(shader("flat", "flat"))
        self._ct: NodePath | None = None
        self._fills = [self._fill(k, fill_color(s)) for k, s in enumerate(content.structures)]
        self._contours = self._plane.attach_new_node(GeomNode("contours"))
        self._contours.set_bin("fixed", 1000)

    def cut(self, image_from_slice: Array, mm_per_pixel: float, tracks: Sequence[Track] = ()) -> None:
        """Cut everything by a plane, and lay the tracks over it; `mm_per_pixel` of a design pixel."""
        self._plane.set_mat(panda_matrix(image_from_slice))
        if ct := self._content.ct:
            self._show_ct(ct, image_from_slice)
        segments, owners = self._content.sections.cut(image_from_slice[:3, 3], image_from_slice[:3, 2])
        flat = in_plane(image_from_slice, segments.astype(float))[..., :2]
        self._fill_in(flat, np.full(len(flat), -1) if self._ct else owners)
        colors = self._content.line_colors[owners]
        contours = strips(flat, np.full(len(flat), CONTOUR_PX * mm_per_pixel), SOFT * mm_per_pixel, colors)
        laid_over = [stroke for track in tracks for stroke in laid(track, image_from_slice, mm_per_pixel)]
        self._contours.node().remove_all_geoms()
        self._contours.node().add_geoms_from(geometry("contours", _many([contours, *laid_over])))

    def _show_ct(self, ct: CtTexture, image_from_slice: Array) -> None:
        if self._ct is None:
            self._ct = self._square("ct", -1)
            self._ct.set_shader(shader("ct", "ct"))
            self._ct.set_shader_inputs(ct=ct.texture, range_hu=(LOWEST_HU, HIGHEST_HU))
        window = self._content.windowing.now
        self._ct.set_shader_input("texture_from_slice", panda_matrix(ct.texture_from_image @ image_from_slice))
        self._ct.set_shader_input("window_hu", (window.level_hu, window.width_hu))

    def _fill_in(self, flat: Array, owners: Numbers) -> None:
        """Fill what the segments (n, 2, 2) of each structure enclose."""
        for k, (fan, square) in enumerate(self._fills):
            mine = flat[owners == k]
            for node in (fan, square):
                node.show() if len(mine) else node.hide()
            if len(mine):
                fan.node().remove_all_geoms()
                fan.node().add_geoms_from(geometry("fan", _fan(mine)))

    def _square(self, name: str, order: int) -> NodePath:
        corners = WHOLE_MM * np.array([(-1, -1, 0), (1, -1, 0), (1, 1, 0), (-1, 1, 0)])
        node = self._plane.attach_new_node(
            geometry(name, shape(corners, np.zeros((4, 3)), np.array([(0, 1, 2), (0, 2, 3)])))
        )
        node.set_bin("fixed", order)
        return node

    def _fill(self, index: int, color: Rgb) -> tuple[NodePath, NodePath]:
        fan = self._plane.attach_new_node(geometry("fan", _fan(np.zeros((1, 2, 2)))))
        fan.set_attrib(ColorWriteAttrib.make(ColorWriteAttrib.C_off))
        fan.set_attrib(INVERT)
        fan.set_bin("fixed", 2 * index)
        fan.set_transparency(TransparencyAttrib.M_none)
        square = self._square("fill", 2 * index + 1)
        square.set_attrib(WHERE_ODD)
        square.set_color_scale(*color, 1.0)
        return fan, square


def _fan(segments: Array) -> Shape:
    """Triangles from one point over every segment (n, 2, 2)."""
    middle = segments.reshape(-1, 2).mean(axis=0)
    corners = np.concatenate([segments, np.broadcast_to(middle, (len(segments), 1, 2))], axis=1).reshape(-1, 2)
    points = np.column_stack([corners, np.zeros(len(corners))])
    return shape(points, np.zeros_like(points), np.arange(len(points)).reshape(-1, 3))


def laid(track: Track, image_from_slice: Array, mm_per_pixel: float) -> list[Stroke]:
    """A track seen from the slice, with a dark edge: whole where it lies in the plane, thin and dashed elsewhere."""
    ends = in_plane(image_from_slice, np.array([track.start, track.end]))
    length = float(np.linalg.norm(ends[1, :2] - ends[0, :2]))
    count = int(np.clip(length / (DASH_PX * mm_per_pixel), 4, 400)) & ~1
    points = ends[0] + np.linspace(0, 1, count + 1)[:, None] * (ends[1] - ends[0])
    inside = np.abs((points[1:, 2] + points[:-1, 2]) / 2) <= THICK_MM
    shown = inside | (np.arange(count) % 2 == 0)
    pieces = np.stack([points[:-1, :2], points[1:, :2]], axis=1)[shown]
    width = np.where(inside[shown], track.pixels, 0.5 * track.pixels) * mm_per_pixel
    soft = SOFT * mm_per_pixel
    return [
        strips(pieces, width + 2 * mm_per_pixel, soft, np.asarray(style.BULLSEYE)),
        strips(pieces, width, soft, np.asarray(track.color)),
    ]


def strips(segments: Array, width: Array, soft: float, color: Array) -> Stroke:
    """Strips of a width (n,) over segments (n, 2, 2) that fade over `soft` at both long edges; colours (3,) or (n, 3)."""
    ahead = segments[:, 1] - segments[:, 0]
    ahead = ahead / np.maximum(np.sqrt((ahead * ahead).sum(axis=1, keepdims=True)), 1e-9)
    side = np.stack([-ahead[:, 1], ahead[:, 0]], -1)
    half = width[:, None] / 2
    steps = half * (-1, -1, 1, 1) + np.array([-soft, soft, -soft, soft]) / 2
    ends = segments + (half * 0.5 * ahead)[:, None] * np.array([[-1.0], [1.0]])
    points = ends[:, None] + steps[:, :, None, None] * side[:, None, None]
    colors = np.empty((len(segments), 8, 4))
    colors[..., :3] = color if color.ndim == 1 else color[:, None]
    colors[..., 3] = (0, 0, 1, 1, 1, 1, 0, 0)
    return points.reshape(-1, 2), colors.reshape(-1, 4)


STRIPS = np.array([(k, k + 1, k + 2) for k in (0, 2, 4)] + [(k + 1, k + 3, k + 2) for k in (0, 2, 4)])


def _many(strokes: Sequence[Stroke]) -> Shape:
    """All strips of eight points each as one shape."""
    flat = np.concatenate([points for points, _ in strokes])
    points = np.column_stack([flat, np.zeros(len(flat))])
    faces = (8 * np.arange(len(points) // 8)[:, None, None] + STRIPS).reshape(-1, 3)
    return shape(points, np.zeros_like(points), faces, np.concatenate([colors for _, colors in strokes]))
