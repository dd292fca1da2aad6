"""The right half of the picture on guidance: looking along the path from entry to target."""

from math import degrees

import numpy as np

from arguide.geometry.transforms import Array
from arguide.guidance.state import Deviation
from arguide.planning.path import planned_path
from arguide.settings.scenario import Plan
from drawing.svg import Picture

CENTER, SCALE, HALF = np.array([960.0, 268.0]), 13.0, 196.0
"""Pixels; pixels per mm; half the width of the panel."""


def at(in_plane_mm: float, out_of_plane_mm: float) -> Array:
    """Pixel of an offset from the path: superior up and the patient's right on the right, as seen on the back."""
    return CENTER - SCALE * np.array([in_plane_mm, out_of_plane_mm])


def add_to(picture: Picture, plan: Plan, deviation: Deviation) -> None:
    """Draw the bullseye and the table of values under it."""
    picture.text((CENTER[0], 44), "Along the path, from the entry", "ink", 17, "middle", 600)
    picture.rectangle(CENTER - HALF, (2 * HALF, 2 * HALF), "panel", 10, "rule")
    _rings(picture, plan)
    _offsets(picture, deviation)
    _values(picture, plan, deviation)


def _rings(picture: Picture, plan: Plan) -> None:
    band = plan.tolerance.lateral_mm
    picture.circle(CENTER, SCALE * band.near, "blue", opacity=0.12)
    picture.circle(CENTER, SCALE * band.within, "blue", opacity=0.2)
    picture.line([CENTER - [HALF, 0], CENTER + [HALF, 0]], "rule", 1.5)
    picture.line([CENTER - [0, HALF], CENTER + [0, HALF]], "rule", 1.5)
    for way, letter in (((1, 0), "R"), ((-1, 0), "L"), ((0, -1), "S"), ((0, 1), "I")):
        picture.text(CENTER + np.array(way) * (HALF - 16) + [0, 6], letter, "quiet", 17, "middle", 600, halo="panel")
    axes = planned_path(plan).axes
    assert axes[0, 0] < -0.99 and axes[1, 2] > 0.99, "the letters stand for a plan straight to the front"
    picture.circle(CENTER, 6, "paper", "blue", 3)
    picture.text(CENTER + [14, -12], "T", "blue", 22, "start", 700, halo="panel")


def _offsets(picture: Picture, d: Deviation) -> None:
    tip = at(d.in_plane_mm, d.out_of_plane_mm)
    corner = at(d.in_plane_mm, 0)
    miss = CENTER + (tip - CENTER) * d.predicted_miss_mm / d.lateral_mm
    picture.line([tip, miss], "ink", 1.8, "3 6")
    picture.arrow(CENTER + 9 * _unit(tip - CENTER), tip, "teal", 3)
    picture.arrow(CENTER + 9 * _unit(corner - CENTER), corner, "ink", 2.2)
    picture.arrow(corner, tip, "ink", 2.2)
    picture.circle(tip, 7, "ink", "panel", 2)
    picture.circle(miss, 7, "panel", "pink", 3)
    picture.text(tip + [-12, -4], "P", "ink", 22, "end", 700, halo="panel")
    picture.text(miss + [16, 6], "passes the target here", "pink", 16, "start", 600, halo="panel")
    picture.text(CENTER + [-12, -14], f"in plane {_mm(d.in_plane_mm)}", "ink", 16, "end", 600, halo="panel")
    picture.text(
        ((tip[0] + CENTER[0]) / 2 + 16, tip[1]),
        f"out of plane {_mm(d.out_of_plane_mm)}",
        "ink",
        16,
        weight=600,
        halo="panel",
    )


def _values(picture: Picture, plan: Plan, d: Deviation) -> None:
    rows = (
        ("depth", _mm(d.depth_mm), "violet"),
        ("lateral", _mm(d.lateral_mm), "teal"),
        ("angle", f"{degrees(d.angle_rad):.1f}°", "red"),
        ("entry offset", _mm(d.entry_offset_mm), "gold"),
        ("predicted miss", _mm(d.predicted_miss_mm), "pink"),
        ("tip to target", _mm(d.target_mm), "orange"),
        ("clearance", _mm(d.clearances_mm[0]), "green"),
    )
    left, right, top = CENTER[0] - HALF, CENTER[0] + HALF, 520.0
    for n, (name, value, ink) in enumerate(rows):
        y = top + 34 * n
        picture.circle((left + 8, y - 6), 6, ink)
        picture.text((left + 26, y), name, "ink", 18)
        picture.text((right, y), value, ink, 19, "end", 700)
        picture.line([(left, y + 11), (right, y + 11)], "rule", 1)
    picture.text((left, top + 34 * len(rows) + 4), "drawn to scale from the numbers of DeviationFrom", "quiet", 14)


def _mm(value: float) -> str:
    return f"{value:.1f} mm".replace("-", "−")


def _unit(vector: Array) -> Array:
    return np.asarray(vector / np.linalg.norm(vector))
