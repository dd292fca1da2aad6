"""docs/emulator.md says what the emulator does."""

import re
from pathlib import Path

import pytest
from arguide_sim.__main__ import _parser
from arguide_sim.ndi.commands import ALWAYS, COMMANDS, DIAGNOSTIC, INITIALIZED, MEASURING, SETUP, TRACKING
from arguide_sim.ndi.models import MODELS

PAGE = (Path(__file__).parents[2] / "docs" / "emulator.md").read_text(encoding="utf-8")
ROWS = {
    "always": ALWAYS,
    "after `INIT`": INITIALIZED,
    "in setup": SETUP,
    "while tracking": TRACKING,
    "while tracking or in diagnostic mode": MEASURING,
    "in diagnostic mode": DIAGNOSTIC,
}


def listed(row: str) -> set[str]:
    (line,) = re.findall(rf"^\| {re.escape(row)} \| (.*) \|$", PAGE, re.MULTILINE)
    return set(re.findall(r"`([A-Z0-9]+)`", line))


@pytest.mark.parametrize("row", ROWS)
def test_the_table_of_commands_is_the_programs_own(row: str) -> None:
    assert listed(row) == {name for name, command in COMMANDS.items() if command.modes == ROWS[row]}


def test_every_option_and_model_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        _parser().parse_args(["polaris", "--help"])
    options = set(re.findall(r"--[a-z][a-z-]*", capsys.readouterr().out)) - {"--help"}
    assert options <= set(re.findall(r"--[a-z][a-z-]*", PAGE))
    assert all(f"`{model}`" in PAGE for model in MODELS)
