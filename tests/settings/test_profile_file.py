"""Tracker profiles: what ships is read, and every mistake is named by file, key and reason."""

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from arguide.asset_files import hardware
from arguide.errors import SettingsError
from arguide.settings.profile_file import BAUDS, read_profile
from arguide.trackers.ndi.commands import BAUD_CODES
from arguide.trackers.ndi.question import BYTES_PER_TOOL
from arguide.trackers.opening import DRIVERS

SHIPPED = sorted((hardware() / "trackers").glob("*.toml"))
GOOD = """
schema = 1
title = "A tracker"
driver = "ndi"
baud = 115200
rate_hz = 20
[[tool]]
name = "stylus"
definition = "stylus.rom"
tip_mm = [0, 0, 160]
direction = [0, 0, 2]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(hardware() / "tools" / "stylus.rom", tmp_path)
    return tmp_path


def read(folder: Path, text: str) -> object:
    file = folder / "bench.toml"
    file.write_text(text)
    return read_profile(file)


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_shipped_profiles(file: Path) -> None:
    profile = read_profile(file)
    assert profile.name == file.stem
    assert profile.driver in DRIVERS
    assert profile.reply in ((*BYTES_PER_TOOL, "auto") if profile.driver == "ndi" else ("binary", "text"))
    assert profile.driver != "ndi" or all(tool.definition or tool.wired for tool in profile.tools)
    assert {"reference", "stylus", "needle"} <= {tool.name for tool in profile.tools}
    for name in ("stylus", "needle"):
        tool = profile.tool(name)
        assert tool is not None
        assert tool.tip_mm is not None
        assert tool.direction == (0.0, 0.0, 1.0)


def test_defaults_and_unit_length(folder: Path) -> None:
    profile = read_profile_of(folder, GOOD)
    assert (profile.reply, profile.handshake, profile.filter) == ("auto", False, "none")
    assert profile.stale_after_s == pytest.approx(0.15)
    assert profile.tools[0].direction == (0.0, 0.0, 1.0)
    assert profile.tools[0].definition == folder.resolve() / "stylus.rom"


def read_profile_of(folder: Path, text: str):  # type: ignore[no-untyped-def]
    read(folder, text)
    return read_profile(folder / "bench.toml")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("baud = 115200", "baud = 115000", r"baud: expected one of .*did you mean 115200\?"),
        ("baud = 115200", 'baud = "fast"', "baud: expected a whole number"),
        ("baud = 115200", "", "baud: missing"),
        ("rate_hz = 20", "rate_hz = 0", "rate_hz: expected a number from 1"),
        ('driver = "ndi"', 'driver = "ndy"', r"driver: expected one of ndi, .*; got 'ndy'; did you mean 'ndi'\?"),
        ("rate_hz = 20", 'rate_hz = 20\nreply = "BX9"', "reply: expected one of auto, BX2, BX, TX"),
        ("rate_hz = 20", "rate_hz = 20\nstale_after_s = 0.05", "stale_after_s: expected a number from 0.1 to 2"),
        ("rate_hz = 20", 'rate_hz = 20\nhandshake = "no"', "handshake: expected true or false"),
        ("rate_hz = 20", "rate_hz = 20\nbaut = 9600", r"baut: unknown key; did you mean 'baud'\?"),
        ('"stylus.rom"', '"styles.rom"', r"tool\[1\]\.definition: no such file: .*styles\.rom"),
        ("[0, 0, 160]", "[0, 0]", r"tool\[1\]\.tip_mm: expected three finite numbers"),
        ("[0, 0, 160]", "[0, 0, 16000]", r"tool\[1\]\.tip_mm: .*the unit is mm"),
        ("[0, 0, 2]", "[0, 0, 0]", r"tool\[1\]\.direction: a direction must not be"),
        ("direction", "directoin", r"tool\[1\]\.directoin: unknown key"),
        ('name = "stylus"', 'name = ""', r"tool\[1\]\.name: expected a text that is not empty"),
        ("schema = 1", "schema = 2", "schema: .*update arguide"),
        ("[[tool]]", "[tool]", r"tool: expected tables \[\[tool\]\]"),
        ("schema = 1", "schema = ", "not valid TOML"),
    ],
)
def test_mistakes_are_named(folder: Path, old: str, new: str, words: str) -> None:
    assert old in GOOD
    with pytest.raises(SettingsError, match=f"bench.toml: {words}"):
        read(folder, GOOD.replace(old, new))


def test_at_least_one_tool(folder: Path) -> None:
    with pytest.raises(SettingsError, match=r"tool: at least 1 \[\[tool\]\] needed"):
        read(folder, GOOD.partition("[[tool]]")[0])


def test_tools_must_differ(folder: Path) -> None:
    second = GOOD.partition("[[tool]]")[2]
    with pytest.raises(SettingsError, match="the name 'stylus' is used twice"):
        read(folder, GOOD + "[[tool]]" + second)
    with pytest.raises(SettingsError, match="stylus.rom is used twice"):
        read(folder, GOOD + "[[tool]]" + second.replace('"stylus"', '"needle"'))


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"nowhere\.toml: cannot be read"):
        read_profile(tmp_path / "nowhere.toml")


def test_speeds_are_those_of_the_protocol() -> None:
    assert set(BAUDS) == set(BAUD_CODES)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.integers(0, len(GOOD) - 1), st.sampled_from(list('"=[]#\n0-x')))
def test_any_single_typing_error_is_a_profile_or_a_named_error(folder: Path, at: int, letter: str) -> None:
    try:
        read(folder, GOOD[:at] + letter + GOOD[at + 1 :])
    except SettingsError as error:
        assert "bench.toml" in str(error)
