"""What touches real equipment: tools are unmistakable and reproducible, rules and pages name what exists."""

import importlib.util
import re
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from arguide.asset_files import hardware
from arguide.settings.profile_file import read_profile
from arguide.trackers.ndi.rom import rom_image

CHECKOUT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def make_tools() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_tools", CHECKOUT / "hardware" / "make_tools.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_shipped_files_are_what_the_script_makes(make_tools: ModuleType) -> None:
    shipped = {file.stem: file.read_bytes() for file in (hardware() / "tools").glob("*.rom")}
    assert {name: rom_image(tool) for name, tool in make_tools.TOOLS.items()} == shipped


def test_tools_are_unmistakable(make_tools: ModuleType) -> None:
    assert make_tools.check(make_tools.TOOLS) == []


def test_check_sees_what_is_mistakable(make_tools: ModuleType) -> None:
    tool = make_tools.TOOLS["stylus"]
    square = replace(tool, markers=((0, 0, 0), (60, 0, 0), (60, 60, 0), (0, 60, 0)))
    near = replace(tool, markers=((0, 0, 0), (10, 0, 0), (0, 0, 70), (0, 90, 0)))
    moved = replace(tool, markers=tuple((x + 5, y, z) for x, y, z in tool.markers))
    assert "differ by only" in make_tools.check({"square": square})[0]
    assert "10.0 mm apart" in make_tools.check({"near": near})[0]
    assert make_tools.check({"one": tool, "other": moved}) == ["one and other: share a triangle of markers"]


def test_serial_numbers_differ(make_tools: ModuleType) -> None:
    serials = {tool.serial_number for tool in make_tools.TOOLS.values()}
    assert len(serials) == len(make_tools.TOOLS)


def test_markers_stay_well_away_from_the_tip(make_tools: ModuleType) -> None:
    for tool in read_profile(hardware() / "trackers" / "emulated.toml").tools:
        if tool.tip_mm is not None:
            distances = np.linalg.norm(make_tools.TOOLS[tool.name].positions - np.array(tool.tip_mm), axis=1)
            assert distances.min() > 80, tool.name


def test_rules_cover_the_makers_converters() -> None:
    rules = (hardware() / "99-arguide-trackers.rules").read_text()
    tty = [line for line in rules.splitlines() if line.startswith('SUBSYSTEM=="tty"')]
    assert all('GROUP="dialout"' in line and "ID_MM_PORT_IGNORE" in line for line in tty)
    assert any('ATTRS{idVendor}=="0403", ATTRS{idProduct}=="da7[0-4]"' in line for line in tty)


@pytest.mark.parametrize("page", ["hardware/BRING_UP.md", "docs/trackers.md"])
def test_pages_name_files_that_exist(page: str) -> None:
    text = (CHECKOUT / page).read_text(encoding="utf-8")
    named = set(re.findall(r"\b(?:hardware|docs|arguide)/[\w./-]*\w\.\w+", text))
    assert named
    assert [name for name in sorted(named) if not (CHECKOUT / name).exists()] == []
