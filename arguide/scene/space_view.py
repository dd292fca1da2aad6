"""The 3D view: anatomy, plan and instruments from where the user wants, with names, markers and a small figure."""

import numpy as np
from panda3d.core import NodePath, OrthographicLens, PerspectiveLens

from arguide.geometry.transforms import Array
from arguide.guidance.state import SessionState, Step
from arguide.scene import style
from arguide.scene.camera import FIELD_RAD, Preset, overview, preset, project
from arguide.scene.canvas import Canvas, flat
from arguide.scene.controls import Controls
from arguide.scene.eye import Eye
from arguide.scene.fiducials import MarkerLabels
from arguide.scene.figure import FILM, FigureLetters, disc_behind, figure_node
from arguide.scene.layout import Pane, Rect
from arguide.scene.layouts import ViewKind
from arguide.scene.names import BoneNames, anchors
from arguide.scene.pivot_plot import PivotPlot
from arguide.scene.shading import shader
from arguide.scene.shapes import geometry
from arguide.scene.space_plates import SpacePlates
from arguide.scene.views import Pointer, Props, View

DIMMED = 0.22
"""Brightness of the anatomy while the stylus is calibrated."""
FIGURE_PX = 114


class SpaceView(View):
    """The 3D view."""

    def __init__(self, kind: ViewKind, props: Props) -> None:
        super().__init__(kind, props)
        scenario, plan, world = props.scenario, props.plan, props.world
        room = NodePath("backdrop")
        room.set_shader(shader("flat", "flat"))
        room.set_two_sided(True)
        room.set_depth_test(False)
        room.set_depth_write(False)
        self._backdrop = room.attach_new_node("gradient")
        self._lens = PerspectiveLens()
        self._plates = SpacePlates(props.display, room, world.root, self._lens)
        # A window is drawn before the first sample has come.
        self._plates.inputs(dim=1.0)
        self._figure = Eye(props.output, figure_node(), OrthographicLens(), 25, over=True)
        self._figure.lens.set_film_size(FILM, FILM)
        self._figure.lens.set_near_far(1, 20)
        self._disc = disc_behind(self._figure.node)
        self.controls = Controls(plan, world.anatomy.best_view(preset(plan, Preset.OBLIQUE)))
        self._fiducials = np.array([fiducial.position for fiducial in scenario.fiducials]).reshape(-1, 3)
        self._bone_names = anchors(scenario, plan, world.anatomy.shapes)
        self._state: SessionState | None = None
        self._brightness = 1.0
        self._step: Step | None = None

    def arrange(self, pane: Pane, canvas: Canvas) -> None:
        """Fill the pane; names, markers and letters go on the canvas."""
        self._pane = pane
        view, window = pane.box, canvas.window
        self._backdrop.get_children().detach()
        self._backdrop.attach_new_node(_gradient())
        self._disc.set_color_scale(*style.rgba(style.PANEL, 0.72))
        self._plates.fill(view, window, canvas.unit)
        self._lens.set_near_far(20, 4000)
        self._lens.set_aspect_ratio(view.width / view.height)
        self._lens.set_min_fov(float(np.degrees(_least_field(view))))
        self._names = BoneNames(canvas, self._bone_names)
        self._markers = MarkerLabels(canvas, self.props.scenario)
        self._pivot = PivotPlot(canvas, view, self.props.scenario.limits.pivot_cone_rad)
        small = _figure_box(pane.clear, canvas.unit)
        self._letters = FigureLetters(canvas, small)
        self._figure.fill(small, window)

    def show(self, state: SessionState, image_from_tip: Array | None) -> None:
        """Turn to what the step is about; show what is measured while it is measured."""
        self._state = state
        self._turn_to(state.view.step)
        pivoting = state.view.step is Step.PIVOT or bool(state.stylus_directions)
        self._dim(DIMMED if pivoting else 1.0)
        if pivoting:
            self._pivot.root.show()
            self._pivot.show(state.stylus_directions, "needle" if state.view.step is Step.NEEDLE else "stylus")
        else:
            self._pivot.root.hide()

    def look(self) -> None:
        """Point the cameras, and move what hangs on places in space."""
        pose, distance_mm = self.controls.image_from_view(smooth=self.props.window), self.controls.orbit.distance_mm
        self._plates.inputs(fog_color=style.FOG, fog_range=(distance_mm, distance_mm + 420.0))
        world = self.props.world
        moving = world.extent()
        spots = None if moving is None else self._pixels(moving, pose)
        self._plates.look(pose, spots, self._brightness, world.anatomy.changes, world.path.root.is_hidden())
        turned = pose.copy()
        turned[:3, 3] = -10 * pose[:3, 2]
        self._figure.look(turned)
        self._letters.show(pose)
        if self._state:
            self._follow(self._state, pose)

    def open(self, wanted: bool) -> None:
        """Draw, or rest."""
        for part in (self._plates, self._figure):
            part.open(wanted)

    def handle(self, event: str) -> bool:
        """Turn, move, zoom, choose a view."""
        return self.controls.handle(event)

    def drag(self, pointer: Pointer | None) -> None:
        """Turn or move while a button is held."""
        self.controls.move(pointer, self._pane.box.height)

    def pixels_of(self, points: Array) -> Array:
        """Where points are drawn."""
        return self._pixels(points, self.controls.image_from_view(smooth=False))

    def close(self) -> None:
        """Give the cameras back."""
        for part in (self._plates, self._figure):
            part.close()

    def _pixels(self, points: Array, image_from_view: Array) -> Array:
        view = self._pane.box
        return project(image_from_view, points, (view.width, view.height)) + (view.x, view.y)

    def _follow(self, state: SessionState, image_from_view: Array) -> None:
        step, clear = state.view.step, self._pane.clear
        pixels = self._pixels(self._fiducials, image_from_view)
        self._markers.show(state.fiducials, pixels, clear, state.sample.host_time_s, step)
        if step in (Step.GUIDE, Step.DONE):
            self._names.root.show()
            self._names.show(self._pixels(self._names.points, image_from_view), clear)
        else:
            self._names.root.hide()

    def _turn_to(self, step: Step) -> None:
        """At another step, look at what it is about; within a step the view is the user's."""
        if step is self._step:
            return
        self._step = step
        if step in (Step.TOUCH, Step.REVIEW):
            view = self._pane.box
            self.controls.go(overview(self.props.plan, self._fiducials, view.width / view.height))
        else:
            self.controls.choose(Preset.OBLIQUE)

    def _dim(self, brightness: float) -> None:
        if brightness != self._brightness:
            self._brightness = brightness
            self._plates.inputs(dim=brightness)


def _least_field(view: Rect) -> float:
    """The angle across the shorter side that gives `FIELD_RAD` from top to bottom."""
    aspect = min(1.0, view.width / view.height)
    return float(2 * np.arctan(np.tan(FIELD_RAD / 2) * aspect))


def _figure_box(clear: Rect, unit: float) -> Rect:
    """At the lower right of the pane, smaller where the pane is small."""
    size = FIGURE_PX * unit * min(1.0, 0.3 * min(clear.width, clear.height) / (FIGURE_PX * unit))
    return Rect(clear.right - size - 3 * unit, clear.bottom - size + 2 * unit, size, size)


def _gradient() -> NodePath:
    """The backdrop: lighter above, a soft pool of light behind the anatomy."""
    n = 16
    y, x = np.meshgrid(np.linspace(0, 1, n), np.linspace(0, 1, n), indexing="ij")
    pool = np.exp(-(((x - 0.52) / 0.42) ** 2 + ((y - 0.40) / 0.42) ** 2))
    weight = np.clip(0.30 * (1 - y) + 0.62 * pool, 0, 1)[..., None]
    colors = np.asarray(style.GROUND) * (1 - weight) + np.asarray(style.SKY) * weight
    cell = (np.arange(n - 1)[:, None] * n + np.arange(n - 1)).ravel()[:, None]
    faces = np.concatenate([cell + (0, 1, n), cell + (1, n + 1, n)])
    sheet = flat(np.stack([x, y], -1).reshape(-1, 2), faces)
    return geometry("gradient", sheet.colored(np.concatenate([colors.reshape(-1, 3), np.ones((n * n, 1))], -1)))
