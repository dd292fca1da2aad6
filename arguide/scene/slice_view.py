"""A slice through the tip: the CT or the structures cut, with plan and needle projected into it."""

import numpy as np
from panda3d.core import OrthographicLens

from arguide.geometry.transforms import Array
from arguide.guidance.state import Deviation, SessionState, Step
from arguide.scene import style
from arguide.scene.canvas import Canvas
from arguide.scene.layout import Pane
from arguide.scene.layouts import ViewKind
from arguide.scene.needle import reach
from arguide.scene.plate import Plate
from arguide.scene.slice_drawing import STANDOFF_MM, SliceDrawing, Track
from arguide.scene.slice_marks import SliceMarks
from arguide.scene.slice_plane import in_plane, slice_pose
from arguide.scene.views import Props, View

NEAREST_MM, FARTHEST_MM = 20.0, 500.0
ZOOM = 0.85


class SliceView(View):
    """One of the five planes."""

    def __init__(self, kind: ViewKind, props: Props) -> None:
        super().__init__(kind, props)
        plan = props.plan
        self._content = props.slices
        self._drawing = SliceDrawing(self._content)
        self._plate = Plate(props.display, 14)
        self._eye = self._plate.eye(self._drawing.root, OrthographicLens())
        self._eye.clear(style.BULLSEYE)
        self._eye.lens.set_near_far(1, 2 * STANDOFF_MM)
        path = np.array([plan.entry, plan.target], dtype=float)
        length = float(np.linalg.norm(path[1] - path[0]))
        self._middle = path.mean(axis=0)
        self._span_mm = float(np.clip(2.3 * length, 90, 260))
        self._tip, self._shaft = path[1], (path[1] - path[0]) / length
        self._pose = slice_pose(kind, self._tip, self._shaft)
        self._plan = Track(path[0], path[1], style.PATH, style.PATH_PX)
        self._instruments: list[Track] = []
        self._center, self._mm = self._pose, 1.0
        self._drawn: tuple[object, ...] = ()

    def arrange(self, pane: Pane, canvas: Canvas) -> None:
        """Fill the pane; letters, scale and marks go on the canvas."""
        self._box, self._unit = pane.box, canvas.unit
        self._plate.fill(pane.box, canvas.window, canvas.unit)
        self._marks = SliceMarks(self._plate.cover(canvas), pane.box, self.kind.value)
        self._drawn = ()

    def show(self, state: SessionState, image_from_tip: Array | None) -> None:
        """Follow the tip; where it is not known the plane stays, without a needle."""
        known = image_from_tip if state.view.step in (Step.GUIDE, Step.DONE) else None
        self._instruments = [] if known is None else self._tracks(known, state.needle.deviation)
        if known is not None:
            self._tip, self._shaft = known[:3, 3], known[:3, 2]
        self._pose = slice_pose(self.kind, self._tip, self._shaft, self._pose)

    def _tracks(self, image_from_tip: Array, deviation: Deviation | None) -> list[Track]:
        """The needle, and before it where it will go."""
        tip, shaft = image_from_tip[:3, 3], image_from_tip[:3, 2]
        needle = Track(tip, tip - self.props.scenario.needle.length_mm * shaft, style.STEEL, 3.6)
        if deviation is None:
            return [needle]
        ahead = reach(deviation.depth_mm, deviation.angle_rad)
        return [Track(tip, tip + ahead * shaft, style.PREDICTED, 1.6), needle]

    def look(self) -> None:
        """Cut where the plane is now."""
        mm = self._span_mm / min(self._box.width, self._box.height)
        center = self._pose.copy()
        x, y, _ = in_plane(self._pose, self._middle[None])[0]
        center[:3, 3] += self._pose[:3, :2] @ (x, y)
        eye = center.copy()
        eye[:3, 3] -= STANDOFF_MM * eye[:3, 2]
        words = self._content.words
        tracks = [end.tobytes() for track in self._instruments for end in (track.start, track.end)]
        now = (center.tobytes(), mm, words, *tracks)
        if now == self._drawn:  # a tracker is slower than the screen
            self.props.turns.leave(self.kind)
        elif not self._drawn or self.props.turns.ask(self.kind):  # in a new pane nothing can wait
            self._drawn = now
            self._plate.look(*now)
            self._eye.look(eye)
            self._eye.lens.set_film_size(self._box.width * mm, self._box.height * mm)
            self._center, self._mm = center, mm
            self._draw(words)

    def _draw(self, words: str) -> None:
        self._drawing.cut(self._center, self._mm * self._unit, (self._plan, *self._instruments))
        self._marks.show(self._pose, self._mm, words)
        target = np.array([self.props.plan.target])
        tip = self.pixels_of(self._tip[None])[0] if self._instruments else None
        self._marks.mark(self.pixels_of(target)[0], float(in_plane(self._pose, target)[0, 2]), tip)

    def open(self, wanted: bool) -> None:
        """Draw, or rest."""
        self._plate.open(wanted)
        if not wanted:
            self.props.turns.leave(self.kind)

    def handle(self, event: str) -> bool:
        """Zoom by the wheel, the CT's window by keys."""
        match event:
            case "wheel_up" | "wheel_down":
                factor = ZOOM if event == "wheel_up" else 1 / ZOOM
                self._span_mm = float(np.clip(self._span_mm * factor, NEAREST_MM, FARTHEST_MM))
                return True
        return self._content.ct is not None and self._content.windowing.handle(event)

    def pixels_of(self, points: Array) -> Array:
        """Where points are projected into the slice."""
        result: Array = in_plane(self._center, points)[:, :2] / self._mm + self._box.center
        return result

    def close(self) -> None:
        """Give the camera back."""
        self._plate.close()
