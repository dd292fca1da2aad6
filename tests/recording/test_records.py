"""The header: hashes, clocks, and nothing of the user's home."""

import hashlib
from pathlib import Path

import pytest

from arguide.errors import RecordingError
from arguide.recording.mcap_layout import header_from, metadata_of
from arguide.recording.records import header_of, without_home
from arguide.settings.profile import ToolProfile, TrackerProfile
from arguide.settings.scenario import Plan, Scenario, Structure, Tissue
from tests.recording.made_states import header

PLAN = Plan(name="L4", entry=(0, 0, 0), target=(0, 50, 0))


@pytest.fixture
def bench(tmp_path) -> tuple[Scenario, TrackerProfile]:
    for name, text in {"s.toml": 'from = "/home/anna/x"', "skin.ply": "ply", "p.toml": "baud", "n.rom": "NDI"}.items():
        (tmp_path / name).write_text(text)
    skin = Structure(name="skin", label="Skin", tissue=Tissue.SKIN, mesh=tmp_path / "skin.ply", color="#ffffff")
    scenario = Scenario(
        name="s",
        title="S",
        summary="",
        procedure="",
        file=tmp_path / "s.toml",
        structures=(skin,),
        fiducials=(),
        plans=(PLAN,),
    )
    profile = TrackerProfile(
        name="p",
        title="P",
        driver="ndi",
        baud=9600,
        rate_hz=60.0,
        reply="BX",
        stale_after_s=0.05,
        tools=(ToolProfile(name="needle", definition=tmp_path / "n.rom"),),
        file=tmp_path / "p.toml",
    )
    return scenario, profile


def test_header_hashes_every_file_and_knows_both_clocks(bench):
    made = header_of(*bench, PLAN, monotonic_s=5.0, wall_ns=10**18)
    assert made.mesh_sha256 == {"skin": hashlib.sha256(b"ply").hexdigest()}
    assert made.rom_sha256 == {"needle": hashlib.sha256(b"NDI").hexdigest()}
    assert made.scenario_sha256 == hashlib.sha256(b'from = "/home/anna/x"').hexdigest()
    assert made.wall_ns(6.5) == 10**18 + 1_500_000_000


def test_header_tells_nothing_of_the_users_home(bench):
    home = str(Path.home())
    made = header_of(*bench, PLAN, extra={"port": f"{home}/pty"})
    text = repr(metadata_of(made))
    assert "anna" not in text
    assert home not in text
    assert made.scenario_toml == 'from = "~/x"'


@pytest.mark.parametrize(
    "path", ["/home/anna/a.toml", "/Users/anna/a.toml", r"C:\Users\anna\a.toml", r"C:\\Users\\anna\\a.toml"]
)
def test_homes_of_all_systems_are_taken_out(path):
    assert "anna" not in without_home(f'mesh = "{path}"')
    assert "a.toml" in without_home(f'mesh = "{path}"')


def test_a_missing_mesh_is_named(bench, tmp_path):
    (tmp_path / "skin.ply").unlink()
    with pytest.raises(RecordingError, match="skin.ply"):
        header_of(*bench, PLAN)


def test_header_through_metadata():
    assert header_from(metadata_of(header())) == header()


@pytest.mark.parametrize("name", ["clocks", "scenario", "tracker", "remarks"])
def test_missing_metadata_is_named(name):
    metadata = metadata_of(header())
    del metadata[name]
    with pytest.raises(RecordingError, match=name):
        header_from(metadata)


@pytest.mark.parametrize("time_s", [float("nan"), float("inf"), -1e300, 1e300, -1e9])
def test_impossible_times_stay_in_64_bits(time_s):
    assert 0 <= header().wall_ns(time_s) < 2**64
