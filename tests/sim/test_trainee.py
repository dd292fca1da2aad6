"""The demo's script: what the host is promised, and hands that could be real."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from arguide_sim.ndi.sensor import Status
from arguide_sim.trainee import Trainee
from arguide_sim.world import build_world

from arguide.asset_files import find_profile, find_scenario
from arguide.geometry.distance_field import build
from arguide.geometry.mesh import read_mesh
from arguide.geometry.transforms import angle_between, inverse
from arguide.settings.profile_file import read_profile
from arguide.settings.scenario import Tissue
from arguide.settings.scenario_file import read_scenario

SEEDS = [0, 1, 2]


@pytest.fixture(params=SEEDS)
def run(emulation: Callable[..., Any], request: Any) -> Any:
    return emulation(seed=request.param)


@pytest.fixture(scope="module")
def scenario() -> Any:
    return read_scenario(find_scenario("lumbar-facet"))


def when(run: Any, what: str) -> tuple[float, float]:
    start, end, _ = next(entry for entry in run.actor.timeline if entry.what == what)
    return start, end


def tip(run: Any, tool: str, time_s: float) -> Any:
    """True pose of the tip on the phantom, with all that the hand adds."""
    image_from_tracker = inverse(run.actor.script.tracker_from_image(time_s))
    return image_from_tracker @ run.actor.at(time_s).poses[tool] @ run.world.tools[tool].tool_from_tip


def test_the_steps_of_the_host_are_kept(run: Any, scenario: Any) -> None:
    presses = [(entry.start_s, entry.what) for entry in run.actor.timeline if entry.what.startswith("press")]
    names = [f"press: {f.name}" for f in scenario.fiducials]
    start, finish, *touches = [what for _, what in presses][: 2 + len(names)]
    assert (start, finish, touches) == ("press: start pivoting", "press: finish pivoting", names)
    assert [what for _, what in presses][-2:] == ["press: accept the registration", "press: finish"]
    times = [time for time, _ in presses]
    assert times[0] == pytest.approx(1.5) and times[1] - times[0] >= 7.0
    assert min(np.diff(times)) > 1.0
    assert times[-2] - (times[-3] + 0.8) >= 2.0
    assert 50 < times[-1] < 66


def test_a_press_is_one_short_pulse_of_the_right_button(run: Any) -> None:
    for entry in run.actor.timeline:
        if entry.what.startswith("press"):
            tool = "needle" if entry.what == "press: finish" else "stylus"
            pressed = [run.actor.at(t).buttons for t in np.arange(entry.start_s - 0.1, entry.end_s + 0.1, 1 / 60)]
            assert sum(b == {tool: 1} for b in pressed) in (11, 12, 13)
            assert sum(b == {} for b in pressed) == len(pressed) - sum(b == {tool: 1} for b in pressed)


def test_the_tip_keeps_still_on_every_fiducial(run: Any, scenario: Any) -> None:
    for fiducial in scenario.fiducials:
        pressed, _ = when(run, f"press: {fiducial.name}")
        tips = np.array([tip(run, "stylus", t)[:3, 3] for t in np.arange(pressed, pressed + 0.82, 0.02)])
        assert np.linalg.norm(tips - fiducial.position, axis=1).max() < 1.8
        assert np.linalg.norm(tips - tips.mean(axis=0), axis=1).max() < 0.4


def test_pivoting_keeps_the_tip_in_its_divot(run: Any) -> None:
    start, end = when(run, "pivot the stylus")
    tips = np.array([tip(run, "stylus", t)[:3, 3] for t in np.arange(start - 0.2, end + 0.2, 0.03)])
    assert np.linalg.norm(tips - tips.mean(axis=0), axis=1).max() < 0.3


def test_the_needle_reaches_the_target(run: Any, scenario: Any) -> None:
    target = np.array(scenario.plans[0].target)
    held = np.array([tip(run, "needle", t)[:3, 3] for t in np.linspace(*when(run, "hold at the target"), 30)])
    assert np.linalg.norm(held - target, axis=1).max() < 1.5
    assert np.linalg.norm(run.truth()["trainee"]["final_tip_image_mm"] - target) < 1.2


@pytest.mark.parametrize("plan", [0, 1])
def test_the_needle_comes_through_the_air_beside_a_body_that_bulges(plan: int) -> None:
    hip = read_scenario(find_scenario("hip-injection"))
    world = build_world(read_profile(find_profile("emulated")), hip, hip.plans[plan], 0)
    trainee = Trainee(world, hip, hip.plans[plan])
    times = {entry.what: entry.start_s for entry in trainee.timeline}
    way = np.arange(times["take the needle"], times["search the entry"], 0.05)
    tips = np.array([trainee.script.image_from_tip("needle", t)[:3, 3] for t in way])
    skin = read_mesh(next(one.mesh for one in hip.structures if one.tissue is Tissue.SKIN))
    assert build(skin, spacing_mm=6.0).distance(tips).min() > 20.0


def test_no_tool_jumps_or_flies(run: Any) -> None:
    moments = [run.actor.at(t).poses for t in np.arange(0, run.actor.duration_s, 0.02)]
    for tool in run.world.tools:
        places = np.array([poses[tool][:3, 3] for poses in moments])
        assert np.linalg.norm(np.diff(places, axis=0), axis=1).max() < 0.02 * 700, tool
    for edge in {t for entry in run.actor.timeline for t in entry[:2]}:
        before, after = (run.actor.at(t).poses for t in (edge - 5e-5, edge + 5e-5))
        for tool in run.world.tools:
            assert np.linalg.norm(after[tool][:3, 3] - before[tool][:3, 3]) < 0.1, (tool, edge)
            assert angle_between(before[tool], after[tool]) < 0.002, (tool, edge)


def test_the_bump_moves_phantom_and_needle_together(run: Any) -> None:
    start, end = when(run, "phantom bumped")
    before, after = (run.actor.at(t).poses for t in (start, end))
    moved = after["reference"] @ inverse(before["reference"])
    centre = (run.world.tracker_from_image @ [*run.world.centre, 1.0])[:3]
    assert np.linalg.norm((moved @ [*centre, 1.0])[:3] - centre) == pytest.approx(12.0, abs=0.1)
    assert np.degrees(angle_between(moved, np.eye(4))) == pytest.approx(3.0, abs=0.01)
    assert np.linalg.norm(after["reference"][:3, 3] - before["reference"][:3, 3]) < 30
    relative = [inverse(poses["reference"]) @ poses["needle"] for poses in (before, after)]
    assert np.linalg.norm(relative[1][:3, 3] - relative[0][:3, 3]) < 4.0
    assert np.linalg.norm(after["needle"][:3, 3] - before["needle"][:3, 3]) > 5.0
    assert np.array_equal(before["stylus"], after["stylus"]), "what lies on the table does not move"


def test_registration_truth_holds_before_and_after_the_bump(run: Any) -> None:
    for time_s in (0.0, *when(run, "phantom bumped"), run.actor.duration_s):
        tracker_from_image = run.actor.at(time_s).poses["reference"] @ run.world.reference_from_image
        assert np.allclose(tracker_from_image, run.actor.script.tracker_from_image(time_s))


def test_tools_are_hidden_only_when_the_script_says_so(run: Any) -> None:
    hidden = {tool: when(run, f"{tool} hidden") for tool in ("needle", "reference")}
    assert hidden["needle"][1] - hidden["needle"][0] == pytest.approx(0.6)
    assert hidden["reference"][1] - hidden["reference"][0] == pytest.approx(0.4)
    assert hidden["needle"][1] < when(run, "phantom bumped")[0] < hidden["reference"][0]
    for time_s in np.arange(0, run.actor.duration_s, 0.05):
        expected = {tool for tool, (start, end) in hidden.items() if start <= time_s < end}
        assert run.actor.at(time_s).hidden == expected


@pytest.mark.parametrize("model", ["vicra", "spectra", "vega"])
def test_the_tracker_sees_all_of_it(emulation: Callable[..., Any], model: str) -> None:
    run = emulation(model=model)
    sensor = run.inside.state.sensor
    for frame in range(int(run.actor.duration_s * 5)):
        for name, sighting in sensor.look(frame, 5.0).sightings.items():
            if name not in run.actor.at(frame / 5).hidden:
                assert sighting.pose and sighting.status != Status.OUT, (name, frame / 5)


@pytest.mark.parametrize("how", ["template,spin", "pivot,spin"])
def test_the_needle_is_calibrated_in_full_view(emulation: Callable[..., Any], how: str) -> None:
    run, plain = emulation(calibrate=how), emulation()
    begun, done = when(run, "put the needle into the divot")[0], when(run, "take the stylus again")[1]
    sensor = run.inside.state.sensor
    for frame in range(int(begun * 5), int(done * 5)):
        for name, sighting in sensor.look(frame, 5.0).sightings.items():
            assert sighting.pose and sighting.status != Status.OUT, (name, frame / 5)
    tips = np.array([tip(run, "needle", t)[:3, 3] for t in np.arange(*when(run, "roll the needle"), 0.05)])
    assert np.linalg.norm(tips - tips.mean(axis=0), axis=1).max() < 0.1
    moments = [run.actor.at(t).poses for t in np.arange(begun, done, 0.02)]
    for tool in ("stylus", "needle"):
        places = np.array([poses[tool][:3, 3] for poses in moments])
        assert np.linalg.norm(np.diff(places, axis=0), axis=1).max() < 0.02 * 700, tool
    later = run.actor.duration_s - plain.actor.duration_s
    assert 10 < later < 30 and run.actor.insertion.duration_s == plain.actor.insertion.duration_s
    assert np.allclose(run.actor.script.bump._slide_mm, plain.actor.script.bump._slide_mm), "else all is as it was"


@pytest.mark.parametrize("plan", [1, 2])
def test_every_plan_can_be_followed(emulation: Callable[..., Any], scenario: Any, plan: int) -> None:
    run = emulation(plan=scenario.plans[plan].name)
    middle = np.mean(when(run, "hold at the target"))
    assert np.linalg.norm(tip(run, "needle", middle)[:3, 3] - scenario.plans[plan].target) < 1.5
