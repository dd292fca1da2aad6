"""The checklist names what is wrong and what to do first; the search asks all ports at once."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from fastcrc.crc16 import arc as crc16

from arguide.asset_files import find_profile
from arguide.errors import PortError
from arguide.ports.scripted import ScriptedPort
from arguide.settings.profile_file import read_profile
from arguide.trackers.checks import examine, line_ms
from arguide.trackers.doctor import Facts, Grade, Item, ToolFacts
from arguide.trackers.examining import gather
from arguide.trackers.ndi.commands import encode
from arguide.trackers.ndi.exchange import Exchange
from arguide.trackers.searching import Probe, probe, probe_all, profile_for

TOOL = ToolFacts(name="needle", file="needle.rom", seen=1.0, state="visible", error_mm=0.1, noise_mm=0.05)
WELL = Facts(
    port="/dev/ttyUSB0",
    device="Polaris Spectra",
    profile="polaris-spectra",
    reply="BX",
    baud=921600,
    wanted_baud=921600,
    nominal_hz=60.0,
    measured_hz=60.1,
    seconds=3.0,
    frames=180,
    exchange_s=0.003,
    jitter_s=0.001,
    latency_s=0.002,
    drift_ppm=30.0,
    drift_error_ppm=5.0,
    tools=(TOOL,) * 4,
)


def item(facts: Facts, name: str) -> Item:
    return next(item for item in examine(facts).items if item.name == name)


def test_all_is_well() -> None:
    report = examine(WELL)
    assert report.grade is Grade.GOOD
    assert "arguide run" in report.next_step
    assert all(not item.next_step for item in report.items)
    assert json.loads(json.dumps(report.as_json()))["grade"] == "good"


def test_only_what_was_measured_is_told() -> None:
    assert "ppm" not in item(WELL, "time").text, "three seconds say nothing about a clock"
    assert "+30 ± 22 ppm" in item(replace(WELL, seconds=60.0), "time").text
    sensors = replace(WELL, driver="fastrak", exchange_s=None, jitter_s=None, latency_s=None, spread_s=0.0004)
    assert "0.4 ms early or late" in item(sensors, "time").text and "jitter" not in item(sensors, "time").text
    one = replace(WELL, tools=(TOOL,), measured_hz=20.0)
    assert item(one, "room on the line").text.startswith("1 tool needs") and "lasts 50.0 ms" in str(examine(one))
    assert examine(replace(WELL, bad_replies=1)).grade is Grade.GOOD, "one is chance"


def test_the_last_step_can_be_typed_as_it_stands() -> None:
    report = examine(replace(WELL, port="sim://polaris?seed=1&clock=step", profile="my bench.toml"))
    assert report.next_step.endswith("lumbar-facet --port 'sim://polaris?seed=1&clock=step' --profile 'my bench.toml'")
    silent = examine(replace(WELL, silence="x: no tracker answers at 9600 baud; is it on?"))
    assert "--profile: polhemus-fastrak" in silent.next_step


def test_arithmetic_of_the_line() -> None:
    """BX of four tools is 179 bytes, TX 291; the question is 13 more."""
    assert line_ms("BX", 4, 115200) == pytest.approx(10_000 * (179 + 13) / 115200)
    assert line_ms("TX", 4, 921600) == pytest.approx(10_000 * (291 + 13) / 921600)


@pytest.mark.parametrize(
    ("change", "name", "grade", "text", "step"),
    [
        (
            {"port_trouble": "x: no permission; install the rule"},
            "port",
            Grade.BAD,
            "no permission",
            "install the rule",
        ),
        ({"port_trouble": "x: in use by cat (process 7); close it"}, "port", Grade.BAD, "in use by cat", "close it"),
        (
            {"port_trouble": "x: no such port; found: y"},
            "port",
            Grade.BAD,
            "no such port",
            "name the right port; found: y",
        ),
        ({"silence": "x: no tracker answers; is it on?"}, "device", Grade.BAD, "no tracker answers", "is it on?"),
        (
            {"reply": "TX", "baud": 115200},
            "room on the line",
            Grade.BAD,
            "4 tools need 26.4 ms by TX at 115200 baud, a frame lasts 16.7 ms",
            "baud = 230400",
        ),
        (
            {"reply": "TX", "baud": 57600, "nominal_hz": 20, "measured_hz": 20},
            "room on the line",
            Grade.BAD,
            "52.8",
            "BX",
        ),
        ({"baud": 9600, "tools": (TOOL,) * 24}, "room on the line", Grade.BAD, "24 tools", "baud = 921600"),
        ({"measured_hz": 3.6}, "rate", Grade.WARNING, "3.6 frames a second, 60", "rate_hz = 4"),
        ({"measured_hz": 30, "skipped": 180}, "rate", Grade.WARNING, "180 of 360 skipped", "too late"),
        ({"frames": 0}, "rate", Grade.BAD, "no frame", "status lights"),
        ({"bad_replies": 9}, "replies", Grade.WARNING, "9 damaged", "shorten the cable"),
        ({"refused": 2}, "replies", Grade.WARNING, "2 refused", "status lights"),
        ({"settings_trouble": "a.toml: no such file; make it"}, "profile", Grade.BAD, "no such file", "make it"),
        ({"holder": "cat (process 7)"}, "port", Grade.WARNING, "cat (process 7) has it open too", "close cat"),
        ({"warnings": ("tool b: may be confused",)}, "setup", Grade.WARNING, "confused", "change the marker places"),
        ({"jitter_s": 0.012}, "time", Grade.WARNING, "jitter 12.0 ms", "latency timer"),
        ({"warnings": ("running at 115200 baud: refused",)}, "setup", Grade.WARNING, "running at", "better converter"),
        ({"alerts": ("too much infrared light: shade it",)}, "tracker says", Grade.WARNING, "infrared", "shade it"),
    ],
)
def test_trouble_is_named_with_its_next_step(
    change: dict[str, object], name: str, grade: Grade, text: str, step: str
) -> None:
    facts = replace(WELL, **change)  # type: ignore[arg-type]
    found = item(facts, name)
    assert found.grade is grade
    assert text in found.text
    assert step in found.next_step
    assert examine(facts).grade is grade


@pytest.mark.parametrize(
    ("state", "why", "step"),
    [
        ("hidden", "", "three of its markers"),
        ("hidden", "not plugged in", "plug needle in"),
        ("out of volume", "", "middle of the tracker's volume"),
        ("hidden", "its markers do not fit its definition", "definition of this very needle"),
        ("hidden", "interference", "shade"),
        ("disturbed", "field disturbed", "metal"),
    ],
)
def test_invisible_tools_and_why(state: str, why: str, step: str) -> None:
    facts = replace(WELL, tools=(replace(TOOL, seen=0.2, state=state, why=why),))
    found = item(facts, "tool needle")
    assert "seen in 20 %" in found.text
    assert step in found.next_step
    assert examine(facts).next_step == found.next_step


def test_what_is_bad_comes_before_what_could_be_better() -> None:
    report = examine(replace(WELL, bad_replies=9, baud=9600))
    assert report.grade is Grade.BAD
    assert "baud" in report.next_step


# The search


def answer(text: str) -> bytes:
    return f"{text}{crc16(text.encode()):04X}\r".encode()


def test_probe_finds_the_speed_and_says_who_is_there() -> None:
    known = {
        "Features.Hardware.Model": "Polaris Vicra",
        "Features.Hardware.Serial Number": "P6",
        "Features.Firmware.Version": "7",
    }
    port = ScriptedPort(
        [
            (encode("APIREV"), b""),
            (encode("APIREV"), answer("G.001.005")),
            *((encode("GET", name), answer(f"{name}={value}\n")) for name, value in known.items()),
        ]
    )
    found = probe("/dev/x", lambda url: port, port.clock)
    assert found.identity is not None
    assert (found.identity.model, found.baud) == ("Polaris Vicra", 115200)
    assert port.closed


def test_probe_of_a_silent_port_ends_in_time_and_of_a_barred_one_says_why() -> None:
    port = ScriptedPort([(encode("APIREV"), b"")] * 9)
    assert probe("/dev/x", lambda url: port, port.clock).identity is None
    assert port.time_s < 3
    assert port.closed

    def barred(url: str) -> ScriptedPort:
        raise PortError(f"{url}: no permission; do something")

    assert "no permission" in probe("/dev/x", barred).trouble


def test_ports_are_asked_at_the_same_time_and_late_ones_are_left() -> None:
    together = threading.Barrier(3, timeout=5)
    never = threading.Event()

    def probing(url: str) -> Probe:
        if url == "stuck":
            never.wait(5)
        else:
            together.wait()  # passes only when all three are asked at once
        return Probe(url, 9600)

    began = time.monotonic()
    found = probe_all(["a", "b", "stuck", "c"], probing, limit_s=0.5)
    never.set()
    assert time.monotonic() - began < 3
    assert [probe.port for probe in found] == ["a", "b", "stuck", "c"]
    assert [probe.baud for probe in found] == [9600, 9600, 0, 9600]
    assert "did not answer" in found[2].trouble


@contextmanager
def no_waiting() -> Iterator[str]:
    yield "sim://polaris?clock=step&seed=1&motion=wave"


def test_facts_of_an_emulated_tracker() -> None:
    profile = replace(read_profile(find_profile("emulated")), filter="kalman")
    with no_waiting() as url:
        facts = gather(profile, url, seconds=0.3)
    assert facts.silence == facts.port_trouble == ""
    assert "Polaris Spectra" in facts.device
    assert (facts.reply, len(facts.tools)) == ("BX", 4)
    assert facts.frames > 20
    assert all(0.5 < tool.seen <= 1 for tool in facts.tools)
    assert "kalman" in facts.filter_report


def test_what_went_wrong_while_looking_for_the_tracker_says_nothing_of_the_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One that was left at another speed does not answer at first."""
    real = Exchange.ask

    def ask(exchange: Exchange, name: str, *more: object, **named: object) -> str:
        exchange.statistics.timeouts += name == "APIREV"
        return real(exchange, name, *more, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(Exchange, "ask", ask)
    facts = gather(read_profile(find_profile("emulated")), "sim://polaris?clock=step&seed=1&motion=wave", 0.1)
    assert facts.timeouts == 0 and facts.frames > 2


def test_a_damaged_tool_file_is_found_before_any_device(tmp_path: Path) -> None:
    profile = read_profile(find_profile("emulated"))
    spoilt = tmp_path / "needle.rom"
    spoilt.write_bytes(bytes(752))
    tool = replace(profile.tools[0], definition=spoilt)
    report = examine(gather(replace(profile, tools=(tool,)), "/dev/nowhere", 0.1))
    assert report.items[0].name == "profile" and "no tool definition" in report.next_step


def test_magnetic_sensors_have_a_speed_and_no_frame_numbers() -> None:
    facts = gather(read_profile(find_profile("polhemus-fastrak")), "sim://fastrak?motion=wave", 0.3)
    assert (facts.baud, facts.reply, facts.jitter_s) == (115200, "binary", None)
    assert facts.tools[0].file == "station 1" and facts.spread_s > 0


def test_a_port_that_is_not_there() -> None:
    profile = profile_for("/dev/nowhere", "polaris-vicra")
    assert profile.name == "polaris-vicra"
    assert profile_for("/dev/nowhere", None).name == "emulated"
    report = examine(gather(profile, "/dev/nowhere", 0.1))
    assert report.grade is Grade.BAD
    assert "no such port" in report.items[0].text
