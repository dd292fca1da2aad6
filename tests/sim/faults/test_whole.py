"""Whole emulations in trouble, on simulated time: what the host is told, and that the seed decides all of it."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from arguide_sim.clock import VirtualTime
from arguide_sim.control import Control
from arguide_sim.emulation import Options, emulate
from arguide_sim.faults.fault_file import read_line
from arguide_sim.ndi.crc import crc16
from arguide_sim.ndi.sensor import Status
from arguide_sim.port import SimPort

from arguide.asset_files import fault_names, hardware
from arguide.errors import PortError

TOOLS = ("reference", "stylus", "needle", "probe")


class Host:
    """An emulation and the line to it."""

    def __init__(self, **options: Any) -> None:
        self.time = VirtualTime()
        self.emulation = emulate(Options(**{"motion": "wave", "clock": "step", **options}), self.time)
        self.port = SimPort("sim://", self.emulation)

    def ask(self, command: str, timeout_s: float = 0.2) -> bytes:
        self.port.write(f"{command}{crc16(command.encode()):04X}\r".encode())
        return self.port.read(timeout_s)

    def bring_up(self) -> None:
        self.ask("INIT:")
        for number, tool in enumerate(TOOLS, 1):
            image = (hardware() / "tools" / f"{tool}.rom").read_bytes().ljust(768, b"\0")
            self.ask("PHRQ:*********1****")
            for at in range(0, 768, 64):
                self.ask(f"PVWR:{number:02X}{at:04X}{image[at : at + 64].hex()}")
            self.ask(f"PINIT:{number:02X}")
            self.ask(f"PENA:{number:02X}D")
        self.ask("TSTART:80")

    def now(self, line: str) -> None:
        """Let something happen now."""
        assert self.emulation.inside
        self.emulation.schedule.add(read_line(line, self.emulation.inside.clock.elapsed_s()))
        self.emulation.refresh()

    def states(self) -> list[str]:
        """What TX says of each tool."""
        return [line[2:9] for line in self.ask("TX:0001").decode()[2:].split("\n")[:-1]]


@pytest.fixture
def host() -> Host:
    host = Host()
    host.bring_up()
    return host


def everything(name: str, seed: int) -> list[bytes]:
    """Every byte of a session in this trouble."""
    host = Host(faults=name, seed=seed)
    replies = []
    try:
        host.bring_up()
        for _ in range(200):
            replies.append(host.ask("BX:0801"))
    except PortError:
        replies.append(b"the line was lost")
    return replies


@pytest.mark.parametrize("name", fault_names())
def test_the_same_seed_gives_the_same_bytes_in_every_trouble(name: str) -> None:
    first = everything(name, 5)
    assert everything(name, 5) == first
    assert everything(name, 6) != first


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("occlusion tool=needle", ["+", "+", "M", "+"]),
        ("occlusion", ["M", "M", "M", "M"]),
        ("occlusion tool=needle markers=0,1", ["+", "+", "M", "+"]),
        ("occlusion tool=needle markers=0", ["+", "+", "+", "+"]),
        ("out-of-volume tool=probe", ["+", "+", "+", "M"]),
        ("interference tool=stylus", ["+", "M", "+", "+"]),
        ("too-much-infrared", ["M", "M", "M", "M"]),
    ],
)
def test_what_happens_in_front_of_the_tracker(host: Host, line: str, expected: list[str]) -> None:
    def seen() -> list[str]:
        return ["M" if state == "MISSING" else "+" for state in host.states()]

    assert seen() == ["+"] * 4
    host.now(line + " for_s=0.5")
    assert seen() == expected
    for _ in range(40):
        host.ask("BX:0801")
    assert seen() == ["+"] * 4, "it is over"


def test_light_is_told_in_the_system_status(host: Host) -> None:
    host.now("too-much-infrared")
    assert host.ask("TX:0801")[-9:-5] == b"0002"


def test_a_knocked_reference_stays_where_it_was_knocked(host: Host) -> None:
    assert host.emulation.company
    before = host.emulation.company.at(1.0).poses["reference"]
    host.now("bumped-reference by_mm=8 by_deg=0")
    after = host.emulation.company.at(9.0).poses["reference"]
    assert np.linalg.norm(after[:3, 3] - before[:3, 3]) == pytest.approx(8.0)


def test_strays_appear(host: Host) -> None:
    assert host.ask("TX:1801").decode().split("\n")[-1].startswith("00")
    host.now("strays count=5")
    assert host.ask("TX:1801").decode().split("\n")[-1].startswith("05")


def number(reply: bytes) -> int:
    return int.from_bytes(reply[45:49], "little")


def test_the_frame_counter_leaps_wraps_and_slows(host: Host) -> None:
    last = number(host.ask("BX:0801"))
    host.now("frame-jump frames=1000")
    assert number(host.ask("BX:0801")) == last + 1001
    host.now("frame-wrap frames=2")
    numbers = [number(host.ask("BX:0801")) for _ in range(4)]
    assert numbers == [2**32 - 2, 2**32 - 1, 0, 1]
    host.now("slow-rate hz=6 for_s=5")
    assert len({number(host.ask("BX:0801")) for _ in range(60)}) == pytest.approx(6, abs=1)


def test_alerts_bumps_and_refusals(host: Host) -> None:
    host.now("bumped-tracker")
    host.ask("BX:0801")
    assert host.ask("GET:Info.Status.Bump Detected").startswith(b"Info.Status.Bump Detected=1")
    assert host.ask("SET:Param.Bump Detector.Clear=1").startswith(b"OKAY")
    assert host.ask("GET:Param.Bump Detector.Bumped").startswith(b"Param.Bump Detector.Bumped=0")
    host.now("system-status bits=8")
    assert host.ask("TX:0801")[-9:-5] == b"0008"
    host.now("refusal command=BX code=26 for_s=0.1")
    assert host.ask("BX:0801")[:7] == b"ERROR1A" and host.ask("TX:0801")[:2] == b"04"


@pytest.mark.parametrize("code", [0x05, 0x11, 0x12, 0x14, 0x19, 0x1E, 0x21, 0x2A, 0x2E, 0x42, 0xF1, 0xF4])
def test_every_error_of_the_device_can_be_had(host: Host, code: int) -> None:
    host.now(f"refusal command=TSTOP code={code} for_s=1")
    assert host.ask("TSTOP:")[:7] == f"ERROR{code:02X}".encode()
    host.emulation.schedule.clear()
    assert host.ask("TSTOP:")[:4] == b"OKAY"


def test_a_pulled_cable_is_a_lost_line_and_a_new_one_works(host: Host) -> None:
    host.now("line-unplugged for_s=1")
    with pytest.raises(PortError, match="lost"):
        for _ in range(3):
            host.ask("BX:0801")
    host.time.wait(1.5)
    host.port = SimPort("sim://", host.emulation)
    assert host.ask("BX:0801")[:2] == b"\xc4\xa5"


def test_lines_from_outside_reach_in(host: Host) -> None:
    control = Control(host.emulation)
    said: list[str] = []
    for line in ("occlusion tool=needle for_s=1", "list", "nonsense", "silence for_s=x", "clear", "status", "faults"):
        control.put(line, said.append)
    assert said == []
    control.attend()
    assert said[0].startswith("ok") and said[1].startswith("occlusion at_s=")
    assert said[2].startswith("error: control: 'nonsense' is not a command") and said[3].startswith("error:")
    assert said[4] == "ok: cleared" and "Tracking" in said[5] and "handle 01: reference 31" in said[5]
    assert "bit-flip" in said[6]


def test_a_tool_can_be_taken_in_hand(host: Host) -> None:
    control = Control(host.emulation)
    assert control.carry_out("ddd").startswith("error: control: no tool is held")
    assert control.carry_out("take spoon").startswith("error: control: no tool 'spoon'")
    assert control.carry_out("take needle").startswith("ok: needle at")
    before = host.emulation.company.at(0.0).poses["needle"]  # type: ignore[union-attr]
    assert control.carry_out("dddw ").endswith("pressed")
    moment = host.emulation.company.at(50.0)  # type: ignore[union-attr]
    assert moment.poses["needle"][:3, 3] - before[:3, 3] == pytest.approx([15.0, 5.0, 0.0])
    assert moment.buttons["needle"] == 1
    assert control.carry_out("drop") == "ok: dropped"
    assert not np.allclose(host.emulation.company.at(50.0).poses["needle"], moment.poses["needle"])  # type: ignore[union-attr]


def test_too_many_orders_are_thrown_away(host: Host) -> None:
    control, said = Control(host.emulation), list[str]()
    for _ in range(500):
        control.put("x" * 100_000, said.append)
    assert said.count("error: too much at once; wait a little") == 400
    control.attend()
    assert len(said) == 500


def test_metal_bends_the_field_and_is_told(emulation: Callable[..., Any]) -> None:
    host = Host(model="aurora", motion="idle")
    look = lambda: host.emulation.inside.state.sensor.look(0, 40.0).sightings["needle"]  # type: ignore[union-attr]
    clean = look()
    host.now("metal tool=needle distance_mm=70 reach_mm=60")
    near = look()
    host.emulation.schedule.clear()
    host.now("metal tool=needle distance_mm=40 reach_mm=60")
    nearer = look()
    assert clean.bits == 0 and near.bits == 0x0200 and near.pose is not None
    assert np.linalg.norm(np.subtract(near.pose[4:7], clean.pose[4:7])) == pytest.approx((60 / 70) ** 3, rel=0.1)
    assert nearer.pose is None and nearer.bits == 0x0200 and nearer.status == Status.BAD_FIT
