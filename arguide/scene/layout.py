"""Where everything lies in the window: plain arithmetic on rectangles, in pixels from the top left."""

from dataclasses import dataclass
from typing import NamedTuple

from arguide.scene import style


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


@dataclass(frozen=True)
class Layout:
    """The parts of the window. `unit` is the pixels that one design pixel (of 1280×720) takes."""

    unit: float
    window: Rect
    view: Rect
    """The 3D view, under the step guide."""
    bullseye: Rect
    readout: Rect
    steps: Rect
    title: Rect
    banner: Rect
    """For training, not for patients."""
    alarm: Rect
    figure: Rect
    card: Rect


def layout(width: float, height: float, full_bullseye: bool = False) -> Layout:
    """Lay the window out for a size; with `full_bullseye` it changes places with the 3D view."""
    unit = min(width / style.DESIGN[0], height / style.DESIGN[1])
    margin = style.MARGIN * unit
    panel = style.PANEL_WIDTH * unit
    window = Rect(0, 0, width, height)
    view = Rect(0, 0, width - panel, height)
    side = Rect(width - panel, 0, panel, height)
    bullseye = side.row(0, 344 * unit)
    steps = Rect(margin, height - 118 * unit - margin, view.width - 2 * margin, 118 * unit)
    small = Rect(view.right - margin - 92 * unit, steps.y - 104 * unit, 92 * unit, 92 * unit)
    if full_bullseye:
        view, bullseye = bullseye, Rect(0, 0, view.width, steps.y)
        small = Rect(view.right - 80 * unit, view.bottom - 80 * unit, 72 * unit, 72 * unit)
    stage = Rect(0, 0, width - panel, height)
    return Layout(
        unit=unit,
        window=window,
        view=view,
        bullseye=bullseye,
        readout=side.row(344 * unit, height - 344 * unit),
        steps=steps,
        title=Rect(margin, margin, 0.55 * stage.width, 52 * unit),
        banner=Rect(stage.right - margin - 292 * unit, margin, 292 * unit, 28 * unit),
        alarm=Rect(stage.width / 2 - 270 * unit, steps.y - 98 * unit, 540 * unit, 86 * unit),
        figure=small,
        card=window.inset(0.5 * (width - 760 * unit), 0.5 * (height - 600 * unit)),
    )
