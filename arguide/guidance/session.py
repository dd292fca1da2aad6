"""One session from first sample to score: a pure function of scenario, plan, tools, samples and inputs.

Given the same samples and inputs it gives the same states bit for bit; that is what replay checks.
"""

from collections.abc import Iterable
from typing import TypeAlias

import numpy as np

from arguide.calibration.pivot import PivotCalibration
from arguide.errors import SettingsError
from arguide.geometry.transforms import Array, from_parts, pose_along
from arguide.guidance.anatomy import Anatomy
from arguide.guidance.guide_step import DoneStep, GuideStep
from arguide.guidance.navigator import Navigator, reference_from_tool
from arguide.guidance.pivot_step import PivotStep
from arguide.guidance.review_step import ReviewStep
from arguide.guidance.state import FiducialState, NeedleState, Phase, SessionState, Step
from arguide.guidance.steps import Event, Input, after
from arguide.guidance.touch_step import TouchStep
from arguide.planning.path import planned_path
from arguide.registration.rigid import Registration
from arguide.settings.profile import TrackerProfile
from arguide.settings.scenario import Plan, Scenario, Vec3
from arguide.trackers.reading import Sample

_Logic: TypeAlias = PivotStep | TouchStep | ReviewStep | GuideStep | DoneStep
BUTTON = 0b1


class Session:
    """Runs the steps. `update` is called once for every sample, by one thread."""

    def __init__(self, scenario: Scenario, plan: Plan, profile: TrackerProfile, anatomy: Anatomy) -> None:
        self._scenario = scenario
        self._plan = plan
        self._anatomy = anatomy
        self._stylus_direction = _shaft(profile, "stylus")[1]
        tip, direction = _shaft(profile, "needle")
        self._needle_from_tip = pose_along(tip, direction)
        self._path_mm = planned_path(plan).length_mm
        self._buttons = 0
        self.pivot: PivotCalibration | None = None
        self.registration: Registration | None = None
        self._step = Step.PIVOT
        self._logic: _Logic = PivotStep(scenario.limits, self._stylus_direction)

    def update(self, sample: Sample, inputs: Iterable[Input] = ()) -> SessionState:
        """Take one sample and what the user asked for since the last one; returns the new state."""
        pressed = [*inputs, *([Input.ADVANCE] if self._button_went_down(sample) else [])]
        for what in pressed:
            self._end(self._logic.press(what))
        self._end(self._logic.take(sample))
        needle = self._needle(sample)
        if isinstance(self._logic, GuideStep):
            self._logic.show(needle)
        return SessionState(
            sample=sample,
            view=self._logic.view(),
            needle=needle,
            image_from_stylus_tip=self._stylus_tip(sample),
            fiducials=self._fiducials(),
            fre_mm=self.registration.fre_mm if self.registration else None,
            stylus_directions=self._logic.directions if isinstance(self._logic, PivotStep) else (),
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
            self.pivot = self._logic.result
        if isinstance(self._logic, TouchStep):
            self.registration = self._logic.result
        self._step = step
        self._logic = self._logic_of(step)

    def _logic_of(self, step: Step) -> _Logic:
        scenario = self._scenario
        if step is Step.PIVOT:
            self.pivot = self.registration = None
            return PivotStep(scenario.limits, self._stylus_direction)
        if step is Step.DONE:
            return DoneStep()
        assert self.pivot is not None, "the table of steps leads through the pivot calibration"
        if step is Step.TOUCH:
            self.registration = None
            return TouchStep(scenario.fiducials, self.pivot)
        assert self.registration is not None, "the table of steps leads through the registration"
        if step is Step.REVIEW:
            return ReviewStep(self.registration, scenario.fiducials, scenario.limits, self.pivot.tip_mm)
        self._navigator = Navigator(self._plan, self._needle_from_tip, self._anatomy)
        return GuideStep(self._plan, self._path_mm)

    def _needle(self, sample: Sample) -> NeedleState:
        if self._step in (Step.GUIDE, Step.DONE) and self.registration is not None:
            return self._navigator.update(sample, self.registration.fixed_from_moving)
        return NeedleState(None, None, Phase.SEARCHING, "not registered yet")

    def _stylus_tip(self, sample: Sample) -> Array | None:
        pose, _ = reference_from_tool(sample, "stylus")
        if pose is None or self.pivot is None or self.registration is None:
            return None
        direction = np.array(self._stylus_direction)
        tip = from_parts(pose_along(np.zeros(3), direction)[:3, :3], self.pivot.tip_mm)
        return self.registration.fixed_from_moving @ pose @ tip

    def _fiducials(self) -> tuple[FiducialState, ...]:
        if isinstance(self._logic, TouchStep | ReviewStep):
            return self._logic.fiducials
        touched = self.registration is not None
        return tuple(FiducialState(f.name, touched, None, False) for f in self._scenario.fiducials)


def _shaft(profile: TrackerProfile, name: str) -> tuple[Vec3, Vec3]:
    """Nominal tip (mm) and direction of a tool with a shaft, in its marker frame."""
    tool = profile.tool(name)
    if tool is None or tool.tip_mm is None or tool.direction is None:
        raise SettingsError(
            f"{profile.file}: a tool {name!r} with tip_mm and direction is needed; add [[tool]] name = {name!r}"
        )
    return tool.tip_mm, tool.direction
