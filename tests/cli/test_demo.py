"""The main job from bytes to score on the shipped scenario: the real driver on a pseudo-terminal, the real scene."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from arguide_sim.emulation import Options, emulate

from arguide.asset_files import find_scenario
from arguide.geometry.transforms import inverse
from arguide.guidance.state import Phase, Step
from arguide.recording.recording_file import Recording
from arguide.settings.scenario import Scenario
from arguide.settings.scenario_file import read_scenario
from tests.cli.whole_job import arguide, check_outputs, error_at_target_mm


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    said = arguide(
        "demo", "--headless", "--fast", "--size", "640x400", "--calibrate", "template,spin", "-o", str(folder)
    )
    assert "Score card" in said and "report.html" in said
    return folder


@pytest.fixture(scope="module")
def recording(out: Path) -> Recording:
    return check_outputs(out)


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return read_scenario(find_scenario("lumbar-facet"))


def test_every_step_and_phase_was_walked_through(recording: Recording) -> None:
    steps = list(dict.fromkeys(state.view.step for state in recording.states))
    assert steps == list(Step)
    phases = [state.needle.phase for state in recording.states if state.view.step is Step.GUIDE]
    assert list(dict.fromkeys(phases)) == [
        Phase.SEARCHING,
        Phase.ALIGNING,
        Phase.INSERTING,
        Phase.AT_TARGET,
        Phase.WITHDRAWN,
    ]


def test_the_needle_was_calibrated_and_that_is_used(recording: Recording) -> None:
    (found,) = [event.needle for event in recording.events if event.needle]
    assert found.methods == ("template", "spin") and recording.header.needle_methods == found.methods
    true = emulate(Options()).world.tools["needle"]
    assert np.linalg.norm(np.array(found.tip_mm) - true.tip_mm) < found.tip_95_mm < 0.8
    off = np.arccos(np.clip(np.dot(found.direction, true.tool_from_tip[:3, 2]), -1, 1))
    assert off < found.axis_95_rad < np.radians(0.3) and found.off_axis_mm < 1.0
    guided = next(s for s in reversed(recording.states) if s.needle.image_from_tip is not None)
    registered = next(e.registration for e in reversed(recording.events) if e.registration)
    reference, needle = (guided.sample.readings[name].tracker_from_tool for name in ("reference", "needle"))
    tip = registered.image_from_reference @ inverse(reference) @ needle @ [*found.tip_mm, 1.0]
    np.testing.assert_allclose(guided.needle.image_from_tip[:3, 3], tip[:3], atol=1e-9)


def test_the_registration_is_true_at_the_target(recording: Recording, scenario: Scenario) -> None:
    assert error_at_target_mm(recording, "lumbar-facet", scenario.plans[0]) < 1.0


def test_a_bump_of_the_phantom_does_not_move_the_needle_on_screen(recording: Recording) -> None:
    reference = [state.sample.readings["reference"].tracker_from_tool for state in recording.states]
    places = np.array([pose[:3, 3] for pose in reference if pose is not None])
    assert np.linalg.norm(places[-1] - places[0]) > 8, "the phantom was bumped"
    guided = [s for s in recording.states if s.view.step is Step.GUIDE and s.needle.image_from_tip is not None]
    jumps = [
        np.linalg.norm(b.needle.image_from_tip[:3, 3] - a.needle.image_from_tip[:3, 3])  # type: ignore[index]
        for a, b in pairwise(guided)
        if b.sample.frame_number == a.sample.frame_number + 1 and b.needle.phase is Phase.INSERTING
    ]
    assert max(jumps) < 2.5, "between two frames the needle moves by hand speed and noise only"


def test_hidden_tools_were_named(recording: Recording) -> None:
    troubles = {state.needle.trouble for state in recording.states if state.view.step is Step.GUIDE}
    assert {"needle hidden", "reference hidden", ""} <= troubles


def test_recomputing_gives_the_same_numbers_bit_for_bit(out: Path, recording: Recording) -> None:
    said = arguide("replay", str(out / "session.mcap"), "--check")
    assert f"{len(recording.states)} states recomputed" in said and "equal bit for bit" in said


def test_replay_shows_the_same_scene(out: Path, tmp_path: Path) -> None:
    arguide(
        "replay", str(out / "session.mcap"), "--headless", "--speed", "20", "--size", "640x400", "-o", str(tmp_path)
    )
    assert (tmp_path / "film.mp4").stat().st_size > 10_000
    assert len(list((tmp_path / "pictures").glob("*.png"))) >= 6
