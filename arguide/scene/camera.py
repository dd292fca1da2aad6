"""Where the eye is: an orbit around a pivot, preset views, and projection, all plain maths in the image frame."""

from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike

from arguide.geometry.transforms import Array, apply, from_parts, inverse
from arguide.settings.scenario import Plan

FIELD_RAD = np.radians(26.0)
"""Vertical field of view: long lens, so that sizes can be compared across the picture."""
SUPERIOR = np.array([0.0, 0.0, 1.0])
ANTERIOR = np.array([0.0, 1.0, 0.0])
CLEAR = 0.80
"""Part of the view's height that the guide at its foot leaves clear."""
NEAREST_MM, FARTHEST_MM = 60.0, 2000.0
STEEPEST_RAD = np.radians(88.0)


class Preset(IntEnum):
    """The ways the 3D view looks; V goes round."""

    OBLIQUE = 1
    POSTERIOR = 2
    LATERAL = 3
    AXIAL = 4
    ALONG_PATH = 5


def look_at(eye: ArrayLike, target: ArrayLike, up: ArrayLike) -> Array:
    """The (4, 4) `image_from_view` of an eye that looks at a target; `up` may be anything but the line of sight."""
    forward = unit(np.asarray(target, dtype=float) - eye)
    right = unit(np.cross(forward, np.asarray(up, dtype=float)))
    return from_parts(np.column_stack([right, np.cross(forward, right), forward]), eye)


def unit(vector: ArrayLike) -> Array:
    """The (3,) vector at length 1."""
    v = np.asarray(vector, dtype=float)
    result: Array = v / np.linalg.norm(v)
    return result


def across(vector: Array, axis: Array) -> Array:
    """The part of a (3,) vector that is perpendicular to a unit axis, at length 1."""
    return unit(vector - (vector @ axis) * axis)


@dataclass(frozen=True)
class Orbit:
    """An eye on a sphere around `pivot` (mm), turned by `turn_rad` about `up` and raised by `rise_rad` from `front`."""

    pivot: tuple[float, float, float]
    front: tuple[float, float, float]
    up: tuple[float, float, float]
    turn_rad: float = 0.0
    rise_rad: float = 0.0
    distance_mm: float = 500.0

    def image_from_view(self) -> Array:
        """The (4, 4) pose of the eye."""
        up, front = unit(self.up), across(np.asarray(self.front), unit(self.up))
        side = np.cross(up, front)
        level = np.cos(self.turn_rad) * front + np.sin(self.turn_rad) * side
        out = np.cos(self.rise_rad) * level + np.sin(self.rise_rad) * up
        return look_at(self.pivot + self.distance_mm * out, self.pivot, up)

    def turned(self, turn_rad: float, rise_rad: float) -> "Orbit":
        """Turn and rise by so much; stops short of the poles."""
        rise = float(np.clip(self.rise_rad + rise_rad, -STEEPEST_RAD, STEEPEST_RAD))
        return replace(self, turn_rad=self.turn_rad + turn_rad, rise_rad=rise)

    def zoomed(self, factor: float) -> "Orbit":
        """Move to `factor` times the distance, within reason."""
        return replace(self, distance_mm=float(np.clip(self.distance_mm * factor, NEAREST_MM, FARTHEST_MM)))

    def panned(self, right_mm: float, down_mm: float) -> "Orbit":
        """Move the pivot in the picture's plane."""
        return replace(self, pivot=_triple(self.pivot + self.image_from_view()[:3, :2] @ (right_mm, down_mm)))


def preset(plan: Plan, view: Preset) -> Orbit:
    """The orbit of a preset view for a plan.

    The patient lies across the picture with the skin's side of the path up, as on the table; the views from behind and
    along the path have the head at the top.
    """
    entry, target = np.asarray(plan.entry), np.asarray(plan.target)
    out = unit(entry - target)
    up = across(out, SUPERIOR) if abs(out @ SUPERIOR) < 0.9 else -ANTERIOR
    side = np.cross(SUPERIOR, up)
    side = side if out @ side >= 0 else -side
    pivot = 0.35 * entry + 0.65 * target

    def orbit(front: Array, upward: Array, turn: float, rise: float, distance: float) -> Orbit:
        return Orbit(_triple(pivot), _triple(front), _triple(upward), turn, rise, distance)

    match view:
        case Preset.OBLIQUE:
            toward_head = np.radians(38.0) * float(np.sign(np.cross(up, side) @ SUPERIOR))
            return orbit(side, up, toward_head, np.radians(34.0), 330.0)
        case Preset.POSTERIOR:
            return orbit(up, SUPERIOR, 0.0, 0.0, 480.0)
        case Preset.LATERAL:
            return orbit(side, up, 0.0, 0.0, 480.0)
        case Preset.AXIAL:
            return orbit(-SUPERIOR, up, 0.0, 0.0, 480.0)
        case Preset.ALONG_PATH:
            top = SUPERIOR if abs(out @ SUPERIOR) < 0.9 else up
            return orbit(across(out, top), top, 0.0, float(np.arcsin(out @ top)), 420.0)


def _triple(vector: Array) -> tuple[float, float, float]:
    x, y, z = vector.tolist()
    return (x, y, z)


def overview(plan: Plan, points: Array, aspect: float) -> Orbit:
    """The orbit that sees all of some points (n, 3) from the skin's side, the head at the top."""
    middle = 0.5 * (points.max(axis=0) + points.min(axis=0))
    orbit = preset(plan, Preset.POSTERIOR).turned(np.radians(-14.0), np.radians(-16.0))
    x, y, z = np.abs((points - middle) @ orbit.image_from_view()[:3, :3]).T
    slope = float(np.tan(FIELD_RAD / 2))
    needed = 1.3 * float(np.max(np.maximum(y / CLEAR, x / aspect) / slope + z))
    orbit = replace(orbit, pivot=_triple(middle), distance_mm=float(np.clip(needed, NEAREST_MM, FARTHEST_MM)))
    return orbit.panned(0.0, (1 - CLEAR) * slope * orbit.distance_mm)


def project(
    image_from_view: Array, points: ArrayLike, size: tuple[float, float], field_rad: float = FIELD_RAD
) -> Array:
    """Pixels (..., 2), x right and y down, of points (..., 3) in a picture of `size`; NaN behind the eye."""
    seen = apply(inverse(image_from_view), points)
    focal = size[1] / 2 / np.tan(field_rad / 2)
    depth = np.where(seen[..., 2:] > 1e-6, seen[..., 2:], np.nan)
    result: Array = np.asarray(size) / 2 + focal * seen[..., :2] / depth
    return result


def mm_per_pixel(image_from_view: Array, point: ArrayLike, height: float, field_rad: float = FIELD_RAD) -> float:
    """How many mm one pixel spans at a (3,) point."""
    depth = float(apply(inverse(image_from_view), point)[2])
    return float(2 * max(depth, 1.0) * np.tan(field_rad / 2) / height)
