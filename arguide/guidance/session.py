"""One session from first sample to score: a pure function of scenario, plan, tools, samples and inputs.

Given the same samples and inputs it gives the same states bit for bit; that is what replay checks.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

import numpy as np

from arguide.calibration.pivot import PivotCalibration
from arguide.geometry.transforms import Array, from_parts, pose_along
from arguide.guidance.anatomy import Anatomy
from arguide.guidance.checking import TouchChecker
from arguide.guidance.guide_step import DoneStep, GuideStep
from arguide.guidance.jitter import Jitter
from arguide.guidance.levels import Helper, unguided, veiled
from arguide.guidance.navigator import Navigator, reference_from_tool
from arguide.guidance.needle_step import NeedleFound, NeedleStep
from arguide.guidance.patient import PatientRegistration
from arguide.guidance.pivot_step import PivotStep, ToolTip
from arguide.guidance.reference_watch import ReferenceWatch
from arguide.guidance.rest_part import Divot
from arguide.guidance.review_step import ReviewStep
from arguide.guidance.shafts import Shaft, needle_shaft, shaft, stored_tip
from arguide.guidance.state import FiducialState, NeedleState, Phase, SessionState, Step
from arguide.guidance.steps import Event, Input, after
from arguide.guidance.touch_step import TouchStep
from arguide.guidance.uncertainty import NeedleUncertainty
from arguide.planning.path import planned_path
from arguide.registration.rigid import Registration
from arguide.settings.calibration_file import ToolCalibration
from arguide.settings.method import Method
from arguide.settings.profile import TrackerProfile
from arguide.settings.scenario import Plan, Scenario
from arguide.trackers.reading import Sample

_Logic: TypeAlias = PivotStep | NeedleStep | TouchStep | ReviewStep | GuideStep | DoneStep
BUTTON = 0b1
TOOLS = ("reference", "stylus", "needle")


class Session:
    """Runs the steps. `update` is called once for every sample, by one thread."""

    def __init__(
        self,
        scenario: Scenario,
        plan: Plan,
        profile: TrackerProfile,
        anatomy: Anatomy,
        calibrations: Mapping[str, ToolCalibration] | None = None,
        needle_methods: Sequence[Method] = (),
    ) -> None:
        """`calibrations` by tool: what is stored for the stylus may be taken over, what is for the needle always is.

        `needle_methods`: how the needle is calibrated in the session itself.
        """
        self._scenario = scenario
        self._plan = plan
        self._anatomy = anatomy
        stored = calibrations or {}
        self._stylus_direction = shaft(profile, "stylus").direction
        self._stored_tip = stored_tip(stored["stylus"]) if "stylus" in stored else None
        self._needle_before = self._needle_shaft = needle_shaft(profile, stored.get("needle"))
        self._needle_methods = tuple(needle_methods)
        self._latency_s = profile.latency_s
        self._path_mm = planned_path(plan).length_mm
        # What is wrong with the reference body in the same way for long was wrong when the patient was registered, too.
        steady_mm = {"needle": profile.accuracy_mm / np.sqrt(3)}
        self._jitter = {n: Jitter(profile.jitter_mm, profile.jitter_rad, steady_mm.get(n, 0.0)) for n in TOOLS}
        self._accuracy_mm = profile.accuracy_mm
        self._reference = ReferenceWatch()
        self._buttons = 0
        self._helper = Helper()
        self.stylus: ToolTip | None = None
        self.needle_found = NeedleFound()
        self.patient: PatientRegistration | None = None
        self._step = Step.PIVOT
        self._logic: _Logic = PivotStep(scenario.limits, self._stylus_direction, self._stored_tip)

    @property
    def pivot(self) -> PivotCalibration | None:
        """The pivot calibration, once made in this session."""
        found = self.stylus.calibration if self.stylus else None
        return found if isinstance(found, PivotCalibration) else None

    @property
    def needle_shaft(self) -> Shaft:
        """The needle's tip and direction as they are used now."""
        return self._needle_shaft

    @property
    def registration(self) -> Registration | None:
        """The registration, once made; another one after a fiducial was left out."""
        return self.patient.registration if self.patient else None

    @property
    def guess(self) -> Array | None:
        """(4, 4) image_from_reference while the fiducials are touched, as far as those touched tell; None when they do not."""
        return self._logic.guess if isinstance(self._logic, TouchStep) else None

    @property
    def target_95_mm(self) -> float | None:
        """How far off the registration may be at the plan's target in 95 of 100 cases, once registered."""
        return None if self.patient is None else self.patient.error_95_mm(np.array(self._plan.target))

    def update(self, sample: Sample, inputs: Iterable[Input] = ()) -> SessionState:
        """Take one sample and what the user asked for since the last one; returns the new state."""
        for name, jitter in self._jitter.items():
            reading = sample.readings.get(name)
            jitter.take(sample.frame_number, reading.tracker_from_tool if reading else None)
        pressed = [*inputs, *([Input.ADVANCE] if self._button_went_down(sample) else [])]
        for what in pressed:
            if not self._helper.press(what, sample.host_time_s):
                self._end(self._logic.press(what))
        self._end(self._logic.take(sample))
        if isinstance(self._logic, TouchStep):
            self._reference.learn(sample)
        if isinstance(self._logic, ReviewStep):
            self.patient = self._logic.patient
        needle, aid = self._needle(sample), self._helper.at(sample.host_time_s)
        if isinstance(self._logic, GuideStep):
            self._logic.show(needle, unguided(aid))
        return SessionState(
            sample=sample,
            view=veiled(self._logic.view(), aid, needle),
            needle=needle,
            image_from_stylus_tip=self._stylus_tip(sample),
            fiducials=self._fiducials(),
            fre_mm=self.registration.fre_mm if self.registration else None,
            stylus_directions=self._logic.directions if isinstance(self._logic, PivotStep | NeedleStep) else (),
            check=self._logic.check if isinstance(self._logic, ReviewStep | GuideStep) else None,
            target_95_mm=self.target_95_mm,
            aid=aid,
        )

    def _button_went_down(self, sample: Sample) -> bool:
        down = 0
        for reading in sample.readings.values():
            down |= reading.buttons & BUTTON
        went_down = down & ~self._buttons
        self._buttons = down
        return bool(went_down)

    def _end(self, event: Event | None) -> None:
        if event is not None:
            self._enter(after(self._step, event))

    def _enter(self, step: Step) -> None:
        """Keep the result of the step that ends and set up the next one."""
        if isinstance(self._logic, PivotStep):
            self.stylus = self._logic.result
        if isinstance(self._logic, NeedleStep):
            self.needle_found = self._logic.result
            self._needle_shaft = self.needle_found.shaft(self._needle_before)
        if isinstance(self._logic, TouchStep):
            self.patient = self._logic.result
        if step is Step.NEEDLE and not self._needle_methods:
            step = after(step, Event.CALIBRATED)
        self._step = step
        self._logic = self._logic_of(step)

    def _logic_of(self, step: Step) -> _Logic:
        scenario = self._scenario
        if step is Step.PIVOT:
            self.stylus = self.patient = None
            self.needle_found, self._needle_shaft = NeedleFound(), self._needle_before
            return PivotStep(scenario.limits, self._stylus_direction, self._stored_tip)
        if step is Step.DONE:
            return DoneStep()
        assert self.stylus is not None, "the table of steps leads through the pivot calibration"
        if step is Step.NEEDLE:
            return NeedleStep(self._needle_methods, scenario.limits, self._needle_before, self.stylus, self._divot())
        if step is Step.TOUCH:
            self.patient = None
            self._reference = ReferenceWatch()
            return TouchStep(scenario.fiducials, self.stylus, self._plan.target, self._accuracy_mm)
        assert self.patient is not None, "the table of steps leads through the registration"
        checker = TouchChecker(
            scenario.fiducials,
            scenario.limits.check_mm,
            self.stylus.tip_mm,
            self._anatomy.under_skin if step is Step.REVIEW else None,
        )
        if step is Step.REVIEW:
            return ReviewStep(
                self.patient, scenario.fiducials, scenario.limits, self._plan, checker, self._anatomy.skin_points
            )
        checker.use(self.patient)
        needle = self._needle_shaft
        bars = NeedleUncertainty(
            self._plan, needle.tool_from_tip, self.patient.covariance, needle.covariance, self._latency_s
        )
        margins = [risk.risk_margin_mm or 0.0 for risk in scenario.risks]
        self._navigator = Navigator(self._plan, needle.tool_from_tip, self._anatomy, bars, self._jitter, margins)
        return GuideStep(self._plan, self._path_mm, checker, self._reference)

    def _divot(self) -> Divot | None:
        """Where the stylus was pivoted, if it was."""
        if self.pivot is None:
            return None
        return Divot(self.pivot.pivot_mm, self.pivot.pivot_covariance)

    def _needle(self, sample: Sample) -> NeedleState:
        if self._step in (Step.GUIDE, Step.DONE) and self.registration is not None:
            return self._navigator.update(sample, self.registration.fixed_from_moving)
        return NeedleState(None, None, Phase.SEARCHING, "not registered yet")

    def _stylus_tip(self, sample: Sample) -> Array | None:
        pose, _ = reference_from_tool(sample, "stylus")
        if pose is None or self.stylus is None or self.registration is None:
            return None
        direction = np.array(self._stylus_direction)
        tip = from_parts(pose_along(np.zeros(3), direction)[:3, :3], self.stylus.tip_mm)
        return self.registration.fixed_from_moving @ pose @ tip

    def _fiducials(self) -> tuple[FiducialState, ...]:
        if isinstance(self._logic, TouchStep | ReviewStep):
            return self._logic.fiducials
        touched = self.registration is not None
        return tuple(FiducialState(f.name, touched, None, False) for f in self._scenario.fiducials)
