"""The twelfth ribs: the last thing a finger counts down to before the lumbar levels."""

import numpy as np

from arguide_sim.anatomy.sdf import Shape, curved, mirrored
from arguide_sim.anatomy.spine_curve import Frame


def twelfth(image_from_t12: Frame) -> Shape:
    """Both ribs, from the side of the body of T12 outward, backward, then down; about 11 cm long."""
    local = np.array([(23, -16, 6), (36, -31, 3), (60, -38, -12), (88, -28, -35), (106, -12, -55)], float)
    nodes = local @ image_from_t12[:3, :3].T + image_from_t12[:3, 3]
    return mirrored(curved(nodes, [(3.5, 4.5), (2.8, 4.5), (2.6, 5.5), (2.4, 4.5), (1.8, 2.5)], pieces=5))
