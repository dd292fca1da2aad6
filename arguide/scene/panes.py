"""The views of one stage in the panes of the present layout: opened when asked for, arranged, shown, focused, filled."""

from collections.abc import Callable, Collection, Mapping

from panda3d.core import NodePath

from arguide.geometry.transforms import Array
from arguide.guidance.state import SessionState
from arguide.scene import style
from arguide.scene.bullseye_view import BullseyeView, NeedleEyeView
from arguide.scene.canvas import Align, Canvas, outline
from arguide.scene.layout import Layout, Pane, Rect
from arguide.scene.layouts import ARRANGEMENTS, Arrangement, ViewKind
from arguide.scene.slice_view import SliceView
from arguide.scene.space_view import SpaceView
from arguide.scene.views import Absent, Pointer, Props, View

Maker = Callable[[ViewKind, Props], View]
BUTTONS = ("mouse1", "mouse2", "mouse3")
NO_CAMERA = "There is no camera: the plan cannot be drawn on a live picture"
GO_ON = "– everything else goes on: key 1 shows 3D"


def _camera(kind: ViewKind, props: Props) -> View:
    if props.live is None:
        return Absent(kind, props, f"{props.no_live} {GO_ON}" if props.no_live else NO_CAMERA)
    from arguide.scene.camera_view import CameraView  # with OpenCV, which nothing else here needs

    return CameraView(kind, props, props.live)


MAKERS: Mapping[ViewKind, Maker] = {
    **dict.fromkeys(ViewKind, SliceView),
    ViewKind.SPACE: SpaceView,
    ViewKind.CAMERA: _camera,
    ViewKind.BULLSEYE: BullseyeView,
    ViewKind.NEEDLE_EYE: NeedleEyeView,
}


class Panes:
    """Which views are on the picture, and which one has the user's hands."""

    def __init__(self, props: Props) -> None:
        self._props = props
        self._views: dict[ViewKind, View] = {}
        self._shown: Mapping[ViewKind, Pane] = {}
        self._veils: dict[ViewKind, NodePath] = {}
        self._veiled: frozenset[ViewKind] = frozenset()
        self._held: ViewKind | None = None
        self.arrangement: Arrangement = ARRANGEMENTS[0]
        self.filled: ViewKind | None = None
        self.focus: ViewKind = self.arrangement.kinds[0]

    def view(self, kind: ViewKind) -> View:
        """The view of a kind; made when it is asked for the first time."""
        if kind not in self._views:
            self._views[kind] = MAKERS[kind](kind, self._props)
            self._views[kind].open(False)
        return self._views[kind]

    # -- which views, and where -----------------------------------------------------------------------------------

    def choose(self, arrangement: Arrangement) -> None:
        """Go to another layout; takes hold at the next `arrange`."""
        self.arrangement, self.filled = arrangement, None
        self.focus = arrangement.kinds[0]

    def fill(self, kind: ViewKind) -> None:
        """Let a view fill the window, or go back if one does."""
        self.filled = None if self.filled else kind
        self.focus = kind

    def next(self) -> None:
        """Give the focus to the next pane."""
        kinds = list(self._shown)
        self.focus = kinds[(kinds.index(self.focus) + 1) % len(kinds)] if self.focus in kinds else kinds[0]
        self._mark_focus(True)

    def veil(self, kinds: Collection[ViewKind]) -> None:
        """Cover these views, wherever they are shown, and uncover all others: a guidance level withholds them."""
        self._veiled = frozenset(kinds)
        for kind, node in self._veils.items():
            node.show() if kind in self._veiled else node.hide()
            self.view(kind).open(kind not in self._veiled)

    def arrange(self, place: Layout, canvas: Canvas) -> None:
        """Take the panes of a layout; everything flat goes on a new canvas."""
        for kind in set(self._shown) - set(place.panes):
            self.view(kind).open(False)
        self._shown = place.panes
        for kind, pane in place.panes.items():
            self.view(kind).arrange(pane, canvas)
        self._veils = {kind: _veil(canvas, pane) for kind, pane in place.panes.items()}
        self._frame = canvas.group()
        self._canvas = canvas
        self.veil(self._veiled)
        self._mark_focus(False)

    # -- what goes on in them -------------------------------------------------------------------------------------

    def show(self, state: SessionState, image_from_tip: Array | None) -> None:
        """Give the state to all views on the picture."""
        for kind in self._shown:
            self.view(kind).show(state, image_from_tip)

    def look(self) -> None:
        """Right before every frame."""
        self._props.turns.begin()
        for kind in self._shown:
            self.view(kind).look()

    def at(self, pointer: Pointer | None) -> ViewKind | None:
        """The view under the mouse."""
        if pointer is None:
            return None
        spot = Rect(*pointer, 0, 0)
        return next((kind for kind, pane in self._shown.items() if pane.box.contains(spot, 0)), None)

    def handle(self, event: str, pointer: Pointer | None) -> None:
        """Give a mouse button or the wheel to the view under the mouse, a key to the first that heeds it."""
        if not event.startswith(("mouse", "wheel")):
            kinds = sorted(self._shown, key=lambda kind: kind is not self.focus)
            any(self.view(kind).handle(event) for kind in kinds)
            return
        target = self._held or self.at(pointer)
        if event in BUTTONS:
            self._held = target
            self.focus = target or self.focus
        if event.removesuffix("-up") in BUTTONS and event not in BUTTONS:
            self._held = None
        if target and target in self._shown:
            self.view(target).handle(event)

    def drag(self, pointer: Pointer | None) -> None:
        """Where the mouse is now, for the view that holds it."""
        if self._held and self._held in self._shown:
            self.view(self._held).drag(pointer)

    def close(self) -> None:
        """Close every view."""
        for view in self._views.values():
            view.close()

    def _mark_focus(self, wanted: bool) -> None:
        """A thin frame around the view that keys go to; only once the keyboard has moved it."""
        self._canvas.clear(self._frame)
        if wanted and self.focus in self._shown:
            box = self._shown[self.focus].clear
            self._canvas.draw(outline(box, 2 * self._canvas.unit), style.rgba(style.ACCENT), self._frame)


def _veil(canvas: Canvas, pane: Pane) -> NodePath:
    node = canvas.group()
    # A little farther down than the view is clear: names of bones may reach so far.
    covered = Rect(pane.clear.x, pane.clear.y, pane.clear.width, pane.clear.height + 14 * canvas.unit)
    canvas.panel(covered, style.rgba(style.PANEL), 0, node)
    box = pane.clear.inset(0.1 * pane.clear.width, 0.4 * pane.clear.height)
    canvas.label(box, 18, "Not shown at this guidance level", style.QUIET, align=Align.CENTER, lines=2, parent=node)
    return node
