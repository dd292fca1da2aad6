"""Drawing in pixels over the picture: panels, round symbols and text that never leaves its box."""

from collections.abc import Callable, Iterator
from enum import StrEnum
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike
from panda3d.core import (
    DynamicTextFont,
    Filename,
    GeomNode,
    NodePath,
    PandaNode,
    SamplerState,
    TextNode,
    TransparencyAttrib,
)

from arguide.errors import DisplayError
from arguide.geometry.transforms import Array
from arguide.scene import style
from arguide.scene.layout import Rect
from arguide.scene.shading import shader
from arguide.scene.shapes import Faces, Shape, geometry, joined, shape
from arguide.scene.style import Rgb, Rgba

SOFT = 1.2
"""Pixels over which edges fade, so that they are smooth without several samples a pixel."""
CAP_HEIGHT = 0.711
"""Height of Roboto's capitals, in parts of the type size."""
GLYPH_EDGE = 2.0
"""Empty pixels around each letter in the font's page."""
WINDOW = Rect(0, 0, *style.DESIGN)
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
def _face(weight: Weight) -> DynamicTextFont:
    """The font as it was read: what the sizes share."""
    read = DynamicTextFont(Filename.from_os_specific(str(font_file(weight))))
    if not read.is_valid():
        raise DisplayError(f"{font_file(weight)}: not a font that can be read; install font-roboto again")
    return read


@cache
def font(weight: Weight, pixels: int) -> DynamicTextFont:
    """A font whose letters are drawn at exactly this many pixels, so that they stay crisp."""
    made = _face(weight).make_copy()
    made.set_pixels_per_unit(pixels)
    made.set_scale_factor(1)
    made.set_native_antialias(True)
    made.set_page_size(512, 256 if pixels < 40 else 512)
    made.set_minfilter(SamplerState.FT_linear)
    made.set_magfilter(SamplerState.FT_linear)
    return made


class Label:
    """A text in a box. Its letters shrink, or its lines wrap, rather than leave the box."""

    def __init__(
        self,
        parent: NodePath,
        box: Rect,
        pixels: float,
        weight: Weight,
        align: Align,
        lines: int,
        stir: Callable[[], None],
    ) -> None:
        """`stir` is called when what is seen of it changes."""
        self.box, self._stir = box, stir
        self._pixels, self._align, self._lines = pixels, align, lines
        self._said = ""
        self._color: Rgb | None = None
        self._text = TextNode("label")
        self._text.set_font(font(weight, max(6, round(pixels))))
        self._text.set_align(ALIGNMENTS[align])
        self.node = parent.attach_new_node(self._text)
        self.node.set_shader(shader("text", "text"))
        self.node.set_scale(pixels)

    @property
    def text(self) -> str:
        """What it says."""
        return str(self._text.get_text())

    def set(self, text: str, color: Rgb | None = None) -> None:
        """Say this, in this colour; nothing is done where nothing changes."""
        if color is not None and color != self._color:
            self._color = color
            self.node.set_color_scale(*color, 1.0)
            self._stir()
        if text != self._said:
            self._said = text
            self._text.set_text(text.translate(PLAIN))
            self._fit()
            self._stir()

    def _fit(self) -> None:
        size = self._pixels
        if self._lines > 1:
            self._text.set_wordwrap(self.box.width / size)
            while size > 7 and self._text.get_num_rows() * self._text.get_line_height() * size > self.box.height:
                size *= 0.92
                self._text.set_wordwrap(self.box.width / size)
            rows = max(1, self._text.get_num_rows())
            size *= min(1.0, self.box.height / (rows * self._text.get_line_height() * size))
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
        return float(round(self.box.y + (self.box.height - block) / 2 + CAP_HEIGHT * size))

    def bounds(self) -> Rect | None:
        """What the letters cover in the picture; None when there is nothing to see."""
        if not self.text.strip() or not self.node.get_hidden_ancestor().is_empty():
            return None
        low, high = self.node.get_tight_bounds(self.node.get_top())
        edge = self.node.get_sx(self.node.get_top()) / self._text.get_font().get_pixels_per_unit() * GLYPH_EDGE
        return Rect(low.x, -high.z, high.x - low.x, high.z - low.z).inset(edge)


class Canvas:
    """A sheet over the picture, in pixels from the top left; y grows downwards."""

    def __init__(self, unit: float, window: Rect = WINDOW, root: NodePath | None = None) -> None:
        """`root`: of a canvas that lies on a plate, see `sheet`."""
        self.unit, self.window = unit, window
        self.root = root or NodePath("canvas")
        self.root.set_depth_test(False)
        self.root.set_depth_write(False)
        self.root.set_two_sided(True)
        self.root.set_bin("unsorted", 0)
        self.root.set_transparency(TransparencyAttrib.M_alpha)
        self.root.set_shader(shader("flat", "flat"))
        self.still = self.group()
        """For what seldom changes: drawn first, and in a few pieces; whoever changes a shape there must `stir`."""
        self._melted: NodePath | None = None
        if root is None:
            self.still.hide(PandaNode.get_all_camera_mask())
            self._melted = self.group()
        self._stirred = False
        self._labels: list[Label] = []
        self._sheets: list[Canvas] = []

    @property
    def labels(self) -> list[Label]:
        """The texts on the sheet."""
        self._labels = [label for label in self._labels if self.root.is_ancestor_of(label.node)]
        return [*self._labels, *(label for sheet in self._sheets for label in sheet.labels)]

    def group(self, parent: NodePath | None = None) -> NodePath:
        """A node to hang things on, so that they can be moved, hidden or thrown away together."""
        return (parent or self.root).attach_new_node("group")

    def sheet(self, root: NodePath) -> "Canvas":
        """Another canvas with the same pixels, for what lies on a plate and is drawn with it under `root`."""
        made = Canvas(self.unit, self.window, root)
        self._sheets.append(made)
        return made

    def stir(self) -> None:
        """Something that seldom changes has changed."""
        self._stirred = True

    def settle(self) -> None:
        """Right before every frame: melt what seldom changes, if it has; a hundred pieces would cost as much as the anatomy."""
        if self._melted is None or not self._stirred:
            return
        self._stirred = False
        self._melted.get_children().detach()
        for piece in _seen(self.still):
            node = piece.node()
            copy = self._melted.attach_new_node(node.generate() if isinstance(node, TextNode) else node.make_copy())
            copy.set_mat(piece.get_mat(self.root))
            copy.set_state(piece.get_state(self.root))
        self._melted.flatten_strong()

    def _is_still(self, node: NodePath) -> bool:
        return bool(node == self.still or self.still.is_ancestor_of(node))

    def clear(self, group: NodePath) -> None:
        """Throw away what hangs on a node."""
        group.get_children().detach()

    def label(
        self,
        box: Rect,
        pixels: float,
        text: str = "",
        color: Rgb | None = None,
        *,
        weight: Weight = Weight.MEDIUM,
        align: Align = Align.LEFT,
        lines: int = 1,
        parent: NodePath | None = None,
    ) -> Label:
        """A text of `pixels` design size in a box."""
        parent = parent or self.root
        stir = self.stir if self._is_still(parent) else _nothing
        made = Label(parent, box, pixels * self.unit, weight, align, lines, stir)
        made.set(text, color or style.INK)
        self._labels.append(made)
        return made

    def draw(self, drawn: Shape, color: Rgba = (1, 1, 1, 1), parent: NodePath | None = None) -> NodePath:
        """A flat shape (see below), tinted."""
        node = (parent or self.root).attach_new_node(geometry("flat", drawn))
        node.set_color_scale(*color)
        self._stirred = self._stirred or self._is_still(node)
        return node

    def panel(self, box: Rect, color: Rgba, radius: float = 8.0, parent: NodePath | None = None) -> NodePath:
        """A filled rectangle with round corners."""
        return self.draw(rounded(box, radius * self.unit), color, parent)


def _nothing() -> None:
    pass


def _seen(node: NodePath) -> Iterator[NodePath]:
    """What of a node is drawn, in the order in which it is."""
    if node.is_hidden():
        return
    if isinstance(node.node(), GeomNode | TextNode):
        yield node
    for child in node.get_children():
        yield from _seen(child)


def place(node: NodePath, x: float, y: float, scale: float = 1.0) -> None:
    """Put a node of the canvas at a pixel."""
    node.set_pos(x, 0, -y)
    node.set_scale(scale)


def flat(points: ArrayLike, faces: Faces) -> Shape:
    """A shape of points (n, 2) in pixels, y down."""
    xy = np.asarray(points, dtype=float)
    vertices = np.stack([xy[:, 0], np.zeros(len(xy)), -xy[:, 1]], -1)
    return shape(vertices, np.zeros_like(vertices), faces)


def filled(outline: ArrayLike, soft: float = SOFT) -> Shape:
    """The inside of a star-shaped outline (n, 2), seen from its mean; its edge fades over `soft` pixels."""
    line = np.asarray(outline, dtype=float)
    middle = line.mean(axis=0)
    out = _outward(line, middle) * soft / 2
    n = len(line)
    k = np.arange(n)
    m = (k + 1) % n
    fan = np.stack([k, m, np.full(n, 2 * n)], -1)
    faded = np.concatenate([np.ones(n), np.zeros(n), [1.0]])
    return _tinted(
        flat(np.concatenate([line - out, line + out, [middle]]), np.concatenate([fan, _strip(k, m, n)])), faded
    )


def band(inner: ArrayLike, outer: ArrayLike, closed: bool = True, soft: float = SOFT) -> Shape:
    """The strip between two lines (n, 2) each; its long edges fade over `soft` pixels."""
    first, second = np.asarray(inner, dtype=float), np.asarray(outer, dtype=float)
    n = len(first)
    k = np.arange(n if closed else n - 1)
    m = (k + 1) % n
    across = second - first
    length = np.linalg.norm(across, axis=1, keepdims=True)
    step = across / np.maximum(length, 1e-9) * np.minimum(soft / 2, length / 2)
    points = np.concatenate([first - step, first + step, second - step, second + step])
    faces = np.concatenate([_strip(k + row * n, m + row * n, n) for row in range(3)])
    return _tinted(flat(points, faces), np.repeat([0.0, 1.0, 1.0, 0.0], n))


def _strip(k: Faces, m: Faces, n: int) -> Faces:
    """Two triangles for each step along a line of points and its neighbour line, `n` further on."""
    return np.concatenate([np.stack([k, m, k + n], -1), np.stack([m, m + n, k + n], -1)])


def _outward(line: Array, middle: Array) -> Array:
    """Directions (n, 2) that push each side of a closed outline outwards by one, corners included."""
    sides = np.roll(line, -1, axis=0) - line
    normals = np.stack([sides[:, 1], -sides[:, 0]], -1)
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)
    both = normals + np.roll(normals, 1, axis=0)
    both *= 2 / np.maximum(np.sum(both * both, axis=1, keepdims=True), 0.5)
    result: Array = both * np.sign(np.sum(both * (line - middle)) or 1.0)
    return result


def _tinted(drawn: Shape, opacity: Array) -> Shape:
    """White, with an opacity for each vertex."""
    return drawn.colored(np.stack([*[np.ones(len(opacity))] * 3, opacity], -1))


def arc(radius: float, start: float = 0.0, end: float = 2 * np.pi, points: int = 48) -> Array:
    """Points (n, 2) on a circle about the origin, angles in radians from the right, clockwise on screen."""
    whole = np.isclose(abs(end - start), 2 * np.pi)
    angle = np.linspace(start, end, points, endpoint=not whole)
    return radius * np.stack([np.cos(angle), np.sin(angle)], -1)


def ring(radius: float, width: float, points: int = 64, soft: float = SOFT) -> Shape:
    """A circle line about the origin."""
    return band(arc(radius - width / 2, points=points), arc(radius + width / 2, points=points), soft=soft)


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
    """A filled rectangle with round corners; without a radius its edges are hard."""
    r = min(radius, box.width / 2, box.height / 2)
    low, high = np.array([box.x + r, box.y + r]), np.array([box.right - r, box.bottom - r])
    corners = np.array([high, (low[0], high[1]), low, (high[0], low[1])])
    if r <= 0:
        return flat(corners, np.array([(0, 1, 2), (0, 2, 3)]))
    return filled(np.concatenate([arc(r, k * np.pi / 2, (k + 1) * np.pi / 2, 8) + c for k, c in enumerate(corners)]))


def outline(box: Rect, width: float) -> Shape:
    """The frame of a rectangle, inside of it."""
    sides = (
        box.row(0, width),
        box.row(box.height - width, width),
        box.column(0, width),
        box.column(box.width - width, width),
    )
    return joined(*(rounded(side, 0) for side in sides))


def shade(box: Rect, color: Rgb, opacity: float = 0.82, from_top: bool = True) -> Shape:
    """A rectangle whose colour fades from one edge to the other, so that words at the edge can be read over anything."""
    sheet = rounded(box, 0)
    top = 1 + (sheet.vertices[:, 2] + box.y) / box.height
    part = np.clip(top if from_top else 1 - top, 0, 1)
    return sheet.colored(np.column_stack([np.tile(color, (len(part), 1)), opacity * part]))
