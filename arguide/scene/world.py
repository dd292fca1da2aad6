"""The world in the image frame that the views of space share: anatomy, plan and instruments, moved as the state says."""

import numpy as np
from panda3d.core import NodePath

from arguide.geometry.transforms import Array
from arguide.guidance.levels import shown, warned_of
from arguide.guidance.state import Alert, SessionState, Step
from arguide.scene import style
from arguide.scene.anatomy import Anatomy
from arguide.scene.eye import BARREL, LASTING, MOVING, SHAFT, STILL
from arguide.scene.hints import Hints
from arguide.scene.needle import NeedleModel
from arguide.scene.plan_path import PlanPath
from arguide.settings.scenario import Needle, Plan, Scenario

STYLUS = Needle(gauge=0, diameter_mm=2.4, length_mm=140.0)
"""How the stylus is drawn: its true size is not in the scenario."""


class World:
    """Everything in space, under one node; any number of cameras may look at it."""

    def __init__(self, scenario: Scenario, plan: Plan) -> None:
        self.root = NodePath("image")
        self.anatomy = Anatomy(scenario, plan)
        self.anatomy.root.reparent_to(self.root)
        self.instruments = self.root.attach_new_node("instruments")
        self.instruments.hide(BARREL | SHAFT | STILL)
        self.path = PlanPath(self.instruments, plan)
        self.needle = NeedleModel(self.instruments, scenario.needle)
        self.stylus = NeedleModel(self.instruments, STYLUS, style.ACCENT, marks=False)
        self._hints = Hints(self.instruments, scenario, plan)
        self.path.root.hide(MOVING)
        for moving in (self.needle, self.stylus, self._hints):
            moving.root.hide(LASTING)

    def show(self, state: SessionState, image_from_tip: Array | None, live: bool) -> None:
        """Move everything; `image_from_tip` is None where it is not known now, `live` whether the sample is fresh."""
        self.path.root.show() if shown(state).plan else self.path.root.hide()
        self._show_needle(state, image_from_tip)
        self._hints.show(state, image_from_tip)
        self._show_stylus(state, live)
        told = warned_of(state) if image_from_tip is not None else ()
        close = {k for k, risk in enumerate(told) if risk.alert in (Alert.TOO_CLOSE, Alert.INSIDE)}
        self.anatomy.alert(close, state.sample.host_time_s)

    def extent(self) -> Array | None:
        """Points (n, 3) between which all lies that moves; None where it is not known."""
        hints = self._hints.extent()
        return None if hints is None else np.concatenate([self.needle.extent(), self.stylus.extent(), hints])

    def _show_needle(self, state: SessionState, image_from_tip: Array | None) -> None:
        if image_from_tip is not None:
            self.needle.place(image_from_tip)
        elif state.view.step in (Step.GUIDE, Step.DONE):
            self.needle.fade()
        else:
            self.needle.hide()

    def _show_stylus(self, state: SessionState, live: bool) -> None:
        """Only while it is used: laid aside it would clutter the view of the needle."""
        image_from_tip = state.image_from_stylus_tip
        used = state.view.step in (Step.TOUCH, Step.REVIEW) and live
        self.stylus.place(image_from_tip) if used and image_from_tip is not None else self.stylus.hide()
