"""The stage: one window or picture in which a session is seen. The only door of this room.

What is seen are *views* in the panes of a *layout*: see `views` for how one is made, `layouts` for which there are. The
stage holds the window, the world in space, the panes and the words around them, and passes on what comes.
"""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from arguide.geometry.transforms import Array
from arguide.guidance.levels import EVERYTHING, Shown, shown, warned_of
from arguide.guidance.state import Alert, SessionState
from arguide.scene import style
from arguide.scene.anatomy import Anatomy
from arguide.scene.canvas import Canvas, Label
from arguide.scene.card import HELP, CardLine
from arguide.scene.controls import DoubleClick
from arguide.scene.eye import Eye, flat_lens
from arguide.scene.layout import layout
from arguide.scene.layouts import ARRANGEMENTS, Arrangement, ViewKind, veiled_kinds
from arguide.scene.looks import Looks
from arguide.scene.overlay import TRAINING_BANNER, alarm_words
from arguide.scene.pace import Pace
from arguide.scene.panels.door import Door
from arguide.scene.panels.facts import Facts
from arguide.scene.panes import Panes
from arguide.scene.performance import Performance
from arguide.scene.shapes import Shape
from arguide.scene.sheet import Sheet
from arguide.scene.views import Pointer, Props
from arguide.scene.window import Display
from arguide.scene.world import World
from arguide.settings.scenario import Plan, Scenario

if TYPE_CHECKING:
    from arguide.guidance.live_picture import LivePicture


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
        clock: Callable[[], float] = time.monotonic,
        looks: Looks | None = None,
        arrangement: Arrangement = ARRANGEMENTS[0],
        live: "LivePicture | None" = None,
        occluders: Mapping[str, Shape] | None = None,
        no_live: str = "",
        watched: bool | None = None,
    ) -> None:
        """Open a window, or an off-screen picture of `size` pixels.

        `smooth`: several samples a pixel, for pictures and films; None: only where graphics hardware does it for little.
        `stale_after_s`: a sample older than this is never drawn as live. `clock` tells double clicks and ages. `looks`: of
        the panels; it follows what the user sets. `arrangement`: the layout to begin with. `live`: the picture of a camera,
        with `occluders`, the marker bodies of tools by name; `no_live`: why there is none, though it was asked for.
        `watched`: whether people watch, so that changes glide and costly views take turns; None: in a window. DisplayError
        without OpenGL, MeshError for anatomy that cannot be read.
        """
        self.scenario, self.plan = scenario, plan
        self._stale_after_s, self._banner, self._clock = stale_after_s, training_banner, clock
        self._display = Display(size, window, f"arguide – {scenario.title}", smooth)
        self._world = World(scenario, plan)
        watched = window if watched is None else watched
        self._panes = Panes(Props(self._display, scenario, plan, self._world, watched, live, no_live, occluders or {}))
        self.performance = Performance(live)
        self._pace = Pace(live, clock)
        self._shown_s = 0.0
        self.facts = Facts(scenario, plan, self.anatomy, stale_after_s=stale_after_s)
        """What the panels show; append to its `settings` and `devices`."""
        self._looks = looks or Looks()
        self._worn = self._looks.theme
        if looks:
            style.use(style.THEMES[self._worn])
        self._door = Door(self._display.output, self.facts, self._looks)
        self._drawn_s = clock()
        self._canvas_eye: Eye | None = None
        self._state: SessionState | None = None
        self._age_s, self._trouble = 0.0, ""
        self._given = EVERYTHING
        self._card: tuple[Sequence[CardLine], str] | None = None
        self._help = False
        self._pressed: list[str] = []
        self._double_click = DoubleClick()
        self._panes.choose(arrangement)
        self._lay_out()

    # -- what the program calls ---------------------------------------------------------------------------------

    def show(self, state: SessionState, age_s: float, trouble: str = "") -> None:
        """Move everything to where the state says; `age_s` is how old its sample is now.

        `trouble`: what the tracker's line suffers from, in words; shown once the sample is stale.
        """
        self._state, self._age_s, self._trouble = state, age_s, trouble
        self.facts.now(state, age_s, trouble)
        self._shown_s = self._clock()
        live = age_s <= self._stale_after_s
        image_from_tip = state.needle.image_from_tip if live and not state.needle.trouble else None
        self._world.show(state, image_from_tip, live)
        self._panes.show(state, image_from_tip)
        self._obey(shown(state))
        alarm = alarm_words(state, age_s, self._stale_after_s, trouble)
        self._sheet.show(state, image_from_tip, alarm)
        warned = any(risk.alert is not Alert.CLEAR for risk in warned_of(state))
        self._door.lay_out(self._size, self._place.room(alarm is not None or warned or state.check is not None))

    def render(self) -> None:
        """Draw one frame."""
        if self._display.window:
            self._take_input()
            if self._display.size != self._size:
                self._lay_out()
        if self._looks.theme != self._worn:
            self._dress()
        self._panes.look()
        self._canvas.settle()
        before, self._drawn_s = self._drawn_s, self._clock()
        self._door.frame(self._drawn_s - before, covered=self._help or self._card is not None)
        self._display.frame()
        now_s = self._clock()
        self.performance.take(now_s, self._age_s + now_s - self._shown_s if self._state else None)

    def rest(self) -> None:
        """Between frames of a window: wait until the next one is worth drawing."""
        self._pace.rest()

    def picture(self) -> NDArray[np.uint8]:
        """(h, w, 3) RGB of the last frame."""
        return self._display.picture()

    def portrait(self) -> NDArray[np.uint8]:
        """(h, w, 3) RGB of what is shown now with smooth edges, however the frames are drawn: for pictures to keep."""
        self._panes.look()
        self._canvas.settle()
        return self._display.portrait()

    def choose(self, arrangement: Arrangement) -> None:
        """Go to another layout."""
        self._panes.choose(arrangement)
        self._lay_out()

    def fill(self, kind: ViewKind) -> None:
        """Let a view fill the window; if one does, go back to the layout."""
        self._panes.fill(kind)
        self._lay_out()

    def wear(self, theme: style.Theme) -> None:
        """Take the colours of a theme, as does all that is drawn in this process from now on."""
        style.use(theme)
        self._lay_out()

    def veil(self, kinds: Collection[ViewKind]) -> None:
        """Withhold these views, and no others: they are covered wherever they are shown."""
        self._panes.veil(kinds)

    def show_card(self, card_lines: Sequence[CardLine], title: str) -> None:
        """Lay a large panel over the picture: (label, value, grade or None) lines under a title."""
        self._card = (card_lines, title)
        self._lay_card()

    def hide_card(self) -> None:
        """Take the panel away."""
        self._card = None
        self._lay_card()

    def heed(self, event: str, pointer: Pointer | None = None) -> None:
        """A key or a mouse button, in Panda3D's words, and where the mouse is; a window's own come by themselves."""
        if self._door.take(event):
            return
        self._panes.handle(event, pointer)
        match event:
            case "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" if int(event) <= len(ARRANGEMENTS):
                self.choose(ARRANGEMENTS[int(event) - 1])
            case "f":
                self.fill(self._panes.focus)
            case "mouse1" if self._double_click(self._clock(), pointer):
                self.fill(self._panes.focus)
            case "tab":
                self._panes.next()
            case "p":
                self.performance.toggle()
            case "k":
                self.anatomy.toggle_skin()
            case "h":
                self._help = not self._help
                self._lay_card()
        if not event.startswith(("mouse", "wheel", "window", "raw-")) and not event.endswith(("-up", "-repeat")):
            self._pressed.append(event)

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
        self._door.close()
        self._panes.close()
        self._display.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # -- for those who look closely -----------------------------------------------------------------------------

    @property
    def anatomy(self) -> Anatomy:
        """What is drawn of the structures."""
        return self._world.anatomy

    @property
    def labels(self) -> list[Label]:
        """Every text on the canvas."""
        return self._canvas.labels

    def pixels_of(self, points: Array, kind: ViewKind = ViewKind.SPACE) -> Array:
        """Pixels (n, 2) from the top left at which points (n, 3) of the image frame are drawn in a view."""
        return self._panes.view(kind).pixels_of(points)

    # -- inside ---------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        """Build everything that is measured in pixels, for the present size."""
        self._size = self._display.size
        self._display.output.set_clear_color((*style.PANEL, 1))
        place = self._place = layout(*self._size, self._panes.arrangement, self._panes.filled)
        canvas = self._canvas = Canvas(place.unit, place.window)
        self._panes.arrange(place, canvas)
        self._sheet = Sheet(self.scenario, self.plan, place, canvas, self._banner)
        self.performance.arrange(place, canvas)
        if self._canvas_eye:
            self._canvas_eye.close()
        self._canvas_eye = Eye(self._display.output, canvas.root, flat_lens(*self._size), 30)
        self._canvas_eye.fill(place.window, place.window)
        self._door.lay_out(self._size, place.panels)
        self._lay_card()
        if self._state:
            self.show(self._state, self._age_s, self._trouble)

    def _obey(self, given: Shown) -> None:
        """Veil the views that the level of guidance withholds."""
        if given != self._given:
            self._given = given
            self.veil(veiled_kinds(given))

    def _dress(self) -> None:
        """Wear the theme that the user wants."""
        self._worn = self._looks.theme
        self.wear(style.THEMES[self._worn])

    def _lay_card(self) -> None:
        self._sheet.lay((HELP, "Keys") if self._help else self._card)

    def _take_input(self) -> None:
        pointer = self._display.pointer()
        self._door.point(pointer)
        for event in self._display.events():
            self.heed(event, pointer)
        self._door.write(self._display.typed())
        self._panes.drag(pointer)
