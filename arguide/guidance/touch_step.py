"""Step 2: the fiducials are touched one by one, then the patient is registered."""

import numpy as np

from arguide.errors import RegistrationError
from arguide.geometry.transforms import Array
from arguide.guidance.navigator import reference_from_tool
from arguide.guidance.patient import PatientRegistration, Touches, register_patient
from arguide.guidance.pivot_step import ToolTip
from arguide.guidance.state import FiducialState, Step, StepView
from arguide.guidance.steps import Event, Input
from arguide.registration.layout import layout_cautions
from arguide.registration.rigid import register_points
from arguide.settings.scenario import Fiducial, Vec3
from arguide.trackers.reading import Sample

# A touch is the mean of what is seen in this time; tremor and tracker noise average out.
TOUCH_S = 0.5
FEWEST_READINGS = 5
MOST_MOTION_MM = 2.0


class TouchStep:
    """Measures the stylus tip at each fiducial in the reference frame."""

    def __init__(
        self,
        fiducials: tuple[Fiducial, ...],
        stylus: ToolTip,
        target: Vec3,
        accuracy_mm: float = 0.0,
    ) -> None:
        """Says beforehand what is weak about the fiducials for the `target` (image frame, mm); `accuracy_mm` is the
        RMS length of the tracker's steady error."""
        self._accuracy_mm = accuracy_mm
        self._fiducials = fiducials
        self._fixed = np.array([f.position for f in fiducials])
        self._stylus = stylus
        self._tip = stylus.tip_mm
        self._touched: list[Array] = []
        self._turns: list[Array] = []
        self._turn = np.eye(3)
        self._touch: list[Array] = []
        self._until_s: float | None = None
        self._pressed = False
        self._target = np.array(target)
        self._advice = _weakness(self._fixed, self._target)
        self._measured = _about(stylus)
        self.result: PatientRegistration | None = None
        self.guess: Array | None = None
        """(4, 4) image_from_reference by the fiducials touched so far, to show where the others should be; None before
        three are."""

    def take(self, sample: Sample) -> Event | None:
        """While a touch is being measured, collect the tip."""
        if self._pressed:
            self._pressed, self._touch, self._until_s = False, [], sample.host_time_s + TOUCH_S
        if self._until_s is None:
            return None
        pose, trouble = reference_from_tool(sample, "stylus")
        if pose is None:
            self._until_s = None
            self._advice = f"{trouble}: nothing was taken; make it visible, hold still and press again"
        elif sample.host_time_s < self._until_s:
            self._touch.append(pose[:3, :3] @ self._tip + pose[:3, 3])
            self._turn = pose[:3, :3]
        else:
            self._until_s = None
            return self._finish_touch()
        return None

    def _finish_touch(self) -> Event | None:
        points = np.array(self._touch)
        if len(points) < FEWEST_READINGS:
            self._advice = (
                f"only {len(points)} readings in {TOUCH_S:g} s: the tracker is too slow or hidden; press again"
            )
            return None
        mean = points.mean(axis=0)
        motion = float(np.linalg.norm(points - mean, axis=1).max())
        if motion > MOST_MOTION_MM:
            self._advice = f"the stylus moved {motion:.1f} mm while measuring: hold still and press again"
            return None
        self._touched.append(mean)
        self._turns.append(self._turn)
        self._advice, self._measured = "", f"moved {motion:.2f} mm while measuring"
        self._guess()
        return self._register() if len(self._touched) == len(self._fiducials) else None

    def _register(self) -> Event | None:
        touches = Touches(np.array(self._touched), np.array(self._turns), self._stylus.covariance, self._accuracy_mm)
        try:
            self.result = register_patient(touches, self._fixed, self._target)
        except RegistrationError as error:
            self._touched, self._turns, self.guess = [], [], None
            self._advice = f"{error}; start again with {self._fiducials[0].name}"
            return None
        return Event.REGISTERED

    def _guess(self) -> None:
        done = len(self._touched)
        try:
            self.guess = register_points(self._touched, self._fixed[:done]).fixed_from_moving
        except RegistrationError:
            self.guess = None

    def press(self, what: Input) -> Event | None:
        """Measure the next fiducial, or forget the last; with none left to forget, back to the stylus."""
        if what is Input.ADVANCE:
            self._pressed, self._advice = True, ""
        elif what is Input.EXCLUDE:
            self._advice = "touch all fiducials first; the one that looks wrong can then be left out"
        elif self._touched:
            self._touched.pop()
            self._turns.pop()
            self._guess()
            self._measured, self._advice = "", "the last touch was forgotten: touch that fiducial again"
        else:
            return Event.RESTARTED
        return None

    @property
    def fiducials(self) -> tuple[FiducialState, ...]:
        """Which are touched and which is next."""
        done = len(self._touched)
        return tuple(FiducialState(f.name, n < done, None, n == done) for n, f in enumerate(self._fiducials))

    def view(self) -> StepView:
        """What the user must read now."""
        done, total = len(self._touched), len(self._fiducials)
        now = self._fiducials[min(done, total - 1)]
        busy = self._pressed or self._until_s is not None
        hint = f" ({now.hint})" if now.hint else ""
        return StepView(
            step=Step.TOUCH,
            instruction="Hold still ..." if busy else f"Touch fiducial {now.name}{hint}, hold still and press",
            measured=f"{done} of {total} fiducials" + (f" · {self._measured}" if self._measured else ""),
            advice=self._advice,
            progress=done / total,
            ready=not busy,
        )


def _about(stylus: ToolTip) -> str:
    """What the calibration of the stylus amounts to."""
    tip = f"stylus tip ± {stylus.error_95_mm:.2f} mm"
    return tip if stylus.check is None else f"{tip}, in the divot off by {stylus.check.error_mm:.2f} mm"


def _weakness(fixed: Array, target: Array) -> str:
    """What is weak about fiducials (n, 3) for the target (3,), one line; empty when nothing is."""
    try:
        cautions = layout_cautions(fixed, target[None])
    except RegistrationError as error:
        return str(error)
    return cautions[0].message if cautions else ""
