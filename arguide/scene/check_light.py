"""The traffic light of a verification by touch: three lamps, of which one is lit, each with its own shape and word."""

from arguide.guidance.checking import words
from arguide.guidance.state import Check, Grade, Phase, SessionState, Step
from arguide.scene import style
from arguide.scene.canvas import Canvas, Weight, disc, place
from arguide.scene.layout import Rect
from arguide.scene.marks import FOR_GRADE, color_of, mark_shape

LAMPS = (Grade.OUT, Grade.NEAR, Grade.WITHIN)
"""From the top, as on a road."""
SAYS = {
    Grade.WITHIN: "within: go on",
    Grade.NEAR: "near: check another place",
    Grade.OUT: "out: register again",
}
BEFORE_INSERTION = (Phase.SEARCHING, Phase.ALIGNING)


def light_words(state: SessionState) -> tuple[str, str, Grade | None] | None:
    """What was touched and how far off, what follows, and which lamp is lit; None where no light is shown."""
    guiding = state.view.step is Step.GUIDE and state.needle.phase in BEFORE_INSERTION
    check: Check | None = state.check
    if check is None or not (guiding or state.view.step is Step.REVIEW):
        return ("Registration", "not yet checked", None) if state.view.step is Step.REVIEW else None
    return words(check).rpartition(",")[0], SAYS[check.light], check.light


class CheckLight:
    """A small panel at the lower left of the picture."""

    def __init__(self, canvas: Canvas, box: Rect) -> None:
        unit = canvas.unit
        self._root = canvas.group()
        canvas.panel(box, style.rgba(style.PANEL, 0.86), 8, self._root)
        radius = 0.115 * box.height
        x = box.x + 18 * unit
        self._lit = {}
        for n, grade in enumerate(LAMPS):
            y = box.y + (n + 0.5) / len(LAMPS) * (box.height - 8 * unit) + 4 * unit
            dark = canvas.draw(disc(radius), style.rgba(style.LINE), self._root)
            place(dark, x, y)
            mark = FOR_GRADE[grade]
            self._lit[grade] = canvas.draw(mark_shape(mark, 1.25 * radius), (*color_of(mark), 1.0), self._root)
            place(self._lit[grade], x, y)
        text = Rect(x + 20 * unit, box.y + 8 * unit, box.right - x - 28 * unit, box.height - 16 * unit)
        self._what = canvas.label(text.row(0, text.height / 2), 17, weight=Weight.BOLD, parent=self._root)
        self._says = canvas.label(text.row(text.height / 2, text.height / 2), 15, parent=self._root)
        self._root.hide()

    def show(self, state: SessionState, covered: bool = False) -> None:
        """Light what the last check says; nothing where there is none, or where an alarm has the place."""
        found = None if covered else light_words(state)
        if found is None:
            self._root.hide()
            return
        what, says, grade = found
        for lamp, node in self._lit.items():
            node.show() if lamp is grade else node.hide()
        self._what.set(what)
        self._says.set(says, color_of(FOR_GRADE[grade]) if grade else style.QUIET)
        self._root.show()
