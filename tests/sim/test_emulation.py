"""Options, determinism, and the port inside the process."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from arguide_sim.__main__ import write_truth
from arguide_sim.clock import WallTime
from arguide_sim.emulation import MOTIONS, Options
from arguide_sim.ndi.crc import ascii_reply, crc16
from arguide_sim.ndi.models import MODELS
from arguide_sim.port import SimPort, open_port
from hypothesis import given
from hypothesis import strategies as st

from arguide.asset_files import hardware
from arguide.errors import ArguideError, PortError, SettingsError

TOOLS = ("reference", "stylus", "needle", "probe")


def ask(port: SimPort, command: str) -> bytes:
    port.write(f"{command}{crc16(command.encode()):04X}\r".encode())
    return port.read(0.0)


def bring_up(port: SimPort) -> None:
    assert ask(port, "INIT:") == b"OKAYA896\r"
    for number, tool in enumerate(TOOLS, 1):
        image = (hardware() / "tools" / f"{tool}.rom").read_bytes().ljust(768, b"\0")
        assert ask(port, "PHRQ:*********1****") == ascii_reply(f"{number:02X}")
        for at in range(0, 768, 64):
            assert ask(port, f"PVWR:{number:02X}{at:04X}{image[at : at + 64].hex()}") == b"OKAYA896\r"
        assert ask(port, f"PINIT:{number:02X}") == b"OKAYA896\r"
        assert ask(port, f"PENA:{number:02X}D") == b"OKAYA896\r"
    assert ask(port, "TSTART:80") == b"OKAYA896\r"


def session(url: str, frames: int = 40) -> list[bytes]:
    port = open_port(url)
    bring_up(port)
    replies = [ask(port, "BX:0801") for _ in range(frames)] + [ask(port, "TX:0801") for _ in range(frames)]
    port.close()
    return replies


def test_the_same_seed_gives_the_same_bytes() -> None:
    first = session("sim://polaris?clock=step&seed=7")
    assert session("sim://polaris?clock=step&seed=7&scenario=lumbar-facet&model=spectra") == first
    assert session("sim://polaris?clock=step&seed=8") != first
    assert len(set(first)) == len(first), "every frame is another one"


def test_a_session_can_be_started_again_from_its_beginning() -> None:
    port = open_port("sim://polaris?clock=step")
    bring_up(port)
    first = [ask(port, "BX:0801") for _ in range(5)]
    ask(port, "TSTOP:")
    ask(port, "TSTART:80")
    assert [ask(port, "BX:0801") for _ in range(5)] == first


@pytest.mark.parametrize("motion", MOTIONS)
@pytest.mark.parametrize("model", [name for name, model in MODELS.items() if model.optical])
def test_all_tools_are_seen_from_the_first_frame_on(model: str, motion: str) -> None:
    (reply, *_) = session(f"sim://?clock=step&model={model}&motion={motion}", 1)
    assert len(reply) == 11 + 4 * 42
    assert [reply[7 + 42 * n : 9 + 42 * n] for n in range(4)] == [bytes([n, 1]) for n in (1, 2, 3, 4)]


def test_the_wrong_speed_is_silence_and_a_break_recovers() -> None:
    port = open_port("sim://polaris?clock=step")
    port.set_baud(115200)
    assert ask(port, "INIT:") == b""
    port.send_break(0.3)
    assert port.read(0.0) == b"", "the message is sent at 9600 baud"
    port.set_baud(9600)
    port.send_break(0.3)
    assert port.read(0.0) == b"RESETBE6F\r"
    assert ask(port, "COMM:50000") == b"OKAYA896\r"
    assert ask(port, "INIT:") == b""
    port.set_baud(115200)
    assert ask(port, "INIT:") == b"OKAYA896\r"


def test_a_port_keeps_the_rules_of_ports() -> None:
    port = open_port("sim://polaris?clock=step")
    assert port.name == "sim://polaris?clock=step"
    port.write(b"INIT ")
    assert port.read(10.0) == b"", "simulated time takes none"
    port.write(b"\rBEEP 1\r")
    port.drop_input()
    assert port.read(0.0) == b""
    port.close()
    port.close()
    for act in (lambda: port.read(0.0), lambda: port.write(b"x"), lambda: port.send_break(0.1)):
        with pytest.raises(PortError, match="closed"):
            act()


def test_waiting_on_the_real_clock_is_waiting() -> None:
    waited: list[float] = []

    class Watched(WallTime):
        def wait(self, seconds: float) -> None:
            waited.append(seconds)

    port = SimPort("sim://", replace(open_port("sim://polaris?motion=idle").emulation, time=Watched()))
    assert port.read(0.25) == b"" and waited == [0.25]
    port.write(b"INIT \r")
    assert port.read(0.25) == b"OKAYA896\r" and waited == [0.25]


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("sim://oculus", "expected sim://DEVICE"),
        ("sim://polaris/x", "expected sim://DEVICE"),
        ("tcp://polaris", "expected sim://DEVICE"),
        ("sim://polaris?model=iris", "no model 'iris'.*vicra"),
        ("sim://polaris?clock=fast", "no clock"),
        ("sim://polaris?motion=dance", "no motion"),
        ("sim://polaris?seed=one", "whole number"),
        ("sim://polaris?seed=99999999999", "seed"),
        ("sim://polaris?sed=1", "no option 'sed'"),
        ("sim://polaris?seed", "name=value"),
        ("sim://polaris?plan=none", "no plan 'none'.*Right L4/L5"),
        ("sim://polaris?scenario=nowhere", "no scenario"),
        ("sim://polaris?profile=nothing", "no tracker profile"),
    ],
)
def test_bad_addresses_say_what_is_wrong(url: str, words: str) -> None:
    with pytest.raises(ArguideError, match=words):
        open_port(url)


@given(st.text(max_size=40))
def test_no_address_does_worse_than_an_error_of_ours(text: str) -> None:
    with pytest.raises((PortError, SettingsError)):
        open_port("sim://polaris?x" + text)


def test_a_trainee_needs_his_tools(tmp_path: Path) -> None:
    profile = tmp_path / "bare.toml"
    profile.write_text(
        'schema = 1\ntitle = "t"\ndriver = "ndi"\nbaud = 115200\nrate_hz = 60\n[[tool]]\nname = "reference"\n'
        f"definition = '{hardware() / 'tools' / 'reference.rom'}'\n"
    )
    with pytest.raises(SettingsError, match="'stylus' with tip_mm"):
        open_port(f"sim://polaris?profile={profile}")
    assert len(open_port(f"sim://polaris?profile={profile}&motion=idle").emulation.world.tools) == 1


def test_the_truth_is_plain_json(emulation: Callable[..., Any], tmp_path: Path) -> None:
    run = emulation()
    write_truth(run, tmp_path / "truth.json")
    truth = json.loads((tmp_path / "truth.json").read_text())
    assert truth["seed"] == 1
    assert truth["reference_from_image"] == run.world.reference_from_image.tolist()
    assert truth["tips_mm"]["stylus"] == run.world.tools["stylus"].tip_mm.tolist()
    assert [tuple(entry) for entry in truth["timeline"]] == run.actor.timeline
    assert [f.name for f in tmp_path.iterdir()] == ["truth.json"]
    with pytest.raises(SettingsError, match="cannot write the truth"):
        write_truth(run, tmp_path / "none" / "truth.json")


def test_defaults_are_sensible() -> None:
    assert Options.from_texts({}) == Options()
    assert Options.from_texts({"seed": "3", "clock": "step"}) == Options(seed=3, clock="step")
