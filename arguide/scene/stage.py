"""The stage: one window or picture in which a session is seen. The only door of this room."""

from collections.abc import Sequence
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray
from panda3d.core import NodePath

from arguide.geometry.transforms import Array
from arguide.guidance.state import SessionState, Step, grade
from arguide.scene import style
from arguide.scene.anatomy import Anatomy
from arguide.scene.bullseye import image_from_barrel
from arguide.scene.camera import Preset, overview, preset, project, unit
from arguide.scene.canvas import Label
from arguide.scene.card import HELP, CardLine
from arguide.scene.controls import Controls
from arguide.scene.error_region import ErrorRegion
from arguide.scene.fiducials import Markers
from arguide.scene.figure import figure_node
from arguide.scene.layout import layout
from arguide.scene.names import anchors
from arguide.scene.needle import NeedleModel, Prediction, reach
from arguide.scene.overlay import TRAINING_BANNER, alarm_words
from arguide.scene.plan_path import PlanPath
from arguide.scene.sheet import Sheet
from arguide.scene.views import BARREL, Views
from arguide.scene.window import Display
from arguide.settings.scenario import Needle, Plan, Scenario

DIMMED = 0.22
"""Brightness of the anatomy while the stylus is calibrated."""
STYLUS = Needle(gauge=0, diameter_mm=2.4, length_mm=140.0)
"""How the stylus is drawn: its true size is not in the scenario."""


class Stage:
    """Draws the states of a session. Make one, `show` states, `render` frames, `close` it (or use `with`)."""

    def __init__(
        self,
        scenario: Scenario,
        plan: Plan,
        *,
        size: tuple[int, int] = (1280, 720),
        window: bool = False,
        smooth: bool | None = None,
        stale_after_s: float = 0.1,
        training_banner: str = TRAINING_BANNER,
        beside: Display | None = None,
    ) -> None:
        """Open a window, or an off-screen picture of `size` pixels.

        `smooth`: several samples a pixel, for pictures and films; None: only where graphics hardware does it for little.
        `beside` is for `portrait`.
        `stale_after_s`: a sample older than this is never drawn as live. DisplayError without OpenGL, MeshError for
        anatomy that cannot be read.
        """
        self.scenario, self.plan = scenario, plan
        self._stale_after_s, self._banner = stale_after_s, training_banner
        self._display = Display(size, window, f"arguide – {scenario.title}", smooth, beside)
        self._space = NodePath("image")
        self.anatomy = Anatomy(scenario, plan)
        self.anatomy.root.reparent_to(self._space)
        self._instruments = self._space.attach_new_node("instruments")
        self._instruments.hide(BARREL)
        self._path = PlanPath(self._instruments, plan)
        self._markers = Markers(self._instruments, scenario, unit(np.subtract(plan.entry, plan.target)))
        self._needle = NeedleModel(self._instruments, scenario.needle)
        self._stylus = NeedleModel(self._instruments, STYLUS, style.ACCENT, marks=False)
        self._prediction = Prediction(self._instruments)
        self._tip_region = ErrorRegion(self._instruments, style.PREDICTED)
        self._target_region = ErrorRegion(self._instruments, style.TARGET)
        self._views = Views(self._display.output, self._space, figure_node())
        # A window is drawn before the first sample has come.
        self._views.main.inputs(dim=1.0)
        self.controls = Controls(plan, self.anatomy.best_view(preset(plan, Preset.OBLIQUE)))
        self._barrel = image_from_barrel(plan)
        self._state: SessionState | None = None
        self._age_s = 0.0
        self._trouble = ""
        self._step: Step | None = None
        self._twin: Stage | None = None
        self._card: tuple[Sequence[CardLine], str] | None = None
        self._bone_names = anchors(scenario, plan, self.anatomy.shapes)
        self._large_bullseye = self._help = False
        self._pressed: list[str] = []
        self._lay_out()

    # -- what the program calls ---------------------------------------------------------------------------------

    def show(self, state: SessionState, age_s: float, trouble: str = "") -> None:
        """Move everything to where the state says; `age_s` is how old its sample is now.

        `trouble`: what the tracker's line suffers from, in words; shown once the sample is stale.
        """
        self._state, self._age_s, self._trouble = state, age_s, trouble
        live = age_s <= self._stale_after_s and not state.needle.trouble
        image_from_tip = state.needle.image_from_tip if live else None
        deviation = state.needle.deviation if image_from_tip is not None else None
        self._turn_to(state.view.step)
        self._show_needle(state, image_from_tip)
        self._show_regions(state, image_from_tip)
        self._markers.show(state.view.step)
        self._show_stylus(state, age_s)
        self._sheet.show(state, image_from_tip, alarm_words(state, age_s, self._stale_after_s, trouble))
        self._views.dim(DIMMED if state.view.step is Step.PIVOT else 1.0)
        self.anatomy.alert(deviation.clearances_mm if deviation else (), state.sample.host_time_s)

    def render(self) -> None:
        """Draw one frame."""
        if self._display.window:
            self._take_input()
            if self._display.size != self._size:
                self._lay_out()
        eye = self.controls.image_from_view(smooth=self._display.window)
        self._views.look(eye, self.controls.orbit.distance_mm)
        self._views.look_down(self._barrel, self._sheet.bullseye.half_width_mm, self._layout.bullseye)
        self._sheet.turn_figure(eye)
        if self._state:
            self._sheet.follow(self._state, eye)
        self._display.frame()

    def picture(self) -> NDArray[np.uint8]:
        """(h, w, 3) RGB of the last frame."""
        return self._display.picture()

    def portrait(self) -> NDArray[np.uint8]:
        """(h, w, 3) RGB of what is shown now with smooth edges, however the frames are drawn: for pictures to keep."""
        if self._twin is None or self._twin._size != self._size:
            self._close_twin()
            self._twin = Stage(
                self.scenario,
                self.plan,
                size=self._size,
                smooth=True,
                stale_after_s=self._stale_after_s,
                training_banner=self._banner,
                beside=self._display,
            )
        return self._twin._like(self)

    def show_card(self, card_lines: Sequence[CardLine], title: str) -> None:
        """Lay a large panel over the picture: (label, value, grade or None) lines under a title."""
        self._card = (card_lines, title)
        self._lay_card()

    def hide_card(self) -> None:
        """Take the panel away."""
        self._card = None
        self._lay_card()

    def keys(self) -> list[str]:
        """Keys pressed since the last call (`space`, `escape`, `q`, …); those of the views were heeded already."""
        pressed, self._pressed = self._pressed, []
        return pressed

    @property
    def closed(self) -> bool:
        """Whether the user has closed the window."""
        return self._display.closed

    def close(self) -> None:
        """Close the window or picture."""
        self._close_twin()
        self._display.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # -- for those who look closely -----------------------------------------------------------------------------

    @property
    def labels(self) -> list[Label]:
        """Every text on the canvas."""
        return self._sheet.canvas.labels

    def pixels_of(self, points: Array) -> Array:
        """Pixels (n, 2) from the top left at which points (n, 3) of the image frame are drawn in the 3D view."""
        view = self._layout.view
        spots = project(self.controls.image_from_view(smooth=False), points, (view.width, view.height))
        return spots + (view.x, view.y)

    # -- inside ---------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        """Build everything that is measured in pixels, for the present size."""
        self._size = self._display.size
        place = self._layout = layout(*self._size, full_bullseye=self._large_bullseye)
        self._sheet = Sheet(self.scenario, self.plan, place, self._bone_names, self._banner)
        self._views.arrange(place.window, place.view, place.bullseye, place.figure, self._sheet.canvas)
        regions = (self._tip_region, self._target_region)
        for part in (self._path, self._markers, self._needle, self._stylus, self._prediction, *regions):
            part.fit(place.view.height)
        self._lay_card()
        if self._state:
            self.show(self._state, self._age_s, self._trouble)

    def _lay_card(self) -> None:
        wanted = (HELP, "Keys") if self._help else self._card
        self._sheet.lay(wanted)
        self._views.figure.region.set_active(wanted is None)

    def _close_twin(self) -> None:
        if self._twin:
            self._twin.close()
            self._twin = None

    def _like(self, other: "Stage") -> NDArray[np.uint8]:
        """The picture of another stage, drawn here."""
        self._step, self._large_bullseye, self._card, self._help = (
            other._step,
            other._large_bullseye,
            other._card,
            other._help,
        )
        self._lay_out()
        self.controls = other.controls
        self._needle.resemble(other._needle)
        self._sheet.bullseye.widen(other._sheet.bullseye.half_width_mm)
        if other._state:
            self.show(other._state, other._age_s, other._trouble)
        self.render()
        return self.picture()

    def _turn_to(self, step: Step) -> None:
        """At another step, look at what it is about; within a step the view is the user's."""
        if step is self._step:
            return
        self._step = step
        if step in (Step.TOUCH, Step.REVIEW):
            view = self._layout.view
            points = np.array([fiducial.position for fiducial in self.scenario.fiducials])
            self.controls.go(overview(self.plan, points, view.width / view.height))
        else:
            self.controls.choose(Preset.OBLIQUE)

    def _show_needle(self, state: SessionState, image_from_tip: Array | None) -> None:
        deviation = state.needle.deviation
        if image_from_tip is None:
            self._prediction.hide()
            self._needle.fade() if state.view.step in (Step.GUIDE, Step.DONE) else self._needle.hide()
            return
        self._needle.place(image_from_tip)
        if deviation is None or state.view.step is not Step.GUIDE:
            self._prediction.hide()
            return
        color = style.GRADE_COLORS[grade(deviation.predicted_miss_mm, self.plan.tolerance.miss_mm)]
        self._prediction.place(image_from_tip, reach(deviation.depth_mm, deviation.angle_rad), color)

    def _show_regions(self, state: SessionState, image_from_tip: Array | None) -> None:
        """How far off tip and target may be, while the needle is guided."""
        sure = state.needle.uncertainty
        if image_from_tip is None or sure is None or state.view.step is not Step.GUIDE:
            self._tip_region.hide()
            self._target_region.hide()
            return
        self._tip_region.place(image_from_tip[:3, 3], sure.tip.matrix)
        self._target_region.place(np.array(self.plan.target), sure.target.matrix)

    def _show_stylus(self, state: SessionState, age_s: float) -> None:
        """Only while it is used: laid aside it would clutter the view of the needle."""
        image_from_tip = state.image_from_stylus_tip
        used = state.view.step in (Step.TOUCH, Step.REVIEW) and age_s <= self._stale_after_s
        self._stylus.place(image_from_tip) if used and image_from_tip is not None else self._stylus.hide()

    def _take_input(self) -> None:
        for event in self._display.events():
            self.controls.handle(event)
            self._switch(event)
            if not event.startswith(("mouse", "wheel", "window", "raw-")) and not event.endswith(("-up", "-repeat")):
                self._pressed.append(event)
        self.controls.move(self._display.pointer(), self._layout.view.height)

    def _switch(self, event: str) -> None:
        match event:
            case "k":
                self.anatomy.toggle_skin()
            case "b":
                self._large_bullseye = not self._large_bullseye
                self._lay_out()
            case "h":
                self._help = not self._help
                self._lay_card()
