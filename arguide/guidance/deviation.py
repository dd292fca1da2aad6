"""From a needle pose and a plan to the deviation: the numbers the trainee reads.

All formulae are on the page docs/guidance.md with a drawing; the names here are the names there:
E entry, T target, d unit vector E→T, P tip, a unit shaft direction (hub to tip).
"""

from collections.abc import Callable
from math import atan2, inf, sqrt
from typing import TypeAlias

import numpy as np

from arguide.errors import SettingsError
from arguide.geometry.transforms import Array
from arguide.guidance.state import Deviation
from arguide.settings.scenario import Plan

Clearances: TypeAlias = Callable[[Array], tuple[float, ...]]
"""image_from_tip (4, 4) -> nearest distance in mm from needle to each risk structure, negative inside."""

# A shaft less than 0.06° from parallel to the entry plane never meets it within reach.
PARALLEL = 1e-3


class DeviationFrom:
    """Measures needles against one plan. Called at every tracker sample, so all that can be is worked out once."""

    def __init__(self, plan: Plan, clearances: Clearances) -> None:
        entry, target = np.array(plan.entry), np.array(plan.target)
        length = float(np.linalg.norm(target - entry))
        if length < 1e-6:
            raise SettingsError(f"plan {plan.name!r}: entry and target are the same point; it has no direction")
        d = (target - entry) / length
        # The frame of the plan: origin T, x in the imaging plane, y across it, z along the path.
        x = in_plane_direction(d, np.array(plan.image_plane_normal))
        self._plan_from_image = np.vstack([x, np.cross(d, x), d])
        self._target = target
        self.length_mm = length
        self._clearances = clearances

    def __call__(self, image_from_tip: Array) -> Deviation:
        """The deviation of a needle with its tip pose (4, 4) in the image frame."""
        px, py, pz = (self._plan_from_image @ (image_from_tip[:3, 3] - self._target)).tolist()
        ax, ay, az = (self._plan_from_image @ image_from_tip[:3, 2]).tolist()
        return Deviation(
            depth_mm=-pz,
            lateral_mm=sqrt(px * px + py * py),
            in_plane_mm=px,
            out_of_plane_mm=py,
            angle_rad=atan2(sqrt(ax * ax + ay * ay), az),
            entry_offset_mm=_crossing((px, py, pz), (ax, ay, az), -self.length_mm) if abs(az) > PARALLEL else inf,
            predicted_miss_mm=_crossing((px, py, pz), (ax, ay, az), 0.0) if az > PARALLEL else inf,
            target_mm=sqrt(px * px + py * py + pz * pz),
            clearances_mm=self._clearances(image_from_tip),
        )


def in_plane_direction(d: Array, normal: Array) -> Array:
    """Unit vector (3,) across the path `d` that lies in the imaging plane with that normal.

    A path along the normal lies across the imaging plane, where every direction would do: the image axis least
    along the path is taken, so that the answer is at least always the same.
    """
    x = np.cross(normal, d)
    if np.linalg.norm(x) < 1e-6:
        x = np.cross(np.cross(d, np.eye(3)[int(np.argmin(np.abs(d)))]), d)
    return np.asarray(x / np.linalg.norm(x))


def _crossing(p: tuple[float, float, float], a: tuple[float, float, float], z: float) -> float:
    """Distance from the path to where the shaft's line crosses the plane at `z`, in the frame of the plan."""
    s = (z - p[2]) / a[2]
    x, y = p[0] + s * a[0], p[1] + s * a[1]
    return sqrt(x * x + y * y)
