"""Step 1: the stylus is swung about its tip until its tip is known."""

from math import degrees

import numpy as np

from arguide.calibration.pivot import PivotCalibration, pivot_calibration
from arguide.errors import CalibrationError
from arguide.geometry.transforms import Array
from arguide.guidance.navigator import reference_from_tool
from arguide.guidance.state import Step, StepView
from arguide.guidance.steps import Event, Input
from arguide.settings.scenario import Limits, Vec3
from arguide.trackers.reading import Sample

ENOUGH_POSES = 150
MOST_POSES = 3000
# A new direction is kept for the coverage picture when it is this far from all others.
NEW_DIRECTION_RAD = 0.05


class PivotStep:
    """Collects stylus poses in the reference frame, so that a bumped phantom does no harm."""

    def __init__(self, limits: Limits, stylus_direction: Vec3) -> None:
        self._limits = limits
        self._direction = np.array(stylus_direction)
        self.result: PivotCalibration | None = None
        self._advice = ""
        self._trouble = ""
        self._collecting = False
        self._clear()

    def _clear(self) -> None:
        self._poses: list[Array] = []
        self._directions = np.empty((0, 3))
        self._cone_rad = 0.0

    @property
    def directions(self) -> tuple[Vec3, ...]:
        """Unit directions of the stylus seen so far, in the reference frame, oldest first."""
        return tuple((float(x), float(y), float(z)) for x, y, z in self._directions)

    def take(self, sample: Sample) -> Event | None:
        """Collect the pose, if it is seen."""
        if not self._collecting or len(self._poses) >= MOST_POSES:
            return None
        pose, trouble = reference_from_tool(sample, "stylus")
        if pose is None:
            self._trouble = f"{trouble}: turn its markers towards the tracker"
            return None
        self._trouble = ""
        self._poses.append(pose)
        self._note(pose[:3, :3] @ self._direction)
        if self._ready():
            self._advice = ""
        return None

    def _note(self, direction: Array) -> None:
        cosines = self._directions @ direction
        if len(cosines) and cosines.max() > np.cos(NEW_DIRECTION_RAD):
            return
        if len(cosines):
            self._cone_rad = max(self._cone_rad, float(np.arccos(np.clip(cosines.min(), -1, 1))))
        self._directions = np.vstack([self._directions, direction])

    def press(self, what: Input) -> Event | None:
        """Start collecting; then, when enough was seen, calibrate."""
        if what is Input.REDO or not self._collecting:
            self._clear()
            self._collecting, self._advice = True, ""
            return None
        if not self._ready():
            self._advice = "not enough yet: keep the tip still in the divot and swing wider, in all directions"
            return None
        return self._calibrate()

    def _calibrate(self) -> Event | None:
        self._collecting = False
        try:
            result = pivot_calibration(np.array(self._poses))
        except CalibrationError as error:
            self._advice = str(error)
            return None
        if result.rms_mm > self._limits.pivot_rms_mm:
            self._advice = (
                f"RMS {result.rms_mm:.2f} mm is above {self._limits.pivot_rms_mm:g} mm: the tip slipped or a marker is"
                " loose; press and pivot again"
            )
            return None
        self.result = result
        return Event.CALIBRATED

    def _ready(self) -> bool:
        return len(self._poses) >= ENOUGH_POSES and self._cone_rad >= self._limits.pivot_cone_rad

    def view(self) -> StepView:
        """What the user must read now."""
        wanted = degrees(self._limits.pivot_cone_rad)
        if self._collecting:
            instruction = (
                "Keep the tip in the divot and swing the stylus in all directions; press when the cone is full"
            )
        else:
            instruction = "Put the stylus tip in the divot of the reference body, then press to start"
        return StepView(
            step=Step.PIVOT,
            instruction=instruction,
            measured=f"cone {degrees(self._cone_rad):.0f}° of {wanted:.0f}° · {len(self._poses)} poses",
            advice=self._trouble or self._advice,
            progress=min(1.0, self._cone_rad / self._limits.pivot_cone_rad, len(self._poses) / ENOUGH_POSES),
            ready=not self._collecting or self._ready(),
        )
