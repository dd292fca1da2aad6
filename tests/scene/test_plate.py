"""What is kept of the picture is what would have been drawn, and is drawn anew only when it has to be.

Plates are for pixels of one sample, which graphics hardware has on request only: `smooth=False`.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from arguide.guidance.state import Aid, Level, SessionState, Step
from arguide.scene.layouts import ARRANGEMENTS
from arguide.scene.space_plates import RESTED
from arguide.scene.stage import Stage
from arguide.scene.window import Display

SIZE = (640, 360)
Maker = Callable[..., SessionState]
PoseMaker = Callable[..., np.ndarray]


def _drawn(stage: Stage, state: SessionState) -> tuple[np.ndarray, int]:
    """The picture, and how many plates were drawn anew for it."""
    counted: list[int] = []
    frame = stage._display.frame
    stage._display.frame = lambda: (counted.append(len(stage._display.due)), frame())[1]  # type: ignore[method-assign]
    try:
        stage.show(state, 0.0)
        stage.render()
    finally:
        stage._display.frame = frame  # type: ignore[method-assign]
    return stage.picture().astype(int), counted[0]


def test_a_needle_that_moves_leaves_the_anatomy_as_it_was_drawn(
    open_stage: Callable[..., Stage], state_of: Maker, pose_at: PoseMaker
) -> None:
    with open_stage(size=SIZE, smooth=False) as stage:
        first, drawn = _drawn(stage, state_of(pose_at(60.0)))
        assert drawn == 2  # the 3D view and the bullseye
        moved, again = _drawn(stage, state_of(pose_at(20.0, 2.0)))
        assert again == 0
        assert np.abs(first - moved).max() > 50


@pytest.mark.parametrize("shown", ["in front", "within", "hidden", "touch", "bare"])
def test_while_the_eye_rests_all_is_as_it_would_be_drawn(
    open_stage: Callable[..., Stage],
    state_of: Maker,
    pose_at: PoseMaker,
    shown: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    states = {
        "in front": state_of(pose_at(120.0, 5.0, 0.3)),
        "within": state_of(pose_at(12.0, 4.0, 0.2)),
        "hidden": state_of(trouble="needle hidden"),
        "touch": state_of(step=Step.TOUCH, touched=1),
        "bare": replace(state_of(pose_at(12.0, 4.0, 0.2)), aid=Aid(Level.REDUCED)),
    }
    pictures = []
    for keeping in (True, False):
        if not keeping:
            monkeypatch.setattr(Display, "keeping", lambda self, deep: None)
        with open_stage(size=SIZE, smooth=False) as stage:
            stage.anatomy.fade("vein", 0.5)
            for k in range(RESTED):
                stage.show(state_of(pose_at(60.0 - k)), 0.0)
                stage.render()
            stage.show(states["touch"] if shown == "touch" else state_of(pose_at(70.0)), 0.0)
            for _ in range(RESTED + 2):
                stage.render()
            pictures.append(_drawn(stage, states[shown]))
    (resting, kept), (plain, _) = pictures
    assert kept == (shown == "bare")  # the plan is taken away, and nothing else
    apart = np.abs(resting - plain)[:, : SIZE[0] // 2].max(axis=2)
    assert (apart > 3).sum() <= 12, np.argwhere(apart > 3)[:5]


def test_a_portrait_is_the_same_whether_the_eye_rests(
    open_stage: Callable[..., Stage], state_of: Maker, pose_at: PoseMaker
) -> None:
    with open_stage(size=SIZE, smooth=False) as stage:
        stage.show(state_of(pose_at(40.0, 3.0)), 0.0)
        stage.render()
        turning = stage.portrait()
        for _ in range(RESTED + 2):
            stage.render()
        assert (stage.portrait() == turning).all()


@pytest.mark.parametrize("change", ["skin", "fade", "hide", "turn", "glow", "layout"])
def test_what_is_kept_is_what_would_be_drawn(
    open_stage: Callable[..., Stage],
    state_of: Maker,
    pose_at: PoseMaker,
    change: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pictures = []
    for keeping in (True, False):
        if not keeping:
            monkeypatch.setattr(Display, "keeping", lambda self, deep: None)
        with open_stage(size=SIZE, smooth=False) as stage:
            state = state_of(pose_at(40.0, 3.0))
            before, _ = _drawn(stage, state)
            if change == "glow":
                state = state_of(pose_at(40.0, 3.0), clearances=(1.0, 30.0))
            _change(stage, change)
            after, _ = _drawn(stage, replace(state))
            assert (np.abs(after - before).max(axis=2) > 8).sum() > 200
            pictures += [before, after]
    for kept, plain in zip(pictures[:2], pictures[2:], strict=True):
        # An outline is measured over two by two pixels, and these begin elsewhere in a plate of its own.
        apart = np.abs(kept - plain).max(axis=2)
        assert (apart > 3).mean() < 0.005
    assert np.abs(pictures[0] - pictures[2])[:, : SIZE[0] // 2].max() <= 3


def _change(stage: Stage, change: str) -> None:
    match change:
        case "skin":
            stage.anatomy.toggle_skin()
        case "fade":
            stage.anatomy.fade("left", 0.4)
        case "hide":
            stage.anatomy.show("left", False)
        case "turn":
            stage.heed("v")
        case "layout":
            stage.choose(ARRANGEMENTS[3])
