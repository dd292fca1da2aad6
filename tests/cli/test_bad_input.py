"""Every mistake a user can make on the command line ends in one line that says what to do, and a non-zero status."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from arguide.asset_files import find_scenario
from arguide.cli import main


def one_line(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """The one line that ends the command."""
    assert main(arguments) == 1
    line = capsys.readouterr().err.strip().splitlines()[-1]
    assert line.startswith("arguide: ")
    return line


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    """A copy of the shipped scenario to spoil."""
    return Path(shutil.copytree(find_scenario("lumbar-facet").parent, tmp_path / "mine"))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["run", "lumbar-facet", "--port", "/dev/ttyNOPE"], "no such port"),
        (["run", "lumbar-facet", "--port", "socket://127.0.0.1:1"], "nobody listens"),
        (["run", "lumbar-facet", "--port", "sim://polaris?modell=x"], "no option 'modell'"),
        (["run", "lumbar-facet", "--port", "sim://", "--plan", "Nowhere"], "choose one of these"),
        (["run", "lumbar-facet", "--port", "sim://", "--profile", "nope"], "no tracker profile 'nope'"),
        (["run", "nope", "--port", "sim://"], "one of these that ship: "),
        (["demo", "--size", "big"], "expected WIDTHxHEIGHT"),
        (["demo", "--plan", "Nowhere", "--fast"], "choose one of these"),
        (["replay", "nope.mcap"], "cannot be read"),
        (["replay", __file__], "not a recording"),
        (["scenario", "check", "nope"], "no scenario 'nope'"),
    ],
)
def test_wrong_words(arguments: list[str], says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = ["--headless", "-o", str(tmp_path / "out")] if arguments[0] in ("run", "demo") else []
    assert says in one_line([*arguments, *out], capsys)


def test_a_missing_mesh(scenario: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    next((scenario / "meshes").glob("aorta*")).unlink()
    line = one_line(["demo", "--fast", "--scenario", str(scenario), "-o", str(tmp_path / "out")], capsys)
    assert "aorta" in line and "no such file" in line


def test_a_corrupt_mesh(scenario: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mesh = next((scenario / "meshes").glob("aorta*"))
    mesh.write_bytes(mesh.read_bytes()[:1000])
    line = one_line(["demo", "--fast", "--scenario", str(scenario), "-o", str(tmp_path / "out")], capsys)
    assert "aorta" in line


def test_a_spoiled_scenario(scenario: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = scenario / "scenario.toml"
    file.write_text(file.read_text().replace("risk_margin_mm", "risk_margin", 1))
    assert "risk_margin: unknown key; did you mean 'risk_margin_mm'?" in one_line(
        ["scenario", "check", str(scenario)], capsys
    )


def test_a_recording_is_never_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "session.mcap").write_bytes(b"precious")
    line = one_line(["run", "lumbar-facet", "--port", "sim://", "--headless", "-o", str(tmp_path)], capsys)
    assert "never overwritten" in line and (tmp_path / "session.mcap").read_bytes() == b"precious"


def test_help_has_examples(capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("demo", "run", "replay", "scenario", "emulate"):
        with pytest.raises(SystemExit) as left:
            main([command, "--help"])
        assert left.value.code == 0
        assert f"  arguide {command} " in capsys.readouterr().out


def test_list_and_check(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scenario", "list"]) == 0
    assert "lumbar-facet" in capsys.readouterr().out
    assert main(["scenario", "check", "lumbar-facet"]) == 0
    said = capsys.readouterr().out
    assert "L4 vertebra" in said and "NOT CLOSED" not in said


def test_a_reader_that_has_read_enough_is_no_error() -> None:
    done = subprocess.run(
        ["sh", "-c", f"{sys.executable} -m arguide scenario list | true"], capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
