"""Drawing in pixels over the picture: panels, round symbols and text that never leaves its box."""

from enum import StrEnum
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike
from panda3d.core import (
    DynamicTextFont,
    Filename,
    NodePath,
    SamplerState,
    TextNode,
    TransparencyAttrib,
)

from arguide.errors import DisplayError
from arguide.geometry.transforms import Array
from arguide.scene import style
from arguide.scene.layout import Rect
from arguide.scene.shading import shader
from arguide.scene.shapes import Faces, Shape, geometry, shape
from arguide.scene.style import Rgb, Rgba

CAP_HEIGHT = 0.711
"""Height of Roboto's capitals, in parts of the type size."""
PLAIN = str.maketrans({"→": "›", "←": "‹", "✓": "", "\t": " "})
"""Signs that the font lacks."""


class Weight(StrEnum):
    """The cuts of the typeface in use."""

    REGULAR = "Roboto-Regular"
    MEDIUM = "Roboto-Medium"
    BOLD = "Roboto-Bold"


class Align(StrEnum):
    """Where a text stands in its box."""

    LEFT = "left"
    CENTER = "center"
    RIGHT = "right"


ALIGNMENTS = {Align.LEFT: TextNode.A_left, Align.CENTER: TextNode.A_center, Align.RIGHT: TextNode.A_right}


def font_file(weight: Weight) -> Path:
    """The font file from the `font-roboto` package."""
    spec = find_spec("font_roboto")
    folders = [Path(folder) for folder in (spec.submodule_search_locations or ())] if spec else []
    for folder in folders:
        if (file := folder / "files" / f"{weight}.ttf").is_file():
            return file
    raise DisplayError(f"the font {weight} is missing; install it with: pip install font-roboto")


@cache
def font(weight: Weight, pixels: int) -> DynamicTextFont:
    """A font whose letters are drawn at exactly this many pixels, so that they stay crisp."""
    made = DynamicTextFont(Filename.from_os_specific(str(font_file(weight))))
    if not made.is_valid():
        raise DisplayError(f"{font_file(weight)}: not a font that can be read; install font-roboto again")
    made.set_pixels_per_unit(pixels)
    made.set_scale_factor(1)
    made.set_native_antialias(True)
    made.set_page_size(512, 256 if pixels < 40 else 512)
    made.set_minfilter(SamplerState.FT_linear)
    made.set_magfilter(SamplerState.FT_linear)
    return made


class Label:
    """A text in a box. Its letters shrink, or its lines wrap, rather than leave the box."""

    def __init__(self, parent: NodePath, box: Rect, pixels: float, weight: Weight, align: Align, lines: int) -> None:
        self.box = box
        self._pixels, self._align, self._lines = pixels, align, lines
        self._text = TextNode("label")
        self._text.set_font(font(weight, max(6, round(pixels))))
        self._text.set_align(ALIGNMENTS[align])
        self.node = parent.attach_new_node(self._text)
        self.node.set_shader(shader("flat", "text"))
        self.node.set_scale(pixels)

    @property
    def text(self) -> str:
        """What it says."""
        return str(self._text.get_text())

    def set(self, text: str, color: Rgb | None = None) -> None:
        """Say this, in this colour; nothing is done where nothing changes."""
        if color is not None:
            self.node.set_color_scale(*color, 1.0)
        plain = text.translate(PLAIN)
        if plain != self.text:
            self._text.set_text(plain)
            self._fit()

    def _fit(self) -> None:
        size = self._pixels
        if self._lines > 1:
            self._text.set_wordwrap(self.box.width / size)
            while size > 7 and self._text.get_num_rows() * self._text.get_line_height() * size > self.box.height:
                size *= 0.92
                self._text.set_wordwrap(self.box.width / size)
        width = self._text.get_width() * size
        if width > self.box.width:
            size *= self.box.width / width
        self.node.set_scale(size)
        self.node.set_pos(self._start(), 0, -self._baseline(size))

    def _start(self) -> float:
        x, width = self.box.x, self.box.width
        return round({Align.LEFT: x, Align.CENTER: x + width / 2, Align.RIGHT: x + width}[self._align])

    def _baseline(self, size: float) -> float:
        """Pixels down to the first baseline: the block of lines stands in the middle of its box."""
        rows = max(1, self._text.get_num_rows())
        block = (rows - 1) * self._text.get_line_height() * size + CAP_HEIGHT * size
        return round(self.box.y + (self.box.height - block) / 2 + CAP_HEIGHT * size)

    def bounds(self) -> Rect:
        """What the letters cover in the picture; without width when empty or hidden."""
        if not self.text.strip() or self.node.is_hidden() or self.node.get_hidden_ancestor() is not None:
            return Rect(*self.box.center, 0, 0)
        low, high = self.node.get_tight_bounds(self.node.get_top())
        return Rect(low.x, -high.z, high.x - low.x, high.z - low.z)


class Canvas:
    """A sheet over the picture, in pixels from the top left; y grows downwards."""

    def __init__(self, unit: float) -> None:
        self.unit = unit
        self.root = NodePath("canvas")
        self.root.set_depth_test(False)
        self.root.set_depth_write(False)
        self.root.set_two_sided(True)
        self.root.set_bin("unsorted", 0)
        self.root.set_transparency(TransparencyAttrib.M_alpha)
        self.root.set_shader(shader("flat", "flat"))
        self.labels: list[Label] = []

    def group(self, parent: NodePath | None = None) -> NodePath:
        """A node to hang things on, so that they can be moved, hidden or thrown away together."""
        return (parent or self.root).attach_new_node("group")

    def label(
        self,
        box: Rect,
        pixels: float,
        text: str = "",
        color: Rgb = style.INK,
        *,
        weight: Weight = Weight.MEDIUM,
        align: Align = Align.LEFT,
        lines: int = 1,
        parent: NodePath | None = None,
    ) -> Label:
        """A text of `pixels` design size in a box."""
        made = Label(parent or self.root, box, pixels * self.unit, weight, align, lines)
        made.set(text, color)
        self.labels.append(made)
        return made

    def draw(self, drawn: Shape, color: Rgba = (1, 1, 1, 1), parent: NodePath | None = None) -> NodePath:
        """A flat shape (see below), tinted."""
        node = (parent or self.root).attach_new_node(geometry("flat", drawn))
        node.set_color_scale(*color)
        return node

    def panel(self, box: Rect, color: Rgba, radius: float = 8.0, parent: NodePath | None = None) -> NodePath:
        """A filled rectangle with round corners."""
        return self.draw(rounded(box, radius * self.unit), color, parent)


def place(node: NodePath, x: float, y: float, scale: float = 1.0) -> None:
    """Put a node of the canvas at a pixel."""
    node.set_pos(x, 0, -y)
    node.set_scale(scale)


def flat(points: ArrayLike, faces: Faces) -> Shape:
    """A shape of points (n, 2) in pixels, y down."""
    xy = np.asarray(points, dtype=float)
    vertices = np.stack([xy[:, 0], np.zeros(len(xy)), -xy[:, 1]], -1)
    return shape(vertices, np.zeros_like(vertices), faces)


def filled(outline: ArrayLike) -> Shape:
    """The inside of a star-shaped outline (n, 2), seen from its mean."""
    ring = np.asarray(outline, dtype=float)
    k = np.arange(len(ring))
    points = np.concatenate([ring, ring.mean(0, keepdims=True)])
    return flat(points, np.stack([k, np.roll(k, -1), np.full(len(ring), len(ring))], -1))


def band(inner: ArrayLike, outer: ArrayLike, closed: bool = True) -> Shape:
    """The strip between two lines (n, 2) each."""
    first, second = np.asarray(inner, dtype=float), np.asarray(outer, dtype=float)
    n = len(first)
    k = np.arange(n if closed else n - 1)
    m = (k + 1) % n
    faces = np.concatenate([np.stack([k, m, n + k], -1), np.stack([m, n + m, n + k], -1)])
    return flat(np.concatenate([first, second]), faces)


def arc(radius: float, start: float = 0.0, end: float = 2 * np.pi, points: int = 48) -> Array:
    """Points (n, 2) on a circle about the origin, angles in radians from the right, clockwise on screen."""
    whole = np.isclose(abs(end - start), 2 * np.pi)
    angle = np.linspace(start, end, points, endpoint=not whole)
    return radius * np.stack([np.cos(angle), np.sin(angle)], -1)


def ring(radius: float, width: float, points: int = 64) -> Shape:
    """A circle line about the origin."""
    return band(arc(radius - width / 2, points=points), arc(radius + width / 2, points=points))


def disc(radius: float, points: int = 32) -> Shape:
    """A filled circle about the origin."""
    return filled(arc(radius, points=points))


def stroke(points: ArrayLike, width: float) -> Shape:
    """A line (n, 2) of a width, with mitred joints."""
    line = np.asarray(points, dtype=float)
    ahead = np.gradient(line, axis=0) if len(line) > 2 else np.repeat(line[1:] - line[:1], 2, axis=0)
    ahead = ahead / np.maximum(np.linalg.norm(ahead, axis=1, keepdims=True), 1e-9)
    side = np.stack([-ahead[:, 1], ahead[:, 0]], -1) * width / 2
    return band(line - side, line + side, closed=False)


def rounded(box: Rect, radius: float) -> Shape:
    """A filled rectangle with round corners."""
    r = min(radius, box.width / 2, box.height / 2)
    corners = [
        (box.right - r, box.bottom - r),
        (box.x + r, box.bottom - r),
        (box.x + r, box.y + r),
        (box.right - r, box.y + r),
    ]
    arcs = [arc(r, k * np.pi / 2, (k + 1) * np.pi / 2, 8) + np.array(c) for k, c in enumerate(corners)]
    return filled(np.concatenate(arcs))
