"""A large clean panel: the score at the end, the keys on `h`."""

from collections.abc import Sequence
from typing import TypeAlias

from arguide.guidance.state import Grade
from arguide.scene import style
from arguide.scene.canvas import Align, Canvas, Weight
from arguide.scene.layout import Rect
from arguide.scene.marks import FOR_GRADE, Sign, color_of

CardLine: TypeAlias = tuple[str, str, Grade | None]
"""Label, value, grade if it has one."""
MOST_LINES = 20
LIST_PX = 14.0
LONG = 36
"""Letters from which a value is a sentence, and gets more room …"""
ONE_LINE = 84
"""… and those from which it is set smaller, on two lines."""


class Card:
    """A titled table of lines over a dimmed picture."""

    def __init__(self, canvas: Canvas, box: Rect, window: Rect, title: str, lines: Sequence[CardLine]) -> None:
        unit = canvas.unit
        self._canvas = canvas
        self.root = canvas.group()
        shown = list(lines)[:MOST_LINES]
        row = min(46 * unit, (box.height - 110 * unit) / max(1, len(shown)))
        height = min(box.height, 104 * unit + row * len(shown))
        panel = Rect(box.x, box.y + (box.height - height) / 2, box.width, height)
        canvas.panel(window, (0.01, 0.02, 0.03, 0.62), 0, self.root)
        canvas.panel(panel.inset(-1.5 * unit), style.rgba(style.LINE), 17, self.root)
        canvas.panel(panel, style.rgba(style.PANEL, 0.98), 16, self.root)
        inner = panel.inset(36 * unit, 24 * unit)
        canvas.label(inner.row(0, 40 * unit), 30, title, weight=Weight.BOLD, parent=self.root)
        canvas.panel(inner.row(50 * unit, 2 * unit), style.rgba(style.ACCENT), 1, self.root)
        graded = any(found for _, _, found in shown)
        for k, line in enumerate(shown):
            (self._line if graded else self._entry)(canvas, inner.row(58 * unit + k * row, row), line)

    def _entry(self, canvas: Canvas, box: Rect, line: CardLine) -> None:
        """A line of a list without grades: all alike, read from left to right."""
        unit, middle = canvas.unit, 0.28 * box.width
        size = min(LIST_PX, 0.58 * box.height / unit)
        key, value = box.column(0, middle - 10 * unit), box.column(middle, box.width - middle)
        canvas.label(key, size, line[0], weight=Weight.BOLD, parent=self.root)
        canvas.label(value, size, line[1], parent=self.root)
        canvas.panel(box.row(box.height - 1 * unit, 1 * unit), style.rgba(style.LINE, 0.7), 0, self.root)

    def _line(self, canvas: Canvas, box: Rect, line: CardLine) -> None:
        unit = canvas.unit
        label, value, found = line
        size = min(19.0, 0.48 * box.height / unit)
        color = color_of(FOR_GRADE[found]) if found else style.INK
        long = len(value) > LONG
        middle = (0.28 if long else 0.5) * box.width
        value_box = box.column(middle, (0.8 if found else 1.0) * box.width - middle)
        wraps = long and len(value) > ONE_LINE * value_box.width / (0.72 * box.width)
        canvas.label(box.column(0, middle - 10 * unit), size, label, style.QUIET, parent=self.root)
        canvas.label(
            value_box,
            size * (0.72 if wraps else 1.0 if long else 1.1),
            value,
            color,
            weight=Weight.MEDIUM if long else Weight.BOLD,
            align=Align.RIGHT,
            lines=2 if wraps else 1,
            parent=self.root,
        )
        canvas.panel(box.row(box.height - 1 * unit, 1 * unit), style.rgba(style.LINE, 0.7), 0, self.root)
        if found:
            x = value_box.right + 26 * unit
            Sign(canvas, x, box.center[1], 9 * unit, self.root).set(FOR_GRADE[found])
            word = Rect(x + 18 * unit, box.y, box.right - x - 18 * unit, box.height)
            canvas.label(word, size * 0.9, found.value, color, parent=self.root)

    def close(self) -> None:
        """Take it away."""
        self._canvas.clear(self.root)
        self.root.remove_node()


HELP: tuple[CardLine, ...] = (
    ("Space", "go on / touch / take · in a replay: pause", None),
    ("1 … 6", "layout: 3D · camera · camera and slice · slices · along the needle · bullseye", None),
    ("Tab", "give the keys to the next view", None),
    ("F, double click", "let the view fill the window, and go back", None),
    ("V", "3D: oblique · posterior · lateral · from the feet · along the path", None),
    ("Mouse left · right · middle", "turn · move · move", None),
    ("Mouse wheel", "nearer, farther", None),
    ("W · [ ] · − =", "slices: bone, soft tissue, wide · darker, brighter · more, less contrast", None),
    ("K", "skin on or off", None),
    ("R", "repeat this step", None),
    ("X", "leave out the fiducial that looks wrong", None),
    ("G", "guidance: full · reduced · intermittent · none", None),
    ("L", "a look: show everything for a moment, at guidance intermittent", None),
    ("M · comma · full stop", "sound off or on · softer · louder", None),
    ("S · P", "save a picture · frames a second, and how old what is drawn is", None),
    ("F2 … F8", "panels: steps · tools · deviations · layers · settings · devices · all", None),
    ("F9", "keyboard to the panels, and back", None),
    ("H", "this help", None),
    ("Q, Escape", "leave", None),
)
