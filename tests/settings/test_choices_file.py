"""The last choices: kept whole, read back the same, and lost without harm when the file is spoilt."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arguide.errors import SettingsError
from arguide.settings.choices_file import (
    FILE,
    LARGEST_SCALE,
    LEAST_SCALE,
    Choices,
    Source,
    ThemeName,
    default_file,
    read_choices,
    remember_looks,
    write_choices,
)

LINES = st.text(st.characters(codec="utf-8"), max_size=60).filter(str.isprintable)
CHOICES = st.builds(
    Choices,
    scenario=LINES,
    plan=LINES,
    source=st.sampled_from(Source),
    port=LINES,
    address=LINES,
    camera=LINES,
    profile=LINES,
    picture=LINES,
    trainee=LINES,
    guidance=LINES,
    theme=st.sampled_from(ThemeName),
    scale=st.floats(LEAST_SCALE, LARGEST_SCALE),
)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("choices") / "deep" / "choices.toml"


@given(CHOICES)
def test_what_is_kept_is_read_back(file: Path, choices: Choices) -> None:
    write_choices(choices, file)
    assert read_choices(file) == (choices, "")
    assert [path.name for path in file.parent.iterdir()] == [file.name]


@given(st.binary(max_size=300), st.integers(0, 400), st.booleans())
def test_a_spoilt_file_costs_the_choices_and_nothing_else(file: Path, junk: bytes, at: int, cut: bool) -> None:
    write_choices(Choices(), file)
    whole = file.read_bytes()
    file.write_bytes(whole[:at] if cut else whole[:at] + junk + whole[at:])
    choices, why = read_choices(file)
    assert choices == Choices() or not why
    assert "\n" not in why


@pytest.mark.parametrize(
    "text",
    [
        "schema = 2\n",
        "scale = 1.0\n",
        'schema = 1\nsource = "magic"\n',
        "schema = 1\nscale = 50\n",
        "schema = 1\nport = 3\n",
    ],
)
def test_why_is_told(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    choices, why = read_choices(file)
    assert choices == Choices() and str(file) in why


def test_a_text_without_end_is_no_choice(file: Path) -> None:
    write_choices(Choices(trainee="x" * 300), file)
    assert "trainee" in read_choices(file)[1]


def test_there_is_nothing_to_tell_the_first_time(tmp_path: Path) -> None:
    assert read_choices(tmp_path / "none.toml") == (Choices(), "")


def test_looks_are_kept_beside_the_rest(tmp_path: Path) -> None:
    file = tmp_path / "choices.toml"
    before = Choices(trainee="seven", source=Source.SERIAL)
    write_choices(before, file)
    remember_looks(ThemeName.LIGHT, 1.4, file)
    assert read_choices(file)[0] == replace(before, theme=ThemeName.LIGHT, scale=1.4)


def test_a_crash_leaves_the_last_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "choices.toml"
    write_choices(Choices(trainee="first"), file)

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(SettingsError, match="No space left"):
        write_choices(Choices(trainee="second"), file)
    assert read_choices(file)[0].trainee == "first"
    assert [path.name for path in tmp_path.iterdir()] == ["choices.toml"]


def test_the_environment_names_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FILE, str(tmp_path / "mine.toml"))
    assert default_file() == tmp_path / "mine.toml"
    monkeypatch.delenv(FILE)
    assert default_file().name == "choices.toml" and default_file().parent.name == "arguide"
