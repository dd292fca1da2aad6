"""Everything on the picture that is measured in pixels, laid out for one window size."""

from collections.abc import Sequence

import numpy as np

from arguide.geometry.transforms import Array
from arguide.guidance.state import SessionState, Step
from arguide.scene.bullseye import Bullseye
from arguide.scene.camera import project
from arguide.scene.canvas import Canvas
from arguide.scene.card import Card, CardLine
from arguide.scene.fiducials import MarkerLabels
from arguide.scene.figure import FigureLetters
from arguide.scene.layout import Layout, Rect
from arguide.scene.names import BoneNames
from arguide.scene.overlay import Overlay
from arguide.scene.pivot_plot import PivotPlot
from arguide.scene.readout import Readout, lines
from arguide.scene.steps import StepGuide
from arguide.settings.scenario import Plan, Scenario


class Sheet:
    """The canvas and all that is drawn on it. Made anew when the window changes its size."""

    def __init__(
        self, scenario: Scenario, plan: Plan, place: Layout, bone_names: dict[str, Array], banner: str
    ) -> None:
        self._scenario, self._plan, self._place = scenario, plan, place
        self._fiducials = np.array([fiducial.position for fiducial in scenario.fiducials]).reshape(-1, 3)
        canvas = self.canvas = Canvas(place.unit)
        self._names = BoneNames(canvas, bone_names)
        self._markers = MarkerLabels(canvas, scenario)
        self._pivot = PivotPlot(canvas, place.view, scenario.limits.pivot_cone_rad)
        self.bullseye = Bullseye(canvas, place.bullseye, plan)
        self._readout = Readout(canvas, place.readout)
        self._letters = FigureLetters(canvas, place.figure)
        self._overlay = Overlay(canvas, place, scenario.title, plan.name, banner)
        self._steps = StepGuide(canvas, place.steps)
        canvas.settle()
        self._card: Card | None = None

    def show(self, state: SessionState, image_from_tip: Array | None, alarm: tuple[str, str] | None) -> None:
        """Say what the state says; `image_from_tip` is None when it is not known now, whatever the state holds."""
        deviation = state.needle.deviation if image_from_tip is not None else None
        self.bullseye.show(image_from_tip)
        sure = state.needle.uncertainty
        self._readout.show(lines(deviation, self._plan, self._scenario.risks, sure))
        self._steps.show(state.view)
        self._overlay.show(state, alarm)
        if state.view.step is Step.PIVOT:
            self._pivot.root.show()
            self._pivot.show(state.stylus_directions)
        else:
            self._pivot.root.hide()

    def follow(self, state: SessionState, image_from_view: Array) -> None:
        """Move what hangs on places in space to where they are seen from this eye."""
        view, step = self._place.view, state.view.step
        clear = Rect(view.x, view.y, view.width, min(view.height, self._place.steps.y - view.y))
        self._markers.show(
            state.fiducials, self._pixels(self._fiducials, image_from_view), clear, state.sample.host_time_s, step
        )
        if step in (Step.GUIDE, Step.DONE):
            self._names.root.show()
            self._names.show(self._pixels(self._names.points, image_from_view), clear)
        else:
            self._names.root.hide()

    def turn_figure(self, image_from_view: Array) -> None:
        """Turn the letters around the figure with the view."""
        self._letters.show(image_from_view)

    def lay(self, card: tuple[Sequence[CardLine], str] | None) -> None:
        """Lay a card of lines and title over everything, instead of the one before; None: take it away."""
        if self._card:
            self._card.close()
        self._card = Card(self.canvas, self._place.card, self._place.window, card[1], card[0]) if card else None

    def _pixels(self, points: Array, image_from_view: Array) -> Array:
        view = self._place.view
        return project(image_from_view, points, (view.width, view.height)) + (view.x, view.y)
