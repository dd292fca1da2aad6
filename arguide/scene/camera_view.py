"""The camera view: the plan drawn on the live picture of the phantom, everything as it was when the picture was taken."""

import numpy as np
from panda3d.core import NodePath, PerspectiveLens

from arguide.geometry.transforms import Array, apply, inverse
from arguide.guidance.levels import shown
from arguide.guidance.live_picture import Augmented, LivePicture
from arguide.guidance.state import SessionState
from arguide.scene import style
from arguide.scene.canvas import Align, Canvas, flat
from arguide.scene.eye import flat_lens
from arguide.scene.fiducials import MarkerLabels
from arguide.scene.layout import Pane, Rect
from arguide.scene.layouts import ViewKind
from arguide.scene.photo import Framing, PhotoTexture
from arguide.scene.plate import Plate
from arguide.scene.see_through import SeeThrough
from arguide.scene.shading import shader
from arguide.scene.shapes import geometry
from arguide.scene.views import Props, View, caption

FADED = 0.45
"""Brightness of a picture that is not live any more."""


class CameraView(View):
    """The view of the live picture."""

    def __init__(self, kind: ViewKind, props: Props, live: LivePicture) -> None:
        super().__init__(kind, props)
        self._live = live
        self._photo = PhotoTexture()
        self._sheet = NodePath("photo")
        self._sheet.set_shader(shader("photo", "photo"))
        self._sheet.set_shader_inputs(photo=self._photo.texture, crop=(0.0, 0.0, 1.0, 1.0), bright=1.0)
        corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], dtype=float)
        self._sheet.attach_new_node(geometry("photo", flat(corners, np.array([[0, 1, 2], [0, 2, 3]]))))
        self._sheet.set_two_sided(True)
        self._sheet.set_depth_test(False)
        self._sheet.set_depth_write(False)
        self._plate = Plate(props.display, 0, restless=True)
        self._plate.eye(self._sheet, flat_lens(1, 1))
        self.see_through = SeeThrough(props, props.occluders)
        self.see_through.root.set_shader_input("photo", self._photo.texture)
        self._main = self._plate.eye(self.see_through.root, PerspectiveLens())
        self._main.inputs(dim=1.0)
        self._main.lens.set_near_far(30, 4000)
        self._fiducials = np.array([f.position for f in props.scenario.fiducials]).reshape(-1, 3)
        self._drawn: Augmented | None = None
        self._state: SessionState | None = None

    def arrange(self, pane: Pane, canvas: Canvas) -> None:
        """Frame the picture in the pane."""
        self._framing = Framing.of(self._live.camera, pane)
        self._plate.fill(self._framing.seen, canvas.window, canvas.unit)
        self._framing.set(self._main.lens)
        crop = self._photo.frame(self._framing)
        for drawn in (self._sheet, self.see_through.root):
            drawn.set_shader_input("crop", crop)
        unit, clear = canvas.unit, pane.clear
        self._markers = MarkerLabels(canvas, self.props.scenario)
        caption(canvas, clear, self.kind.value)
        box = Rect(clear.x + 10 * unit, clear.bottom - 34 * unit, clear.width - 20 * unit, 26 * unit)
        self._clear = self._framing.seen.common(clear.row(0, clear.height - 48 * unit))
        self._note_root = canvas.group()
        canvas.panel(box, style.rgba(style.PANEL, 0.78), 6, self._note_root)
        self._note = canvas.label(
            box.inset(10 * unit, 0), 15, color=style.INK, align=Align.CENTER, parent=self._note_root
        )
        self._say("")
        self._drawn = None

    def show(self, state: SessionState, image_from_tip: Array | None) -> None:
        """Keep what is told; where things are drawn is of the picture's moment, see `look`."""
        self._state = state

    def look(self) -> None:
        """Take the newest picture and put everything where it was then."""
        now, trouble = self._live.newest(), self._live.trouble
        self._say(trouble or (now.why if now else "Waiting for the camera's first picture"))
        self._markers.root.hide()
        if now is not None:
            if self._drawn is None or self._drawn.picture is not now.picture:
                self._photo.set(now.picture.pixels)
            self._drawn = self._live.drawn = now
        seen = (trouble, now and _seen(now), self._state and _told(self._state), self.props.world.anatomy.changes)
        if self._plate.look(*seen):
            self.props.turns.claim()
            self._sheet.set_shader_input("bright", FADED if trouble else 1.0)
            self._draw_over(None if trouble else now)
        if now is not None and now.image_from_view is not None and self._state and not trouble:
            self._name_fiducials(self._state)

    def _draw_over(self, now: Augmented | None) -> None:
        """Put everything where it was when the picture was taken."""
        if now is None or self._state is None:
            self.see_through.root.hide()
            return
        self.see_through.show(now, self._framing, self._state)
        if now.image_from_view is not None:
            self._main.look(now.image_from_view)

    def open(self, wanted: bool) -> None:
        """Draw, or rest."""
        self._plate.open(wanted)

    def _name_fiducials(self, state: SessionState) -> None:
        pixels, now_s = self.pixels_of(self._fiducials), state.sample.host_time_s
        self._markers.show(state.fiducials, pixels, self._clear, now_s, state.view.step)

    @property
    def drawn(self) -> Augmented | None:
        """What the last frame showed."""
        return self._drawn

    def pixels_of(self, points: Array) -> Array:
        """Where points are drawn."""
        if self._drawn is None or self._drawn.image_from_view is None:
            return np.full((len(points), 2), np.nan)
        return self._framing.pixels(apply(inverse(self._drawn.image_from_view), points))

    def close(self) -> None:
        """Give the cameras back."""
        self._plate.close()

    def _say(self, words: str) -> None:
        self._note.set(words)
        self._note_root.show() if words else self._note_root.hide()


def _seen(now: Augmented) -> tuple[object, ...]:
    """What tells one picture and the poses on it from others."""
    poses = (now.image_from_view, now.image_from_tip, now.image_from_stylus_tip, *now.tools.values())
    return now.picture, now.registered, *(pose is not None and pose.tobytes() for pose in poses)


def _told(state: SessionState) -> tuple[object, ...]:
    """What of a state changes more than the poses do; the rest is told anew with the next picture."""
    needle = state.needle
    return state.view.step, shown(state), needle.deviation is None, needle.uncertainty is None
