"""Where everything lies in the window: plain arithmetic on rectangles, in pixels from the top left."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from arguide.scene import style
from arguide.scene.layouts import ARRANGEMENTS, BLEEDING, Arrangement, Part, Slots, ViewKind

HEADER = 72
"""Design pixels kept for title and banner."""
SIDE_HEIGHT = 344
GAP = 3


class Rect(NamedTuple):
    """A rectangle in pixels; y grows downwards."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The x of its right side."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """The y of its lower side."""
        return self.y + self.height

    @property
    def center(self) -> tuple[float, float]:
        """Its middle."""
        return self.x + self.width / 2, self.y + self.height / 2

    def inset(self, across: float, down: float | None = None) -> "Rect":
        """Smaller by so much on each side."""
        dy = across if down is None else down
        return Rect(self.x + across, self.y + dy, self.width - 2 * across, self.height - 2 * dy)

    def row(self, y: float, height: float) -> "Rect":
        """A full-width strip `y` below its top."""
        return Rect(self.x, self.y + y, self.width, height)

    def column(self, x: float, width: float) -> "Rect":
        """A full-height strip `x` right of its left side."""
        return Rect(self.x + x, self.y, width, self.height)

    def contains(self, other: "Rect", slack: float = 0.5) -> bool:
        """Whether the other rectangle lies inside, give or take `slack` pixels."""
        return (
            other.x >= self.x - slack
            and other.y >= self.y - slack
            and other.right <= self.right + slack
            and other.bottom <= self.bottom + slack
        )

    def part(self, part: Part) -> "Rect":
        """A part of it."""
        return Rect(
            self.x + part.x * self.width,
            self.y + part.y * self.height,
            part.width * self.width,
            part.height * self.height,
        )

    def whole(self) -> "Rect":
        """The nearest with edges between pixels: what is drawn in it is not stretched by a part of one."""
        x, y = round(self.x), round(self.y)
        return Rect(x, y, round(self.right) - x, round(self.bottom) - y)

    def common(self, other: "Rect") -> "Rect":
        """What lies in both; without width or height where nothing does."""
        x, y = max(self.x, other.x), max(self.y, other.y)
        return Rect(x, y, max(0.0, min(self.right, other.right) - x), max(0.0, min(self.bottom, other.bottom) - y))


class Pane(NamedTuple):
    """Where a view is drawn, and the part of that which nothing covers."""

    box: Rect
    clear: Rect


@dataclass(frozen=True)
class Layout:
    """The parts of the window. `unit` is the pixels that one design pixel (of 1280×720) takes."""

    unit: float
    window: Rect
    panes: Mapping[ViewKind, Pane]
    """The views, in the order in which the focus goes round."""
    readout: Rect
    """At the side; a strip beside the title while a view fills the window."""
    steps: Rect
    title: Rect
    banner: Rect
    """For training, not for patients."""
    alarm: Rect
    light: Rect
    """The traffic light of a check by touch."""
    panels: Rect
    """Where panels may lie: they never cover title and step guide."""
    card: Rect

    @property
    def bleeds(self) -> bool:
        """Whether a view goes on under the words, which then need a ground of their own."""
        return any(pane.box != pane.clear for pane in self.panes.values())

    def room(self, alarmed: bool) -> Rect:
        """Where panels may lie now: nor do they cover an alarm, a warning or the light of a check."""
        return self.panels.row(0, self.alarm.y - GAP * self.unit - self.panels.y) if alarmed else self.panels


def layout(
    width: float, height: float, arrangement: Arrangement = ARRANGEMENTS[0], filled: ViewKind | None = None
) -> Layout:
    """Lay the window out for a size; a `filled` view takes the whole window, under title and step guide."""
    unit = min(width / style.DESIGN[0], height / style.DESIGN[1])
    margin = style.MARGIN * unit
    panel = style.PANEL_WIDTH * unit
    window = Rect(0, 0, width, height)
    stage = window if filled else Rect(0, 0, width - panel, height)
    side = Rect(width - panel, 0, panel, height)
    steps = Rect(margin, height - 118 * unit - margin, stage.width - 2 * margin, 118 * unit)
    clear = Rect(0, HEADER * unit, stage.width, steps.y - (HEADER + GAP) * unit)
    panes = {kind: _pane(kind, part, stage, clear, unit) for kind, part in _slots(arrangement, filled)}
    title = Rect(margin, margin, (0.24 if filled else 0.55) * stage.width, 52 * unit)
    banner = Rect(stage.right - margin - 292 * unit, margin, 292 * unit, 28 * unit)
    if not filled:
        top = side.row(0, SIDE_HEIGHT * unit)
        panes[arrangement.side] = Pane(top, top)
    alarm = Rect(stage.width / 2 - 270 * unit, steps.y - 98 * unit, 540 * unit, 86 * unit)
    return Layout(
        unit=unit,
        window=window,
        panes=panes,
        readout=_strip(title, banner, unit) if filled else side.row(SIDE_HEIGHT * unit, height - SIDE_HEIGHT * unit),
        steps=steps,
        title=title,
        banner=banner,
        light=Rect(margin, steps.y - 84 * unit, 250 * unit, 72 * unit),
        alarm=alarm,
        panels=Rect(margin, HEADER * unit, stage.width - 2 * margin, steps.y - (HEADER + GAP) * unit),
        card=window.inset(0.5 * (width - 760 * unit), 0.5 * (height - 600 * unit)),
    )


def _strip(title: Rect, banner: Rect, unit: float) -> Rect:
    """Between title and banner."""
    return Rect(title.right + 8 * unit, 8 * unit, banner.x - title.right - 22 * unit, (HEADER - 16) * unit)


def _slots(arrangement: Arrangement, filled: ViewKind | None) -> Slots:
    return ((filled, Part()),) if filled else arrangement.main


def _pane(kind: ViewKind, part: Part, stage: Rect, clear: Rect, unit: float) -> Pane:
    """A lone picture of space goes on under the words, all else keeps clear of them."""
    if kind in BLEEDING and part == Part():
        return Pane(stage, clear)
    box = clear.part(part)
    right, bottom = (GAP * unit * (end < 1.0) for end in (part.x + part.width, part.y + part.height))
    box = Rect(box.x, box.y, box.width - right, box.height - bottom)
    return Pane(box, box)
