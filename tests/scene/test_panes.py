"""Layouts chosen, views filled, focused and veiled, by the keys and clicks that a window would send."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest

from arguide.guidance.state import SessionState
from arguide.scene.layout import layout
from arguide.scene.layouts import ARRANGEMENTS, ViewKind
from arguide.scene.stage import Stage

SIZE = (1280, 720)
Maker = Callable[..., SessionState]


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def shared(open_stage: Callable[..., Stage], clock: Clock) -> Iterator[Stage]:
    with open_stage(size=SIZE, clock=clock) as made:
        yield made


@pytest.fixture
def stage(shared: Stage, state_of: Maker, pose_at: Maker) -> Stage:
    shared.veil(())
    shared.choose(ARRANGEMENTS[0])
    shared.show(state_of(pose_at(20.0)), 0.0)
    shared.keys()
    return shared


def _picture(stage: Stage) -> np.ndarray:
    stage.render()
    return stage.picture().astype(int)


def test_number_keys_choose_the_layout(stage: Stage) -> None:
    pictures = []
    for key in range(1, len(ARRANGEMENTS) + 1):
        stage.heed(str(key))
        assert stage._panes.arrangement is ARRANGEMENTS[key - 1]
        pictures.append(_picture(stage))
    assert all(np.abs(one - other).max() > 60 for k, one in enumerate(pictures) for other in pictures[:k])


def test_a_number_without_a_layout_does_nothing(stage: Stage) -> None:
    before = _picture(stage)
    stage.heed(str(len(ARRANGEMENTS) + 1))
    np.testing.assert_array_equal(_picture(stage), before)


def test_a_key_fills_the_window_and_goes_back(stage: Stage) -> None:
    before = _picture(stage)
    stage.heed("tab")
    stage.heed("f")
    assert stage._panes.filled is ViewKind.BULLSEYE
    assert stage.pixels_of(np.array([stage.plan.target]), ViewKind.BULLSEYE)[0, 0] == pytest.approx(SIZE[0] / 2)
    stage.heed("f")
    np.testing.assert_array_equal(_picture(stage), before)


def test_a_double_click_fills_the_window_with_what_was_clicked(stage: Stage, clock: Clock) -> None:
    box = layout(*SIZE).panes[ViewKind.BULLSEYE].box
    for moment, filled in ((10.0, None), (11.0, None), (11.2, ViewKind.BULLSEYE)):
        clock.now = moment
        stage.heed("mouse1", box.center)
        stage.heed("mouse1-up", box.center)
        assert stage._panes.filled is filled
    for clock.now in (20.0, 20.2):
        stage.heed("mouse1", (640.0, 360.0))
        stage.heed("mouse1-up", (640.0, 360.0))
    assert stage._panes.filled is None


def test_the_mouse_works_on_the_view_under_it(stage: Stage) -> None:
    view, side = (layout(*SIZE).panes[kind].box.center for kind in (ViewKind.SPACE, ViewKind.BULLSEYE))
    before = stage.pixels_of(np.array([stage.plan.entry]))
    stage.heed("wheel_up", side)
    np.testing.assert_array_equal(stage.pixels_of(np.array([stage.plan.entry])), before)
    stage.heed("wheel_up", view)
    assert np.abs(stage.pixels_of(np.array([stage.plan.entry])) - before).max() > 2
    stage.heed("wheel_down", view)


def test_keys_are_passed_on_and_mouse_buttons_are_not(stage: Stage) -> None:
    for event in ("4", "space", "mouse1", "mouse1-up", "a-repeat"):
        stage.heed(event, (5.0, 5.0))
    assert stage.keys() == ["4", "space"]


def test_a_veiled_view_is_covered_in_every_layout(stage: Stage) -> None:
    clear = layout(*SIZE).panes[ViewKind.SPACE].clear
    inside = np.s_[round(clear.y) + 40 : round(clear.bottom), : round(clear.width) - 4]
    seen = _picture(stage)[inside]
    stage.veil([ViewKind.SPACE])
    covered = _picture(stage)[inside]
    assert seen.std() > 20 and covered.std() < 12
    assert "Not shown at this guidance level" in [label.text for label in stage.labels if label.bounds()]
    stage.heed("6")
    assert "Not shown at this guidance level" in [label.text for label in stage.labels if label.bounds()]
    stage.heed("1")
    stage.veil(())
    np.testing.assert_array_equal(_picture(stage)[inside], seen)


def test_a_view_that_cannot_be_shown_says_why(stage: Stage) -> None:
    stage.heed("2")
    assert any("no camera" in label.text for label in stage.labels if label.bounds())
