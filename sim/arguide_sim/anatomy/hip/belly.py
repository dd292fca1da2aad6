"""What fills hip and groin between skin and named structures: fat, the muscle wall of the belly, and bowel.

The wall ends where it is attached: below at the inguinal ligament and the pubis, outside at the iliac crest. The bowel lies on
the iliac fossa and ends softly above the pelvis.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from arguide_sim.anatomy.sdf import Distances, smooth_max, smooth_min
from arguide_sim.anatomy.volumes import Filling, Place

SKIN_MM, WALL_MM = 1.8, 16.0
END_MM, ROOM_MM = 14.0, 34.0
"""Over how many mm the ends of the wall are rounded, and the corners of the room for the bowel."""
LIGAMENT = (31.0, 78.0, 0.93)
"""At this x the inguinal ligament has this height; it falls so many mm a mm inward. As in `muscles.LIGAMENT`."""
PUBIS_Z = -10.0
CREST = (84.0, 57.0, 0.85)
"""At this height the iliac crest has this y; it runs so many mm back a mm upward. As in `bones.ILIUM_BORDER`."""
FOSSA = (0.72, -0.69, -0.33, 85.0)
"""Normal (x, y, z) of the inner side of the ilium, and the height at which it passes below the head's middle."""
BACK_Y = -22.0
"""Neither wall nor bowel lies behind this."""
FAT_MM = 6.0
"""Between wall, fossa and bowel."""


def filling(fat: float, scale: float) -> Filling:
    """The layers of a person with so many mm of fat, so many times as large as average; depth counts from the skin."""

    def layers(p: Place) -> Iterator[tuple[str, NDArray[np.floating]]]:
        x, y, z, depth = (np.asarray(field, np.float64) for field in (p.x / scale, p.y / scale, p.z / scale, p.depth))
        yield "fat", SKIN_MM - depth
        below = _above_ligament(x, z)
        wall = np.maximum(fat + 1.0 - depth, depth - fat - WALL_MM)
        ends = smooth_max(smooth_max(below, _before_crest(y, z), END_MM), BACK_Y - y, END_MM)
        yield "muscle", smooth_max(wall, scale * ends, END_MM)
        room = smooth_max(smooth_max(below, _within_fossa(x, y, z), ROOM_MM), BACK_Y - y, ROOM_MM)
        inner = fat + WALL_MM + FAT_MM - depth
        yield "bowel", smooth_max(scale * room + FAT_MM, inner, END_MM) + 2.0 * p.texture(9.0)

    return layers


def _above_ligament(x: Distances, z: Distances) -> Distances:
    """Signed distance, negative above the inguinal ligament and the pubis."""
    at_x, at_z, fall = LIGAMENT
    slant = (at_z - z + fall * (x - at_x)) / np.hypot(1.0, fall)
    return smooth_max(slant, PUBIS_Z - z, END_MM)


def _before_crest(y: Distances, z: Distances) -> Distances:
    """Signed distance, negative in front of the iliac crest; below its front end nothing is behind it."""
    at_z, at_y, back = CREST
    return smooth_min((at_y - back * (z - at_z) - y) / np.hypot(1.0, back), z - at_z, END_MM)


def _within_fossa(x: Distances, y: Distances, z: Distances) -> Distances:
    """Signed distance, negative on the inner side of the ilium."""
    across, front, rise, at_z = FOSSA
    return np.asarray((across * x + front * y + rise * (z - at_z)) / np.sqrt(across**2 + front**2 + rise**2))
