"""Wired tools: found by themselves, named by socket or number, plugged in and out while others go on."""

import struct
from dataclasses import dataclass, replace

import pytest
from fastcrc.crc16 import arc as crc16

from arguide.asset_files import find_profile, hardware
from arguide.errors import SettingsError
from arguide.settings.profile import ToolProfile, TrackerProfile
from arguide.settings.profile_file import read_profile
from arguide.trackers.ndi.commands import LedState, encode
from arguide.trackers.ndi.driver import NdiTracker
from arguide.trackers.ndi.samples import NOT_PLUGGED_IN
from arguide.trackers.reading import Sample, Visibility

AURORA = replace(read_profile(find_profile("aurora")), baud=9600)


@dataclass
class Coil:
    """One half of a wired tool."""

    port: int
    channel: int
    serial: str
    part: str
    degrees: str = "06"
    status: int = 0x01
    broken: bool = False
    gone: bool = False


def tool(name: str, **keys: object) -> ToolProfile:
    return replace(ToolProfile(name=name, definition=None), **keys)  # type: ignore[arg-type]


def profile(*tools: ToolProfile) -> TrackerProfile:
    return replace(AURORA, tools=tools)


class Aurora:
    """Answers as an Aurora over the Port interface; time passes only while it is waited on."""

    def __init__(self, *coils: Coil) -> None:
        self.name = "stand-in"
        self.time_s = 0.0
        self.plugged: dict[int, Coil] = {0x0A + n: coil for n, coil in enumerate(coils)}
        self.status = 0
        self.tracking = False
        self.knows_degrees = True
        self.port_status = 0
        self.waiting = b""
        self.said: list[str] = []

    def clock(self) -> float:
        return self.time_s

    def read(self, timeout_s: float) -> bytes:
        data, self.waiting = self.waiting, b""
        self.time_s += 0.002 if data else timeout_s
        return data

    def write(self, data: bytes) -> None:
        command = data[:-5].decode()
        assert data == encode(*command.split(":", 1))
        self.said.append(command)
        name, _, arguments = command.partition(":")
        self.waiting += self.answer(name, arguments)

    def drop_input(self) -> None:
        self.waiting = b""

    def send_break(self, duration_s: float) -> None: ...

    def set_baud(self, baud: int, handshake: bool = False) -> None: ...

    def close(self) -> None: ...

    def plug(self, handle: int, coil: Coil) -> None:
        self.plugged[handle] = coil
        self.status |= 0x40

    def pull(self, handle: int) -> None:
        self.plugged[handle].gone = True
        self.status |= 0x80

    def shown(self) -> dict[int, Coil]:
        """The second half of a tool appears once the first was initialized."""
        first = {c.port for c in self.plugged.values() if c.channel == 0 and c.status & 0x10}
        return {h: c for h, c in self.plugged.items() if c.channel == 0 or c.port in first}

    def answer(self, name: str, arguments: str) -> bytes:
        if name == "BX":
            return self.bx()
        text = self.text(name, arguments)
        return f"{text}{crc16(text.encode()):04X}\r".encode()

    def text(self, name: str, arguments: str) -> str:
        if name in ("INIT", "TSTART", "TSTOP"):
            self.tracking = name == "TSTART"
            return "OKAY"
        if name == "APIREV":
            return "D.001.007"
        assert not self.tracking, f"{name} is not for tracking mode"
        if name == "PHSR":
            self.status = 0
            kinds = {"00": lambda c: True, "01": lambda c: c.gone, "04": lambda c: c.status == 0x31}
            listed = {
                h: c for h, c in self.shown().items() if kinds[arguments](c) and (arguments == "01" or not c.gone)
            }
            return f"{len(listed):02X}" + "".join(f"{h:02X}{c.status:03X}" for h, c in listed.items())
        coil = self.plugged[int(arguments[:2], 16)]
        if name == "PHF":
            del self.plugged[int(arguments[:2], 16)]
        elif name == "PINIT":
            if coil.broken:
                return "ERROR13"
            coil.status |= 0x11
        elif name in ("PENA", "PDIS"):
            coil.status = 0x31 if name == "PENA" else 0x11
        elif name == "PHINF":
            place = f"00000000{1}{0}{coil.port:02d}{coil.channel:02d}"
            known = f"02000000{'NDI':12}001{coil.serial}{coil.status:02X}{coil.part:20}{place}"
            degrees = f"{coil.degrees}0100000000" if self.knows_degrees else "ERROR23"
            return {"0025": known, "0020": place, "0080": degrees}[arguments[2:]]
        else:
            assert name in ("PVWR", "LED"), name
        return "OKAY"

    def bx(self) -> bytes:
        enabled = {h: c for h, c in self.plugged.items() if c.status == 0x31}
        body = bytes([len(enabled)])
        frame = int(self.time_s * 40) + 1000
        for handle, coil in enabled.items():
            if coil.gone:
                body += struct.pack("<BBII", handle, 2, 0x30, frame)
            else:
                numbers = (1, 0, 0, 0, 10 * coil.port, 20, -150, 0.1)
                body += struct.pack("<BB8fII", handle, 1, *numbers, 0x31 | self.port_status, frame)
        body += struct.pack("<H", self.status)
        head = struct.pack("<HH", 0xA5C4, len(body))
        return head + struct.pack("<H", crc16(head)) + body + struct.pack("<H", crc16(body))


def tracking(device: Aurora, bench: TrackerProfile) -> NdiTracker:
    tracker = NdiTracker(lambda: device, bench, device.clock)
    tracker.connect()
    tracker.start()
    return tracker


def see(sample: Sample) -> dict[str, float | str]:
    """Where each tool is along x, or why it is not seen."""
    return {
        name: reading.visibility.value if reading.tracker_from_tool is None else float(reading.tracker_from_tool[0, 3])
        for name, reading in sample.readings.items()
    }


STYLUS, NEEDLE = Coil(1, 0, "3A401801", "610065"), Coil(3, 0, "3A401802", "610099", "05")
SECOND = Coil(3, 1, "3A401802", "610099", "05")


def test_tools_are_named_by_whatever_the_profile_says() -> None:
    device = Aurora(replace(NEEDLE), replace(STYLUS), replace(SECOND))
    bench = profile(
        tool("stylus", serial_number="3A401801"),
        tool("needle", port=3, channel=0),
        tool("reference", part_number="610099", channel=1),
    )
    tracker = tracking(device, bench)
    sample = tracker.read()
    assert see(sample) == {"stylus": 10.0, "needle": 30.0, "reference": 30.0}
    assert {name: r.dof for name, r in sample.readings.items()} == {"stylus": 6, "needle": 5, "reference": 5}
    assert tracker.warnings == ()
    assert tracker.reply == "BX", "an Aurora has no BX2"
    assert not any(said.startswith(("PHRQ", "PVWR", "GET", "IRATE")) for said in device.said)


def test_second_half_of_a_tool_is_found_after_the_first() -> None:
    device = Aurora(replace(NEEDLE), replace(SECOND))
    tracker = tracking(device, profile(tool("reference", port=3, channel=1)))
    assert see(tracker.read()) == {"reference": 30.0}


def test_device_that_does_not_tell_degrees_is_told_by_the_profile() -> None:
    device = Aurora(replace(STYLUS), replace(NEEDLE))
    device.knows_degrees = False
    sample = tracking(device, profile(tool("stylus", port=1), tool("needle", port=3, dof=5))).read()
    assert [reading.dof for reading in sample.readings.values()] == [6, 5]


def test_definition_overrides_what_the_tool_says_of_itself() -> None:
    device = Aurora(replace(STYLUS))
    tracking(device, profile(tool("stylus", port=1, definition=hardware() / "tools" / "stylus.rom")))
    assert [said[:9] for said in device.said].count("PVWR:0A00") > 0
    assert device.said.index("PINIT:0A") > max(n for n, said in enumerate(device.said) if said.startswith("PVWR"))


def test_tool_left_enabled_by_a_crash_is_used_again() -> None:
    device = Aurora(replace(STYLUS, status=0x31))
    assert see(tracking(device, profile(tool("stylus", port=1))).read()) == {"stylus": 10.0}


def test_broken_tool_is_told_and_does_not_stop_the_others() -> None:
    device = Aurora(replace(NEEDLE, broken=True), replace(STYLUS))
    tracker = tracking(device, profile(tool("stylus", port=1), tool("needle", port=3)))
    assert "does not start" in tracker.warnings[0]
    reading = tracker.read().readings["needle"]
    assert (reading.visibility, reading.why) == (Visibility.DISABLED, NOT_PLUGGED_IN)


def test_nothing_plugged_in_is_said_at_once() -> None:
    with pytest.raises(SettingsError, match=r"none of its tools is plugged in \(stylus\)"):
        tracking(Aurora(), profile(tool("stylus", port=1)))


def until(tracker: NdiTracker, wanted: dict[str, float | str], frames: int = 8) -> None:
    for _ in range(frames):
        if see(tracker.read()) == wanted:
            return
    raise AssertionError(f"never saw {wanted}")


def test_plugging_in_and_out_while_tracking() -> None:
    device = Aurora(replace(STYLUS))
    tracker = tracking(device, profile(tool("stylus", port=1), tool("needle", port=3)))
    assert see(tracker.read()) == {"stylus": 10.0, "needle": "not enabled"}
    device.plug(0x0B, replace(NEEDLE))
    until(tracker, {"stylus": 10.0, "needle": 30.0})
    device.pull(0x0B)
    until(tracker, {"stylus": 10.0, "needle": "not enabled"})
    device.plug(0x0C, replace(NEEDLE))
    until(tracker, {"stylus": 10.0, "needle": 30.0})
    assert device.said.count("TSTOP:") == 3
    tracker.close()
    assert device.plugged[0x0C].status == 0x11, "disabled, and left in its socket"


@pytest.mark.parametrize(
    ("bit", "why", "visibility"),
    [
        (0x0200, "field disturbed", Visibility.DISTURBED),
        (0x0400, "too far from the field generator", Visibility.VISIBLE),
        (0x0800, "too near the field generator", Visibility.VISIBLE),
        (0x1000, "mistake in processing", Visibility.VISIBLE),
        (0x2000, "hardware failure", Visibility.VISIBLE),
        (0x0100, "broken sensor", Visibility.VISIBLE),
    ],
)
def test_trouble_of_the_field_is_said(bit: int, why: str, visibility: Visibility) -> None:
    device = Aurora(replace(STYLUS))
    device.port_status = bit
    reading = tracking(device, profile(tool("stylus", port=1))).read().readings["stylus"]
    assert why in reading.why
    assert reading.visibility is visibility
    assert reading.tracker_from_tool is not None


def test_lights_of_a_tool() -> None:
    device = Aurora(replace(STYLUS))
    tracker = NdiTracker(lambda: device, profile(tool("stylus", port=1)), device.clock)
    tracker.connect()
    tracker.set_led("stylus", 2, LedState.FLASH)
    assert device.said[-1] == "LED:0A2F"
