"""Facet joints: laid out first, so that the processes of the two neighbours grow towards the same surface.

The joint space is a shell of a cylinder that stands upright behind the disc. The superior articular process of the
vertebra below lies outside it (in front and lateral), the inferior one of the vertebra above inside it; so the gap is
even, and the joint is curved as lumbar joints are: more sagittal at its back, where the needle enters.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from arguide_sim.anatomy.sdf import Distances, Points, Shape, common, tube
from arguide_sim.anatomy.spine_curve import Frame, Level

RADIUS_MM = 14.0
"""Of the joint surface's curve seen from above."""

FROM_BACK_MM, LEAST_BEHIND_MM = 3.5, 11.5
"""The joints' middle lies so far before the back of the canal, but never nearer to the wall of the body: there the
pedicles are, in narrow canals too."""

GAPS_MM = 2.0, 1.5
"""Between the bones, of young and of worn joints: two layers of cartilage of a little under 1 mm, or what is left."""


@dataclass(frozen=True)
class Joint:
    """The right joint of a pair; the left is its mirror image.

    `frame` is local_from_joint, (4, 4): origin at the middle of the joint space, +x from the inferior to the superior
    process (forward and lateral), +y along the joint forward and medial, +z up.
    """

    frame: Frame
    height: float
    """Of the joint surfaces, mm."""
    width: float
    gap: float = GAPS_MM[0]
    wear: float = 0.0

    def seen_from(self, local_from_old: Frame) -> "Joint":
        """The same joint in another frame."""
        return replace(self, frame=local_from_old @ self.frame)

    def point(self, out: float, back: float, up: float) -> NDArray[np.float64]:
        """A point `out` of the joint towards the superior process, `back` along it and `up`, in mm; (3,)."""
        return np.asarray(self.frame[:3, :3] @ (out, -back, up) + self.frame[:3, 3])

    def on_surface(self, back: float, up: float) -> NDArray[np.float64]:
        """The point of the curved middle surface at arc length `back` towards its posterior edge; (3,)."""
        angle = back / RADIUS_MM
        return self.point(RADIUS_MM * (np.cos(angle) - 1), RADIUS_MM * np.sin(angle), up)

    def opening(self, back: float) -> NDArray[np.float64]:
        """Unit direction out of the joint along its surface at arc length `back`: backward and lateral; (3,)."""
        angle = back / RADIUS_MM
        return np.asarray(self.frame[:3, :3] @ (-np.sin(angle), -np.cos(angle), 0.0))

    def inside(self, p: Points) -> Distances:
        """Distance to the joint surface, negative on the side of the inferior process."""
        q = (p - self.frame[:3, 3]) @ self.frame[:3, :3]
        return np.hypot(q[:, 0] + RADIUS_MM, q[:, 1]) - RADIUS_MM

    def inferior_side(self) -> Shape:
        """Where the inferior process of the vertebra above may be."""
        return lambda p: self.inside(p) + self.gap / 2

    def superior_side(self) -> Shape:
        """What the bone above leaves free for the superior process: nothing of it hooks around the joint's front."""
        normal = self.frame[:3, 0]
        wide = 0.5 * self.width + 4.0
        around = tube(
            [self.point(6, -1, -14), self.point(6, -1, 0.5 * self.height + 1.0)], [(wide, 8.0), (wide, 7.0)], up=normal
        )
        return common(around, lambda p: -self.inside(p) - self.gap / 2, 0.8)

    def room(self) -> Shape:
        """What the bone below leaves free for the inferior process, and so the shape of its hollow joint surface."""
        normal, low = self.frame[:3, 0], -0.5 * self.height - 0.5
        wide = 0.5 * self.width + 3.4
        around = tube(
            [self.point(-6, 0, 14), self.point(-5.2, 0, low + 2.5)], [(wide, 7.5), (wide - 0.5, 6.5)], up=normal
        )
        return common(around, lambda p: self.inside(p) - self.gap / 2, 0.8)


def joint_below(level: Level, image_from_disc: Frame, wear: float = 0.0) -> Joint:
    """The right joint below `level`, in the image frame: behind the disc and a little below its middle."""
    angle = np.radians(level.joint_angle_deg)
    local = np.eye(4)
    local[:3, :2] = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)], [0.0, 0.0]])
    behind = max(level.canal_depth - FROM_BACK_MM, LEAST_BEHIND_MM)
    local[:3, 3] = level.joint_spacing / 2, -level.depth_low / 2 - behind, -3.0
    gap = GAPS_MM[0] + wear * (GAPS_MM[1] - GAPS_MM[0])
    return Joint(image_from_disc @ local, level.facet_height, level.facet_width, gap, wear)
