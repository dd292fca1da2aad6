"""Verification by touch: the stylus is held at a place that the image shows, and its tip should be there."""

from collections import deque
from math import inf

import numpy as np

from arguide.geometry.transforms import Array, apply
from arguide.geometry.uncertainty import point_covariances
from arguide.guidance.anatomy import UnderSkin
from arguide.guidance.inside import largest_variance
from arguide.guidance.navigator import reference_from_tool
from arguide.guidance.patient import PatientRegistration
from arguide.guidance.state import Check, grade
from arguide.guidance.uncertainty import SCALE_1, SCALE_3
from arguide.settings.scenario import Band, Fiducial
from arguide.trackers.reading import Sample

NEAR_MM = 10.0
"""Closer than this to a fiducial or to the skin, the user means to check it."""
STILL_S = 0.4
STILL_MM = 0.6
FEWEST_READINGS = 5
PLACING_MM = 0.5
"""How well a tip is set on a point, standard deviation along each axis."""
SKIN = "the skin"


class TouchChecker:
    """Watches the stylus; a check is taken by holding it still."""

    def __init__(
        self, fiducials: tuple[Fiducial, ...], limits: Band, tip_mm: Array, under_skin: UnderSkin | None = None
    ) -> None:
        """Without `under_skin` only fiducials are checked. `use` must be called before anything else."""
        self._named, self._limits, self._tip, self._under_skin = fiducials, limits, tip_mm, under_skin
        self._patient: PatientRegistration
        self._places: deque[tuple[float, Array]] = deque()
        self.near = ""
        """What the stylus is at now, and how far off it appears; empty when it is nowhere near."""
        self.check: Check | None = None
        """The last check that was held still."""

    def use(self, patient: PatientRegistration) -> None:
        """Check this registration from now on."""
        self._patient = patient
        self.near, self.check = "", None
        self._places.clear()

    def take(self, sample: Sample) -> bool:
        """Use one sample; whether a check was taken by it."""
        pose, _ = reference_from_tool(sample, "stylus")
        self.near = ""
        if pose is None:
            self._places.clear()
            return False
        tip = apply(self._patient.registration.fixed_from_moving @ pose, self._tip)
        nearest, gap = self._nearest(tip)
        if gap < NEAR_MM:
            self.near = f"stylus is {gap:.1f} mm from {self._named[nearest].name}"
        held = self._held(sample.host_time_s, tip)
        if held is None:
            return False
        found = self._check(held)
        if found is None or found == self.check:
            return False
        self.check = found
        return True

    def _nearest(self, tip: Array) -> tuple[int, float]:
        gaps = np.linalg.norm(self._patient.fixed - tip, axis=1)
        nearest = int(np.argmin(gaps))
        return nearest, float(gaps[nearest])

    def _held(self, now_s: float, tip: Array) -> Array | None:
        """The mean tip (3,) if it has been still for long enough; a hand that stays is asked again and again."""
        self._places.append((now_s, tip))
        while now_s - self._places[0][0] > STILL_S:
            self._places.popleft()
        if len(self._places) < FEWEST_READINGS or now_s - self._places[0][0] < 0.8 * STILL_S:
            return None
        tips = np.array([place for _, place in self._places])
        mean: Array = tips.mean(axis=0)
        return mean if np.linalg.norm(tips - mean, axis=1).max() <= STILL_MM else None

    def _check(self, tip: Array) -> Check | None:
        covariance = point_covariances(self._patient.covariance, tip) + PLACING_MM**2 * np.eye(3)
        sd = float(np.sqrt(largest_variance(covariance)))
        nearest, gap = self._nearest(tip)
        if gap < NEAR_MM:
            return Check(self._named[nearest].name, gap, SCALE_3 * sd, grade(gap, self._limits))
        above = inf if self._under_skin is None else -self._under_skin(tip)
        if abs(above) < NEAR_MM:
            return Check(SKIN, above, SCALE_1 * sd, grade(above, self._limits))
        return None


def words(check: Check) -> str:
    """`F2: 1.2 ± 1.4 mm, within`."""
    return f"{check.point}: {check.error_mm:.1f} ± {check.expected_mm:.1f} mm, {check.light.value}".replace("-", "−")
