"""What lies over the 3D view: title and phase, the training banner, and the alarm when tracking fails."""

from panda3d.core import NodePath

from arguide.guidance.levels import unguided
from arguide.guidance.state import Grade, Phase, SessionState, Step
from arguide.scene import style
from arguide.scene.canvas import Align, Canvas, Weight, disc, place, shade
from arguide.scene.layout import Layout, Rect
from arguide.scene.marks import Mark, Sign
from arguide.scene.risk_words import Notice

TRAINING_BANNER = "For training, not for patients"
MEASURED_WITH = {Step.PIVOT: "stylus", Step.NEEDLE: "needle", Step.TOUCH: "stylus"}
"""The tool that a step measures with, so that its loss is told."""
TOLD_S = 0.5
"""A silence of the tracker that is over sooner gets no alarm: nobody could read it. The ghost of the needle, dashes for
numbers and the panel of tools tell of it from the first moment."""


def alarm_words(state: SessionState, age_s: float, stale_after_s: float, trouble: str = "") -> tuple[str, str] | None:
    """Why the picture must not be trusted now (headline, what to do), or None while all is well.

    `trouble`: what the tracker's line suffers from, in words, if that is known.
    """
    if state.view.step is Step.DONE:
        return None
    if age_s > max(stale_after_s, TOLD_S):
        return (
            f"NO DATA FROM TRACKER for {age_s:.1f} s",
            trouble or "Check its cable and power; the picture shows the last known state",
        )
    if state.view.step is Step.GUIDE and state.needle.trouble:
        lost = state.needle.trouble.partition(" ")[0]
        return state.needle.trouble.upper(), _alert(
            state, lost
        ) or "Numbers return when the tracker sees all markers again"
    if (measured_with := MEASURED_WITH.get(state.view.step)) is not None:
        for tool in ("reference", measured_with):
            reading = state.sample.readings.get(tool)
            if reading is not None and reading.tracker_from_tool is None:
                remedy = _alert(state, tool) or "Turn its markers towards the tracker"
                return f"{tool} {reading.visibility.value}".upper(), remedy
    return None


def _alert(state: SessionState, tool: str) -> str:
    """What the tracker itself says of a tool; empty if nothing."""
    said = (words.partition(": ") for words in state.sample.alerts)
    return next((words.capitalize() for about, _, words in said if about == tool), "")


class RiskBanner:
    """The warning about a risk structure: sign and words, amber before the margin is entered and red after."""

    def __init__(self, canvas: Canvas, box: Rect) -> None:
        unit = canvas.unit
        low = Rect(box.x, box.y + 0.22 * box.height, box.width, 0.78 * box.height)
        self._root = canvas.group()
        self._frames = {
            mark: self._frame(canvas, low, color, rim)
            for mark, color, rim in (
                (Mark.NEAR, style.PANEL, style.GRADE_COLORS[Grade.NEAR]),
                (Mark.OUT, style.ALARM, style.ALARM_INK),
            )
        }
        x, y = low.x + 34 * unit, low.center[1]
        place(canvas.draw(disc(20 * unit), style.rgba(style.PANEL), self._root), x, y)
        self._sign = Sign(canvas, x, y, 13 * unit, self._root)
        words = Rect(low.x + 66 * unit, low.y, low.width - 82 * unit, low.height)
        top, rest = words.row(0.08 * low.height, 0.5 * low.height), words.row(0.56 * low.height, 0.36 * low.height)
        self._headline = canvas.label(top, 25, weight=Weight.BOLD, parent=self._root)
        self._remedy = canvas.label(rest, 15, parent=self._root)
        self._root.hide()

    def _frame(self, canvas: Canvas, box: Rect, color: style.Rgb, rim: style.Rgb) -> NodePath:
        root = canvas.group(self._root)
        canvas.panel(box.inset(-2.5 * canvas.unit), style.rgba(rim), 12, root)
        canvas.panel(box, style.rgba(color), 10, root)
        return root

    def show(self, notice: Notice | None) -> None:
        """Show this one, or none."""
        if notice is None:
            self._root.hide()
            return
        for mark, frame in self._frames.items():
            frame.show() if mark is notice.mark else frame.hide()
        self._sign.set(notice.mark)
        ink = style.ALARM_INK if notice.mark is Mark.OUT else style.INK
        self._headline.set(notice.headline, ink)
        self._remedy.set(notice.remedy, ink)
        self._root.show()


class Overlay:
    """Title, phase, banner and alarm."""

    def __init__(self, canvas: Canvas, place: Layout, title: str, plan: str, banner: str) -> None:
        unit = place.unit
        if place.bleeds:
            top = Rect(0, 0, place.banner.right + place.title.x, 96 * unit)
            canvas.draw(shade(top, style.PANEL), parent=canvas.still)
        box = place.title
        self._title = canvas.label(box.row(0, 28 * unit), 20, title, weight=Weight.BOLD, parent=canvas.still)
        self._plan = canvas.label(box.row(28 * unit, 22 * unit), 15, plan, style.QUIET, parent=canvas.still)
        self._banner(canvas, place.banner, banner)
        self._phase(canvas, Rect(place.banner.x, place.banner.bottom + 2 * unit, place.banner.width, 26 * unit))
        self._alarm(canvas, place.alarm)
        self._warning = RiskBanner(canvas, place.alarm)

    def _banner(self, canvas: Canvas, box: Rect, words: str) -> None:
        unit = canvas.unit
        canvas.panel(box, style.rgba(style.TRAINING), 14, canvas.still)
        canvas.panel(box.inset(1.6 * unit), style.rgba(style.PANEL), 12.5, canvas.still)
        canvas.label(box.inset(12 * unit, 0), 15, words, style.TRAINING, align=Align.CENTER, parent=canvas.still)

    def _phase(self, canvas: Canvas, box: Rect) -> None:
        self._phase_root = canvas.group()
        self._phase_label = canvas.label(box, 20, weight=Weight.BOLD, align=Align.RIGHT, parent=self._phase_root)

    def _alarm(self, canvas: Canvas, box: Rect) -> None:
        unit = canvas.unit
        self._alarm_root = canvas.group()
        canvas.panel(box.inset(-3 * unit), style.rgba(style.ALARM_INK), 13, self._alarm_root)
        canvas.panel(box, style.rgba(style.ALARM), 10, self._alarm_root)
        inner = box.inset(20 * unit, 8 * unit)
        self._headline = canvas.label(
            inner.row(0, 0.62 * inner.height),
            34,
            color=style.ALARM_INK,
            weight=Weight.BOLD,
            align=Align.CENTER,
            parent=self._alarm_root,
        )
        self._remedy = canvas.label(
            inner.row(0.62 * inner.height, 0.38 * inner.height),
            16,
            color=style.ALARM_INK,
            align=Align.CENTER,
            parent=self._alarm_root,
        )
        self._alarm_root.hide()

    def show(self, state: SessionState, alarm: tuple[str, str] | None, notice: Notice | None = None) -> None:
        """Show phase, warning and alarm; the alarm hides the others."""
        told = state.view.step is Step.GUIDE and not alarm and not unguided(state.aid)
        color = style.INK if state.needle.phase is not Phase.BEYOND else style.TRAINING
        self._phase_label.set(state.needle.phase.value.capitalize() if told else "", color)
        self._warning.show(None if alarm else notice)
        if alarm is None:
            self._alarm_root.hide()
            return
        self._headline.set(alarm[0])
        self._remedy.set(alarm[1])
        self._alarm_root.show()
