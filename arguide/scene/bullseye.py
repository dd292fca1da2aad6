"""Rings in mm with two dots to bring home, for the views along a straight line: down the planned path, down the shaft.

Down the path, the full dot is the tip now, the open one where the needle will pass the target's depth if it goes on as it
points; the line between them shows its tilt. Down the shaft, the full dot is the target and the open one the planned path
at the tip's depth. Both in the middle is a perfect shot.
"""

from dataclasses import dataclass

import numpy as np
from panda3d.core import NodePath

from arguide.geometry.transforms import Array
from arguide.guidance.state import Grade, grade
from arguide.scene import style
from arguide.scene.camera import ANTERIOR, SUPERIOR, across, look_at, unit
from arguide.scene.canvas import Align, Canvas, Label, Weight, band, disc, place, ring, stroke
from arguide.scene.layout import Rect
from arguide.scene.shapes import joined
from arguide.settings.scenario import Band, Plan

ZOOMS_MM = (12.0, 24.0, 48.0, 96.0)
"""Half widths of the view; the smallest that holds the tip is used."""
LETTERS = ("RL", "AP", "SI")


def image_from_barrel(plan: Plan) -> Array:
    """(4, 4) pose of the view: origin at the target, x right and y down on screen, z the direction of advance."""
    return pose_down(np.asarray(plan.target), np.subtract(plan.target, plan.entry))


def pose_down(origin: Array, direction: Array) -> Array:
    """(4, 4) pose at an origin (3,), z along a direction (3,), x right and y down on screen, the head at the top."""
    way = unit(direction)
    up = SUPERIOR if abs(way @ SUPERIOR) < 0.8 else -ANTERIOR
    pose = look_at(origin - way, origin, across(up, way))
    pose[:3, 3] = origin
    return pose


def side_letters(direction: Array) -> str:
    """The patient's side (R L A P S I) that a direction (3,) in the image frame points to; two letters if oblique."""
    order = np.argsort(-np.abs(direction))
    names = [LETTERS[axis][0 if direction[axis] > 0 else 1] for axis in order]
    return names[0] + (names[1] if abs(direction[order[1]]) > 0.4 else "")


@dataclass(frozen=True)
class Aim:
    """Where the needle is in the barrel view, mm: x right, y down."""

    tip: tuple[float, float]
    crossing: tuple[float, float] | None
    """Where its axis passes the target's depth; None where it leads away."""
    depth_mm: float

    @property
    def lateral_mm(self) -> float:
        """Distance of the tip from the middle."""
        return float(np.hypot(*self.tip))


def aim(barrel_from_tip: Array) -> Aim:
    """The aim of a needle whose (4, 4) pose is given in the barrel view."""
    x, y, z = barrel_from_tip[:3, 3].tolist()
    dx, dy, dz = barrel_from_tip[:3, 2].tolist()
    crossing = (x - z * dx / dz, y - z * dy / dz) if dz > 0.1 else None
    return Aim((x, y), crossing, -z)


def zoom(radius_mm: float, now_mm: float) -> float:
    """The half width for a tip so far from the middle; grows at once, shrinks only with room to spare."""
    fits = next((z for z in ZOOMS_MM if radius_mm <= 0.85 * z), ZOOMS_MM[-1])
    return fits if fits >= now_mm or radius_mm <= 0.65 * fits else now_mm


class Bullseye:
    """The flat half of such a view; the anatomy behind it is seen by a camera, `half_width_mm` wide to every side."""

    def __init__(self, canvas: Canvas, under: Canvas, box: Rect, words: str, dot: Band, ring: Band) -> None:
        """`under`: what does not move goes there; `words`: what one looks down; `dot`, `ring`: limits in mm of both dots."""
        self._canvas, self._under, self._dot_band, self._ring_band, self.box = canvas, under, dot, ring, box
        self._pixels = 0.5 * min(box.width, box.height)
        self.half_width_mm = ZOOMS_MM[1]
        self._root, self._still = canvas.group(), under.group()
        for root in (self._root, self._still):
            place(root, *box.center)
        self._rings = under.group(self._still)
        self._draw_frame()
        corner = Rect(box.x + 12 * canvas.unit, box.bottom - 42 * canvas.unit, 76 * canvas.unit, 34 * canvas.unit)
        under.label(corner, 12, words, style.QUIET, lines=2)
        self._draw_pointers()
        self._redraw_rings()

    def show(self, found: Aim | None) -> None:
        """Show the two dots; None where they are not known."""
        if found is None:
            self._pointer.hide()
            self._unknown.show()
            return
        self._unknown.hide()
        self._pointer.show()
        self._move(found)

    def turn(self, pose: Array) -> None:
        """Name the sides for a (4, 4) pose of the view."""
        for letter, way in zip(self._letters, (pose[:3, 0], pose[:3, 1], -pose[:3, 0], -pose[:3, 1]), strict=True):
            letter.set(side_letters(way))

    def widen(self, half_width_mm: float) -> None:
        """Show so much to every side."""
        if half_width_mm != self.half_width_mm:
            self.half_width_mm = half_width_mm
            self._redraw_rings()

    def _move(self, found: Aim) -> None:
        self.widen(zoom(found.lateral_mm, self.half_width_mm))
        tip_color = style.PICTURE_GRADES[grade(found.lateral_mm, self._dot_band)]
        tip = self._put(self._tip, found.tip)
        self._dot.set_color_scale(*tip_color, 1.0)
        if found.crossing is None or found.depth_mm <= 0:
            self._crossing.hide()
            self._line.hide()
            return
        miss = grade(float(np.hypot(*found.crossing)), self._ring_band)
        end = self._put(self._crossing, found.crossing)
        self._crossing.show()
        self._circle.set_color_scale(*style.PICTURE_GRADES[miss], 1.0)
        self._line.show()
        self._stretch(tip, end)

    def _put(self, node: NodePath, place_mm: tuple[float, float]) -> Array:
        """Put a dot where it belongs, or at the rim if that is outside; returns its pixels from the middle."""
        spot = np.asarray(place_mm) * self._scale
        far, rim = float(np.hypot(*spot)), self._pixels - 12 * self._canvas.unit
        if far > rim:
            spot = spot * rim / far
        place(node, *spot.tolist())
        return spot

    def _stretch(self, start: Array, end: Array) -> None:
        x, y = (end - start).tolist()
        self._line.set_pos(float(start[0]), 0, -float(start[1]))
        self._line.set_r(float(np.degrees(np.arctan2(y, x))))
        self._line.set_scale(max(float(np.hypot(x, y)), 1e-3), 1, 1)

    @property
    def _scale(self) -> float:
        """Pixels a mm."""
        return self._pixels / self.half_width_mm

    def _draw_frame(self) -> None:
        unit, r = self._canvas.unit, self._pixels
        self._draw_mask()
        gap = 0.84 * r
        hair = joined(*(stroke([(x * 0.10 * r, y * 0.10 * r), (x * gap, y * gap)], 1.2 * unit) for x, y in _CROSS))
        self._under.draw(hair, style.rgba(style.ON_PICTURE, 0.30), self._still)
        self._letters = [self._letter(x * (r - 16 * unit), y * (r - 16 * unit)) for x, y in _CROSS]

    def _letter(self, x: float, y: float) -> Label:
        size = 24 * self._canvas.unit
        place(self._under.draw(disc(size / 2), style.rgba(style.PANEL, 0.9), self._still), x, y)
        box = Rect(x - size / 2, y - size / 2, size, size)
        bold, center = Weight.BOLD, Align.CENTER
        return self._under.label(box, 15, "", style.QUIET, weight=bold, align=center, parent=self._still)

    def _draw_mask(self) -> None:
        """A round window: the corners of the box stay dark."""
        half = 0.5 * np.array([self.box.width, self.box.height])
        corners = [np.arctan2(y * half[1], x * half[0]) for x, y in ((1, 1), (-1, 1), (-1, -1), (1, -1))]
        angle = np.sort(np.concatenate([np.linspace(-np.pi, np.pi, 96, endpoint=False), corners]))
        way = np.stack([np.cos(angle), np.sin(angle)], -1)
        outline, away = 0.985 * self._pixels * way, way / np.max(np.abs(way) / half, axis=1, keepdims=True)
        rim = ring(0.985 * self._pixels, 2 * self._under.unit, 128)
        self._under.draw(band(outline, away), style.rgba(style.PANEL, 0.92), self._still)
        self._under.draw(rim, style.rgba(style.LINE), self._still)

    def _draw_pointers(self) -> None:
        unit = self._canvas.unit
        self._pointer = self._canvas.group(self._root)
        self._line = self._canvas.draw(
            stroke([(0, 0), (1, 0)], 2.6 * unit), style.rgba(style.ON_PICTURE, 0.9), self._pointer
        )
        self._crossing = self._canvas.group(self._pointer)
        self._canvas.draw(ring(9.5 * unit, 7 * unit), style.rgba(style.PANEL), self._crossing)
        self._circle = self._canvas.draw(ring(9.5 * unit, 3.6 * unit), parent=self._crossing)
        self._tip = self._canvas.group(self._pointer)
        self._canvas.draw(disc(10 * unit), style.rgba(style.PANEL), self._tip)
        self._dot = self._canvas.draw(disc(7.5 * unit), parent=self._tip)
        # Above the middle: the rings are labelled below it.
        box = Rect(-0.6 * self._pixels, -0.30 * self._pixels - 30 * unit, 1.2 * self._pixels, 30 * unit)
        self._unknown = self._canvas.group(self._root)
        self._canvas.panel(box.inset(0.28 * self._pixels, 0), style.rgba(style.PANEL, 0.85), 15, self._unknown)
        self._canvas.label(box, 18, "no position", style.GHOST, align=Align.CENTER, parent=self._unknown)
        self._pointer.hide()

    def _redraw_rings(self) -> None:
        """Rings at the limits of the plan, and round numbers outside them as far as the view reaches."""
        self._under.clear(self._rings)
        unit, limits = self._under.unit, self._dot_band
        good, fair = style.PICTURE_GRADES[Grade.WITHIN], style.PICTURE_GRADES[Grade.NEAR]
        self._under.draw(disc(limits.within * self._scale), style.rgba(good, 0.22), self._rings)
        self._under.draw(ring(limits.within * self._scale, 2.4 * unit), style.rgba(good), self._rings)
        self._under.draw(ring(limits.near * self._scale, 1.8 * unit), style.rgba(fair), self._rings)
        for radius in (5, 10, 20, 50, 100):
            if limits.near * 1.4 < radius <= self.half_width_mm * 0.9:
                self._under.draw(
                    ring(radius * self._scale, 1.0 * unit, 96), style.rgba(style.ON_PICTURE, 0.35), self._rings
                )
                self._name_ring(radius, style.DARK.quiet)
        if limits.near * self._scale > 26 * unit:
            self._name_ring(limits.near, fair)
        if limits.within * self._scale > 26 * unit:
            self._name_ring(limits.within, good)

    def _name_ring(self, radius: float, color: style.Rgb) -> None:
        unit = self._under.unit
        spot = radius * self._scale * np.sqrt(0.5)
        box = Rect(spot - 21 * unit, spot - 8 * unit, 42 * unit, 16 * unit)
        self._under.panel(box, style.rgba(style.BULLSEYE, 0.8), 8, self._rings)
        self._under.label(box, 12, f"{radius:g} mm", color, align=Align.CENTER, parent=self._rings)


_CROSS = ((1, 0), (0, 1), (-1, 0), (0, -1))
