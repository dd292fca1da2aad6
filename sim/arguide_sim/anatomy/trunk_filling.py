"""What fills the trunk between skin and named structures: fat under the skin, muscle wall, back muscle, fat and bowel."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from arguide_sim.anatomy.grid import Field
from arguide_sim.anatomy.volumes import Place

SKIN_MM = 2.0
WALL_MM = 13.0
BEHIND_MM = -28.0
"""Image y behind which everything inside the fat is back muscle, at the midline."""


def trunk(p: Place) -> Iterator[tuple[str, NDArray[np.floating]]]:
    """The filling of a trunk; `p.depth` counts from under the fat."""
    rough = p.texture(9.0)
    yield "fat", SKIN_MM - p.skin
    wall = np.maximum(-p.depth - 0.8 * rough, SKIN_MM + 2.0 - p.skin)
    yield "muscle", wall
    inner = wall + WALL_MM * (0.8 + 0.35 * np.abs(p.x) / 120) + 1.5 * p.texture(5.0)
    room = np.maximum(inner, BEHIND_MM + 0.09 * np.abs(p.x) - p.y + 2.0 * rough)
    yield "fat", room
    bowel = np.maximum(room + 4.0, 34.0 + 2.0 * rough - p.y)
    loops = 5.0 * _loops(p)
    yield "bowel", np.maximum(bowel, loops)
    yield "air", np.maximum(bowel + 8.0, loops + 7.5 + 2.0 * p.texture(5.0))


def _loops(p: Place) -> Field:
    """Negative in coils of bowel: a sum of plane waves bent by a slow random field."""
    bend = 0.9 * p.texture(9.0)
    x, y, z = (axis.astype(np.float64) for axis in (p.x, p.y, p.z))  # a sine's last bit depends on the processor
    waves = np.sin(x / 11 + 0.6 * np.sin(z / 17)) + np.sin(y / 10 + 0.8 * np.sin(x / 23)) + np.sin(z / 12)
    return np.asarray(0.35 - waves - 0.3 * bend, np.float32)
