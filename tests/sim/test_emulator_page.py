"""docs/emulator.md says what the emulator does."""

import re
from pathlib import Path

import pytest
from arguide_sim.__main__ import _parser
from arguide_sim.ndi.commands import COMMANDS
from arguide_sim.ndi.models import MODELS

PAGE = (Path(__file__).parents[2] / "docs" / "emulator.md").read_text(encoding="utf-8")
ROWS = {"always": 3, "after `INIT`": 2, "in setup": 1, "while tracking": 1}


@pytest.mark.parametrize("row", ROWS)
def test_the_table_of_commands_is_the_programs_own(row: str) -> None:
    (line,) = re.findall(rf"^\| {re.escape(row)} \| (.*) \|$", PAGE, re.MULTILINE)
    listed = set(re.findall(r"`([A-Z]+)`", line))
    for name in listed:
        assert len(COMMANDS[name].modes) == ROWS[row], name


def test_no_command_is_left_out() -> None:
    listed = [name for row in ROWS for name in re.findall(r"`([A-Z]+)`", PAGE.split(f"| {row} |")[1].split("\n")[0])]
    assert sorted(listed) == sorted(COMMANDS)


def test_every_option_and_model_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        _parser().parse_args(["polaris", "--help"])
    options = set(re.findall(r"--[a-z][a-z-]*", capsys.readouterr().out)) - {"--help"}
    assert options <= set(re.findall(r"--[a-z][a-z-]*", PAGE))
    assert all(f"`{model}`" in PAGE for model in MODELS)
