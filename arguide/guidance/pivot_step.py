"""A tool is swung about its tip until its tip is known; then the tip is checked in the divot once more.

Collecting stops by itself when the cone is covered and the tip is known well enough. The poses between that and the
user's press were not used: they are the held-out check.
"""

from dataclasses import dataclass
from datetime import datetime
from math import degrees

import numpy as np

from arguide.calibration.coverage import cap_coverage
from arguide.calibration.held_out import FEWEST, HeldOutCheck, held_out_check
from arguide.calibration.pivot import PivotCalibration, pivot_calibration
from arguide.calibration.template import TemplateCalibration
from arguide.errors import CalibrationError
from arguide.geometry.transforms import Array
from arguide.guidance.inside import largest_variance
from arguide.guidance.navigator import reference_from_tool
from arguide.guidance.state import Step, StepView
from arguide.guidance.steps import Event, Input
from arguide.guidance.uncertainty import SCALE_3
from arguide.settings.scenario import Limits, Vec3
from arguide.trackers.reading import Sample

ENOUGH_POSES = 150
MOST_POSES = 3000
# The newest poses that are kept out of a calibration, so that something is left to check it with: a third of a second.
HELD_OUT_POSES = 20
# The gauge costs as much as a calibration; asked this often, it moves twice a second.
GAUGE_EVERY = 30
# A new direction is kept for the coverage picture when it is this far from all others.
NEW_DIRECTION_RAD = 0.05


@dataclass(frozen=True)
class ToolTip:
    """A tool's tip as the session uses it."""

    tip_mm: Array
    """(3,) in the tool's marker frame."""
    covariance: Array
    """(3, 3) mm², same frame."""
    calibration: PivotCalibration | TemplateCalibration | None
    """None: taken from a stored calibration."""
    check: HeldOutCheck | None = None
    made: datetime | None = None
    """When the stored calibration was made."""

    @property
    def error_95_mm(self) -> float:
        """Half width of the tip's 95 % region where it is widest."""
        return SCALE_3 * float(np.sqrt(largest_variance(self.covariance)))


class PivotStep:
    """Collects a tool's poses in the reference frame, so that a bumped phantom does no harm."""

    def __init__(
        self,
        limits: Limits,
        direction: Vec3,
        stored: ToolTip | None = None,
        tool: str = "stylus",
        step: Step = Step.PIVOT,
    ) -> None:
        """With a `stored` tip, the user may take that instead. `direction` is the tool's shaft by its drawing."""
        self._limits = limits
        self._tool, self._step = tool, step
        self._direction = np.array(direction)
        self._stored = stored
        self.result: ToolTip | None = None
        self._advice = ""
        self._trouble = ""
        self._collecting = False
        self._clear()

    def _clear(self) -> None:
        self._poses: list[Array] = []
        self._later: list[Array] = []
        self._directions = np.empty((0, 3))
        self._cone_rad = self._coverage = 0.0
        self._found: PivotCalibration | None = None

    @property
    def directions(self) -> tuple[Vec3, ...]:
        """Unit directions of the tool seen so far, in the reference frame, oldest first."""
        return tuple((float(x), float(y), float(z)) for x, y, z in self._directions)

    def take(self, sample: Sample) -> Event | None:
        """Collect the pose, if it is seen."""
        if not self._collecting or len(self._poses) >= MOST_POSES:
            return None
        pose, trouble = reference_from_tool(sample, self._tool)
        if pose is None:
            self._trouble = f"{trouble}: turn its markers towards the tracker"
            return None
        self._trouble = ""
        if self._found is not None:
            self._later = [*self._later[1 - HELD_OUT_POSES :], pose]
            return None
        self._poses.append(pose)
        self._note(pose[:3, :3] @ self._direction)
        if self._ready():
            self._advice = ""
        if len(self._poses) % GAUGE_EVERY == 0:
            self._gauge()
        return None

    def _note(self, direction: Array) -> None:
        cosines = self._directions @ direction
        if len(cosines) and cosines.max() > np.cos(NEW_DIRECTION_RAD):
            return
        if len(cosines):
            self._cone_rad = max(self._cone_rad, float(np.arccos(np.clip(cosines.min(), -1, 1))))
        self._directions = np.vstack([self._directions, direction])

    def _gauge(self) -> None:
        """How much was covered; and stop when that and the tip are good enough."""
        self._coverage = cap_coverage(np.array(self._poses)[:, :3, :3] @ self._direction).fraction
        if not self._ready() or self._coverage < self._limits.pivot_coverage:
            return
        try:
            found = pivot_calibration(np.array(self._poses))
        except CalibrationError as error:
            self._advice = str(error)
            return
        if found.standard_error_mm <= self._limits.pivot_error_mm and found.rms_mm <= self._limits.pivot_rms_mm:
            self._found = found

    def press(self, what: Input) -> Event | None:
        """Start collecting, or take what is stored; then, when enough was seen, calibrate and check."""
        if what is Input.EXCLUDE:
            return None
        if self._stored is not None and what is Input.ADVANCE and not self._collecting:
            self.result = self._stored
            return Event.CALIBRATED
        if what is Input.REDO or not self._collecting:
            self._clear()
            self._collecting, self._advice, self._stored = True, "", None
            return None
        if self._found is not None:
            return self._finish(self._found, self._later)
        if not self._ready():
            self._advice = "not enough yet: keep the tip still in the divot and swing wider, in all directions"
            return None
        return self._calibrate()

    def _calibrate(self) -> Event | None:
        """The user does not want to go on: use what there is, but for the newest poses."""
        try:
            found = pivot_calibration(np.array(self._poses[:-HELD_OUT_POSES]))
        except CalibrationError as error:
            self._collecting, self._advice = False, str(error)
            return None
        if found.rms_mm > self._limits.pivot_rms_mm:
            self._collecting = False
            self._advice = (
                f"RMS {found.rms_mm:.2f} mm is above {self._limits.pivot_rms_mm:g} mm: the tip slipped or a marker is"
                " loose; press and pivot again"
            )
            return None
        return self._finish(found, self._poses[-HELD_OUT_POSES:])

    def _finish(self, found: PivotCalibration, later: list[Array]) -> Event | None:
        """Check the calibration by poses it does not know."""
        if len(later) < FEWEST:
            self._advice = "hold the tip in the divot a moment longer, then press again"
            return None
        try:
            check = held_out_check(np.array(later), found.tip_mm, found.pivot_mm, found.tip_covariance)
        except CalibrationError as error:
            self._advice = str(error)
            return None
        if check.error_mm > self._limits.check_mm.within:
            self._advice = (
                f"the tip is {check.error_mm:.1f} mm from the divot, at most {self._limits.check_mm.within:g} mm is right:"
                " put it back and press, or R to pivot again"
            )
            return None
        self._collecting = False
        self.result = ToolTip(found.tip_mm, found.tip_covariance, found, check)
        return Event.CALIBRATED

    def _ready(self) -> bool:
        return len(self._poses) >= ENOUGH_POSES and self._cone_rad >= self._limits.pivot_cone_rad

    def view(self) -> StepView:
        """What the user must read now."""
        instruction, measured = self._words()
        return StepView(
            step=self._step,
            instruction=instruction,
            measured=measured,
            advice=self._trouble or self._advice,
            progress=self._progress(),
            ready=not self._collecting or self._found is not None or self._ready(),
        )

    def _progress(self) -> float:
        if self._found is not None:
            return 1.0
        covered = self._coverage / self._limits.pivot_coverage if self._limits.pivot_coverage else 1.0
        return min(1.0, covered, self._cone_rad / self._limits.pivot_cone_rad, len(self._poses) / ENOUGH_POSES)

    def _words(self) -> tuple[str, str]:
        """Instruction and measured."""
        if self._found is not None:
            tip = ToolTip(self._found.tip_mm, self._found.tip_covariance, self._found)
            return (
                "Enough. Check: hold the tip in the divot once more and press",
                f"tip ± {tip.error_95_mm:.2f} mm · {self._found.coverage:.0%} of the cone · RMS {self._found.rms_mm:.2f} mm",
            )
        wanted = degrees(self._limits.pivot_cone_rad)
        measured = f"cone {degrees(self._cone_rad):.0f}° of {wanted:.0f}°, {self._coverage:.0%} covered · {len(self._poses)} poses"
        if self._collecting:
            return (
                f"Keep the tip in the divot and swing the {self._tool} in all directions until the cone is full",
                measured,
            )
        if self._stored is not None:
            made = f" of {self._stored.made:%d %B %Y}" if self._stored.made else ""
            return (
                f"Press to use the {self._tool}'s stored calibration{made}, or R to pivot it anew",
                f"stored: tip ± {self._stored.error_95_mm:.2f} mm",
            )
        return f"Put the {self._tool} tip in the divot of the reference body, then press to start", measured
