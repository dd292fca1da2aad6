"""Costly views take turns where the processor draws for people who watch; pictures have all at once."""

from collections.abc import Callable

import numpy as np

from arguide.guidance.state import SessionState
from arguide.scene.layouts import ARRANGEMENTS, ViewKind
from arguide.scene.stage import Stage
from arguide.scene.turns import Turns

SLICES = (ViewKind.AXIAL, ViewKind.SAGITTAL, ViewKind.CORONAL)


def _frame(turns: Turns, *asking: str) -> list[str]:
    turns.begin()
    return [name for name in asking if turns.ask(name)]


def test_each_has_its_turn() -> None:
    turns = Turns(take=True)
    assert [_frame(turns, "a", "b", "c") for _ in range(4)] == [["a"], ["b"], ["c"], ["a"]]


def test_who_does_not_ask_any_more_keeps_nobody_waiting() -> None:
    turns = Turns(take=True)
    _frame(turns, "a", "b", "c")
    turns.leave("b")
    assert _frame(turns, "a", "c") == ["c"]
    assert _frame(turns, "a", "c") == ["a"]


def test_what_cannot_wait_takes_every_second_turn_at_most() -> None:
    turns, given = Turns(take=True), []
    for _ in range(4):
        turns.begin()
        turns.claim()
        given.append(turns.ask("slice"))
    assert given == [False, True, False, True]


def test_without_turns_all_go_at_once() -> None:
    assert _frame(Turns(take=False), "a", "b") == ["a", "b"]


def test_slices_of_a_window_follow_within_three_frames(
    open_stage: Callable[..., Stage], state_of: Callable[..., SessionState], pose_at: Callable[..., np.ndarray]
) -> None:
    with open_stage(size=(640, 360), watched=True) as stage:
        stage.choose(ARRANGEMENTS[3])
        # It was there a few frames before: who asked for a turn in between must not keep the others waiting.
        for frames, before_mm in enumerate((40.0, 20.0, 35.0, 15.0)):
            pose, aside = pose_at(before_mm, 3.0), pose_at(before_mm + 5.0, 2.0)
            for shown, count in ((pose, frames), (aside, 1), (pose, len(SLICES))):
                stage.show(state_of(shown), 0.0)
                for _ in range(count):
                    stage.render()
            for kind in SLICES:
                seen = stage.pixels_of(pose[:3, 3][None], kind)[0]
                mark = stage._panes.view(kind)._marks._tip.get_pos()
                assert np.allclose(seen, (mark.x, -mark.z), atol=1.0), kind
