"""Charts of an attempt as inline SVG. Colours come from the page's style sheet, so they follow light and dark.

Every chart has a title and a description for who cannot see it, and says by line style and text what colour says.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup, escape
from numpy.typing import NDArray

from arguide.geometry.transforms import Array
from arguide.guidance.state import Phase
from arguide.settings.scenario import Band
from arguide.training.trace import Trace

WIDTH, LEFT, RIGHT, TOP, BOTTOM = 720, 46, 78, 20, 28
# Finer than a pixel is nothing to see; each bin keeps its least and greatest value, so that no peak is lost.
MOST_BINS = 500
LINE = Markup('<line class="{}" x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}"/>')
TEXT = Markup('<text class="{}" x="{:.1f}" y="{:.1f}">{}</text>')
RECT = Markup('<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}">{}</rect>')


@dataclass(frozen=True)
class Plot:
    """A rectangle of data drawn in a rectangle of pixels: x is seconds, y any quantity."""

    until_s: float
    top: float
    """Value at the upper edge …"""
    bottom: float
    """… and at the lower."""
    height: int = 175

    def x(self, time_s: float) -> float:
        """Pixel column of a time."""
        return LEFT + (WIDTH - LEFT - RIGHT) * time_s / max(self.until_s, 1e-9)

    def y(self, value: float) -> float:
        """Pixel row of a value, kept inside the plot."""
        share = (value - self.top) / (self.bottom - self.top)
        return TOP + (self.height - TOP - BOTTOM) * min(1.0, max(0.0, share))

    def level(self, value: float, style: str, text: str) -> Markup:
        """A horizontal line with its meaning beside it."""
        y = self.y(value)
        return LINE.format(style, LEFT, y, WIDTH - RIGHT, y) + TEXT.format("note", WIDTH - RIGHT + 6, y + 4, text)

    def area(self, first: float, last: float, style: str) -> Markup:
        """A horizontal band between two values."""
        upper, lower = sorted((self.y(first), self.y(last)))
        return RECT.format(style, LEFT, upper, WIDTH - LEFT - RIGHT, lower - upper, "")

    def span(self, start_s: float, end_s: float, style: str, what: str) -> Markup:
        """A vertical band between two times, named when pointed at."""
        title = Markup("<title>{}</title>").format(what)
        height = self.height - TOP - BOTTOM
        return RECT.format(style, self.x(start_s), TOP, self.x(end_s) - self.x(start_s), height, title)

    def curve(self, times: Array, values: Array) -> Markup:
        """A line through all finite values, broken at the others."""
        parts = (
            " ".join(f"{self.x(times[row]):.1f},{self.y(values[row]):.1f}" for row in _thinned(run, values))
            for run in runs(np.isfinite(values))
        )
        return Markup("").join(Markup('<polyline class="curve" points="{}"/>').format(part) for part in parts)

    def axes(self, unit: str, ticks: Iterable[float]) -> Markup:
        """Ticks in both directions, with the unit."""
        rows = [
            LINE.format("grid", LEFT, self.y(tick), WIDTH - RIGHT, self.y(tick))
            + TEXT.format("tick y", LEFT - 6, self.y(tick) + 4, f"{tick:g}")
            for tick in ticks
        ]
        columns = [
            TEXT.format("tick x", self.x(tick), self.height - 10, f"{tick:g} s") for tick in _ticks(0, self.until_s, 8)
        ]
        return Markup("").join([*rows, *columns, TEXT.format("tick y", LEFT - 6, TOP - 8, unit)])


def svg(title: str, description: str, height: int, parts: Sequence[Markup], width: int = WIDTH) -> Markup:
    """A whole picture."""
    head = Markup('<svg viewBox="0 0 {} {}" role="img" class="chart"><title>{}</title><desc>{}</desc>')
    return head.format(width, height, title, description) + Markup("").join(parts) + Markup("</svg>")


def deviation_chart(trace: Trace, values: Array, band: Band, what: str, unit: str) -> Markup:
    """A deviation over time in its bands; `values` (n,) and `band` in the same unit. Above 2.5 × near it is cut off."""
    top = 2.5 * band.near
    plot = Plot(float(trace.time_s[-1]), top=top, bottom=0.0)
    finite = values[trace.inside & np.isfinite(values)]
    said = f"under the skin at most {finite.max():.1f} {unit}" if len(finite) else "the needle was never under the skin"
    parts = [
        plot.area(0, band.within, "within"),
        plot.area(band.within, band.near, "near"),
        plot.axes(unit, _ticks(0, top, 4)),
        plot.level(band.within, "level", f"within {band.within:.3g}"),
        plot.level(band.near, "level dashed", f"near {band.near:.3g}"),
        *_lost(plot, trace),
        plot.curve(trace.time_s, values),
    ]
    return svg(f"{what} over time", f"{what} in {unit}: {said}.", plot.height, parts)


def depth_chart(trace: Trace, planned_mm: float) -> Markup:
    """How deep the tip was along the path, with phases as bands; entry above, target below."""
    plot = Plot(float(trace.time_s[-1]), top=-0.2 * planned_mm, bottom=1.15 * planned_mm, height=250)
    depth = planned_mm - trace.depth_mm
    phases = list(_phase_spans(trace))
    parts = [
        *(plot.span(start, end, f"phase {phase.name.lower()}", phase.value) for phase, start, end in phases),
        plot.axes("mm", _ticks(0, planned_mm, 5)),
        plot.level(0, "level dashed", "entry"),
        plot.level(planned_mm, "level", "target"),
        *_lost(plot, trace),
        plot.curve(trace.time_s, depth),
        *(_phase_label(plot, *phase) for phase in phases),
    ]
    told = ", ".join(f"{phase.value} from {start:.0f} s" for phase, start, _ in phases)
    return svg("Depth along the planned path over time", f"Depth of the tip below the entry. {told}.", 250, parts)


def bullseye(trace: Trace, band: Band) -> Markup:
    """The tip seen along the path while under the skin: fresh track dark, old track pale; ○ puncture, ✕ end."""
    size, reach = 320, 1.5 * band.near
    middle, pixels = size / 2, (size / 2 - 22) / reach
    inside = trace.inside
    x = middle + pixels * np.clip(trace.in_plane_mm[inside], -reach, reach)
    y = middle - pixels * np.clip(trace.out_of_plane_mm[inside], -reach, reach)
    ring = Markup('<circle class="{}" cx="{}" cy="{}" r="{:.1f}"/>')
    parts = [
        ring.format("near", middle, middle, pixels * band.near),
        ring.format("within", middle, middle, pixels * band.within),
        LINE.format("grid", 16, middle, size - 16, middle),
        LINE.format("grid", middle, 16, middle, size - 16),
        *_trail(x, y),
        *(
            TEXT.format("note middle", middle, middle + pixels * radius - 5, f"{radius:g} mm")
            for radius in (band.within, band.near)
        ),
        TEXT.format("note end", size - 4, middle - 6, "in plane →"),
        TEXT.format("note", middle + 6, 14, "↑ out of plane"),
    ]
    worst = f"{trace.lateral_mm[inside].max():.1f} mm" if inside.any() else "not recorded"
    return svg("Track of the tip seen along the path", f"Greatest distance from the path: {worst}.", size, parts, size)


def _trail(x: Array, y: Array) -> Iterator[Markup]:
    if len(x) == 0:
        return
    pieces = np.array_split(np.arange(len(x)), min(20, len(x)))
    for number, piece in enumerate(pieces):
        joined = np.append(piece, piece[-1] + 1 if piece[-1] + 1 < len(x) else piece[-1])
        points = " ".join(f"{x[row]:.1f},{y[row]:.1f}" for row in joined[:: max(1, len(joined) // 60)])
        opacity = 0.25 + 0.75 * (number + 1) / len(pieces)
        yield Markup('<polyline class="curve trail" style="opacity:{:.2f}" points="{}"/>').format(opacity, points)
    yield Markup('<circle class="mark" cx="{:.1f}" cy="{:.1f}" r="5"><title>puncture</title></circle>').format(
        x[0], y[0]
    )
    cross = Markup('<path class="mark" d="M{0:.1f} {1:.1f}l10 10m0 -10l-10 10"><title>end</title></path>')
    yield cross.format(x[-1] - 5, y[-1] - 5)


def runs(wanted: NDArray[np.bool_]) -> list[NDArray[np.intp]]:
    """The unbroken runs of rows for which `wanted` (n,) holds."""
    edges = np.flatnonzero(np.diff(wanted, prepend=False, append=False)).reshape(-1, 2)
    return [np.arange(first, after) for first, after in edges]


def _thinned(rows: NDArray[np.intp], values: Array) -> NDArray[np.intp]:
    if len(rows) <= 2 * MOST_BINS:
        return rows
    bins = np.array_split(rows, MOST_BINS)
    kept = [(part[np.argmin(values[part])], part[np.argmax(values[part])]) for part in bins]
    return np.unique(np.array(kept))


def _lost(plot: Plot, trace: Trace) -> Iterator[Markup]:
    for run in runs(trace.interval_s > trace.seen_s):
        end = trace.time_s[min(run[-1] + 1, len(trace) - 1)]
        yield plot.span(trace.time_s[run[0]], end, "lost", "tracking lost")


def _phase_spans(trace: Trace) -> Iterator[tuple[Phase, float, float]]:
    start = 0
    for row in range(1, len(trace) + 1):
        if row == len(trace) or trace.phase[row] is not trace.phase[start]:
            yield trace.phase[start], float(trace.time_s[start]), float(trace.time_s[min(row, len(trace) - 1)])
            start = row


def _phase_label(plot: Plot, phase: Phase, start_s: float, end_s: float) -> Markup:
    """The phase's name, where there is room for it."""
    if plot.x(end_s) - plot.x(start_s) < 6 * len(phase.value):
        return Markup("")
    return TEXT.format("phase-name", (plot.x(start_s) + plot.x(end_s)) / 2, TOP + 14, escape(phase.value))


def _ticks(first: float, last: float, most: int) -> list[float]:
    """Round values from first to last, at most about `most`."""
    span = max(last - first, 1e-9)
    power = 10 ** np.floor(np.log10(span / most))
    step = next(power * factor for factor in (1, 2, 5, 10, 20) if span / (power * factor) <= most)
    return [float(tick) for tick in np.round(np.arange(np.ceil(first / step) * step, last + step / 1e6, step), 9)]
