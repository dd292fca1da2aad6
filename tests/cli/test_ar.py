"""A camera that was asked for and cannot be used costs its picture, not the session."""

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from arguide.asset_files import find_profile, find_scenario, hardware
from arguide.cli.job import Job, _pictures
from arguide.settings.profile_file import read_profile
from arguide.settings.scenario_file import read_scenario
from arguide.trackers.tracker import Tracker


@pytest.fixture
def job(tmp_path: Path) -> Job:
    scenario = read_scenario(find_scenario("lumbar-facet"))
    return Job(
        scenario=scenario,
        plan=scenario.plans[0],
        profile=read_profile(find_profile("emulated-ar")),
        port="none",
        out=tmp_path,
        size=(640, 400),
        window=False,
    )


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("camera://9/none", "no such video or folder"),
        ("camera://sim?calibration={any}", "nothing tells where this camera is"),
        ("camera://sim?calibration={other}", "made for pictures of 640x360, these are 1280x720"),
        ("camera://sim?calibration={none}", "none.toml"),
    ],
)
def test_what_is_wrong_with_the_camera_is_a_note(
    job: Job, address: str, why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], tracker: Tracker
) -> None:
    lens = (hardware() / "cameras" / "simulated-tracked.toml").read_text("utf-8")
    other = tmp_path / "other.toml"
    small = lens.replace("width = 1280", "width = 640").replace("height = 720", "height = 360")
    other.write_text(small.replace("cx = 651.3", "cx = 320.0"), "utf-8")
    files = {"any": hardware() / "cameras" / "any-720p.toml", "other": other, "none": tmp_path / "none.toml"}
    with ExitStack() as stack:
        pictures, told = _pictures(replace(job, ar=address.format(**files)), tracker, lambda: 0.0, stack)
    assert pictures is None and why in told
    (note,) = capsys.readouterr().err.splitlines()
    assert note == f"note: no live picture: {told}"


def test_nothing_is_said_where_no_camera_was_asked_for(
    job: Job, capsys: pytest.CaptureFixture[str], tracker: Tracker
) -> None:
    with ExitStack() as stack:
        assert _pictures(job, tracker, lambda: 0.0, stack) == (None, "")
    assert capsys.readouterr().err == ""


@pytest.fixture
def tracker(job: Job) -> Tracker:
    from arguide.cli.sources import open_source

    return open_source(job.profile, "sim://polaris?scenario=lumbar-facet", lambda: 0.0)
