"""The guide at the foot of the picture: which step, what to do, what was measured, what to do better."""

from arguide.guidance.state import Step, StepView
from arguide.scene import style
from arguide.scene.canvas import Align, Canvas, Weight, disc, place
from arguide.scene.layout import Rect
from arguide.scene.marks import check

STEPS = tuple(step for step in Step if step is not Step.NEEDLE)
"""The steps that every session has."""


def steps_at(now: Step) -> tuple[Step, ...]:
    """The steps as they are listed while one of them is on: both tools' calibrations share the first place."""
    return tuple(Step.NEEDLE if step is Step.PIVOT and now is Step.NEEDLE else step for step in STEPS)


class StepGuide:
    """One bar: chips of all steps, the instruction in large type, the progress."""

    def __init__(self, canvas: Canvas, box: Rect, over_view: bool) -> None:
        """`over_view`: with a ground of its own, because a view goes on under it."""
        self._canvas, self._box = canvas, box
        unit = canvas.unit
        if over_view:
            canvas.panel(box, style.rgba(style.PANEL, 0.86), 10, canvas.still)
        inner = box.inset(18 * unit, 10 * unit)
        self._chips = [
            _Chip(canvas, Rect(inner.x + k * inner.width / 5, inner.y, inner.width / 5, 24 * unit), k) for k in range(5)
        ]
        text = inner.row(30 * unit, inner.height - 38 * unit)
        wide = 0.60 * text.width
        still = canvas.still
        self._instruction = canvas.label(text.column(0, wide), 21, weight=Weight.BOLD, lines=2, parent=still)
        side = Rect(text.x + wide + 18 * unit, text.y, text.width - wide - 18 * unit, text.height)
        self._measured = canvas.label(side.row(0, side.height / 2), 16, color=style.INK, lines=1)
        below = side.row(side.height / 2, side.height / 2)
        self._advice = canvas.label(below, 15, color=style.TRAINING, lines=2, parent=still)
        track = Rect(inner.x, box.bottom - 12 * unit, inner.width, 5 * unit)
        canvas.panel(track, style.rgba(style.LINE), 2.5, canvas.still)
        self._fill = canvas.panel(Rect(0, 0, track.width, track.height), style.rgba(style.ACCENT), 2.5)
        self._fill.hide()
        self._instruction.set("Waiting for the tracker's first sample")
        self._track = track
        self._shown: StepView | None = None
        self._listed: tuple[int, tuple[Step, ...]] | None = None

    def show(self, view: StepView) -> None:
        """Show this step."""
        if view == self._shown:
            return
        self._shown = view
        steps = steps_at(view.step)
        now = steps.index(view.step)
        if (now, steps) != self._listed:
            self._listed = now, steps
            self._canvas.stir()
            for k, chip in enumerate(self._chips):
                chip.show(done=k < now, active=k == now, step=steps[k])
        self._instruction.set(view.instruction)
        self._measured.set(view.measured)
        ready = "Space: go on" if view.ready and view.step is not Step.DONE else ""
        self._advice.set(view.advice or ready, style.TRAINING if view.advice else style.ACCENT)
        place(self._fill, self._track.x, self._track.y)
        self._fill.show()
        self._fill.set_scale(max(0.001, min(1.0, view.progress)), 1, 1)


class _Chip:
    def __init__(self, canvas: Canvas, box: Rect, index: int) -> None:
        unit = canvas.unit
        r = 10 * unit
        x, y = box.x + r, box.center[1]
        still = canvas.still
        self._dot = canvas.draw(disc(r), parent=still)
        place(self._dot, x, y)
        self._number = canvas.label(
            Rect(x - r, y - r, 2 * r, 2 * r), 13, str(index + 1), weight=Weight.BOLD, align=Align.CENTER, parent=still
        )
        self._tick = canvas.draw(check(r, 2.6 * unit), style.rgba(style.PANEL), still)
        place(self._tick, x, y)
        self._label = canvas.label(
            Rect(x + r + 7 * unit, box.y, box.right - x - r - 14 * unit, box.height),
            14,
            parent=still,
        )
        self.show(done=False, active=False, step=STEPS[index])

    def show(self, done: bool, active: bool, step: Step) -> None:
        self._label.set(step.value.capitalize())
        color = style.ACCENT if active else style.QUIET if done else style.LINE
        self._dot.set_color_scale(*color, 1.0)
        self._label.node.set_color_scale(*(style.INK if active else style.QUIET), 1.0)
        self._number.node.set_color_scale(*(style.PANEL if active else style.QUIET), 1.0)
        self._tick.show() if done else self._tick.hide()
        self._number.node.hide() if done else self._number.node.show()
