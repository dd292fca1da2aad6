"""A whole session on made-up samples: steps, refusals, the bumped phantom, hidden tools, and determinism."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from arguide.errors import SettingsError, StepError
from arguide.geometry.transforms import Array, from_parts, inverse, pose_along, rotation_about, translation
from arguide.guidance.anatomy import Anatomy
from arguide.guidance.session import Session
from arguide.guidance.state import Grade, Phase, SessionState, Step
from arguide.guidance.steps import NEXT, Event, Input, after
from arguide.settings.calibration_file import Fit, ToolCalibration
from arguide.settings.method import Method
from arguide.settings.profile import ToolProfile, TrackerProfile
from arguide.settings.scenario import Fiducial, Plan, Scenario, Structure, Tissue
from arguide.trackers.reading import Reading, Sample, Visibility

PLAN = Plan(name="down", entry=(0, 0, 0), target=(0, 60, 0))
SCENARIO = Scenario(
    name="box",
    title="Box",
    summary="A box.",
    procedure="none",
    file=Path("box.toml"),
    structures=(
        Structure(
            name="nerve", label="Nerve", tissue=Tissue.NERVE, mesh=Path("n.ply"), color="#ffff00", risk_margin_mm=3.0
        ),
    ),
    plans=(PLAN,),
    fiducials=tuple(
        Fiducial(name=f"F{n}", position=p)
        for n, p in enumerate([(-50.0, 0.0, -40.0), (60.0, 5.0, -45.0), (-55.0, 2.0, 60.0), (50.0, -8.0, 55.0)], 1)
    ),
)
STYLUS_TIP, NEEDLE_TIP = np.array([1.5, -0.5, 161.0]), (0.0, 0.0, 190.0)
PROFILE = TrackerProfile(
    name="test",
    title="test",
    driver="none",
    baud=9600,
    rate_hz=60,
    reply="BX",
    stale_after_s=0.1,
    file=Path("test.toml"),
    tools=(
        ToolProfile(name="reference", definition=Path("r")),
        ToolProfile(name="stylus", definition=Path("s"), tip_mm=(0.0, 0.0, 160.0), direction=(0.0, 0.0, 1.0)),
        ToolProfile(name="needle", definition=Path("n"), tip_mm=NEEDLE_TIP, direction=(0.0, 0.0, 1.0)),
    ),
)
ANATOMY = Anatomy(clearances=lambda pose: (20.0,), under_skin=lambda point: float(point[1]))
REFERENCE_FROM_IMAGE = translation([40, -30, 10]) @ rotation_about([1, 2, 0.5], 1.1)


class World:
    """Poses of the tools as an exact tracker would see them."""

    def __init__(self) -> None:
        self.tracker_from_reference = translation([10, 20, -1200]) @ rotation_about([0, 1, 0.2], 0.4)
        self.frame = 0
        self.poses: dict[str, Array | None] = {"stylus": np.eye(4), "needle": np.eye(4)}
        self.button = False
        self.reference_seen = True
        self.reference_error_mm = float("nan")
        self.needle_at(pose_along((0, -150, 0), (0, 1, 0)))

    def stylus_at(self, point_in_image: Array, tilt: tuple[float, float]) -> None:
        turn = rotation_about([1, 0, 0], tilt[0]) @ rotation_about([0, 0, 1], tilt[1])
        shaft = pose_along(point_in_image, (turn @ np.array([0.0, 1, 0, 0]))[:3])
        self.poses["stylus"] = (
            self.tracker_from_reference @ REFERENCE_FROM_IMAGE @ shaft @ inverse(from_parts(np.eye(3), STYLUS_TIP))
        )

    def needle_at(self, image_from_tip: Array) -> None:
        tip = pose_along(NEEDLE_TIP, (0, 0, 1))
        self.poses["needle"] = self.tracker_from_reference @ REFERENCE_FROM_IMAGE @ image_from_tip @ inverse(tip)

    def sample(self) -> Sample:
        self.frame += 1
        poses = {"reference": self.tracker_from_reference if self.reference_seen else None, **self.poses}
        readings = {
            name: Reading(
                tool=name,
                tracker_from_tool=pose,
                visibility=Visibility.HIDDEN if pose is None else Visibility.VISIBLE,
                error_mm=self.reference_error_mm if name == "reference" else float("nan"),
                buttons=int(self.button and name == "stylus"),
            )
            for name, pose in poses.items()
        }
        return Sample(self.frame, self.frame / 60, readings)


def pivot(session: Session, world: World, n: int = 200, reach: float = 0.5) -> SessionState:
    """Press, swing, press."""
    world.stylus_at(np.array([5.0, 5, 5]), (0, 0))
    state = session.update(world.sample(), [Input.ADVANCE])
    for turn in np.linspace(0, 12 * np.pi, n):
        world.stylus_at(np.array([5.0, 5, 5]), (reach * np.cos(turn) * turn / 38, reach * np.sin(turn) * turn / 38))
        state = session.update(world.sample())
    assert state.stylus_directions
    return session.update(world.sample(), [Input.ADVANCE])


def touch(session: Session, world: World, point: tuple[float, float, float], wrong_mm: float = 0.0) -> SessionState:
    """Hold still at a point, press, wait."""
    world.stylus_at(np.array(point) + [wrong_mm, 0, 0], (0.2, 0.1))
    state = session.update(world.sample(), [Input.ADVANCE])
    for _ in range(35):
        state = session.update(world.sample())
    return state


def registered(session: Session, world: World) -> SessionState:
    state = pivot(session, world)
    assert state.view.step is Step.TOUCH, state.view.advice
    for fiducial in SCENARIO.fiducials:
        state = touch(session, world, fiducial.position)
    assert state.view.step is Step.REVIEW and state.fre_mm is not None and state.fre_mm < 1e-6
    return session.update(world.sample(), [Input.ADVANCE])


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def session() -> Session:
    return Session(SCENARIO, PLAN, PROFILE, ANATOMY)


def test_three_touches_tell_where_the_others_should_be(session: Session, world: World) -> None:
    """For drawing on a picture only; R takes a touch back, and with it the guess."""
    pivot(session, world)
    for done, fiducial in enumerate(SCENARIO.fiducials[:3]):
        assert session.guess is None, done
        touch(session, world, fiducial.position)
    assert session.guess is not None and session.registration is None
    np.testing.assert_allclose(session.guess, inverse(REFERENCE_FROM_IMAGE), atol=1e-6)
    session.update(world.sample(), [Input.REDO])
    assert session.guess is None
    for fiducial in SCENARIO.fiducials[2:]:
        touch(session, world, fiducial.position)
    assert session.guess is None and session.registration is not None, "now it is known"


def test_from_pivot_to_score(session: Session, world: World) -> None:
    state = registered(session, world)
    assert state.view.step is Step.GUIDE
    phases = []
    for y in [*np.arange(-80, 60, 1.0), 60, 60, *np.arange(60, -40, -2.0)]:
        truth = pose_along((0.5, y, 0), (0, 1, 0))
        world.needle_at(truth)
        state = session.update(world.sample())
        assert state.needle.image_from_tip is not None and state.needle.deviation is not None
        np.testing.assert_allclose(state.needle.image_from_tip[:3, 3], truth[:3, 3], atol=1e-6)
        assert state.needle.deviation.lateral_mm == pytest.approx(0.5, abs=1e-6)
        if not phases or phases[-1] is not state.needle.phase:
            phases.append(state.needle.phase)
    assert phases == [
        Phase.SEARCHING,
        Phase.ALIGNING,
        Phase.INSERTING,
        Phase.AT_TARGET,
        Phase.INSERTING,
        Phase.WITHDRAWN,
    ]
    assert session.update(world.sample(), [Input.ADVANCE]).view.step is Step.DONE


def test_the_calibrated_tip_is_used_and_not_the_nominal_one(session: Session, world: World) -> None:
    registered(session, world)
    assert session.pivot is not None
    np.testing.assert_allclose(session.pivot.tip_mm, STYLUS_TIP, atol=1e-6)
    world.stylus_at(np.array([7.0, 8, 9]), (0.1, 0.1))
    seen = session.update(world.sample()).image_from_stylus_tip
    assert seen is not None
    np.testing.assert_allclose(seen[:3, 3], [7, 8, 9], atol=1e-6)


def test_a_bumped_phantom_changes_nothing_on_screen(session: Session, world: World) -> None:
    registered(session, world)
    world.needle_at(pose_along((1, 20, 2), (0.1, 1, 0)))
    before = session.update(world.sample())
    bump = translation([12, -5, 8]) @ rotation_about([0, 0, 1], 0.06)
    world.tracker_from_reference = bump @ world.tracker_from_reference
    assert world.poses["needle"] is not None
    world.poses["needle"] = bump @ world.poses["needle"]
    after_bump = session.update(world.sample())
    assert before.needle.image_from_tip is not None and after_bump.needle.image_from_tip is not None
    np.testing.assert_allclose(after_bump.needle.image_from_tip, before.needle.image_from_tip, atol=1e-9)


def test_hidden_tools_are_named_and_the_phase_stays(session: Session, world: World) -> None:
    registered(session, world)
    world.needle_at(pose_along((0, 30, 0), (0, 1, 0)))
    assert session.update(world.sample()).needle.phase is Phase.INSERTING
    pose, world.poses["needle"] = world.poses["needle"], None
    state = session.update(world.sample())
    assert state.needle.trouble == "needle hidden" and state.needle.deviation is None
    assert state.needle.phase is Phase.INSERTING
    world.poses["needle"], world.reference_seen = pose, False
    assert session.update(world.sample()).needle.trouble == "reference hidden"
    del world.poses["needle"]
    world.reference_seen = True
    assert "not among the tracked tools" in session.update(world.sample()).needle.trouble


def test_the_button_advances_once_per_press(session: Session, world: World) -> None:
    world.button = True
    first = session.update(world.sample())
    held = session.update(world.sample())
    assert "swing" in first.view.instruction and "not enough" not in held.view.advice
    world.button = False
    session.update(world.sample())
    world.button = True
    assert "not enough" in session.update(world.sample()).view.advice


def test_a_pivot_that_did_not_turn_is_refused_with_the_reason(session: Session, world: World) -> None:
    state = pivot(session, world, reach=0.1, n=400)
    assert state.view.step is Step.PIVOT and "swing wider" in state.view.advice


def test_a_pivot_that_slipped_is_refused_and_can_be_repeated(session: Session, world: World) -> None:
    world.stylus_at(np.array([5.0, 5, 5]), (0, 0))
    session.update(world.sample(), [Input.ADVANCE])
    for n, turn in enumerate(np.linspace(0, 12 * np.pi, 200)):
        at = np.array([5.0 + 8 * (n > 100), 5, 5])
        world.stylus_at(at, (0.5 * np.cos(turn) * turn / 38, 0.5 * np.sin(turn) * turn / 38))
        session.update(world.sample())
    state = session.update(world.sample(), [Input.ADVANCE])
    assert state.view.step is Step.PIVOT and "slipped" in state.view.advice
    assert pivot(session, world).view.step is Step.TOUCH


def test_touches_while_moving_or_hidden_are_refused(session: Session, world: World) -> None:
    pivot(session, world)
    state = session.update(world.sample(), [Input.ADVANCE])
    for n in range(40):
        world.stylus_at(np.array([n / 2, 0.0, 0.0]), (0.1, 0.1))
        state = session.update(world.sample())
    assert "moved" in state.view.advice and not any(f.touched for f in state.fiducials)
    session.update(world.sample(), [Input.ADVANCE])
    world.poses["stylus"] = None
    state = session.update(world.sample())
    assert "stylus hidden: nothing was taken" in state.view.advice
    assert not any(f.touched for f in state.fiducials)


def test_a_wrong_touch_is_named_and_cannot_be_accepted(session: Session, world: World) -> None:
    pivot(session, world)
    for n, fiducial in enumerate(SCENARIO.fiducials):
        state = touch(session, world, fiducial.position, wrong_mm=20.0 * (n == 2))
    assert state.view.step is Step.REVIEW and "F3" in state.view.measured and not state.view.ready
    assert session.update(world.sample(), [Input.ADVANCE]).view.step is Step.REVIEW
    assert session.update(world.sample(), [Input.REDO]).view.step is Step.TOUCH


def test_touching_one_place_only_starts_again_with_the_reason(session: Session, world: World) -> None:
    pivot(session, world)
    for _ in SCENARIO.fiducials:
        state = touch(session, world, (1.0, 2.0, 3.0))
    assert state.view.step is Step.TOUCH and "on one line" in state.view.advice
    assert not any(f.touched for f in state.fiducials)


def test_redo_forgets_the_last_touch_then_goes_back(session: Session, world: World) -> None:
    pivot(session, world)
    touch(session, world, SCENARIO.fiducials[0].position)
    state = session.update(world.sample(), [Input.REDO])
    assert [f.next for f in state.fiducials] == [True, False, False, False]
    assert session.update(world.sample(), [Input.REDO]).view.step is Step.PIVOT


def test_the_attempt_cannot_end_before_an_insertion(session: Session, world: World) -> None:
    registered(session, world)
    world.needle_at(pose_along((0, -80, 0), (0, 1, 0)))
    session.update(world.sample())
    state = session.update(world.sample(), [Input.ADVANCE])
    assert state.view.step is Step.GUIDE and "withdrawal" in state.view.advice


def test_the_review_says_how_far_a_checked_fiducial_is(session: Session, world: World) -> None:
    pivot(session, world)
    for fiducial in SCENARIO.fiducials:
        touch(session, world, fiducial.position)
    world.stylus_at(np.array(SCENARIO.fiducials[1].position) + [0, 3.0, 0], (0.0, 0.0))
    assert "stylus is 3.0 mm from F2" in session.update(world.sample()).view.measured


def test_illegal_events_raise_and_change_nothing() -> None:
    for step in Step:
        for event in Event:
            if (step, event) not in NEXT:
                with pytest.raises(StepError, match=step.value):
                    after(step, event)


def test_a_profile_without_a_shaft_is_refused() -> None:
    profile = TrackerProfile(**{**PROFILE.__dict__, "tools": PROFILE.tools[:2]})
    with pytest.raises(SettingsError, match="needle"):
        Session(SCENARIO, PLAN, profile, ANATOMY)


def swing(session: Session, world: World, n: int, start: int = 0, at: float = 5.0) -> SessionState:
    """Swing on, round and round a full cone."""
    for k in range(start, start + n):
        turn, reach = 0.35 * k, 0.5 * ((k * 0.618) % 1.0) ** 0.5
        world.stylus_at(np.array([at, 5, 5]), (reach * np.cos(turn), reach * np.sin(turn)))
        state = session.update(world.sample())
    return state


def test_pivoting_stops_by_itself_and_the_tip_is_checked_by_poses_it_does_not_know(
    session: Session, world: World
) -> None:
    session.update(world.sample(), [Input.ADVANCE])
    assert "Enough" not in swing(session, world, 100).view.instruction
    state = swing(session, world, 110, start=100)
    assert "Enough" in state.view.instruction and state.view.progress == 1.0 and "tip ±" in state.view.measured
    seen = len(state.stylus_directions)
    assert len(swing(session, world, 30, start=210).stylus_directions) == seen
    state = session.update(world.sample(), [Input.ADVANCE])
    assert state.view.step is Step.TOUCH and "in the divot off by 0.00 mm" in state.view.measured
    assert session.stylus is not None and session.stylus.check is not None and session.pivot is not None
    assert session.pivot.poses == 180 or session.pivot.poses == 150


def test_a_tip_that_is_not_in_the_divot_at_the_check_is_refused(session: Session, world: World) -> None:
    session.update(world.sample(), [Input.ADVANCE])
    swing(session, world, 215)
    swing(session, world, 30, start=215, at=9.0)
    state = session.update(world.sample(), [Input.ADVANCE])
    assert state.view.step is Step.PIVOT and "4.0 mm from the divot" in state.view.advice
    swing(session, world, 30, start=215)
    assert session.update(world.sample(), [Input.ADVANCE]).view.step is Step.TOUCH


def touched_all(session: Session, world: World, wrong: int | None = None, wrong_mm: float = 20.0) -> SessionState:
    pivot(session, world)
    for n, fiducial in enumerate(SCENARIO.fiducials):
        state = touch(session, world, fiducial.position, wrong_mm=wrong_mm * (n == wrong))
    assert state.view.step is Step.REVIEW
    return state


def test_the_wrong_fiducial_is_left_out_with_one_key_and_taken_back_with_the_same(
    session: Session, world: World
) -> None:
    state = touched_all(session, world, wrong=2)
    assert not state.view.ready and state.target_95_mm is not None and state.target_95_mm > 5
    state = session.update(world.sample(), [Input.EXCLUDE])
    assert state.view.ready and state.fre_mm is not None and state.fre_mm < 1e-6
    assert [f.excluded for f in state.fiducials] == [False, False, True, False]
    assert "without F3" in state.view.measured or "from" in state.view.measured
    assert state.fiducials[2].residual_mm == pytest.approx(20.0, abs=1e-6)
    assert state.target_95_mm is not None and state.target_95_mm < 1e-3
    state = session.update(world.sample(), [Input.EXCLUDE])
    assert not any(f.excluded for f in state.fiducials) and not state.view.ready
    session.update(world.sample(), [Input.EXCLUDE])
    state = session.update(world.sample(), [Input.ADVANCE])
    assert state.view.step is Step.GUIDE and state.fre_mm is not None and state.fre_mm < 1e-6


def test_with_nothing_wrong_nothing_is_left_out(session: Session, world: World) -> None:
    touched_all(session, world)
    state = session.update(world.sample(), [Input.EXCLUDE])
    assert not any(f.excluded for f in state.fiducials) and "no fiducial looks wrong" in state.view.advice
    assert "target ± 0.0 mm" in state.view.measured


def hold(session: Session, world: World, point: tuple[float, float, float], n: int = 40) -> SessionState:
    world.stylus_at(np.array(point), (0.1, 0.0))
    for _ in range(n):
        state = session.update(world.sample())
    return state


def test_touching_lights_green_amber_and_red(session: Session, world: World) -> None:
    state = touched_all(session, world)
    x, y, z = SCENARIO.fiducials[1].position
    for off, light in ((0.5, Grade.WITHIN), (3.0, Grade.NEAR), (6.0, Grade.OUT)):
        state = hold(session, world, (x + off, y, z))
        assert state.check is not None and state.check.point == "F2" and state.check.light is light
        assert state.check.error_mm == pytest.approx(off, abs=1e-6) and "F2" in state.view.advice
    state = hold(session, world, (0.0, 1.5, 10.0))
    assert state.check is not None and (state.check.point, state.check.light) == ("the skin", Grade.WITHIN)
    assert state.check.error_mm == pytest.approx(-1.5, abs=1e-6)


def test_a_moving_stylus_checks_nothing(session: Session, world: World) -> None:
    session_state = touched_all(session, world)
    for n in range(60):
        world.stylus_at(np.array(SCENARIO.fiducials[0].position) + [0.2 * n, 0, 0], (0.1, 0.0))
        session_state = session.update(world.sample())
    assert session_state.check is None or session_state.check.point != "F1"


def test_a_drifted_registration_is_said_before_the_insertion(session: Session, world: World) -> None:
    registered(session, world)
    world.needle_at(pose_along((0, -150, 0), (0, 1, 0)))
    x, y, z = SCENARIO.fiducials[0].position
    state = hold(session, world, (x + 6.0, y, z))
    assert "drifted" in state.view.advice and state.check is not None and state.check.light is Grade.OUT
    assert session.update(world.sample(), [Input.REDO]).view.step is Step.REVIEW


def test_a_reference_body_that_fits_worse_is_said(session: Session, world: World) -> None:
    world.reference_error_mm = 0.15
    registered(session, world)
    world.needle_at(pose_along((0, -150, 0), (0, 1, 0)))
    assert session.update(world.sample()).view.advice == ""
    world.reference_error_mm = 1.2
    for _ in range(120):
        state = session.update(world.sample())
    assert "reference body's markers fit to" in state.view.advice and "0.1 mm at registration" in state.view.advice


def test_weak_layouts_are_named_before_the_first_touch(world: World) -> None:
    near_one_line = tuple(
        Fiducial(name=f"F{n}", position=p)
        for n, p in enumerate([(-50.0, 0.0, 0.0), (50.0, 6.0, 0.0), (0.0, -6.0, 4.0), (20.0, 0.0, -6.0)], 1)
    )
    session = Session(replace(SCENARIO, fiducials=near_one_line), PLAN, PROFILE, ANATOMY)
    assert "one line" in pivot(session, world).view.advice


def test_the_needle_says_how_sure_it_is(session: Session, world: World) -> None:
    registered(session, world)
    for y in [*np.arange(-20.0, 60.0), *[60.0] * 60]:
        world.needle_at(pose_along((0.5, y, 0), (0, 1, 0)))
        state = session.update(world.sample())
    found = state.needle.uncertainty
    assert found is not None and 0.3 < found.tip_95_mm < 3 and found.hit_probability > 0.95
    assert "sure that it is inside the target" in state.view.measured
    np.testing.assert_allclose(found.tip.matrix, found.tip.matrix.T)
    world.poses["needle"] = None
    assert session.update(world.sample()).needle.uncertainty is None


STORED = ToolCalibration(
    tool="stylus",
    serial="0000ABCD",
    method=Method.PIVOT,
    made=datetime(2026, 1, 5, tzinfo=UTC),
    tip_mm=(1.5, -0.5, 161.0),
    tip_covariance_mm2=((0.01, 0.0, 0.0), (0.0, 0.01, 0.0), (0.0, 0.0, 0.01)),
    fit=Fit(poses=300, used=300, rms_mm=0.2),
)


def test_a_stored_stylus_may_be_taken_or_pivoted_anew(world: World) -> None:
    session = Session(SCENARIO, PLAN, PROFILE, ANATOMY, {"stylus": STORED})
    state = session.update(world.sample())
    assert "05 January 2026" in state.view.instruction and state.view.ready
    assert session.update(world.sample(), [Input.ADVANCE]).view.step is Step.TOUCH
    world.stylus_at(np.array([7.0, 8, 9]), (0.1, 0.1))
    assert session.pivot is None and session.stylus is not None
    np.testing.assert_array_equal(session.stylus.tip_mm, STYLUS_TIP)
    again = Session(SCENARIO, PLAN, PROFILE, ANATOMY, {"stylus": STORED})
    assert "swing" in again.update(world.sample(), [Input.REDO]).view.instruction


def test_a_stored_needle_replaces_the_drawing(world: World) -> None:
    needle = replace(STORED, tool="needle", tip_mm=(1.0, 2.0, 185.0))
    session = Session(SCENARIO, PLAN, PROFILE, ANATOMY, {"needle": needle})
    registered(session, world)
    world.needle_at(pose_along((0, 30, 0), (0, 1, 0)))
    tip = session.update(world.sample()).needle.image_from_tip
    drawn = pose_along(NEEDLE_TIP, (0, 0, 1))
    expected = pose_along((0, 30, 0), (0, 1, 0)) @ inverse(drawn) @ [1.0, 2.0, 185.0, 1.0]
    assert tip is not None
    np.testing.assert_allclose(tip[:3, 3], expected[:3], atol=1e-6)
