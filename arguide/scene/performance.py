"""How fast the picture is drawn and how old is what it shows: a line that a key brings up.

Ages are taken right after a frame was drawn. A pose's age is since the tracker saw the tools; what is drawn over a live
picture has the picture's own moment, so its age is the picture's: since the exposure, and since the picture had arrived.
"""

from collections import deque
from statistics import median
from typing import TYPE_CHECKING

from arguide.scene import style
from arguide.scene.canvas import Canvas
from arguide.scene.layout import Layout, Rect

if TYPE_CHECKING:
    from arguide.guidance.live_picture import LivePicture

KEPT = 120
"""Frames over which medians are taken."""
EVERY_S = 0.5


class Performance:
    """Counts frames and ages; says them where it is asked to."""

    def __init__(self, live: "LivePicture | None" = None) -> None:
        self._live = live
        self._frames: deque[float] = deque(maxlen=KEPT)
        self._poses: deque[float] = deque(maxlen=KEPT)
        self._exposed: deque[float] = deque(maxlen=KEPT)
        self._arrived: deque[float] = deque(maxlen=KEPT)
        self._said_s = -EVERY_S
        self.shown = False

    def arrange(self, place: Layout, canvas: Canvas) -> None:
        """Take a strip under the title."""
        unit = canvas.unit
        box = Rect(place.title.x - 6 * unit, 112 * unit, min(500 * unit, place.steps.width), 24 * unit)
        self._root = canvas.group()
        canvas.panel(box, style.rgba(style.PANEL, 0.82), 5, self._root)
        self._label = canvas.label(box.inset(8 * unit, 0), 14, color=style.INK, parent=self._root)
        self._show()

    def toggle(self) -> None:
        """Show it, or not."""
        self.shown = not self.shown
        self._show()

    def take(self, now_s: float, pose_age_s: float | None) -> None:
        """A frame has been drawn now, of a pose so old."""
        self._frames.append(now_s)
        if pose_age_s is not None:
            self._poses.append(pose_age_s)
        if self._live and (drawn := self._live.drawn):
            self._exposed.append(now_s - drawn.picture.exposed_s)
            self._arrived.append(now_s - drawn.picture.arrived_s)
        if self.shown and now_s - self._said_s >= EVERY_S:
            self._said_s = now_s
            self._label.set(self.words)

    @property
    def rate_hz(self) -> float:
        """Frames a second; 0 before there are two."""
        span = self._frames[-1] - self._frames[0] if len(self._frames) > 1 else 0.0
        return (len(self._frames) - 1) / span if span > 0 else 0.0

    @property
    def words(self) -> str:
        """All of it on one line."""
        parts = [f"{self.rate_hz:.0f} frames/s"]
        if self._poses:
            parts.append(f"pose {_ms(self._poses)} old")
        if self._exposed:
            parts.append(f"picture and what is drawn on it {_ms(self._exposed)} old, {_ms(self._arrived)} here")
        return " · ".join(parts)

    @property
    def pose_age_s(self) -> float:
        """Median time from a sample to the end of a frame that shows its poses; NaN without."""
        return median(self._poses) if self._poses else float("nan")

    @property
    def picture_waits_s(self) -> float:
        """Median time from a picture's arrival to the end of a frame that shows it; NaN without."""
        return median(self._arrived) if self._arrived else float("nan")

    def _show(self) -> None:
        self._label.set(self.words)
        self._root.show() if self.shown else self._root.hide()


def _ms(ages_s: deque[float]) -> str:
    return f"{1e3 * median(ages_s):.0f} ms"
