"""The fiducials: rings on the skin with their names, a pulse on the next, a check on the touched, residuals at review."""

from panda3d.core import NodePath, TransparencyAttrib

from arguide.geometry.transforms import Array, pose_along
from arguide.guidance.state import FiducialState, Step
from arguide.scene import style
from arguide.scene.canvas import Align, Canvas, Weight, disc, place, ring
from arguide.scene.convert import panda_matrix
from arguide.scene.layout import Rect
from arguide.scene.marks import Mark, Sign, check, color_of
from arguide.scene.shading import shader
from arguide.scene.shapes import circle, geometry, joined, wire
from arguide.settings.scenario import Fiducial, Scenario

RADIUS_MM = 4.0
PULSE_S = 1.2
STEPS = (Step.TOUCH, Step.REVIEW)


class Markers:
    """The rings in space; their names are drawn by `MarkerLabels`."""

    def __init__(self, parent: NodePath, scenario: Scenario, outward: Array) -> None:
        self.root = parent.attach_new_node("fiducials")
        self.root.set_shader(shader("wire", "line"))
        self.root.set_shader_inputs(dash=(0, 0), reach=1e9, thickness=(1.0, 1.2))
        self.root.set_transparency(TransparencyAttrib.M_alpha)
        self._nodes = [self._one(fiducial, outward) for fiducial in scenario.fiducials]
        self.root.hide()

    def _one(self, fiducial: Fiducial, outward: Array) -> NodePath:
        drawn = joined(
            wire(circle(RADIUS_MM, 32), 0.7, closed=True, segments=8),
            wire([(0, 0, -0.5), (0, 0, 0.5)], 1.0, segments=10),
        )
        node = self.root.attach_new_node(geometry(fiducial.name, drawn))
        node.set_mat(panda_matrix(pose_along(fiducial.position, outward)))
        node.set_shader_input("line_color", style.rgba(style.MARKER))
        return node

    def show(self, step: Step) -> None:
        """Only while they matter: later they would clutter the view."""
        _visible(self.root, step in STEPS)


class MarkerLabels:
    """Names and signs beside the fiducials, in pixels; they follow the camera."""

    def __init__(self, canvas: Canvas, scenario: Scenario) -> None:
        self._limit = scenario.limits.registration_fre_mm
        self.root = canvas.group()
        self._labels = [_MarkerLabel(canvas, self.root, f) for f in scenario.fiducials]
        self.root.hide()

    def show(self, states: tuple[FiducialState, ...], pixels: Array, inside: Rect, time_s: float, step: Step) -> None:
        """Show what is known of each at its (n, 2) pixels; those outside the view are hidden."""
        if step not in STEPS:
            self.root.hide()
            return
        self.root.show()
        pulse = (time_s / PULSE_S) % 1.0
        for label, state, (x, y) in zip(self._labels, states, pixels.tolist(), strict=False):
            label.show(state, (x, y) if inside.contains(Rect(x, y, 0, 0)) else None, pulse, self._limit)


class _MarkerLabel:
    def __init__(self, canvas: Canvas, parent: NodePath, fiducial: Fiducial) -> None:
        unit = canvas.unit
        self._node = canvas.group(parent)
        self._pulse = canvas.draw(ring(1.0, 0.14, soft=0.06), style.rgba(style.ACCENT), self._node)
        self._disc = canvas.draw(disc(13 * unit), parent=self._node)
        self._name = canvas.label(
            Rect(-13 * unit, -13 * unit, 26 * unit, 26 * unit),
            13,
            fiducial.name,
            style.PANEL,
            weight=Weight.BOLD,
            align=Align.CENTER,
            parent=self._node,
        )
        self._check = canvas.draw(check(12 * unit, 3.2 * unit), style.rgba(style.PANEL), self._node)
        self._pill = canvas.panel(
            Rect(15 * unit, -12 * unit, 90 * unit, 24 * unit), style.rgba(style.PANEL, 0.8), 13, self._node
        )
        self._sign = Sign(canvas, 29 * unit, 0, 8 * unit, self._node)
        self._residual = canvas.label(Rect(42 * unit, -11 * unit, 60 * unit, 22 * unit), 15, parent=self._node)
        self._unit = unit

    def show(self, state: FiducialState, spot: tuple[float, float] | None, pulse: float, limit_mm: float) -> None:
        if spot is None:
            self._node.hide()
            return
        self._node.show()
        place(self._node, *spot)
        color = color_of(Mark.WITHIN) if state.touched else style.ACCENT if state.next else style.NEUTRAL
        self._disc.set_color_scale(*color, 1.0)
        _visible(self._check, state.touched)
        _visible(self._name.node, not state.touched)
        _visible(self._pulse, state.next)
        self._pulse.set_scale((14 + 26 * pulse) * self._unit)
        self._pulse.set_color_scale(*style.ACCENT, 1.0 - pulse)
        self._measured(state.residual_mm, limit_mm)

    def _measured(self, residual_mm: float | None, limit_mm: float) -> None:
        for node in (self._pill, self._sign.node, self._residual.node):
            _visible(node, residual_mm is not None)
        if residual_mm is not None:
            mark = residual_mark(residual_mm, limit_mm)
            self._sign.set(mark)
            self._residual.set(f"{residual_mm:.1f} mm", style.INK)


def residual_mark(residual_mm: float, limit_mm: float) -> Mark:
    """A residual up to the limit of the FRE is well, up to twice that near."""
    if residual_mm <= limit_mm:
        return Mark.WITHIN
    return Mark.NEAR if residual_mm <= 2 * limit_mm else Mark.OUT


def _visible(node: NodePath, wanted: bool) -> None:
    node.show() if wanted else node.hide()
