"""The panels: drawn where they should be, moved by keys alone, readable, and never over what matters more."""

import itertools
from collections.abc import Callable, Iterator
from itertools import combinations

import numpy as np
import pytest
from imgui_bundle import imgui

from arguide.errors import DisplayError
from arguide.guidance.state import Grade, SessionState
from arguide.scene import style
from arguide.scene.looks import Looks
from arguide.scene.panels.catalogue import PANELS
from arguide.scene.panels.deck import Deck, fair
from arguide.scene.panels.facts import Action, Choice, Slide, Switch, Text
from arguide.scene.panels.gui import Gui
from arguide.scene.panels.trends import thinned
from arguide.scene.space_plates import RESTED
from arguide.scene.stage import Stage
from arguide.scene.window import Display
from tests.scene.conftest import PoseMaker, StateMaker

OpenStage = Callable[..., Stage]


@pytest.fixture(scope="module")
def display() -> Iterator[Display]:
    try:
        made = Display((320, 200), False)
    except DisplayError as error:
        pytest.skip(f"no OpenGL here: {error}")
    yield made
    made.close()


@pytest.fixture
def gui(display: Display) -> Iterator[Gui]:
    made = Gui(display.output, display.size)
    yield made
    made.close()


@pytest.fixture
def state(state_of: StateMaker, pose_at: PoseMaker) -> SessionState:
    return state_of(pose_at(30.0))


@pytest.fixture
def stage(open_stage: OpenStage, state: SessionState) -> Iterator[Stage]:
    ticks = itertools.count()
    with open_stage(size=(1024, 600), looks=Looks(), clock=lambda: 0.02 * next(ticks)) as made:
        made.show(state, 0.0)
        yield made
    style.use(style.DARK)


def frames(stage: Stage, count: int = 4) -> None:
    for _ in range(count):
        stage._door._deck._touched = True  # as if there had been input: no waiting for the clock
        stage.render()


def press(stage: Stage, *events: str) -> None:
    """Keys pressed and let go, each seen by at least one frame."""
    for event in events:
        stage.heed(event)
        frames(stage, 2)
        stage.heed(f"{event}-up")
        frames(stage, 2)


def deck_of(stage: Stage) -> Deck:
    return stage._door.deck


# -- the renderer ---------------------------------------------------------------------------------------------------


def painted(display: Display, gui: Gui, paint: Callable[[imgui.ImDrawList], None]) -> np.ndarray:
    gui.frame(lambda: paint(imgui.get_foreground_draw_list()), 0.02)
    display.frame()
    return display.picture().astype(int)


def test_a_rectangle_has_its_colour_and_its_pixels(display: Display, gui: Gui) -> None:
    picture = painted(display, gui, lambda d: d.add_rect_filled((40, 30), (60, 80), 0xFF3366CC))  # AABBGGRR
    assert (picture[30:80, 40:60] == (0xCC, 0x66, 0x33)).all()
    outside = picture.copy()
    outside[29:81, 39:61] = picture[0, 0]
    assert (outside == picture[0, 0]).all()


def test_half_opaque_is_half_of_both(display: Display, gui: Gui) -> None:
    ground = painted(display, gui, lambda d: None)[50, 50]
    picture = painted(display, gui, lambda d: d.add_rect_filled((40, 30), (60, 80), 0x80FFFFFF))
    assert picture[50, 50] == pytest.approx((ground + 255) / 2, abs=2)


def test_what_is_clipped_is_not_drawn(display: Display, gui: Gui) -> None:
    def paint(sheet: imgui.ImDrawList) -> None:
        sheet.push_clip_rect((100, 50), (140, 90))
        sheet.add_rect_filled((0, 0), (320, 200), 0xFF00FF00)
        sheet.pop_clip_rect()

    green = (painted(display, gui, paint) == (0, 255, 0)).all(axis=2)
    rows, columns = np.nonzero(green)
    assert (rows.min(), rows.max() + 1, columns.min(), columns.max() + 1) == (50, 90, 100, 140)


def test_a_picture_stands_upright_in_its_colours(display: Display, gui: Gui) -> None:
    rgb = np.zeros((40, 60, 3), np.uint8)
    rgb[:20, :30], rgb[20:, 30:] = (250, 10, 20), (30, 40, 240)
    shown = gui.picture(rgb)
    picture = painted(display, gui, lambda d: d.add_image(shown, (10, 20), (70, 60)))
    assert (picture[30, 20] == (250, 10, 20)).all() and (picture[50, 60] == (30, 40, 240)).all()


def test_letters_are_there_and_new_ones_come(display: Display, gui: Gui) -> None:
    ground = painted(display, gui, lambda d: None)
    for text in ("abc", "ÄÖ ±°", "§¶"):
        picture = painted(display, gui, lambda d, text=text: d.add_text((20, 20), 0xFFFFFFFF, text))
        assert np.abs(picture - ground).max() > 80


def test_two_at_once_do_not_mix(display: Display, gui: Gui) -> None:
    other = Gui(display.output, display.size)
    other.hide()
    picture = painted(display, gui, lambda d: d.add_rect_filled((0, 0), (50, 50), 0xFF0000FF))
    other.close()
    assert (picture[20, 20] == (255, 0, 0)).all()


def at_rest(stage: Stage) -> np.ndarray:
    """The picture once the eye has rested for a while: some pixels at edges come out otherwise before."""
    for _ in range(RESTED + 2):
        stage.render()
    return stage.picture()


# -- the panels -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.name)
def test_each_opens_and_closes_by_its_key(stage: Stage, panel: object) -> None:
    before = at_rest(stage)
    press(stage, panel.key)  # type: ignore[attr-defined]
    assert deck_of(stage).open == {panel.name}  # type: ignore[attr-defined]
    assert (stage.picture() != before).any()
    press(stage, panel.key)  # type: ignore[attr-defined]
    assert (stage.picture() == before).all()
    assert stage.keys() == []


@pytest.mark.parametrize(
    ("size", "scale"),
    [((1024, 600), 0.7), ((1024, 600), 1.0), ((1024, 600), 2.0), ((1600, 1200), 1.3), ((3840, 2160), 1.0)],
)
def test_all_lie_apart_and_leave_the_words_free(
    open_stage: OpenStage, state: SessionState, size: object, scale: float
) -> None:
    with open_stage(size=size, looks=Looks(scale=scale)) as stage:
        stage.show(state, 0.0)
        press(stage, "f8")
        boxes, place = deck_of(stage).boxes, stage._place
        assert set(boxes) == {panel.name for panel in PANELS}
        for one, other in combinations(boxes.values(), 2):
            assert one.common(other).width * one.common(other).height < 1
        for box in boxes.values():
            assert place.panels.contains(box, slack=1.5)
            assert not any(box.common(words).height * box.common(words).width for words in (place.title, place.steps))


def test_an_alarm_is_never_covered(stage: Stage, state: SessionState) -> None:
    press(stage, "f8")
    stage.show(state, 3.0)
    frames(stage)
    alarm = stage._place.alarm
    assert all(box.common(alarm).height * box.common(alarm).width == 0 for box in deck_of(stage).boxes.values())


def test_a_card_covers_the_panels(stage: Stage) -> None:
    stage.show_card([("Score", "90", Grade.WITHIN)], "Score card")
    alone = at_rest(stage)
    press(stage, "f8")
    assert (stage.picture() == alone).all()


def test_the_scene_keeps_its_keys_until_they_are_handed_over(stage: Stage) -> None:
    press(stage, "f7", "space")
    assert stage.keys() == ["space"]
    press(stage, "f9", "space", "tab", "s")
    assert stage.keys() == ["s"]
    press(stage, "escape")
    assert stage.keys() == [] and not deck_of(stage).keyboard
    press(stage, "space", "escape")
    assert stage.keys() == ["space", "escape"]


def test_every_kind_of_control_obeys_the_keyboard(stage: Stage) -> None:
    got: dict[str, object] = {"on": False, "number": 0.5, "word": "first", "text": "", "done": 0}

    def put(name: str) -> Callable[[object], None]:
        return lambda value: got.update({name: value})

    stage.facts.settings[:] = [
        (
            "All",
            [
                Switch("On", lambda: bool(got["on"]), put("on")),
                Slide("Number", 0.0, 1.0, lambda: float(str(got["number"])), put("number")),
                Choice("Word", ("first", "second"), lambda: str(got["word"]), put("word")),
                Action("Do it", lambda: got.update(done=1)),
                Text("Text", lambda: str(got["text"]), put("text")),
            ],
        )
    ]
    press(stage, "f6", "f9", "arrow_down", "space", "arrow_down", "space", "arrow_right", "space")
    assert got["on"] is True and float(str(got["number"])) > 0.5
    press(stage, "tab", "space", "arrow_down", "space", "tab", "space")
    assert got["word"] == "second" and got["done"] == 1
    press(stage, "tab")
    deck_of(stage).write("Äb")
    frames(stage)
    assert got["text"] == "Äb"
    press(stage, "q")
    assert stage.keys() == []  # a letter that is typed does not leave the program


def test_the_look_changes_while_it_runs(stage: Stage) -> None:
    press(stage, "f6")
    dark = stage.picture()
    stage._door.looks.theme = "light"
    frames(stage)
    box = deck_of(stage).boxes["settings"]
    inside = np.s_[int(box.y) + 20 : int(box.bottom) - 5, int(box.x) + 5 : int(box.right) - 5]
    assert stage.picture()[inside].mean() > dark[inside].mean() + 100


def test_layers_are_hidden_and_faded_by_keys(stage: Stage) -> None:
    layers = stage.anatomy
    press(stage, "f5", "f9", "arrow_down")
    whole = stage.picture()
    press(stage, "space")
    assert not layers.shown("left") and not layers.shown("right") and layers.shown("nerve")
    assert (stage.picture() != whole).any()
    press(stage, "space")
    assert layers.shown("left")


def test_the_mouse_works_too_and_does_not_turn_the_scene(stage: Stage) -> None:
    press(stage, "f5")
    deck = deck_of(stage)
    box = deck.boxes["layers"]
    spot = (box.x + 0.08 * box.width, box.y + 45 * stage._place.unit)
    deck.point(spot)
    frames(stage)
    before = stage.pixels_of(np.zeros((1, 3)))
    stage.heed("mouse1", spot)
    frames(stage)
    stage.heed("mouse1-up", spot)
    frames(stage)
    stage._panes.drag((spot[0] + 50, spot[1]))
    assert not stage.anatomy.shown("left")
    assert stage.pixels_of(np.zeros((1, 3))) == pytest.approx(before)


# -- a little arithmetic ----------------------------------------------------------------------------------------------


def test_a_column_is_shared_fairly() -> None:
    assert fair([100, 50], 500) == [100, 50]
    assert fair([float("inf"), 50], 500) == [450, 50]
    assert fair([400, 50, 300], 500) == [225, 50, 225]


def test_thinned_rows_keep_the_newest() -> None:
    rows = np.arange(1001.0)[:, None]
    few = thinned(rows, 200)
    assert len(few) <= 200 and few[-1, 0] == 1000 and (np.diff(few[:, 0]) == np.diff(few[:, 0])[0]).all()
    assert len(thinned(rows[:0])) == 0
