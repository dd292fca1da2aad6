"""The signs that stand beside a deviation: each grade has its own shape, colour and word."""

from enum import StrEnum

import numpy as np
from panda3d.core import NodePath

from arguide.guidance.state import Grade
from arguide.scene import style
from arguide.scene.canvas import Canvas, arc, disc, filled, flat, place, stroke
from arguide.scene.shapes import Shape, joined
from arguide.scene.style import Rgb


class Mark(StrEnum):
    """What a sign says."""

    WITHIN = "within"
    NEAR = "near"
    OUT = "out"
    AHEAD = "ahead"
    UNKNOWN = "unknown"


def color_of(mark: Mark) -> Rgb:
    """The colour of a sign in the theme in use."""
    found = {
        Mark.WITHIN: style.GRADE_COLORS[Grade.WITHIN],
        Mark.NEAR: style.GRADE_COLORS[Grade.NEAR],
        Mark.OUT: style.GRADE_COLORS[Grade.OUT],
        Mark.AHEAD: style.NEUTRAL,
        Mark.UNKNOWN: style.GHOST,
    }
    return found[mark]


FOR_GRADE = {Grade.WITHIN: Mark.WITHIN, Grade.NEAR: Mark.NEAR, Grade.OUT: Mark.OUT}


def cross(radius: float, width: float) -> Shape:
    """An X about the origin."""
    r = radius * 0.78
    return joined(stroke([(-r, -r), (r, r)], width), stroke([(-r, r), (r, -r)], width))


def check(radius: float, width: float) -> Shape:
    """A check mark about the origin."""
    points = np.array([(-0.62, 0.02), (-0.18, 0.46), (0.66, -0.46)]) * radius
    return joined(stroke(points[:2], width), stroke(points[1:], width), disc(width / 2).moved(_at(points[1])))


def _at(point: np.ndarray) -> np.ndarray:
    move = np.eye(4)
    move[:3, 3] = point[0], 0, -point[1]
    return move


def triangle(radius: float) -> Shape:
    """A warning triangle about the origin, point up."""
    points = arc(radius * 1.12, -np.pi / 2, 3 * np.pi / 2, 3) + (0, 0.18 * radius)
    return filled(points)


def arrow(radius: float) -> Shape:
    """An arrow down about the origin."""
    head = [(-0.75, 0.05), (0.75, 0.05), (0, 0.95)]
    shaft = [(-0.24, -0.9), (0.24, -0.9), (0.24, 0.06), (-0.24, 0.06)]
    points = np.array(head + shaft) * radius
    return flat(points, np.array([(0, 1, 2), (3, 4, 5), (3, 5, 6)]))


def dashes(radius: float) -> Shape:
    """Two short bars about the origin: nothing known."""
    return joined(
        stroke([(-radius, 0), (-0.2 * radius, 0)], 0.3 * radius), stroke([(0.2 * radius, 0), (radius, 0)], 0.3 * radius)
    )


def mark_shape(mark: Mark, radius: float) -> Shape:
    """The shape of a sign about the origin, in pixels."""
    match mark:
        case Mark.WITHIN:
            return disc(radius * 0.92)
        case Mark.NEAR:
            return triangle(radius)
        case Mark.OUT:
            return cross(radius, radius * 0.5)
        case Mark.AHEAD:
            return arrow(radius)
        case Mark.UNKNOWN:
            return dashes(radius * 0.8)


class Sign:
    """One place where one of the signs stands."""

    def __init__(self, canvas: Canvas, x: float, y: float, radius: float, parent: NodePath | None = None) -> None:
        self.node = canvas.group(parent)
        place(self.node, x, y)
        self._nodes = {m: canvas.draw(mark_shape(m, radius), (*color_of(m), 1.0), self.node) for m in Mark}
        self._shown: Mark | None = None
        self.set(Mark.UNKNOWN)

    def set(self, mark: Mark) -> None:
        """Show this one."""
        if mark is not self._shown:
            for kind, node in self._nodes.items():
                node.show() if kind is mark is not Mark.UNKNOWN else node.hide()
            self._shown = mark
