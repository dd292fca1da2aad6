"""The world in the image frame that the views of space share: anatomy, plan and instruments, moved as the state says."""

import numpy as np
from panda3d.core import NodePath

from arguide.geometry.transforms import Array
from arguide.guidance.levels import Shown, shown, warned_of
from arguide.guidance.state import Alert, SessionState, Step, grade
from arguide.scene import style
from arguide.scene.anatomy import Anatomy
from arguide.scene.camera import unit
from arguide.scene.error_region import ErrorRegion
from arguide.scene.eye import BARREL, SHAFT
from arguide.scene.fiducials import Markers
from arguide.scene.needle import NeedleModel, Prediction, reach
from arguide.scene.plan_path import PlanPath
from arguide.settings.scenario import Needle, Plan, Scenario

STYLUS = Needle(gauge=0, diameter_mm=2.4, length_mm=140.0)
"""How the stylus is drawn: its true size is not in the scenario."""


class World:
    """Everything in space, under one node; any number of cameras may look at it."""

    def __init__(self, scenario: Scenario, plan: Plan) -> None:
        self._plan = plan
        self.root = NodePath("image")
        self.anatomy = Anatomy(scenario, plan)
        self.anatomy.root.reparent_to(self.root)
        self.instruments = self.root.attach_new_node("instruments")
        self.instruments.hide(BARREL | SHAFT)
        self.path = PlanPath(self.instruments, plan)
        self._markers = Markers(self.instruments, scenario, unit(np.subtract(plan.entry, plan.target)))
        self.needle = NeedleModel(self.instruments, scenario.needle)
        self.stylus = NeedleModel(self.instruments, STYLUS, style.ACCENT, marks=False)
        self._prediction = Prediction(self.instruments)
        self._tip_region = ErrorRegion(self.instruments, style.PREDICTED)
        self._target_region = ErrorRegion(self.instruments, style.TARGET)

    def show(self, state: SessionState, image_from_tip: Array | None, live: bool) -> None:
        """Move everything; `image_from_tip` is None where it is not known now, `live` whether the sample is fresh."""
        given = shown(state)
        self.path.root.show() if given.plan else self.path.root.hide()
        self._show_needle(state, image_from_tip, given)
        self._show_regions(state, image_from_tip, given)
        self._markers.show(state.view.step)
        self._show_stylus(state, live)
        told = warned_of(state) if image_from_tip is not None else ()
        close = {k for k, risk in enumerate(told) if risk.alert in (Alert.TOO_CLOSE, Alert.INSIDE)}
        self.anatomy.alert(close, state.sample.host_time_s)

    def _show_needle(self, state: SessionState, image_from_tip: Array | None, given: Shown) -> None:
        deviation = state.needle.deviation
        if image_from_tip is None:
            self._prediction.hide()
            self.needle.fade() if state.view.step in (Step.GUIDE, Step.DONE) else self.needle.hide()
            return
        self.needle.place(image_from_tip)
        if deviation is None or state.view.step is not Step.GUIDE or not given.plan:
            self._prediction.hide()
            return
        color = style.GRADE_COLORS[grade(deviation.predicted_miss_mm, self._plan.tolerance.miss_mm)]
        self._prediction.place(image_from_tip, reach(deviation.depth_mm, deviation.angle_rad), color)

    def _show_regions(self, state: SessionState, image_from_tip: Array | None, given: Shown) -> None:
        """How far off tip and target may be, while the needle is guided."""
        sure = state.needle.uncertainty
        if image_from_tip is None or sure is None or state.view.step is not Step.GUIDE or not given.plan:
            self._tip_region.hide()
            self._target_region.hide()
            return
        self._tip_region.place(image_from_tip[:3, 3], sure.tip.matrix)
        self._target_region.place(np.array(self._plan.target), sure.target.matrix)

    def _show_stylus(self, state: SessionState, live: bool) -> None:
        """Only while it is used: laid aside it would clutter the view of the needle."""
        image_from_tip = state.image_from_stylus_tip
        used = state.view.step in (Step.TOUCH, Step.REVIEW) and live
        self.stylus.place(image_from_tip) if used and image_from_tip is not None else self.stylus.hide()
