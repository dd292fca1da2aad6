"""Points of the lumbar spine that are known by construction."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from arguide_sim.anatomy import nerves
from arguide_sim.anatomy.lumbar import Lumbar
from arguide_sim.anatomy.skin_points import rounded


def landmarks(anatomy: Lumbar) -> dict[str, Any]:
    """Points known by construction, mm in the image frame: per level the body, both foramina and both joints below."""
    levels: dict[str, Any] = {}
    for level in anatomy.levels:
        frame = anatomy.curve.bodies[level.name]
        joint = anatomy.joints[level.name].frame[:3, 3]
        levels[level.name] = {
            "body": rounded(anatomy.place(frame[:3, 3])),
            "foramen_below": _both(anatomy, nerves.in_image(frame, *nerves.foramen(level))),
            "facet_joint_below": _both(anatomy, joint),
        }
    return {"frame": "image (RAS, mm)", "s1_endplate": rounded(anatomy.place(np.zeros(3))), "levels": levels}


def _both(anatomy: Lumbar, right: NDArray[np.float64]) -> dict[str, tuple[float, float, float]]:
    return {"right": rounded(anatomy.place(right)), "left": rounded(anatomy.place(right, -1))}
