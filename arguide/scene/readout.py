"""The deviations in large type. First what they say (plain data, tested as such), then how they are drawn."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from arguide.guidance.levels import gravest
from arguide.guidance.state import Deviation, RiskState, Uncertainty, grade
from arguide.scene import style
from arguide.scene.canvas import Align, Canvas, Weight
from arguide.scene.layout import Rect
from arguide.scene.marks import FOR_GRADE, Mark, Sign, color_of
from arguide.scene.risk_words import MARKS, short_word
from arguide.scene.style import Rgb
from arguide.settings.scenario import Band, Plan, Structure

DASHES = "– –"
FARTHEST_MM = 27.0
"""Clearances are measured up to here; beyond they only say that there is at least so much."""
CAPTIONS = ("Depth to target", "Lateral", "Angle", "Predicted miss", "Entry offset", "Nearest risk")


@dataclass(frozen=True)
class Line:
    """One line of the readout."""

    caption: str
    value: str
    mark: Mark
    word: str
    noise: bool = False
    """Whether the value is smaller than its own error bar: it may as well be zero."""


def lines(
    deviation: Deviation | None, plan: Plan, risks: tuple[Structure, ...], sure: Uncertainty | None = None
) -> tuple[Line, ...]:
    """What the readout says of a deviation and how `sure` it is; dashes when there is none."""
    plain = _plain(deviation, plan, risks)
    if deviation is None or sure is None:
        return plain
    angle, angle_bar = np.degrees(deviation.angle_rad), np.degrees(sure.angle_95_rad)
    bars = (
        (deviation.depth_mm, sure.depth_95_mm),
        (deviation.lateral_mm, sure.lateral_95_mm),
        (float(angle), float(angle_bar)),
        (deviation.predicted_miss_mm, sure.predicted_miss_95_mm),
        (deviation.entry_offset_mm, sure.entry_offset_95_mm),
        (np.inf, sure.distance_95_mm),
    )
    return tuple(_with_bar(line, *bar) for line, bar in zip(plain, bars, strict=True))


def with_warning(
    shown: tuple[Line, ...], told: tuple[RiskState, ...], risks: tuple[Structure, ...], deviation: Deviation | None
) -> tuple[Line, ...]:
    """The lines with the gravest warning in the last one."""
    worst = gravest(told)
    if worst is None or deviation is None:
        return shown
    risk, clearance = told[worst], deviation.clearances_mm[worst]
    value = f"{clearance:.1f} ± {risk.bar_mm:.1f} mm".replace("-", "−")
    return (*shown[:-1], Line(risks[worst].label, value, MARKS[risk.alert], short_word(risk)))


def _with_bar(line: Line, value: float, bar: float) -> Line:
    """`1.8 mm` becomes `1.8 ± 0.6 mm`; what is smaller than its bar is marked as noise."""
    number, degree, unit = line.value.partition("°")
    if not degree:
        number, _, unit = line.value.partition(" ")
    if (unit != "mm" and not degree) or number.startswith("≥"):
        return line
    text = f"{number} ± {bar:.1f}{degree or ' mm'}" if bar < 100 else f"{number} ± ?"
    noise = abs(value) <= bar
    return replace(line, value=text, noise=noise, word="noise" if noise else line.word)


def _plain(deviation: Deviation | None, plan: Plan, risks: tuple[Structure, ...]) -> tuple[Line, ...]:
    """The lines without error bars."""
    if deviation is None:
        return tuple(Line(caption, DASHES, Mark.UNKNOWN, "") for caption in CAPTIONS)
    limits = plan.tolerance
    angle = Band(within=np.degrees(limits.angle_rad.within), near=np.degrees(limits.angle_rad.near))
    return (
        _depth(deviation.depth_mm, limits.depth_mm),
        _graded(CAPTIONS[1], deviation.lateral_mm, limits.lateral_mm, "mm"),
        _graded(CAPTIONS[2], float(np.degrees(deviation.angle_rad)), angle, "°"),
        _graded(CAPTIONS[3], deviation.predicted_miss_mm, limits.miss_mm, "mm"),
        _graded(CAPTIONS[4], deviation.entry_offset_mm, limits.entry_mm, "mm"),
        _risk(deviation.clearances_mm, risks),
    )


def _number(value: float, unit: str) -> str:
    if not np.isfinite(value) or abs(value) >= 1000:
        return "away"
    text = f"{value:.1f}".replace("-", "−")
    return f"{text}{unit}" if unit == "°" else f"{text} {unit}"


def _graded(caption: str, value: float, band: Band, unit: str) -> Line:
    found = grade(value, band)
    return Line(caption, _number(value, unit), FOR_GRADE[found], found.value)


def _depth(depth_mm: float, band: Band) -> Line:
    """Far before the target is no fault: the needle has still to go there."""
    found = grade(depth_mm, band)
    if depth_mm > band.near:
        return Line(CAPTIONS[0], _number(depth_mm, "mm"), Mark.AHEAD, "to go")
    word = found.value if depth_mm >= -band.within else "beyond"
    return Line(CAPTIONS[0], _number(depth_mm, "mm"), FOR_GRADE[found], word)


def nearest_risk(clearances_mm: tuple[float, ...], risks: tuple[Structure, ...]) -> int | None:
    """Index of the risk structure whose margin is used up most; None where there is none."""
    left = [c - (r.risk_margin_mm or 0.0) for c, r in zip(clearances_mm, risks, strict=False)]
    return int(np.argmin(left)) if left else None


def risk_mark(clearance_mm: float, margin_mm: float) -> Mark:
    """Beyond its margin is well, beyond half of it near, closer is out."""
    if clearance_mm >= margin_mm:
        return Mark.WITHIN
    return Mark.NEAR if clearance_mm >= margin_mm / 2 else Mark.OUT


def _risk(clearances_mm: tuple[float, ...], risks: tuple[Structure, ...]) -> Line:
    index = nearest_risk(clearances_mm, risks)
    if index is None:
        return Line(CAPTIONS[5], "none", Mark.WITHIN, "")
    clearance, margin = clearances_mm[index], risks[index].risk_margin_mm or 0.0
    mark = risk_mark(clearance, margin)
    words = {Mark.WITHIN: "clear", Mark.NEAR: "close", Mark.OUT: "too close" if clearance >= 0 else "inside"}
    value = _number(clearance, "mm") if clearance < FARTHEST_MM else f"≥{FARTHEST_MM:.0f} mm"
    return Line(risks[index].label, value, mark, words[mark])


class Readout:
    """The lines, one under the other with the first the largest; side by side in a box that is broad and low."""

    def __init__(self, canvas: Canvas, box: Rect) -> None:
        self._rows: Sequence[_Row | _Cell]
        count = len(CAPTIONS)
        if box.width > 3 * box.height:
            cells = [box.column(k * box.width / count, box.width / count - 5 * canvas.unit) for k in range(count)]
            self._rows = [_Cell(canvas, cell) for cell in cells]
            return
        inner = box.inset(style.MARGIN * canvas.unit * 0.8)
        gap = 6 * canvas.unit
        first = 0.24 * inner.height
        rest = (inner.height - first) / (count - 1)
        rows = [inner.row(0, first - gap)]
        rows += [inner.row(first + k * rest, rest - gap * (k < count - 2)) for k in range(count - 1)]
        self._rows = [_Row(canvas, row, 46 if k == 0 else 30) for k, row in enumerate(rows)]

    def show(self, shown: tuple[Line, ...]) -> None:
        """Show these lines."""
        for row, line in zip(self._rows, shown, strict=True):
            row.show(line)


class _Row:
    def __init__(self, canvas: Canvas, box: Rect, pixels: float) -> None:
        self._canvas, unit, still = canvas, canvas.unit, canvas.still
        self._told: tuple[str, Mark, str, Rgb] | None = None
        canvas.panel(box, style.rgba(style.CARD), 6, still)
        self._bar = canvas.panel(Rect(box.x, box.y, 5 * unit, box.height), style.rgba(style.QUIET), 2.5, still)
        left = box.x + 18 * unit
        right = box.right - 14 * unit
        value = Rect(box.x + 0.31 * box.width, box.y, 0.22 * box.width, box.height)
        spread = Rect(value.right + 7 * unit, box.y, 0.18 * box.width, box.height)
        self._caption = canvas.label(
            Rect(left, box.y, value.x - left - 6 * unit, box.height), 15, color=style.QUIET, lines=2, parent=still
        )
        self._value = canvas.label(value, pixels, weight=Weight.BOLD, align=Align.RIGHT)
        self._spread = canvas.label(spread, min(16, 0.5 * pixels), weight=Weight.BOLD)
        x = spread.right + 19 * unit
        self._sign = Sign(canvas, x, box.center[1], 11 * unit, still)
        self._word = canvas.label(Rect(x + 18 * unit, box.y, right - x - 18 * unit, box.height), 16, parent=still)

    def show(self, line: Line) -> None:
        color = style.QUIET if line.noise else color_of(line.mark)
        # The number stands large, its bar and unit small beside it.
        number, _, small = line.value.partition(" ")
        self._value.set(
            line.value if line.value == DASHES else number,
            style.INK if line.mark is Mark.AHEAD and not line.noise else color,
        )
        self._spread.set(small if small != DASHES[-1] else "", style.QUIET)
        if (told := (line.caption, line.mark, line.word, color)) != self._told:
            self._told = told
            self._caption.set(line.caption)
            self._word.set(line.word, color)
            self._sign.set(line.mark)
            self._bar.set_color_scale(*color, 1.0)
            self._canvas.stir()


class _Cell:
    """A line in little room: caption, value and error bar under one another, a sign, no word."""

    def __init__(self, canvas: Canvas, box: Rect) -> None:
        unit = canvas.unit
        canvas.panel(box, style.rgba(style.CARD), 6, canvas.still)
        inner = box.inset(8 * unit, 4 * unit)
        self._caption = canvas.label(inner.row(0, 0.3 * inner.height), 11, color=style.QUIET)
        value, low = (
            inner.row(0.3 * inner.height, 0.42 * inner.height),
            inner.row(0.72 * inner.height, 0.3 * inner.height),
        )
        self._value = canvas.label(value.column(0, value.width - 19 * unit), 16, weight=Weight.BOLD)
        self._spread = canvas.label(low, 11, weight=Weight.BOLD)
        self._sign = Sign(canvas, value.right - 7 * unit, value.center[1], 7 * unit)

    def show(self, line: Line) -> None:
        color = style.QUIET if line.noise else color_of(line.mark)
        self._caption.set(line.caption)
        number, _, spread = line.value.partition(" ± ")
        unit = " mm" if spread.endswith("mm") else "°" if spread.endswith("°") else ""
        self._value.set(number + unit, style.INK if line.mark is Mark.AHEAD and not line.noise else color)
        self._spread.set(f"± {spread}" if spread else "", style.QUIET)
        self._sign.set(line.mark)
