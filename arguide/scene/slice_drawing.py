"""A slice in Panda3D's terms: the CT's square, structures filled by parity in the stencil, contours, needle and plan.

Everything hangs in the image frame and is looked at by a camera that stands across the plane. Cuts are not sorted into
loops: a fan of triangles from one point over every segment, with the stencil inverted by each, leaves the inside odd.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import DTypeLike
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


class Stroke(NamedTuple):
    """Segments of a width in pixels."""

    segments: Array
    """(n, 2, 2) in the plane, mm."""
    pixels: Array | float
    """(n,) or one for all."""
    color: Array
    """(n, 3) or (3,)."""


SINGLE: DTypeLike = np.float32
ENDS = np.array([[-1.0], [1.0]], SINGLE)
CORNERS = np.array([(0, 2, 1), (1, 2, 3)])
"""Of the four points around a segment: two at its start, two at its end."""


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
        self._filled = list(range(len(self._fills)))
        self._contours = self._plane.attach_new_node(GeomNode("contours"))
        self._contours.set_bin("fixed", 1000)
        self._contours.set_shader(shader("stroke", "stroke"))

    def cut(self, image_from_slice: Array, mm_per_pixel: float, tracks: Sequence[Track] = ()) -> None:
        """Cut everything by a plane, and lay the tracks over it; `mm_per_pixel` of a design pixel."""
        self._plane.set_mat(panda_matrix(image_from_slice))
        if ct := self._content.ct:
            self._show_ct(ct, image_from_slice)
        segments, owners = self._content.sections.cut(image_from_slice[:3, 3], image_from_slice[:3, 2])
        flat = in_plane(image_from_slice.astype(SINGLE), segments.astype(SINGLE, copy=False))[..., :2]
        self._fill_in(flat, owners, [] if self._ct else np.unique(owners).tolist())
        strokes = [Stroke(flat, CONTOUR_PX, self._content.line_colors[owners])]
        strokes += [stroke for track in tracks for stroke in laid(track, image_from_slice, mm_per_pixel)]
        self._contours.node().remove_all_geoms()
        self._contours.node().add_geoms_from(geometry("contours", strips(strokes, mm_per_pixel)))

    def _show_ct(self, ct: CtTexture, image_from_slice: Array) -> None:
        if self._ct is None:
            self._ct = self._square("ct", -1)
            self._ct.set_shader(shader("ct", "ct"))
            self._ct.set_shader_inputs(ct=ct.texture, range_hu=(LOWEST_HU, HIGHEST_HU))
        window = self._content.windowing.now
        self._ct.set_shader_input("texture_from_slice", panda_matrix(ct.texture_from_image @ image_from_slice))
        self._ct.set_shader_input("window_hu", (window.level_hu, window.width_hu))

    def _fill_in(self, flat: Array, owners: Numbers, filled: list[int]) -> None:
        """Fill what the segments (n, 2, 2) of these structures enclose."""
        for k in set(self._filled) - set(filled):
            for node in self._fills[k]:
                node.hide()
        for k in filled:
            fan, square = self._fills[k]
            fan.show()
            square.show()
            fan.node().remove_all_geoms()
            fan.node().add_geoms_from(geometry("fan", _fan(flat[owners == k])))
        self._filled = filled

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
    width = np.where(inside[shown], track.pixels, 0.5 * track.pixels)
    return [Stroke(pieces, width + 2, np.array(style.BULLSEYE)), Stroke(pieces, width, np.array(track.color))]


def strips(strokes: Sequence[Stroke], mm_per_pixel: float) -> Shape:
    """Four points around each segment; their normals are what the `stroke` shader fades its long edges by."""
    segments = np.concatenate([stroke.segments for stroke in strokes]).astype(SINGLE)
    half = np.concatenate([np.broadcast_to(s.pixels, len(s.segments)) for s in strokes]).astype(SINGLE) / 2
    colors = np.concatenate([np.broadcast_to(s.color, (len(s.segments), 3)) for s in strokes])
    ahead = segments[:, 1] - segments[:, 0]
    ahead *= (mm_per_pixel / np.maximum(np.hypot(ahead[:, 0], ahead[:, 1]), 1e-9))[:, None]
    aside = np.stack([-ahead[:, 1], ahead[:, 0]], -1)
    rim = half + SOFT / 2
    points = np.zeros((len(segments), 2, 2, 3), SINGLE)
    points[..., :2] = (segments + (0.5 * half[:, None] * ahead)[:, None] * ENDS)[:, :, None]
    points[..., :2] += ((rim[:, None] * aside)[:, None] * ENDS)[:, None]
    across = np.zeros_like(points)
    across[..., 0], across[..., 1] = (rim / SOFT)[:, None, None] * ENDS[:, 0], (half / SOFT + 0.5)[:, None, None]
    tints = np.ones((len(segments), 4, 4), SINGLE)
    tints[..., :3] = colors[:, None]
    faces = 4 * np.arange(len(segments))[:, None, None] + CORNERS
    return Shape(points.reshape(-1, 3), across.reshape(-1, 3), faces.reshape(-1, 3), tints.reshape(-1, 4))
