"""The twelfth ribs: the last thing a finger counts down to before the lumbar levels."""

import numpy as np

from arguide_sim.anatomy.sdf import Shape, curved
from arguide_sim.anatomy.spine_curve import Frame


def twelfth(image_from_t12: Frame, scale: float) -> Shape:
    """The right rib, from the side of the body of T12 outward, backward, then down and forward; about 12 cm long."""
    local = np.array(
        [(23, -17, 6), (33, -30, 4), (52, -39, -6), (74, -40, -22), (94, -31, -42), (109, -14, -62)], float
    )
    nodes = (local * scale) @ image_from_t12[:3, :3].T + image_from_t12[:3, 3]
    sizes = [(3.6, 4.8), (2.8, 4.2), (2.5, 5.4), (2.4, 5.6), (2.2, 4.6), (1.5, 2.2)]
    return curved(nodes, sizes, pieces=5)
