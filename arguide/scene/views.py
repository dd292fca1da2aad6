"""What every view of the picture is: one small interface between the stage and whatever it shows.

The picture is made of *views* that a *layout* places. `layouts` names the kinds of view and says, as data, which layout
has which view in which part of the window; `layout` turns that into pixels; `panes` keeps the views of one stage, opens
those that the layout asks for, gives them the state and the user's hands, and lets one fill the window. A view knows
nothing of the others.

To add a view: subclass `View`, add a member to `ViewKind`, name its maker in `panes.MAKERS`, and put it in a layout. It is
given `Props` to draw with, and for each of its duties one call:

- `arrange(pane, canvas)`: take this part of the window. What is flat is drawn anew on the canvas, which is new as well.
- `show(state, image_from_tip)`: a new state; `image_from_tip` is None when the needle is not known *now*, whatever the
  state holds.
- `look()`: right before every frame.
- `open(wanted)`: draw, or rest because no pane shows it.
- `handle(event)` and `drag(pointer)`: what the user does. The mouse works on the view under it; a key goes to the view
  that has the focus, then to the others until one heeds it.
- `pixels_of(points)`: where points of the image frame are drawn; what tests and labels rely on.
- `close()`: give everything back.

A view that cannot be shown here is an `Absent`, which says so in its pane. What a guidance level withholds is veiled by
`panes`: views need not know of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from panda3d.core import GraphicsOutput

from arguide.geometry.transforms import Array
from arguide.guidance.state import SessionState
from arguide.scene import style
from arguide.scene.canvas import Align, Canvas, Weight
from arguide.scene.layout import Pane, Rect
from arguide.scene.layouts import ViewKind
from arguide.scene.shapes import Shape
from arguide.scene.slice_content import SliceContent
from arguide.scene.turns import Turns
from arguide.scene.window import Display
from arguide.scene.world import World
from arguide.settings.scenario import Plan, Scenario

if TYPE_CHECKING:
    from arguide.guidance.live_picture import LivePicture

Pointer = tuple[float, float]
"""The mouse, in pixels from the top left of the window."""


@dataclass(frozen=True)
class Props:
    """What a view is made with."""

    display: Display
    scenario: Scenario
    plan: Plan
    world: World
    window: bool
    """Whether people watch: then changes glide."""
    live: "LivePicture | None" = None
    """The live picture of the phantom, if there is a camera."""
    no_live: str = ""
    """What is wrong with the camera that was asked for."""
    occluders: Mapping[str, Shape] = field(default_factory=dict)
    """Marker bodies of the tools, which hide what is behind them in a picture."""

    @property
    def output(self) -> GraphicsOutput:
        """What views draw in."""
        return self.display.output

    @cached_property
    def turns(self) -> Turns:
        """Which of the slices is cut in a frame."""
        return Turns(take=self.window and self.display.plain)

    @cached_property
    def slices(self) -> SliceContent:
        """What the slices share; read when the first of them is opened."""
        return SliceContent(self.scenario, wait=not self.window)


class View:
    """One view. Each call but `arrange` may be left as it is."""

    def __init__(self, kind: ViewKind, props: Props) -> None:
        self.kind, self.props = kind, props

    def arrange(self, pane: Pane, canvas: Canvas) -> None:
        """Take this part of the window, and draw what is flat on the canvas."""
        raise NotImplementedError

    def show(self, state: SessionState, image_from_tip: Array | None) -> None:
        """Show what the state says; `image_from_tip` is None when it is not known now."""

    def look(self) -> None:
        """Right before every frame."""

    def open(self, wanted: bool) -> None:
        """Draw, or rest."""

    def handle(self, event: str) -> bool:
        """Heed a key or a mouse button, in Panda3D's words; False if it means nothing here."""
        return False

    def drag(self, pointer: Pointer | None) -> None:
        """Where the mouse is at this frame."""

    def pixels_of(self, points: Array) -> Array:
        """Pixels (n, 2) from the top left of the window at which points (n, 3) of the image frame are drawn."""
        raise NotImplementedError

    def close(self) -> None:
        """Give everything back."""


class Absent(View):
    """Stands where a view cannot be shown, and says why and what to do."""

    def __init__(self, kind: ViewKind, props: Props, why: str) -> None:
        super().__init__(kind, props)
        self._why = why

    def arrange(self, pane: Pane, canvas: Canvas) -> None:
        """Draw the words."""
        caption(canvas, pane.clear, self.kind.value)
        box = pane.clear.inset(0.08 * pane.clear.width, 0.3 * pane.clear.height)
        canvas.label(box, 18, self._why, style.QUIET, align=Align.CENTER, lines=6)


def caption(canvas: Canvas, box: Rect, words: str, color: style.Rgb | None = None) -> None:
    """The name of a view, at the top left of its box."""
    unit = canvas.unit
    spot = Rect(box.x + 10 * unit, box.y + 7 * unit, min(0.6 * box.width, 200 * unit), 22 * unit)
    canvas.label(spot, 15, words, color, weight=Weight.BOLD)
