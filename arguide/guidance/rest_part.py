"""The needle's tip without swinging it: it rests in the divot, whose place the stylus has found.

The divot is the template, fixed to the reference body. The needle is then turned and rests there once more: that is the
held-out check, and it tells a tip that is wrong, since a turned needle carries a wrong tip elsewhere.
"""

from dataclasses import dataclass

import numpy as np

from arguide.calibration.held_out import held_out_check
from arguide.calibration.template import TemplateCalibration, template_calibration
from arguide.errors import CalibrationError
from arguide.geometry.transforms import Array, angle_between, translation
from arguide.geometry.uncertainty import point_covariances
from arguide.guidance.inside import largest_variance
from arguide.guidance.navigator import reference_from_tool
from arguide.guidance.pivot_step import ToolTip
from arguide.guidance.state import Step, StepView
from arguide.guidance.steps import Event, Input
from arguide.settings.scenario import Limits
from arguide.trackers.reading import Sample

REST_S = 0.8
FEWEST_READINGS = 10
MOST_MOTION_MM = 2.0
SEATED_MM = 0.15
"""How well a needle's point sits where the stylus' ball sat, standard deviation along each axis."""
LEAST_TURN_RAD = np.radians(15.0)
"""So much the needle must be turned for the check."""


@dataclass(frozen=True)
class Divot:
    """Where the divot is in the reference frame."""

    place_mm: Array
    """(3,)."""
    covariance: Array
    """(3, 3) mm²."""


class RestPart:
    """Takes the needle at rest in the divot, twice. Without a known `divot` the stylus shows it first."""

    def __init__(self, limits: Limits, stylus: ToolTip, divot: Divot | None) -> None:
        self._limits, self._stylus, self._divot = limits, stylus, divot
        self._found: TemplateCalibration | None = None
        self._turn = np.eye(4)
        self._poses: list[Array] = []
        self._until_s: float | None = None
        self._pressed = False
        self._advice = ""
        self.result: ToolTip | None = None

    @property
    def _tool(self) -> str:
        return "stylus" if self._divot is None else "needle"

    def take(self, sample: Sample) -> Event | None:
        """While the tool rests, collect it."""
        if self._pressed:
            self._pressed, self._poses, self._until_s = False, [], sample.host_time_s + REST_S
        if self._until_s is None:
            return None
        pose, trouble = reference_from_tool(sample, self._tool)
        if pose is None:
            self._until_s = None
            self._advice = f"{trouble}: nothing was taken; turn its markers towards the tracker and press again"
        elif sample.host_time_s < self._until_s:
            self._poses.append(pose)
        else:
            self._until_s = None
            try:
                return self._rested(np.array(self._poses))
            except CalibrationError as error:
                self._advice = str(error)
        return None

    def _rested(self, poses: Array) -> Event | None:
        if len(poses) < FEWEST_READINGS:
            raise CalibrationError(f"only {len(poses)} readings in {REST_S:g} s: the tracker is too slow; press again")
        if self._divot is None:
            self._divot = self._shown(poses)
        elif self._found is None:
            spread = float(np.sqrt(largest_variance(self._divot.covariance) + SEATED_MM**2))
            still = np.broadcast_to(np.eye(4), poses.shape)
            self._found = template_calibration(poses, still, translation(self._divot.place_mm), spread)
            self._turn = poses[-1]
        else:
            return self._check(poses, self._found, self._divot)
        return None

    def _shown(self, poses: Array) -> Divot:
        """The divot by the stylus' tip."""
        tips = poses[:, :3, :3] @ self._stylus.tip_mm + poses[:, :3, 3]
        motion = float(np.linalg.norm(tips - tips.mean(axis=0), axis=1).max())
        if motion > MOST_MOTION_MM:
            raise CalibrationError(f"the stylus moved {motion:.1f} mm in the divot: hold still and press again")
        turn = poses[-1, :3, :3]
        return Divot(tips.mean(axis=0), turn @ self._stylus.covariance @ turn.T)

    def _check(self, poses: Array, found: TemplateCalibration, divot: Divot) -> Event | None:
        turned = angle_between(poses[-1], self._turn)
        if turned < LEAST_TURN_RAD:
            raise CalibrationError(
                f"the needle was turned by {np.degrees(turned):.0f}°, the check needs {np.degrees(LEAST_TURN_RAD):.0f}°:"
                " lean it over with its tip in the divot and press again"
            )
        covariance = point_covariances(found.covariance, found.tip_mm)
        check = held_out_check(poses, found.tip_mm, divot.place_mm, covariance)
        if check.error_mm > self._limits.check_mm.within:
            self._found = None
            raise CalibrationError(
                f"turned, the tip is {check.error_mm:.1f} mm from the divot, at most {self._limits.check_mm.within:g} mm is"
                " right: seat it well and take it again"
            )
        self.result = ToolTip(found.tip_mm, covariance, found, check)
        return Event.CALIBRATED

    def press(self, what: Input) -> Event | None:
        """Take the tool at rest, or begin again."""
        if what is Input.ADVANCE:
            self._pressed, self._advice = True, ""
        elif what is Input.REDO:
            self._found, self._until_s, self._advice = None, None, ""
        return None

    def view(self) -> StepView:
        """What the user must read now."""
        busy = self._pressed or self._until_s is not None
        tip = "" if self._found is None else f"tip known from {len(self._found.used)} poses"
        return StepView(
            step=Step.NEEDLE,
            instruction="Hold still ..." if busy else self._words(),
            measured=tip,
            advice=self._advice,
            progress=(0.5 if self._found else 0.0) + min(0.5, 0.5 * len(self._poses) / 50 if busy else 0.0),
            ready=not busy,
        )

    def _words(self) -> str:
        if self._divot is None:
            return "Put the stylus tip in the divot, hold still and press"
        if self._found is None:
            return "Rest the needle tip in the divot, hold still and press"
        return "Check: lean the needle over, its tip still in the divot, and press"
