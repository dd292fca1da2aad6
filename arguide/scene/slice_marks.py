"""What is flat on a slice: its name, the letters of the patient's sides, a scale in mm, where it lies, target and tip."""

import numpy as np
from panda3d.core import NodePath

from arguide.geometry.transforms import Array
from arguide.scene import style
from arguide.scene.bullseye import LETTERS, side_letters
from arguide.scene.canvas import Align, Canvas, Label, Weight, disc, place, ring, shade, stroke
from arguide.scene.layout import Rect
from arguide.scene.shapes import joined
from arguide.scene.slice_plane import round_length
from arguide.scene.views import caption

EDGE_PX = 15
IN_PLANE_MM = 1.5
"""A target so near to the plane counts as lying in it."""
SCALE_PART = 0.3
"""Longest scale bar, in parts of the pane's width."""


def position_words(image_from_slice: Array) -> str:
    """Where a square slice lies, like `S 41.8 mm`; empty for an oblique one."""
    axis = int(np.argmax(np.abs(image_from_slice[:3, 2])))
    if abs(image_from_slice[axis, 2]) < 0.9999:
        return ""
    value = float(image_from_slice[axis, 3])
    return f"{LETTERS[axis][value < 0]} {abs(value):.1f} mm"


class SliceMarks:
    """Drawn on the canvas over the picture of a slice."""

    def __init__(self, canvas: Canvas, box: Rect, name: str) -> None:
        self._canvas, self._box, self._unit = canvas, box, canvas.unit
        unit = self._unit
        canvas.draw(shade(box.row(0, 40 * unit), style.BULLSEYE, 0.9))
        canvas.draw(shade(box.row(box.height - 40 * unit, 40 * unit), style.BULLSEYE, 0.9, from_top=False))
        caption(canvas, box, name, style.ON_PICTURE)
        low = box.row(box.height - 27 * unit, 22 * unit)
        self._where = canvas.label(low.column(10 * unit, 0.3 * box.width), 13, color=style.ON_PICTURE)
        top = Rect(box.x + 0.55 * box.width, box.y + 5 * unit, 0.45 * box.width - 10 * unit, 26 * unit)
        self._window = canvas.label(top, 13, color=style.ON_PICTURE, align=Align.RIGHT, lines=3)
        self._letters = [self._letter(x, y) for x, y in ((-1, 0), (1, 0), (0, -1), (0, 1))]
        self._target, self._dot = self._target_mark()
        self._tip = canvas.group()
        canvas.draw(ring(5.5 * unit, 4 * unit), style.rgba(style.BULLSEYE), self._tip)
        canvas.draw(ring(5.5 * unit, 2 * unit), style.rgba(style.ON_PICTURE), self._tip)
        self._tip.hide()
        self._scale = canvas.group()
        self._mm = 0.0

    def show(self, image_from_slice: Array, mm_per_pixel: float, window: str) -> None:
        """The sides, the place and the scale of a slice."""
        x, y = image_from_slice[:3, 0], image_from_slice[:3, 1]
        for label, way in zip(self._letters, (-x, x, -y, y), strict=True):
            label.set(side_letters(way))
        self._where.set(position_words(image_from_slice))
        self._window.set(window)
        if mm_per_pixel != self._mm:
            self._mm = mm_per_pixel
            self._redraw_scale()

    def mark(self, target: Array, off_mm: float, tip: Array | None) -> None:
        """The pixels of the target and of a known tip; a target before or behind the plane (`off_mm`) is an empty ring."""
        self._put(self._target, target)
        self._dot.show() if abs(off_mm) <= IN_PLANE_MM else self._dot.hide()
        if tip is None:
            self._tip.hide()
        else:
            self._put(self._tip, tip)

    def _put(self, node: NodePath, pixel: Array) -> None:
        x, y = pixel.tolist()
        place(node, x, y)
        node.show() if self._box.contains(Rect(x, y, 0, 0)) else node.hide()

    def _letter(self, x: int, y: int) -> Label:
        unit, (cx, cy) = self._unit, self._box.center
        spot = (cx + x * (self._box.width / 2 - EDGE_PX * unit), cy + y * (self._box.height / 2 - EDGE_PX * unit))
        size = 24 * unit
        place(self._canvas.draw(disc(11 * unit), style.rgba(style.PANEL, 0.75)), *spot)
        box = Rect(spot[0] - size / 2, spot[1] - size / 2, size, size)
        return self._canvas.label(box, 14, weight=Weight.BOLD, align=Align.CENTER)

    def _target_mark(self) -> tuple[NodePath, NodePath]:
        unit, canvas = self._unit, self._canvas
        root = canvas.group()
        canvas.draw(ring(8 * unit, 4.4 * unit), style.rgba(style.BULLSEYE, 0.8), root)
        canvas.draw(ring(8 * unit, 2.4 * unit), style.rgba(style.TARGET), root)
        return root, canvas.draw(disc(3 * unit), style.rgba(style.TARGET), root)

    def _redraw_scale(self) -> None:
        unit, box, canvas = self._unit, self._box, self._canvas
        canvas.clear(self._scale)
        length = round_length(SCALE_PART * box.width * self._mm)
        pixels = length / self._mm
        x, y = box.right - 12 * unit - pixels, box.bottom - 10 * unit
        parts = round(length / round_length(length / 5))
        ticks = [x + pixels * k / parts for k in range(parts + 1)]
        for width, color in ((4.2, style.BULLSEYE), (1.8, style.ON_PICTURE)):
            lines = [stroke([(x - width * unit / 2, y), (x + pixels + width * unit / 2, y)], width * unit)]
            for k, tick in enumerate(ticks):
                high = 8 if k in (0, parts) else 4.5
                lines.append(stroke([(tick, y), (tick, y - high * unit - width / 2)], width * unit))
            canvas.draw(joined(*lines), style.rgba(color, 0.95), self._scale)
        words = Rect(box.right - 112 * unit, y - 27 * unit, 100 * unit, 16 * unit)
        canvas.label(words, 13, f"{length:g} mm", style.ON_PICTURE, align=Align.RIGHT, parent=self._scale)
