"""`arguide doctor` and `arguide monitor` as they are typed."""

import json
import math

import numpy as np
import pytest

from arguide.asset_files import find_profile
from arguide.cli import command_line
from arguide.cli.monitor import BARS, WIDTH, View, cells, sparkline
from arguide.geometry.transforms import translation
from arguide.settings.profile_file import read_profile
from arguide.trackers.reading import Reading, Sample, Visibility

PORT = "sim://polaris?clock=step&seed=1&motion=wave"


def test_doctor_prints_a_checklist_and_a_next_step(capsys: pytest.CaptureFixture[str]) -> None:
    status = command_line.main(["doctor", PORT, "--profile", "emulated", "--seconds", "0.2"])
    out = capsys.readouterr().out
    assert status in (0, 1)
    assert "tool needle: seen in" in out
    assert "Next step: " in out


def test_doctor_for_machines(capsys: pytest.CaptureFixture[str]) -> None:
    assert command_line.main(["doctor", "/dev/nowhere", "--json"]) == 2
    report = json.loads(capsys.readouterr().out)
    assert (report["port"], report["grade"]) == ("/dev/nowhere", "bad")
    assert report["items"][0]["next_step"] == report["next_step"] != ""


def test_doctor_finds_nothing(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("arguide.trackers.searching.likely_ports", list)
    assert command_line.main(["doctor"]) == 2
    assert "is it switched on" in capsys.readouterr().err
    assert command_line.main(["doctor", "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["port"] is None


def test_monitor_draws_and_ends(capsys: pytest.CaptureFixture[str]) -> None:
    assert command_line.main(["monitor", "--port", PORT, "--profile", "emulated", "--seconds", "0.3"]) == 0
    assert "reference" in capsys.readouterr().out


def test_monitor_names_a_port_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert command_line.main(["monitor", "--port", "/dev/nowhere", "--profile", "emulated"]) == 1
    assert "no such port" in capsys.readouterr().err


def test_cells_of_a_seen_and_of_a_hidden_tool() -> None:
    pose = translation([1.25, -2, 3])
    seen = Reading("needle", pose, Visibility.VISIBLE, 0.1234, buttons=0b101)
    assert cells(seen) == ["needle", "visible", "1.2", "-2.0", "3.0", "0.123", "13"]
    hidden = Reading("needle", None, Visibility.HIDDEN, why="too few markers seen")
    assert cells(hidden)[:3] == ["needle", "hidden: too few markers seen", ""]


def test_sparkline() -> None:
    assert sparkline([]) == ""
    assert sparkline([0.0, 0.5, 1.0]) == BARS[0] + BARS[4] + BARS[7]
    assert sparkline([1.0, math.nan, 1.0]) == BARS[7] + " " + BARS[7]
    assert sparkline([math.nan] * 3) == "   "
    assert sparkline([0.0, 0.0]) == BARS[0] * 2
    assert len(sparkline([float(x) for x in np.arange(1000)])) <= WIDTH


def test_rate_of_the_view() -> None:
    profile = read_profile(find_profile("emulated"))
    view = View(profile)
    assert view.rate_hz == 0
    for k in range(61):
        view.take(Sample(k, k / 60, {}))
    assert view.rate_hz == pytest.approx(60)
