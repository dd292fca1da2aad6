"""The deviations of the last 20 s as strip charts, with their tolerances as bands."""

from dataclasses import dataclass

import numpy as np
from imgui_bundle import imgui, implot

from arguide.geometry.transforms import Array
from arguide.guidance.levels import shown
from arguide.guidance.state import Grade, grade
from arguide.scene.marks import FOR_GRADE, Mark
from arguide.scene.panels.facts import Facts
from arguide.scene.panels.gui import Gui
from arguide.scene.panels.look import color
from arguide.scene.panels.widgets import quiet, sign
from arguide.scene.watch import COLUMNS, SPAN_S
from arguide.settings.scenario import Band, Plan

LEAST_HEIGHT = 34.0
MOST_BANDS = 4.0
"""Scales reach to so many tolerances: while a needle is brought near it would take the bands out of sight. Only the depth
is followed from afar."""
MOST_POINTS = 200
"""More are not told apart in so narrow a chart."""
CLOSED = implot.AxisFlags_.no_menus | implot.AxisFlags_.no_highlight | implot.AxisFlags_.no_side_switch


@dataclass(frozen=True)
class Strip:
    """One chart."""

    column: str
    label: str
    unit: str
    factor: float = 1.0
    """From the column's unit to the one shown."""
    both_sides: bool = False


STRIPS = (
    Strip("lateral_mm", "Lateral", "mm"),
    Strip("angle_rad", "Angle", "°", float(np.degrees(1.0))),
    Strip("predicted_miss_mm", "Predicted miss", "mm"),
    Strip("depth_mm", "Depth to target", "mm", both_sides=True),
)


def band_of(strip: Strip, plan: Plan) -> Band:
    """The tolerance of a chart, in its unit."""
    name = {"predicted_miss_mm": "miss_mm"}.get(strip.column, strip.column)
    found: Band = getattr(plan.tolerance, name)
    return Band(within=found.within * strip.factor, near=found.near * strip.factor)


def thinned(rows: Array, most: int = MOST_POINTS) -> Array:
    """At most about so many rows (n, …), evenly taken, the newest always among them."""
    step = max(1, -(-len(rows) // most))
    return rows[::-1][::step][::-1]


def draw(gui: Gui, facts: Facts) -> None:
    """Draw it."""
    rows = thinned(facts.watch.deviations())
    if facts.state is not None and not shown(facts.state).numbers:
        quiet(gui, "No numbers at this guidance level")
    elif not np.isfinite(rows[:, 1:]).any():
        quiet(gui, "Charts begin when the needle is guided")
    row = imgui.get_text_line_height_with_spacing() + imgui.get_style().item_spacing.y
    room = imgui.get_content_region_avail().y / len(STRIPS) - row
    height = max(LEAST_HEIGHT * gui.unit, room)
    for strip in STRIPS:
        _strip(gui, strip, band_of(strip, facts.plan), rows, height, facts.stale)


def _strip(gui: Gui, strip: Strip, band: Band, rows: Array, height: float, stale: bool) -> None:
    values = rows[:, COLUMNS.index(strip.column)] * strip.factor
    _caption(gui, strip, band, float("nan") if stale or not len(values) else float(values[-1]))
    no = implot.Flags_
    if not implot.begin_plot(f"##{strip.column}", (-1, height), no.canvas_only | no.no_inputs | no.no_frame):
        return
    low, high = _range(strip, band, values)
    implot.setup_axes("", "", CLOSED | implot.AxisFlags_.no_tick_labels, CLOSED)
    implot.setup_axes_limits(-SPAN_S, 0.0, low, high, implot.Cond_.always)
    ticks = sorted({0.0, high, band.near} if not strip.both_sides else {0.0, high} if high > -low else {low, 0.0, high})
    implot.setup_axis_ticks(implot.ImAxis_.y1, ticks, [f"{tick:.0f}".replace("-", "−") for tick in ticks])
    implot.setup_axis_ticks(implot.ImAxis_.x1, [-15.0, -10.0, -5.0, 0.0])
    for side in (1, -1) if strip.both_sides else (1,):
        _band(gui, Grade.WITHIN, 0.0, side * band.within)
        _band(gui, Grade.NEAR, side * band.within, side * band.near)
    line = implot.Spec(line_color=color(gui.theme.ink), line_weight=1.6 * gui.unit)
    implot.plot_line(strip.label, np.ascontiguousarray(rows[:, 0]), np.ascontiguousarray(values), line)
    implot.end_plot()


def _band(gui: Gui, found: Grade, start: float, end: float) -> None:
    """A tolerance, shaded; its end is a line, for those who do not see the colour."""
    tint, ends = color(gui.theme.grades[found]), np.array([-SPAN_S, 0.0])
    implot.plot_shaded(
        f"{found}{end:g}", ends, np.full(2, start), np.full(2, end), implot.Spec(fill_color=tint, fill_alpha=0.28)
    )
    edge = implot.Spec(line_color=color(gui.theme.grades[found], 0.8), line_weight=gui.unit)
    implot.plot_line(f"{found}{end:g} edge", ends, np.full(2, end), edge)


def _range(strip: Strip, band: Band, values: Array) -> tuple[float, float]:
    """Twice the tolerance, or more where the needle was farther off; in steps, so that the scale does not flicker."""
    finite = np.abs(values[np.isfinite(values)])
    need = max(2 * band.near, float(finite.max()) if len(finite) else 0.0)
    high = 2 * band.near
    most = 1e4 if strip.both_sides else MOST_BANDS * band.near
    while high < need and high < most:
        high *= 2
    return (-2 * band.near if strip.both_sides else 0.0), high


def _caption(gui: Gui, strip: Strip, band: Band, value: float) -> None:
    """The value now with its sign and word, for those who do not read charts, or not these colours."""
    if not np.isfinite(value):
        mark, word = Mark.UNKNOWN, "–"
    elif strip.both_sides and value > band.near:
        mark, word = Mark.AHEAD, f"{value:.1f} {strip.unit} to go"
    else:
        found = grade(value, band)
        space = "" if strip.unit == "°" else " "
        mark, word = FOR_GRADE[found], f"{value:.1f}{space}{strip.unit} {found.value}".replace("-", "−")
    imgui.text(strip.label)
    imgui.same_line(0.45 * imgui.get_content_region_avail().x)
    sign(gui, mark, word)
