"""While a tool is pivoted: the directions it has pointed to, as a polar plot with the cone it must sweep."""

import numpy as np

from arguide.geometry.transforms import Array, pose_along
from arguide.scene import style
from arguide.scene.canvas import Align, Canvas, Weight, arc, disc, filled, flat, place, ring, stroke
from arguide.scene.layout import Rect
from arguide.scene.marks import Mark, color_of
from arguide.scene.shapes import Shape, joined

SECTORS = 24
DOTS = 400
"""Newest directions drawn."""


def polar(directions: Array) -> Array:
    """Where unit directions (n, 3) fall in the plot, (n, 2): tilt from their mean in radians, turned as seen from above."""
    mean = directions.mean(axis=0)
    axes = pose_along(np.zeros(3), mean if np.linalg.norm(mean) > 1e-9 else (0, 0, 1))[:3, :3]
    x, y, z = (directions @ axes).T
    flat_length = np.hypot(x, y)
    tilt = np.arctan2(flat_length, z)
    result: Array = np.stack([x, y], -1) * (tilt / np.maximum(flat_length, 1e-12))[:, None]
    return result


def coverage(spots: Array, target_rad: float) -> Array:
    """For each sector, how much of the way (0..1) to the target tilt has been reached, from plot positions (n, 2)."""
    tilt = np.hypot(*spots.T)
    sector = ((np.arctan2(spots[:, 1], spots[:, 0]) / (2 * np.pi)) % 1.0 * SECTORS).astype(int) % SECTORS
    reached = np.zeros(SECTORS)
    np.maximum.at(reached, sector, tilt)
    return np.minimum(reached / target_rad, 1.0)


class PivotPlot:
    """The plot in the middle of the view."""

    def __init__(self, canvas: Canvas, view: Rect, cone_rad: float) -> None:
        self._canvas, self._target_rad = canvas, cone_rad / 2
        unit = canvas.unit
        x, y = view.center
        self._radius = 0.30 * min(view.width, view.height)
        self.root = canvas.group()
        place(self.root, x, y - 12 * unit)
        self.root.hide()
        self._scale = 0.72 * self._radius / self._target_rad
        self._frame()
        self._seen: int = -1
        self._dots = canvas.group(self.root)

    def _frame(self) -> None:
        unit, r = self._canvas.unit, self._radius
        target = self._target_rad * self._scale
        self._canvas.draw(disc(r * 1.12, 64), style.rgba(style.PANEL, 0.88), self.root)
        for part in (0.5, 1.0, 1.4):
            self._canvas.draw(ring(target * part, 1.0 * unit), style.rgba(style.LINE), self.root)
        self._canvas.draw(
            joined(stroke([(-r, 0), (r, 0)], unit), stroke([(0, -r), (0, r)], unit)), style.rgba(style.LINE), self.root
        )
        self._canvas.draw(ring(target, 3 * unit, 96), style.rgba(style.ACCENT), self.root)
        box = Rect(-r, -r * 1.12 - 34 * unit, 2 * r, 28 * unit)
        self._title = self._canvas.label(box, 19, weight=Weight.BOLD, align=Align.CENTER, parent=self.root)
        box = Rect(-r, r * 0.84, 2 * r, 20 * unit)
        words = f"ring: tilt {np.degrees(self._target_rad):.0f}° to every side"
        self._canvas.label(box, 14, words, style.ACCENT, align=Align.CENTER, parent=self.root)

    def show(self, directions: tuple[tuple[float, float, float], ...], tool: str = "stylus") -> None:
        """Show the directions of a tool seen so far; redrawn only when there are new ones."""
        self._title.set(f"Directions of the {tool}")
        if len(directions) == self._seen:
            return
        self._seen = len(directions)
        self._canvas.clear(self._dots)
        if not directions:
            return
        spots = polar(np.asarray(directions, dtype=float))
        unit, limit = self._canvas.unit, self._radius * 1.05
        self._canvas.draw(self._covered(spots), style.rgba(color_of(Mark.WITHIN), 0.30), self._dots)
        pixels = spots[-DOTS:] * self._scale
        pixels *= np.minimum(1.0, limit / np.maximum(np.hypot(*pixels.T), 1e-9))[:, None]
        self._canvas.draw(_squares(pixels, 2.0 * unit), style.rgba(style.INK, 0.75), self._dots)
        newest = self._canvas.draw(disc(7 * unit), style.rgba(style.ACCENT), self._dots)
        place(newest, *pixels[-1].tolist())

    def _covered(self, spots: Array) -> Shape:
        """The area swept so far: a fan as far as each sector was reached."""
        reach = coverage(spots, self._target_rad) * self._target_rad * self._scale
        step = 2 * np.pi / SECTORS
        fans = [arc(1.0, k * step, (k + 1) * step, 5) * max(far, 1e-3) for k, far in enumerate(reach.tolist())]
        return filled_about_origin(np.concatenate(fans))


def filled_about_origin(outline: Array) -> Shape:
    """The inside of an outline (n, 2) that is star-shaped about the origin."""
    inside = filled(outline)
    inside.vertices[-1] = 0.0
    return inside


def _squares(spots: Array, half: float) -> Shape:
    corners = np.array([(-half, -half), (half, -half), (half, half), (-half, half)])
    points = (spots[:, None] + corners).reshape(-1, 2)
    start = 4 * np.arange(len(spots))[:, None, None]
    return flat(points, (start + np.array([(0, 1, 2), (0, 2, 3)])).reshape(-1, 3))
