"""The needle's axis: it is rolled about itself in a straight hole until the axis is known, then a little more to check.

Collecting stops by itself when enough of a turn was seen and the axis is known well enough. The poses between that and
the user's press were not used: they are the held-out check.
"""

from dataclasses import dataclass
from math import degrees, radians

import numpy as np

from arguide.calibration.spin import MIN_POSES, SpinCalibration, roll_of, spin_calibration
from arguide.errors import CalibrationError
from arguide.geometry.transforms import Array
from arguide.guidance.inside import largest_variance
from arguide.guidance.navigator import reference_from_tool
from arguide.guidance.shafts import Shaft
from arguide.guidance.state import Step, StepView
from arguide.guidance.steps import Event, Input
from arguide.guidance.uncertainty import SCALE_2
from arguide.trackers.reading import Sample

ENOUGH_RAD = radians(70.0)
"""So much of a turn is asked for: most marker bodies are seen over little more."""
ENOUGH_POSES = 120
GOOD_RAD = radians(0.1)
"""Standard error of the axis at which collecting stops by itself: 0.2 mm over 120 mm of needle."""
MOST_OFF_RAD = radians(1.0)
"""The axis may be so far off in poses that were not used."""
MOST_FROM_DRAWING_RAD = radians(10.0)
"""A shaft that lies farther from its drawing is none: the whole needle was swung."""
MOST_BESIDE_MM = 1.5
"""A tip that lies farther beside the axis is worth a word."""
MOST_POSES = 3000
GAUGE_EVERY = 20
HELD_OUT_POSES = 20
FEWEST = 5


@dataclass(frozen=True)
class NeedleAxis:
    """The needle's axis as the session uses it."""

    calibration: SpinCalibration
    held_out_rad: float
    """How far off it was in poses that were not used, on the mean."""

    @property
    def error_95_rad(self) -> float:
        """Half width of the direction's 95 % region where it is widest."""
        return SCALE_2 * float(np.sqrt(largest_variance(self.calibration.direction_covariance)))

    def off_axis_mm(self, tip_mm: Array) -> float:
        """How far a tip (3,) lies beside the axis: of a straight needle with a right tip no farther than its radius."""
        return float(np.linalg.norm(np.cross(tip_mm - self.calibration.point_mm, self.calibration.direction)))


class SpinPart:
    """Collects the needle's poses in the reference frame while it is rolled."""

    def __init__(self, before: Shaft) -> None:
        """`before`: the needle's shaft by its drawing, its tip perhaps by calibration."""
        self._direction, self._tip_mm = np.array(before.direction), np.array(before.tip_mm)
        self._advice = self._trouble = ""
        self._clear(collecting=False)
        self.result: NeedleAxis | None = None

    def _clear(self, collecting: bool) -> None:
        self._collecting = collecting
        self._poses: list[Array] = []
        self._later: list[Array] = []
        self._rolled_rad = 0.0
        self._found: SpinCalibration | None = None

    def take(self, sample: Sample) -> Event | None:
        """Collect the pose, if it is seen."""
        if not self._collecting or len(self._poses) >= MOST_POSES:
            return None
        pose, trouble = reference_from_tool(sample, "needle")
        self._trouble = f"{trouble}: turn its markers towards the tracker" if pose is None else ""
        if pose is None:
            return None
        if self._found is not None:
            self._later = [*self._later[1 - HELD_OUT_POSES :], pose]
            return None
        self._poses.append(pose)
        if len(self._poses) % GAUGE_EVERY == 0:
            self._gauge()
        return None

    def _gauge(self) -> None:
        """How far it was rolled; and stop when that and the axis are good enough."""
        poses = np.array(self._poses)
        self._rolled_rad = roll_of(poses, self._direction)
        if len(poses) < ENOUGH_POSES or self._rolled_rad < ENOUGH_RAD:
            return
        try:
            found = self._calibrated(poses)
        except CalibrationError as error:
            self._advice = str(error)
            return
        if found.standard_error_rad <= GOOD_RAD:
            self._found, self._advice = found, self._bent(found)

    def _calibrated(self, poses: Array) -> SpinCalibration:
        """CalibrationError also when it was turned about something else than its shaft."""
        found = spin_calibration(poses, self._direction)
        off = float(np.arccos(np.clip(found.direction @ self._direction, -1, 1)))
        if off > MOST_FROM_DRAWING_RAD:
            raise CalibrationError(
                f"spin: the needle turned about an axis {degrees(off):.0f}° from its shaft on the drawing; press R, put it"
                " into the hole and roll it about itself"
            )
        return found

    def _bent(self, found: SpinCalibration) -> str:
        """A tip beside the axis is worth a word: two calibrations disagree, or the needle is not straight."""
        off_mm = NeedleAxis(found, 0.0).off_axis_mm(self._tip_mm)
        if off_mm < MOST_BESIDE_MM:
            return ""
        return f"the tip lies {off_mm:.1f} mm beside this axis: is the needle bent, or its tip not yet calibrated?"

    def press(self, what: Input) -> Event | None:
        """Start collecting, or finish."""
        if what is Input.REDO or not self._collecting:
            self._clear(collecting=True)
            self._advice = ""
            return None
        if what is not Input.ADVANCE:
            return None
        return self._finish()

    def _finish(self) -> Event | None:
        """With the axis that was found, or with what there is, but for the newest poses."""
        found, later = self._found, self._later
        if found is None:
            if len(self._poses) < MIN_POSES + HELD_OUT_POSES:
                self._advice = "not enough yet: roll the needle to and fro between the fingers, as far as it is seen"
                return None
            later = self._poses[-HELD_OUT_POSES:]
            try:
                found = self._calibrated(np.array(self._poses[:-HELD_OUT_POSES]))
            except CalibrationError as error:
                self._collecting, self._advice = False, str(error)
                return None
        if len(later) < FEWEST:
            self._advice = "roll it a moment longer, then press again"
            return None
        there = (np.array(later)[:, :3, :3] @ found.direction).mean(axis=0)
        held_out = float(
            np.arctan2(np.linalg.norm(np.cross(there, found.fixed_direction)), there @ found.fixed_direction)
        )
        if held_out > MOST_OFF_RAD:
            self._advice = (
                f"the axis is {degrees(held_out):.1f}° off now, at most {degrees(MOST_OFF_RAD):g}° is right: put it back into"
                " the hole and press, or R to roll it again"
            )
            return None
        self.result = NeedleAxis(found, held_out)
        return Event.CALIBRATED

    def view(self) -> StepView:
        """What the user must read now."""
        instruction, measured = self._words()
        progress = min(1.0, self._rolled_rad / ENOUGH_RAD, len(self._poses) / ENOUGH_POSES)
        return StepView(
            step=Step.NEEDLE,
            instruction=instruction,
            measured=measured,
            advice=self._trouble or self._advice,
            progress=1.0 if self._found else progress,
            ready=not self._collecting or self._found is not None,
        )

    def _words(self) -> tuple[str, str]:
        """Instruction and measured."""
        if self._found is not None:
            axis = NeedleAxis(self._found, 0.0)
            return (
                "Enough. Check: roll it a little more and press",
                f"axis ± {degrees(axis.error_95_rad):.2f}° · rolled {degrees(self._found.spin_rad):.0f}° · "
                + f"wobble {degrees(self._found.rms_rad):.2f}°",
            )
        if self._collecting:
            return (
                "Roll the needle about itself, its markers seen all the time",
                f"rolled {degrees(self._rolled_rad):.0f}° of {degrees(ENOUGH_RAD):.0f}° · {len(self._poses)} poses",
            )
        return "Put the needle in a straight hole of phantom or reference body, then press to start", ""
