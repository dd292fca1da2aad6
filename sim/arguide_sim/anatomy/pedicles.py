"""Canal and pedicles of a vertebra measured in its own frame, as on a CT's section through the middle of the pedicles.

A pedicle is found at its isthmus, where it is least high between the body and the processes: its middle there gives the
section, and in that the shortest chord across it gives its width and, at a right angle to it, the way it points. The
canal's width is that between the pedicles as a radiograph from in front shows it: to the innermost of each pedicle's
side, not to its side at one height. Lengths in mm, angles in degrees.
"""

from dataclasses import dataclass

import numpy as np

from arguide.geometry.transforms import Array
from arguide_sim.anatomy.rulers import Ruler, Section

BEHIND_MM = 2.5
"""Behind the wall of the body, where a pedicle is found."""
ROWS_MM = np.arange(-0.5, -4.1, -0.5)
"""Behind the wall of the body, where it is looked at for its narrowest place."""
ISTHMUS_MM = np.arange(1.0, -4.1, -1.0)
"""Before and behind the wall of the body at the midline, where a pedicle is looked for at its least high: the superior
process may rise right behind the wall."""
STARTS_MM = (6.0, 8.0, 4.0, 10.0, 2.0)
"""z, where a pedicle is looked for first."""
HEIGHTS = (-0.15, 0.0, 0.15)
"""From its middle as shares of its height, where its width is looked for."""
DEEPEST_MM = 5.0
"""Behind the wall of the body, where the inner side of a pedicle ends and the lamina begins."""
LEANS_DEG = np.arange(-30.0, 67.0, 2.0)
CANAL_ROWS_MM = (-1.5, -2.5, -3.5, -4.5, -5.5)
CANAL_HEIGHTS = (-0.3, -0.15, 0.0, 0.15, 0.3)
"""From the pedicle's middle as shares of its height, where its innermost is looked for."""
CANAL_MM = 6.0, 24.0
"""Least and most that half a canal is wide."""
NARROWEST_MM, WIDEST_MM = 4.0, 42.0
FROM_CANAL_MM = 7.5
STRAY_MM = 6.0
"""A place farther from the middle one is no pedicle's: there the body's back bulges."""
NEARLY = 0.04
"""Chords longer than the shortest by this share still have a say in which way a pedicle points."""


@dataclass(frozen=True)
class Pedicle:
    """One side's."""

    inner: float
    """From the midline to its inner edge, where the canal is widest."""
    width: float
    height: float
    lean: float
    """Toward the midline in front."""


NOTHING = Pedicle(*(np.nan,) * 4)


def wall_at(ruler: Ruler, z: float) -> float:
    """y of the back of the body at the midline."""
    found = ruler.along(1, 0.5, z)[::-1]
    return float(found[1]) if len(found) > 1 else np.nan


def pedicle(ruler: Ruler, side: int) -> Pedicle:
    """The pedicle of the right (1) or left side (-1)."""
    z, tall = isthmus(ruler, side)
    wall = wall_at(ruler, z)
    bridges = [(wall + y, *bridge(ruler, wall + y, z, side)) for y in ROWS_MM]
    places = np.array([(side * _inside(low, high), y) for y, low, high in bridges if np.isfinite(low)])
    if not len(places):
        return NOTHING
    places = places[np.abs(places[:, 0] - np.median(places[:, 0])) < STRAY_MM]
    found = [narrowest(ruler.level(z + share * tall), places, side, wall - DEEPEST_MM) for share in HEIGHTS]
    width, lean = np.nanmin(np.array(found), axis=0)[0], np.nanmean(np.array(found), axis=0)[1]
    inner = [[bridge(ruler, wall + y, z + share * tall, side)[0] for share in CANAL_HEIGHTS] for y in CANAL_ROWS_MM]
    return Pedicle(float(np.fmax.reduce(np.fmin.reduce(inner, axis=1))), float(width), tall, float(lean))


def isthmus(ruler: Ruler, side: int) -> tuple[float, float]:
    """z of the middle of the pedicle where it is least high, and its height there; NaN if it is not found."""
    for start in STARTS_MM:
        low, high = start, start
        for _ in range(5):
            low, high = _least_column(ruler, side, (low + high) / 2)
        if np.isfinite(low):
            return (low + high) / 2, high - low
    return np.nan, np.nan


def _least_column(ruler: Ruler, side: int, z: float) -> tuple[float, float]:
    """From where to where the pedicle reaches upward around `z`, where that is least."""
    wall = wall_at(ruler, z)
    x = side * _inside(*bridge(ruler, wall - BEHIND_MM, z, side))
    columns = [around(ruler.along(2, x, wall + y), z) for y in ISTHMUS_MM]
    found = [column for column in columns if np.isfinite(column[0])]
    return min(found, key=lambda column: column[1] - column[0], default=(np.nan, np.nan))


def _inside(low: float, high: float) -> float:
    """The middle of a bridge; of a wide one, which runs on into the transverse process, a place near the canal."""
    return min((low + high) / 2, low + FROM_CANAL_MM)


def narrowest(section: Section, places: Array, side: int, deepest: float) -> tuple[float, float]:
    """The shortest chord through any of the places (n, 2), and the lean at a right angle to it."""
    leans = np.radians(LEANS_DEG)
    directions = np.stack([side * np.cos(leans), np.sin(leans)], axis=1)
    ends = np.array([[section.chord(place, way) for place in places] for way in directions])
    inner = places[:, 1] - ends[..., 0] * directions[:, 1:]
    lengths = np.where(inner > deepest, ends.sum(axis=-1), np.nan)
    if np.isnan(lengths).all():
        return np.nan, np.nan
    shortest = np.nanmin(lengths)
    # A round section has many chords as short as the shortest: their mean says which way it points.
    weights = np.exp(-(((np.nan_to_num(lengths, nan=np.inf) / shortest - 1) / NEARLY) ** 2)).max(axis=1)
    return float(shortest), float(np.average(LEANS_DEG, weights=weights))


def bridge(ruler: Ruler, y: float, z: float, side: int) -> tuple[float, float]:
    """From where to where the bone beside the canal reaches, away from the midline."""
    c = np.sort(side * ruler.along(0, y, z))
    c = c[c > CANAL_MM[0]]
    if len(c) % 2 or not len(c) or c[0] > CANAL_MM[1] or not NARROWEST_MM < c[1] - c[0] < WIDEST_MM:
        return np.nan, np.nan
    return float(c[0]), float(c[1])


def around(crossings: Array, at: float = 0.0) -> tuple[float, float]:
    """From where to where there is bone around a place on the line."""
    below, above = crossings[crossings < at], crossings[crossings > at]
    return (float(below[-1]), float(above[0])) if len(below) and len(above) else (np.nan, np.nan)


def span_around(crossings: Array, at: float = 0.0) -> float:
    """Length of bone around a place on the line."""
    low, high = around(crossings, at)
    return high - low
