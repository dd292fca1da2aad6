"""docs/emulator.md says what the emulator does."""

import re
from pathlib import Path

import pytest
from arguide_sim.__main__ import _parser
from arguide_sim.faults.kinds import KINDS
from arguide_sim.ndi.commands import ALWAYS, COMMANDS, DIAGNOSTIC, INITIALIZED, MEASURING, SETUP, TRACKING
from arguide_sim.ndi.models import MODELS

from arguide.asset_files import fault_names

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


def test_every_fault_and_script_is_named() -> None:
    table = PAGE.split("| where | kinds |")[1].split("\n\n")[0]
    assert set(re.findall(r"`([a-z-]+)`", table)) == set(KINDS)
    assert all(f"`{name}`" in PAGE for name in fault_names())
    for name, kind in KINDS.items():
        told = re.search(rf"`{name}`(?: \(([^)]*)\))?", table)
        assert told and set(filter(None, (told[1] or "").split(", "))) <= set(kind.takes), name
