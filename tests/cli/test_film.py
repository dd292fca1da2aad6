"""`arguide film`: any recording becomes a film with sound, whole or cut short; what cannot be is said before."""

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest

from arguide.asset_files import find_profile, find_scenario
from arguide.cli.command_line import main
from arguide.cli.filming import arrangement_of, at_level
from arguide.cli.replaying import paced
from arguide.geometry.transforms import from_parts, pose_along
from arguide.guidance.anatomy import Anatomy
from arguide.guidance.deviation import DeviationFrom
from arguide.guidance.state import Level, NeedleState, Phase, SessionState, Step, StepView
from arguide.recording.recorder import Recorder
from arguide.recording.records import header_of
from arguide.scene.layouts import ARRANGEMENTS
from arguide.settings.profile_file import read_profile
from arguide.settings.scenario_file import read_scenario
from arguide.trackers.reading import Sample

RATE = 60


def states() -> Iterator[SessionState]:
    """Two seconds of an advance along the shipped plan, then a second of hidden needle."""
    scenario = read_scenario(find_scenario("lumbar-facet"))
    plan = scenario.plans[0]
    anatomy = Anatomy(lambda pose: (20.0,) * len(scenario.risks), lambda point: 1.0)
    deviation_from = DeviationFrom(plan, anatomy.clearances)
    path = pose_along(plan.target, np.subtract(plan.target, plan.entry))
    for n in range(3 * RATE):
        pose = path @ from_parts(np.eye(3), (1.0, 0.0, -40.0 + n / 8))
        needle = (
            NeedleState(pose, deviation_from(pose), Phase.INSERTING, "")
            if n < 2 * RATE
            else NeedleState(None, None, Phase.INSERTING, "needle hidden")
        )
        view = StepView(Step.GUIDE, "Advance", "", "", 0.5, False)
        yield SessionState(Sample(n, 100 + n / RATE, {}), view, needle, None, (), 0.5)


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    scenario = read_scenario(find_scenario("lumbar-facet"))
    path = tmp_path_factory.mktemp("film") / "session.mcap"
    header = header_of(scenario, read_profile(find_profile("emulated")), scenario.plans[0], monotonic_s=100.0)
    with Recorder(path, header) as recorder:
        for state in states():
            recorder.take((), state)
            if state.sample.frame_number % 60 == 59:
                recorder.flush()
    return path


def test_a_replay_keeps_real_time_however_long_its_frames_take() -> None:
    """Frames of a tenth of a second skip samples, a pause (no time passes) shows the same again, and the end is shown."""
    all_states = tuple(states())
    steps = iter([0.101] * 5 + [0.0] * 3 + [0.101] * 100)
    shown = [state.sample.frame_number for state, _ in paced(all_states, lambda: next(steps))]
    assert shown[:9] == [0, 6, 12, 18, 24, 30, 30, 30, 30]
    assert shown[-1] == all_states[-1].sample.frame_number and len(shown) == 34


def pictures_and_sound(path: Path) -> tuple[int, int, np.ndarray]:
    with av.open(str(path)) as film:
        video = film.streams.video[0]
        pictures = [frame.to_ndarray(format="rgb24") for frame in film.decode(video)]
        assert video.average_rate == 10 and pictures[0].shape == (400, 640, 3)
        assert pictures[0].std() > 10 and np.any(pictures[0] != pictures[-1])
    with av.open(str(path)) as film:
        if not film.streams.audio:
            return len(pictures), 0, np.zeros((2, 0))
        rate = film.streams.audio[0].rate
        sound = np.concatenate([frame.to_ndarray() for frame in film.decode(audio=0)], axis=1)
    return len(pictures), rate, sound


def test_a_recording_becomes_a_film_with_its_sound(recording: Path, tmp_path: Path) -> None:
    out = tmp_path / "film.mp4"
    shown = ["--size", "640x400", "--fps", "10", "--from", "1"]
    assert main(["film", str(recording), "-o", str(out), *shown]) == 0
    count, rate, sound = pictures_and_sound(out)
    assert count in (20, 21) and abs(sound.shape[1] / rate - count / 10) < 0.1
    leading, lost = sound[:, :rate], sound[:, round(1.4 * rate) : round(1.9 * rate)]
    assert np.abs(leading).max() > 0.1 and np.abs(lost).max() > 0.1
    spectrum = np.abs(np.fft.rfft(leading[0], 1 << 18))
    assert np.argmax(spectrum) * rate / (1 << 18) == pytest.approx(880, abs=5)


def test_a_recording_that_a_crash_cut_short_is_filmed_as_far_as_it_goes(
    recording: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cut, out = tmp_path / "cut.mcap", tmp_path / "cut.mp4"
    cut.write_bytes(recording.read_bytes()[:-9000])
    shown = ["--size", "640x400", "--fps", "10", "--silent", "--from", "0.5", "--to", "1.2", "--layout", "bullseye"]
    assert main(["film", str(cut), *shown]) == 0
    assert "recording ends early" in capsys.readouterr().out
    count, rate, _ = pictures_and_sound(out)
    assert count in (8, 9) and rate == 0
    assert main(["film", str(cut), *shown]) == 1
    assert "exists already" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (["--fps", "0"], "1 to 60"),
        (["--size", "641x400"], "even"),
        (["--from", "5", "--to", "2"], "from < to"),
        (["--layout", "sideways"], "1 3d, 2 camera"),
        (["--from", "99"], "lasts 3.0 s"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(
    recording: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], given: list[str], words: str
) -> None:
    assert main(["film", str(recording), "-o", str(tmp_path / "no.mp4"), *given]) == 1
    said = capsys.readouterr().err
    assert words in said and said.count("\n") == 1 and not (tmp_path / "no.mp4").exists()


def test_layouts_by_number_and_by_name() -> None:
    for number, arrangement in enumerate(ARRANGEMENTS, 1):
        assert arrangement_of(str(number)) is arrangement
        assert arrangement_of(arrangement.name.lower().replace(" ", "-")) is arrangement


def test_a_film_may_show_less_than_was_seen() -> None:
    state = at_level(next(states()), Level.NONE)
    assert state.aid.level is Level.NONE and "judge" in state.view.instruction
