"""From a needle pose and a plan to the deviation: the numbers the trainee reads.

All formulae are on the page docs/guidance.md with a drawing; the names here are the names there:
E entry, T target, d unit vector E→T, P tip, a unit shaft direction (hub to tip).
"""

from math import atan2, inf, sqrt

from arguide.geometry.transforms import Array
from arguide.guidance.anatomy import Clearances
from arguide.guidance.state import Deviation
from arguide.planning.path import planned_path
from arguide.settings.scenario import Plan

# A shaft less than 0.06° from parallel to the entry plane never meets it within reach.
PARALLEL = 1e-3


class DeviationFrom:
    """Measures needles against one plan. Called at every tracker sample, so all that can be is worked out once."""

    def __init__(self, plan: Plan, clearances: Clearances) -> None:
        self._path = planned_path(plan)
        self._clearances = clearances

    def __call__(self, image_from_tip: Array) -> Deviation:
        """The deviation of a needle with its tip pose (4, 4) in the image frame."""
        axes = self._path.axes
        px, py, pz = (axes @ (image_from_tip[:3, 3] - self._path.target)).tolist()
        ax, ay, az = (axes @ image_from_tip[:3, 2]).tolist()
        return Deviation(
            depth_mm=-pz,
            lateral_mm=sqrt(px * px + py * py),
            in_plane_mm=px,
            out_of_plane_mm=py,
            angle_rad=atan2(sqrt(ax * ax + ay * ay), az),
            entry_offset_mm=_crossing((px, py, pz), (ax, ay, az), -self._path.length_mm) if abs(az) > PARALLEL else inf,
            predicted_miss_mm=_crossing((px, py, pz), (ax, ay, az), 0.0) if az > PARALLEL else inf,
            target_mm=sqrt(px * px + py * py + pz * pz),
            clearances_mm=self._clearances(image_from_tip),
        )


def _crossing(p: tuple[float, float, float], a: tuple[float, float, float], z: float) -> float:
    """Distance from the path to where the shaft's line crosses the plane at `z`, in the frame of the plan."""
    s = (z - p[2]) / a[2]
    x, y = p[0] + s * a[0], p[1] + s * a[1]
    return sqrt(x * x + y * y)
