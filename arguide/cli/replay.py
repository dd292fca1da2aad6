"""`arguide replay`: see a recording again in the same scene, or recompute it bit for bit."""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from arguide.cli.options import add_showing
from arguide.cli.scenario import Subparsers

if TYPE_CHECKING:
    from arguide.guidance.state import SessionState
    from arguide.recording.recording_file import Recording
    from arguide.settings.profile import TrackerProfile
    from arguide.settings.scenario import Plan, Scenario

EXAMPLES = """examples:
  arguide replay arguide-output/20260105-101500/session.mcap
  arguide replay session.mcap --speed 4
  arguide replay session.mcap --check              recompute every deviation from the readings, bit for bit
  arguide replay session.mcap --headless -o film   pictures and a film

The space bar pauses, S keeps a still, H shows all keys, Q leaves."""


def add(commands: Subparsers) -> None:
    """Add the command to the command line."""
    command = commands.add_parser(
        "replay",
        help="play a recording in the same scene, or check it",
        description="Play a recording in the scene it was made in, or recompute it from its readings.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("file", type=Path, help="a session.mcap")
    command.add_argument("--check", action="store_true", help="recompute all states and compare; exit 1 if any differs")
    command.add_argument("--speed", type=float, default=1.0, help="times real time (default: 1)")
    command.add_argument("--scenario", help="where the scenario is, if it does not ship with arguide or has moved")
    command.add_argument("--profile", help="where the tracker profile is, if it is not one that ships")
    add_showing(command)
    command.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Replay or check."""
    from arguide.cli.options import size_of
    from arguide.recording.recording_file import read_recording

    recording = read_recording(given.file)
    if recording.ends_early:
        print(f"note: {recording.ends_early}")
    scenario, plan, profile = settings_of(recording, given.scenario, given.profile)
    if given.check:
        return _check(recording, scenario, plan, profile)
    from arguide.cli.job import window_possible
    from arguide.cli.replaying import replay

    size = size_of(given.size, not given.headless and window_possible())
    return replay(
        recording, scenario, plan, profile, size=size, headless=given.headless, out=given.out, speed=given.speed
    )


def settings_of(
    recording: "Recording", scenario_at: str | None, profile_at: str | None
) -> "tuple[Scenario, Plan, TrackerProfile]":
    """The scenario, plan and profile a recording was made with; refuses others that have changed since."""
    from arguide.asset_files import find_profile, find_scenario
    from arguide.cli.options import plan_of
    from arguide.settings.profile_file import read_profile
    from arguide.settings.scenario_file import read_scenario

    header = recording.header
    scenario_file = find_scenario(scenario_at or header.scenario_name)
    profile_file = find_profile(profile_at or header.profile_name)
    _unchanged(scenario_file, header.scenario_sha256, "--scenario", recording)
    _unchanged(profile_file, header.profile_sha256, "--profile", recording)
    scenario = read_scenario(scenario_file)
    for structure in scenario.structures:
        _unchanged(structure.mesh, header.mesh_sha256.get(structure.name, ""), "--scenario", recording)
    return scenario, plan_of(scenario, header.plan), read_profile(profile_file)


def _unchanged(file: Path, recorded: str, option: str, recording: "Recording") -> None:
    """Refuse a file that is not what was recorded with, and say where the old one may be had."""
    from arguide.errors import RecordingError
    from arguide.recording.records import sha256_of

    if sha256_of(file) != recorded:
        raise RecordingError(
            f"{file}: changed since {recording.path} was recorded with arguide {recording.header.arguide_version}; "
            f"name a copy from then with {option}, or replay with that arguide (a generated patient: make it again there)"
        )


def _check(recording: "Recording", scenario: "Scenario", plan: "Plan", profile: "TrackerProfile") -> int:
    from arguide.recording.compare import compare_states

    again = recomputed(recording, scenario, plan, profile)
    lines = compare_states(recording.states, again, schema=recording.state_schema)
    for line in lines:
        print(line)
    if not lines:
        print(f"{recording.path}: {len(recording.states)} states recomputed from the readings, all equal bit for bit")
    return 1 if lines else 0


def recomputed(
    recording: "Recording", scenario: "Scenario", plan: "Plan", profile: "TrackerProfile"
) -> "Iterator[SessionState]":
    """The states that today's program makes of the recorded samples and inputs."""
    from arguide.cli.tool_calibrations import calibrations_in
    from arguide.guidance.anatomy import load_anatomy
    from arguide.guidance.session import Session
    from arguide.guidance.steps import Input

    stored = calibrations_in(recording.header.calibrations, recording.path)
    session = Session(scenario, plan, profile, load_anatomy(scenario, plan), stored, recording.header.needle_methods)
    for inputs, state in recording.steps():
        yield session.update(state.sample, [Input(text) for text in inputs])
