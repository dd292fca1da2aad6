"""Virtual divots on the patient's back: points that a phantom gets as small pits, for the stylus to be put in."""

import numpy as np

from arguide.errors import MeshError
from arguide.geometry.mesh import Mesh
from arguide.geometry.rays import first_hit
from arguide.geometry.transforms import Array
from arguide.imaging.spine import LEFT, RIGHT, Spine
from arguide.settings.scenario import Fiducial

# Offsets to the side in mm, another in each row, so that no turn or mirror image of the eight fits them.
ROWS = {"upper": (RIGHT * 45.0, 0.0, LEFT * 50.0), "middle": (RIGHT * 65.0, LEFT * 60.0), "lower": (55.0, 0.0, -45.0)}
FROM_EDGE_MM = 15.0
"""Nearer to the end of the scan the skin is a cut, not a back."""


def fiducials(spine: Spine, skin: Mesh, levels: dict[str, int]) -> tuple[Fiducial, ...]:
    """Eight points on the back in three rows, at the heights of three vertebrae given by name and label, from above."""
    found: list[Fiducial] = []
    for (row, offsets), (level, number) in zip(ROWS.items(), levels.items(), strict=True):
        body = spine.body(number)
        height = np.clip(body[2], skin.bounds[0, 2] + FROM_EDGE_MM, skin.bounds[1, 2] - FROM_EDGE_MM)
        middle = spine.canal.at(np.array([height]))[0, 0]
        for offset in offsets:
            behind = [middle + offset, skin.bounds[0, 1] - 10.0, height]
            hit = first_hit(skin, behind, [0.0, 1.0, 0.0])
            if hit is None:
                raise MeshError(f"no skin behind {level}: the scan cuts the back off; use a CT with the whole back")
            found.append(_fiducial(len(found) + 1, hit, offset, row, level))
    return tuple(found)


def _fiducial(number: int, position: Array, offset: float, row: str, level: str) -> Fiducial:
    x, y, z = (round(float(value), 2) for value in position)
    side = "right" if offset > 0 else "left"
    where = f"{abs(offset) / 10:g} cm {side} of the midline" if offset else "on the midline"
    hint = f"{row} row, at the height of {level}, {where}"
    return Fiducial(name=f"F{number}", position=(x, y, z), hint=hint)
