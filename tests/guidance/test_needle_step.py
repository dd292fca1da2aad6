"""The needle's own tip and axis as steps of a session, on samples of an exact tracker."""

from dataclasses import replace

import numpy as np
import pytest

from arguide.geometry.transforms import Array, from_parts, inverse, pose_along, rotation_about
from arguide.guidance.session import Session
from arguide.guidance.state import SessionState, Step
from arguide.guidance.steps import Input
from arguide.settings.method import Method, methods_of
from tests.guidance.test_session import ANATOMY, PLAN, PROFILE, REFERENCE_FROM_IMAGE, SCENARIO, STORED, World, pivot

TRUE_TIP = np.array([0.8, -0.6, 188.5])
TRUE_SHAFT = np.array([0.01, -0.02, 1.0]) / np.linalg.norm([0.01, -0.02, 1.0])
DIVOT = np.array([5.0, 5, 5])


class Bench(World):
    """A needle whose tip and axis are not those of its drawing."""

    def needle_stands(self, lean: float, roll: float = 0.0, off_mm: float = 0.0) -> None:
        """In the divot, leaning, rolled about its true axis."""
        tool_from_tip = from_parts(pose_along((0, 0, 0), TRUE_SHAFT)[:3, :3], TRUE_TIP)
        turn = rotation_about([1, 0, 0], lean) @ [0, 1, 0, 0]
        tip = pose_along(DIVOT + [off_mm, 0, 0], turn[:3]) @ rotation_about([0, 0, 1], roll)
        self.poses["needle"] = self.tracker_from_reference @ REFERENCE_FROM_IMAGE @ tip @ inverse(tool_from_tip)


def session(*methods: Method, **stored: object) -> Session:
    return Session(SCENARIO, PLAN, PROFILE, ANATOMY, stored, methods)  # type: ignore[arg-type]


def rest(s: Session, bench: Bench, lean: float, off_mm: float = 0.0) -> SessionState:
    bench.needle_stands(lean, off_mm=off_mm)
    state = s.update(bench.sample(), [Input.ADVANCE])
    for _ in range(52):
        state = s.update(bench.sample())
    return state


def roll(s: Session, bench: Bench, half: float = 0.7, lean: float = 0.0) -> SessionState:
    bench.needle_stands(0.1)
    s.update(bench.sample(), [Input.ADVANCE])
    for turn in np.linspace(0, 4 * np.pi, 240):
        bench.needle_stands(0.1 + lean * np.sin(3 * turn), half * np.sin(turn))
        state = s.update(bench.sample())
    return state


def angle(a: Array, b: Array) -> float:
    return float(np.linalg.norm(np.cross(a, b)))


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_tip_by_the_divot_and_axis_by_rolling(bench: Bench) -> None:
    s = session(Method.TEMPLATE, Method.SPIN)
    assert pivot(s, bench).view.step is Step.NEEDLE
    state = rest(s, bench, 0.0)
    assert "lean the needle over" in state.view.instruction and not state.view.advice
    assert "the check needs 15°" in rest(s, bench, 0.1).view.advice
    state = rest(s, bench, 0.4)
    assert state.view.step is Step.NEEDLE and "straight hole" in state.view.instruction
    state = roll(s, bench)
    assert state.view.instruction.startswith("Enough") and state.view.progress == 1.0 and not state.view.advice
    assert s.update(bench.sample(), [Input.ADVANCE]).view.step is Step.TOUCH
    np.testing.assert_allclose(s.needle_shaft.tip_mm, TRUE_TIP, atol=1e-6)
    assert angle(np.array(s.needle_shaft.direction), TRUE_SHAFT) < 1e-9
    assert s.needle_found.methods == (Method.TEMPLATE, Method.SPIN)
    assert s.needle_found.tip is not None and s.needle_found.tip.error_95_mm > 0.3, "the divot's own doubt is in it"
    assert s.needle_found.axis is not None and s.needle_found.axis.off_axis_mm(TRUE_TIP) < 1e-6


def test_a_tip_that_was_not_seated_shows_when_the_needle_is_turned(bench: Bench) -> None:
    s = session(Method.TEMPLATE)
    pivot(s, bench)
    rest(s, bench, 0.0, off_mm=6.0)
    state = rest(s, bench, 0.6)
    assert state.view.step is Step.NEEDLE and "mm from the divot" in state.view.advice
    assert "Rest the needle tip" in state.view.instruction, "it is taken again from the start"


def test_with_a_stored_stylus_the_stylus_shows_the_divot_first(bench: Bench) -> None:
    s = session(Method.TEMPLATE, stylus=STORED)
    state = s.update(bench.sample(), [Input.ADVANCE])
    assert state.view.step is Step.NEEDLE and "Put the stylus tip in the divot" in state.view.instruction
    bench.stylus_at(DIVOT, (0.1, 0.2))
    for n in range(52):
        state = s.update(bench.sample(), [Input.ADVANCE] if n == 0 else [])
    assert "Rest the needle tip" in state.view.instruction
    rest(s, bench, 0.0)
    assert rest(s, bench, 0.4).view.step is Step.TOUCH
    np.testing.assert_allclose(s.needle_shaft.tip_mm, TRUE_TIP, atol=1e-6)


def test_the_needle_is_pivoted_as_the_stylus_is(bench: Bench) -> None:
    s = session(Method.PIVOT)
    state = pivot(s, bench)
    assert "needle tip in the divot" in state.view.instruction
    s.update(bench.sample(), [Input.ADVANCE])
    for turn in np.linspace(0, 12 * np.pi, 200):
        bench.poses["needle"] = swung(bench, 0.5 * np.cos(turn) * turn / 38, 0.5 * np.sin(turn) * turn / 38)
        state = s.update(bench.sample())
    assert state.stylus_directions, "the gauge on the screen is fed"
    assert s.update(bench.sample(), [Input.ADVANCE]).view.step is Step.TOUCH
    np.testing.assert_allclose(s.needle_shaft.tip_mm, TRUE_TIP, atol=1e-6)
    assert s.needle_shaft.direction == (0.0, 0.0, 1.0), "the axis stays as drawn"


def swung(bench: Bench, a: float, b: float) -> Array:
    turn = rotation_about([1, 0, 0], a) @ rotation_about([0, 0, 1], b) @ [0, 1, 0, 0]
    tip = pose_along(DIVOT, turn[:3])
    tool_from_tip = from_parts(pose_along((0, 0, 0), TRUE_SHAFT)[:3, :3], TRUE_TIP)
    return bench.tracker_from_reference @ REFERENCE_FROM_IMAGE @ tip @ inverse(tool_from_tip)


def test_rolling_is_refused_with_the_reason(bench: Bench) -> None:
    s = session(Method.SPIN)
    pivot(s, bench)
    assert "not enough yet" in s.update(bench.sample(), [Input.ADVANCE, Input.ADVANCE]).view.advice
    s.update(bench.sample(), [Input.REDO])
    state = roll(s, bench, half=0.3)
    assert "of 70°" in state.view.measured and state.view.progress < 0.6
    state = s.update(bench.sample(), [Input.ADVANCE])
    assert state.view.step is Step.NEEDLE and "at least 60° needed" in state.view.advice
    state = roll(s, bench, lean=0.2)
    assert "wobbled" in state.view.advice
    bench.poses["needle"] = None
    assert "needle hidden" in s.update(bench.sample()).view.advice


def test_a_needle_that_was_swung_was_not_rolled(bench: Bench) -> None:
    s = session(Method.SPIN)
    pivot(s, bench)
    s.update(bench.sample(), [Input.ADVANCE])
    for turn in np.linspace(0, 4 * np.pi, 240):
        bench.needle_stands(0.9 * np.sin(turn))
        state = s.update(bench.sample())
    assert state.view.step is Step.NEEDLE and not state.view.instruction.startswith("Enough")
    assert "from its shaft on the drawing" in s.update(bench.sample(), [Input.ADVANCE]).view.advice


def test_x_goes_on_without(bench: Bench) -> None:
    s = session(Method.TEMPLATE, Method.SPIN)
    pivot(s, bench)
    assert "straight hole" in s.update(bench.sample(), [Input.EXCLUDE]).view.instruction
    assert s.update(bench.sample(), [Input.EXCLUDE]).view.step is Step.TOUCH
    assert s.needle_found.methods == () and s.needle_shaft.tip_mm == (0.0, 0.0, 190.0)


def test_what_is_stored_stays_where_nothing_new_is_found(bench: Bench) -> None:
    needle = replace(STORED, tool="needle", tip_mm=(1.0, 2.0, 185.0))
    s = session(Method.SPIN, needle=needle)
    pivot(s, bench)
    assert "beside this axis" in roll(s, bench).view.advice, "the stored tip is 4 mm off"
    s.update(bench.sample(), [Input.ADVANCE])
    assert s.needle_shaft.tip_mm == (1.0, 2.0, 185.0)
    assert angle(np.array(s.needle_shaft.direction), TRUE_SHAFT) < 1e-9


def test_methods_by_name() -> None:
    assert methods_of(["spin", " template"]) == (Method.TEMPLATE, Method.SPIN)
    assert methods_of([""]) == methods_of(["none"]) == ()
    for names, words in ((["twist"], "no method 'twist'"), (["pivot", "template"], "choose one")):
        with pytest.raises(ValueError, match=words):
            methods_of(names)
