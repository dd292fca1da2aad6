"""The driver against a written conversation, a small stand-in device with faults, and pure noise."""

import itertools
import random
import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fastcrc.crc16 import arc as crc16
from hypothesis import given, settings
from hypothesis import strategies as st

from arguide.asset_files import find_profile, hardware
from arguide.errors import (
    ArguideError,
    BadReplyError,
    DeviceError,
    PortError,
    PortTimeoutError,
    SettingsError,
    TrackerError,
    TrackerStateError,
)
from arguide.ports.scripted import ScriptedPort
from arguide.settings.profile import ToolProfile, TrackerProfile
from arguide.settings.profile_file import read_profile
from arguide.trackers.life import State
from arguide.trackers.ndi.commands import LedState, encode, upload_blocks
from arguide.trackers.ndi.connecting import RESET_S
from arguide.trackers.ndi.driver import NdiTracker
from arguide.trackers.ndi.exchange import TRIES
from arguide.trackers.reading import Visibility

EMULATED = read_profile(find_profile("emulated"))
ONE_TOOL = replace(EMULATED, baud=9600, tools=EMULATED.tools[1:2])
OK = b"OKAYA896\r"
BREAK = b"<break>"


def text_packet(text: str) -> bytes:
    return f"{text}{crc16(text.encode()):04X}\r".encode()


def bx(*tools: tuple[int, int, int, int], system: int = 0) -> bytes:
    """A BX reply of (handle, report, status, frame) tools; every pose is the worked example's."""
    body = bytes([len(tools)])
    for handle, report, status, frame in tools:
        body += bytes([handle, report])
        if report == 1:
            body += struct.pack("<8f", 0.8, 0, 0.6, 0, 12.34, -56.78, -1234.5, 0.0678)
        if report != 4:
            body += struct.pack("<II", status, frame & 0xFFFFFFFF)
    body += struct.pack("<H", system)
    head = struct.pack("<HH", 0xA5C4, len(body))
    return head + struct.pack("<H", crc16(head)) + body + struct.pack("<H", crc16(body))


def set_up_script(definition: Path) -> list[tuple[bytes, bytes]]:
    """What connecting one tool at 9600 baud says, with the known strings spelled out."""
    image = definition.read_bytes()
    return [
        (b"APIREV:443E\r", b"G.003.006A138\r"),
        (b"INIT:E3A5\r", OK),
        (b"APIREV:443E\r", b"G.001.0056001\r"),
        (b"IRATE:2E97B\r", OK),
        (encode("GET", "Info.Status.Bump Detected"), text_packet("Info.Status.Bump Detected=0\n")),
        (b"PHSR:01E03E\r", b"001414\r"),
        (b"PHSR:0020FF\r", b"001414\r"),
        (b"PHRQ:*********1****A4C1\r", b"01D4D5\r"),
        *((encode("PVWR", block), OK) for block in upload_blocks(1, image)),
        (b"PINIT:0131EA\r", OK),
        (b"PENA:01D6D3B\r", OK),
        (b"PHSR:04E3FE\r", b"0101031F1AF\r"),
    ]


def scripted(script: list[tuple[bytes, bytes]], profile: TrackerProfile = ONE_TOOL) -> tuple[NdiTracker, ScriptedPort]:
    port = ScriptedPort(script)
    return NdiTracker(lambda: port, profile, port.clock), port


def test_whole_session_word_by_word() -> None:
    read = b"BX:080100EC\r"
    tracker, port = scripted(
        [
            *set_up_script(ONE_TOOL.tools[0].definition),
            (b"TSTART:5423\r", OK),
            # A tool that appears is asked for twice: nothing else yet says that the pose can be.
            (read, bx((1, 1, 0x31, 0x1234))),
            (read, bx((1, 1, 0x31, 0x1234))),
            (read, bx((1, 2, 0x31, 0x1235))),
            (b"TSTOP:2C14\r", OK),
            (b"PHF:01CF0C\r", OK),
        ]
    )
    assert tracker.state is State.CLOSED
    tracker.connect()
    tracker.start()
    first, second = tracker.read(), tracker.read()
    tracker.stop()
    tracker.close()
    assert port.nothing_left
    assert port.closed
    assert tracker.warnings == ()
    reading = first.readings["stylus"]
    assert first.frame_number == 0x1234
    assert reading.visibility is Visibility.VISIBLE
    assert reading.error_mm == pytest.approx(0.0678)
    assert reading.tracker_from_tool is not None
    # q = (0.8, 0, 0.6, 0): a turn about +y by 2 atan(0.6 / 0.8).
    expected = [[0.28, 0, 0.96, 12.34], [0, 1, 0, -56.78], [-0.96, 0, 0.28, -1234.5], [0, 0, 0, 1]]
    assert reading.tracker_from_tool == pytest.approx(np.array(expected), abs=1e-4)
    assert second.readings["stylus"].tracker_from_tool is None
    assert second.readings["stylus"].visibility is Visibility.HIDDEN


def reading_session(
    *replies: bytes, profile: TrackerProfile = ONE_TOOL, twice: bool = True
) -> tuple[NdiTracker, ScriptedPort]:
    """A tracker that is tracking, and will get these replies to BX, the first of them twice: it needs a witness."""
    replies = replies[:1] * twice + replies
    tracker, port = scripted(
        [
            *set_up_script(profile.tools[0].definition),
            (encode("TSTART"), OK),
            *((encode("BX", "0801"), reply) for reply in replies),
        ],
        profile,
    )
    tracker.connect()
    tracker.start()
    return tracker, port


def test_same_frame_is_never_returned_twice() -> None:
    tracker, port = reading_session(*(bx((1, 1, 0x31, frame)) for frame in (7, 7, 7, 8, 8, 10)))
    started = port.time_s
    assert [tracker.read().frame_number for _ in range(3)] == [7, 8, 10]
    assert port.nothing_left
    assert tracker.statistics.repeated == 3
    assert tracker.statistics.skipped == 1
    assert tracker.statistics.frames == 3
    assert port.time_s > started, "between repeated frames the line is left in peace"


def test_frame_counter_wraps() -> None:
    tracker, _ = reading_session(*(bx((1, 1, 0x31, frame)) for frame in (0xFFFFFFFE, 0xFFFFFFFF, 0, 0xFFFFFFFF, 1)))
    assert [tracker.read().frame_number for _ in range(4)] == [0xFFFFFFFE, 0xFFFFFFFF, 0, 1]


def test_counter_that_began_anew_is_followed() -> None:
    tracker, _ = reading_session(*(bx((1, 1, 0x31, frame)) for frame in (5000, 3, 3, 4)))
    assert [tracker.read().frame_number for _ in range(3)] == [5000, 3, 4]
    assert tracker.statistics.skipped == 0


@pytest.mark.parametrize(
    ("report", "status", "visibility", "has_pose"),
    [
        (1, 0x31, Visibility.VISIBLE, True),
        (1, 0xB1, Visibility.PARTLY_OUT, True),
        (1, 0x71, Visibility.OUT_OF_VOLUME, False),
        (2, 0x31, Visibility.HIDDEN, False),
        (2, 0x71, Visibility.OUT_OF_VOLUME, False),
    ],
)
def test_status_becomes_visibility(report: int, status: int, visibility: Visibility, has_pose: bool) -> None:
    tracker, _ = reading_session(bx((1, report, status, 1)))
    reading = tracker.read().readings["stylus"]
    assert reading.visibility is visibility
    assert (reading.tracker_from_tool is not None) == has_pose
    assert np.isnan(reading.error_mm) == (not has_pose)


def test_switches_become_buttons_and_system_status_becomes_alerts() -> None:
    tracker, _ = reading_session(bx((1, 1, 0x31 | 0x02 | 0x08, 1), system=0x02))
    sample = tracker.read()
    assert sample.readings["stylus"].buttons == 0b101
    assert "too much infrared light" in sample.alerts[0]


def test_foreign_handle_is_left_out_and_absent_tool_is_disabled() -> None:
    tracker, _ = reading_session(bx((9, 1, 0x31, 1)), *[bx((1, 4, 0, 0), (9, 1, 0x31, 2))] * 2)
    for _ in range(2):
        sample = tracker.read()
        assert list(sample.readings) == ["stylus"]
        assert sample.readings["stylus"].visibility is Visibility.DISABLED


@pytest.mark.parametrize(
    ("spoilt", "counter"),
    [
        (bx((1, 1, 0x31, 1))[:-1] + b"\0", "bad_replies"),
        (bx((1, 1, 0x31, 1))[:20], "bad_replies"),
        (b"\xff" + bx((1, 1, 0x31, 1)) + bytes(40), "bad_replies"),
        (b"", "timeouts"),
        (text_packet("ERROR04"), "garbled_commands"),
        (text_packet("ERROR1A"), "refused"),
        (text_packet("OKAY"), "bad_replies"),
    ],
)
def test_single_bad_replies_are_survived_and_counted(spoilt: bytes, counter: str) -> None:
    tracker, port = reading_session(spoilt, *[bx((1, 1, 0x31, 5))] * 2, twice=False)
    assert tracker.read().frame_number == 5
    assert getattr(tracker.statistics, counter) == 1
    assert port.nothing_left


def test_bad_replies_in_a_row_are_reported() -> None:
    tracker, _ = reading_session(*[bx((1, 1, 0x31, 1))[:-1] + b"\0"] * 5, twice=False)
    with pytest.raises(BadReplyError, match="wrong CRC"):
        tracker.read()
    tracker, _ = reading_session(*[b""] * 2, twice=False)
    with pytest.raises(PortTimeoutError, match="is the tracker on"):
        tracker.read()


def test_device_that_does_not_track_any_more_is_reported_at_once() -> None:
    tracker, _ = reading_session(text_packet("ERROR10"), twice=False)
    with pytest.raises(DeviceError, match="ERROR10 .*connect again"):
        tracker.read()


def test_refusals_in_a_row_are_reported() -> None:
    tracker, port = reading_session(*[text_packet("ERRORF1")] * 5, twice=False)
    with pytest.raises(DeviceError, match="ERRORF1 .*shade the tracker"):
        tracker.read()
    assert port.nothing_left


def test_restart_of_the_device_is_noticed() -> None:
    tracker, _ = reading_session(b"RESETBE6F\r", twice=False)
    with pytest.raises(TrackerError, match="restarted by itself"):
        tracker.read()
    tracker, port = reading_session(bx((1, 1, 0x31, 1)))
    tracker.read()
    port._waiting = b"\x00RESETBE6F\r"  # arrives while nothing was asked
    with pytest.raises(TrackerError, match="restarted by itself"):
        tracker.read()


def test_frozen_device_is_noticed() -> None:
    tracker, _ = reading_session(*[bx((1, 1, 0x31, 1))] * 2000)
    tracker.read()
    with pytest.raises(TrackerError, match="stopped measuring"):
        tracker.read()
    assert 20 < tracker.statistics.repeated < 800, "it was asked often, but not in a busy loop"


def test_frozen_device_is_noticed_even_when_the_clock_stands_still() -> None:
    device = Device()
    tracker = NdiTracker(lambda: device, ONE_TOOL, lambda: 0.0)
    tracker.connect()
    tracker.start()
    device.rate_hz = 0.0
    tracker.read()
    with pytest.raises(TrackerError, match="stopped measuring"):
        tracker.read()


def test_lost_line_closes_the_tracker() -> None:
    tracker, port = reading_session()

    def lost(timeout_s: float) -> bytes:
        raise PortError("the line was lost")

    port._script.append((encode("BX", "0801"), b""))
    port.read = lost  # type: ignore[method-assign]
    with pytest.raises(PortError, match="lost"):
        tracker.read()
    assert tracker.state is State.CLOSED
    assert port.closed
    tracker.close()


def test_wrong_moment_raises_and_changes_nothing() -> None:
    tracker, port = scripted([])
    for step in (tracker.start, tracker.read, tracker.stop):
        with pytest.raises(TrackerStateError, match="closed"):
            step()
        assert tracker.state is State.CLOSED
    tracker.close()
    assert port.nothing_left


def test_tx_when_the_profile_says_so() -> None:
    profile = replace(ONE_TOOL, reply="TX")
    tracker, port = scripted(
        [
            *set_up_script(profile.tools[0].definition),
            (b"TSTART:5423\r", OK),
            *[
                (
                    b"TX:0801C19B\r",
                    text_packet("0101+08000+00000+06000+00000+001234-005678-123450+006780000003100001234\n0000"),
                )
            ]
            * 2,
        ],
        profile,
    )
    tracker.connect()
    tracker.start()
    pose = tracker.read().readings["stylus"].tracker_from_tool
    assert pose is not None
    assert pose[:3, 3] == pytest.approx([12.34, -56.78, -1234.5])
    assert port.nothing_left


def test_unknown_reply_form_is_refused_when_made() -> None:
    with pytest.raises(SettingsError, match="reply"):
        NdiTracker(lambda: ScriptedPort([]), replace(ONE_TOOL, reply="BX9"), lambda: 0.0)


# A stand-in device: stateful enough to be connected to, with a wrong speed, refusals and faults.


class Device:
    """Answers the protocol over the Port interface in simulated time; knobs make it difficult."""

    def __init__(self) -> None:
        self.name = "stand-in"
        self.time_s = 0.0
        self.device_baud = self.host_baud = 9600
        self.refused: set[str] = set()
        self.host_limit = 10_000_000
        self.deaf = self.deaf_to_break = False
        self.comm = True
        self.unusable: set[int] = set()
        self.switched_at = 0.0
        self.handles: dict[int, int] = {}
        self.wired: set[int] = set()
        self.rate_hz = 60.0
        self.spoil: Callable[[bytes], bytes] = lambda reply: reply
        self.waiting = b""
        self.said: list[str] = []
        self.closed = False
        self.tracking = False

    def clock(self) -> float:
        return self.time_s

    def read(self, timeout_s: float) -> bytes:
        data, self.waiting = self.waiting, b""
        self.time_s += 10 * len(data) / self.device_baud if data else timeout_s
        return data

    def drop_input(self) -> None:
        self.waiting = b""

    def send_break(self, duration_s: float) -> None:
        if not self.deaf_to_break and not self.deaf:
            self.device_baud, self.handles, self.tracking = 9600, {}, False
            self.waiting += b"\x00RESETBE6F\r" if self.host_baud == 9600 else b"\xf0\x00"

    def set_baud(self, baud: int, handshake: bool = False) -> None:
        if baud > self.host_limit:
            raise PortError(f"cannot run at {baud} baud")
        self.host_baud = baud

    def close(self) -> None:
        self.closed = True

    def write(self, data: bytes) -> None:
        assert data.endswith(b"\r")
        if self.deaf or self.time_s < self.switched_at or self.host_baud in self.unusable:
            return
        if self.host_baud != self.device_baud:
            self.waiting += b"\xf8\x80"[: len(data) % 3]
            return
        name, _, arguments = data[:-5].decode().partition(":")
        self.said.append(name)
        self.waiting += self.spoil(self.answer(name, arguments))

    def answer(self, name: str, arguments: str) -> bytes:
        match name:
            case "APIREV":
                return text_packet("G.001.005")
            case "INIT":
                self.tracking = False
                return OK
            case "COMM":
                if not self.comm or arguments[0] in self.refused:
                    return text_packet("ERROR06" if self.comm else "ERROR01")
                bauds = {"0": 9600, "3": 38400, "4": 57600, "5": 115200, "6": 921600, "7": 1228739, "A": 230400}
                self.device_baud = bauds[arguments[0]]
                self.switched_at = self.time_s + 0.1
                return OK
            case "PHSR":
                chosen = {h: s for h, s in self.handles.items() if arguments != "01"}
                return text_packet(f"{len(chosen):02X}" + "".join(f"{h:02X}{s:03X}" for h, s in chosen.items()))
            case "PHINF":
                wireless = int(int(arguments[:2], 16) not in self.wired)
                return text_packet(f"00000000{0}{wireless}0100")
            case "PHRQ":
                handle = next(h for h in range(1, 256) if h not in self.handles)
                self.handles[handle] = 0x01
                return text_packet(f"{handle:02X}")
            case "PHF":
                del self.handles[int(arguments, 16)]
                return OK
            case "PENA":
                self.handles[int(arguments[:2], 16)] = 0x31
                return OK
            case "BX":
                frame = int(self.time_s * self.rate_hz) + 1000
                return bx(*((handle, 1, 0x31, frame) for handle in self.handles))
            case "GET":
                return text_packet(f"{arguments}=0\n")
            case "PVWR" | "PINIT" | "TSTART" | "TSTOP" | "IRATE":
                return OK
        raise AssertionError(f"the driver sent {name}")


def connect(device: Device, profile: TrackerProfile = EMULATED) -> NdiTracker:
    tracker = NdiTracker(lambda: device, profile, device.clock)
    tracker.connect()
    return tracker


def test_four_tools_at_full_speed_and_back_to_9600() -> None:
    device = Device()
    with connect(device) as tracker:
        assert tracker.baud == device.device_baud == device.host_baud == 921600
        tracker.start()
        frames = [tracker.read() for _ in range(120)]
    assert all(set(sample.readings) == {"reference", "stylus", "needle", "probe"} for sample in frames)
    numbers = [sample.frame_number for sample in frames]
    assert numbers == list(range(numbers[0], numbers[0] + 120)), "every device frame once"
    assert tracker.statistics.repeated < 80, "the phase of the frames was learnt"
    assert device.device_baud == 9600
    assert device.handles == {}
    assert device.closed
    assert tracker.warnings == ()


@pytest.mark.parametrize("left_at", [115200, 921600, 57600, 38400])
def test_device_left_at_another_speed_is_found(left_at: int) -> None:
    device = Device()
    device.device_baud = left_at
    assert connect(device).baud == 921600


def test_device_at_a_strange_speed_is_restarted_by_a_break() -> None:
    device = Device()
    device.device_baud = 14400
    assert connect(device, replace(EMULATED, baud=115200)).baud == 115200


def test_silent_device_is_a_timeout_that_says_what_was_tried() -> None:
    device = Device()
    device.deaf = True
    with pytest.raises(PortTimeoutError, match="no tracker answers at 9600, 921600, .*switched on"):
        connect(device)
    assert device.closed, "the line is given back"


def test_slower_speed_when_the_device_refuses() -> None:
    device = Device()
    device.refused = {"6", "A"}
    tracker = connect(device)
    assert tracker.baud == device.device_baud == 115200
    assert "refused 921600" in tracker.warnings[0]


def test_slower_speed_when_the_host_cannot() -> None:
    device = Device()
    device.host_limit = 115200
    tracker = connect(device)
    assert tracker.baud == device.device_baud == device.host_baud == 115200


def test_slower_speed_when_the_device_agrees_but_nothing_gets_through() -> None:
    device = Device()
    device.unusable = {921600}
    tracker = connect(device)
    assert tracker.baud == device.device_baud == 230400


def test_bytes_of_another_time_do_not_disturb_the_search() -> None:
    device = Device()
    device.waiting = b"$GPGGA,123519\r\n\xc4\xa5\xff\xff"
    tracker = connect(device)
    assert tracker.statistics.bad_replies == 0


def test_device_without_comm_keeps_its_line() -> None:
    device = Device()
    device.comm = False
    with connect(device) as tracker:
        assert tracker.baud == 0
        tracker.start()
        assert tracker.read().frame_number >= 1000
    assert tracker.warnings == (), "nothing to put back"


def test_leftover_wireless_handles_are_freed_and_wired_ones_kept() -> None:
    device = Device()
    device.handles = {1: 0x31, 2: 0x11, 3: 0x31}
    device.wired = {3}
    connect(device, ONE_TOOL)
    assert set(device.handles) == {1, 3}
    assert device.said.count("PHF") == 2


def test_tool_that_is_refused_is_named() -> None:
    device = Device()
    answer = device.answer
    device.answer = lambda n, a: text_packet("ERROR40") if n == "PINIT" else answer(n, a)  # type: ignore[method-assign]
    with pytest.raises(DeviceError, match=r"tool stylus \(stylus.rom\): .*bad tool definition"):
        connect(device, ONE_TOOL)


def test_warning_about_a_tool_is_kept() -> None:
    device = Device()
    answer = device.answer
    device.answer = lambda n, a: text_packet("WARNING02") if n == "PINIT" else answer(n, a)  # type: ignore[method-assign]
    assert "tool stylus: the tool breaks the rules" in connect(device, ONE_TOOL).warnings[0]


def test_tool_that_does_not_become_enabled_is_named() -> None:
    device = Device()
    answer = device.answer
    device.answer = lambda n, a: OK if n == "PENA" else answer(n, a)  # type: ignore[method-assign]
    with pytest.raises(TrackerError, match="tool stylus .*not enabled"):
        connect(device, ONE_TOOL)


def test_something_else_on_the_port_is_not_mistaken_for_a_tracker() -> None:
    device = Device()
    device.answer = lambda n, a: b"$GPGGA,123519,4807.038,N*47\r\n"  # type: ignore[method-assign]
    device.deaf_to_break = True
    with pytest.raises(ArguideError, match="stand-in"):
        connect(device)


def test_missing_tool_file_is_a_settings_error() -> None:
    gone = replace(ONE_TOOL, tools=(ToolProfile(name="stylus", definition=hardware() / "gone.rom"),))
    with pytest.raises(SettingsError, match=r"gone\.rom"):
        connect(Device(), gone)


def test_farewell_to_a_device_that_died_is_told_not_raised() -> None:
    device = Device()
    tracker = connect(device, ONE_TOOL)
    tracker.start()
    device.deaf = True
    tracker.close()
    assert device.closed
    assert "while closing: TSTOP: no answer" in tracker.warnings[0]


def test_stop_and_start_again() -> None:
    device = Device()
    with connect(device) as tracker:
        for _ in range(2):
            tracker.start()
            tracker.read()
            tracker.stop()
            assert tracker.state is State.CONNECTED


def test_tracker_can_be_connected_again_after_closing() -> None:
    device = Device()
    tracker = connect(device)
    tracker.close()
    device.closed = False
    tracker.connect()
    assert tracker.state is State.CONNECTED


@pytest.mark.parametrize("seed", range(8))
def test_noisy_line_delays_but_never_lies(seed: int) -> None:
    """Every thousandth byte is damaged: what comes through is right, in order, and nothing is returned twice."""
    noise = random.Random(seed)
    device = Device()
    tracker = connect(device)
    tracker.start()

    def spoil(reply: bytes) -> bytes:
        return bytes(byte ^ (1 << noise.randrange(8)) if noise.random() < 0.001 else byte for byte in reply)

    device.spoil = spoil
    samples = [tracker.read() for _ in range(300)]
    assert tracker.statistics.bad_replies + tracker.statistics.timeouts > 5
    assert all(a.frame_number < b.frame_number for a, b in itertools.pairwise(samples))
    for sample in samples:
        for reading in sample.readings.values():
            assert reading.tracker_from_tool is not None
            assert reading.tracker_from_tool[:3, 3] == pytest.approx([12.34, -56.78, -1234.5], abs=1e-4)


def test_reply_that_lost_its_first_byte_costs_little_time() -> None:
    device = Device()
    tracker = connect(device)
    tracker.start()
    tracker.read()
    lost = iter([1])
    device.spoil = lambda reply: reply[next(lost, 0) :]
    before = device.time_s
    tracker.read()
    assert tracker.statistics.bad_replies == 1
    assert device.time_s - before < 0.1


def test_setup_survives_a_noisy_line() -> None:
    noise = random.Random(3)
    device = Device()
    device.spoil = lambda reply: reply[:-2] + b"?\r" if noise.random() < 0.1 else reply
    tracker = connect(device)
    assert tracker.state is State.CONNECTED
    assert tracker.statistics.bad_replies > 2


@settings(max_examples=60, deadline=None)
@given(st.lists(st.binary(max_size=40) | st.sampled_from([OK, b"001414\r", b"01D4D5\r", b"RESETBE6F\r"]), min_size=1))
def test_any_answers_give_a_tracker_or_a_named_error(answers: list[bytes]) -> None:
    device = Device()
    replies = itertools.cycle(answers)
    device.answer = lambda n, a: next(replies)  # type: ignore[method-assign]
    try:
        tracker = connect(device, ONE_TOOL)
        tracker.start()
        tracker.read()
    except ArguideError as error:
        assert "\n" not in str(error)
        assert len(str(error)) > 20


@pytest.mark.parametrize("spoilt", ["TSTART", "TSTOP", "PHF", "PENA", "PINIT"])
def test_an_answer_that_was_garbled_does_not_mean_that_the_device_did_not_obey(spoilt: str) -> None:
    device = Device()
    answer, once = device.answer, {spoilt}

    def garble_once(name: str, arguments: str) -> bytes:
        if name == "PHF" and int(arguments, 16) not in device.handles:
            return text_packet("ERROR08")
        if (name == "TSTART" and device.tracking) or (name == "TSTOP" and not device.tracking):
            return text_packet("ERROR0C")
        reply = answer(name, arguments)
        device.tracking = name == "TSTART" or (device.tracking and name != "TSTOP")
        if name not in once:
            return reply
        once.clear()
        return b"?" + reply

    device.answer = garble_once  # type: ignore[method-assign]
    with connect(device) as tracker:
        tracker.start()
        assert tracker.read().readings["stylus"].tracker_from_tool is not None
        assert tracker.exchange.ask("APIREV") and not tracker.warnings
        tracker.stop()
    assert not once and not device.handles and tracker.warnings == ()


def test_a_refusal_without_a_lost_answer_is_one() -> None:
    tracker, _ = scripted([*set_up_script(ONE_TOOL.tools[0].definition), (encode("TSTART"), text_packet("ERROR0C"))])
    tracker.connect()
    with pytest.raises(DeviceError, match="ERROR0C"):
        tracker.start()


def test_retries_are_bounded() -> None:
    tracker, port = scripted([(b"APIREV:443E\r", b"G.003.006A138\r"), *[(b"INIT:E3A5\r", b"noise\r")] * TRIES])
    with pytest.raises(BadReplyError, match="noise"):
        tracker.connect()
    assert port.nothing_left


def test_reply_form_that_the_device_does_not_know_is_replaced_when_it_may_choose() -> None:
    """`auto` takes BX2 from a device of that age, and BX when it has none after all."""
    device = Device()
    answer = device.answer
    known = {"APIREV": text_packet("G.003.006"), "BX2": text_packet("ERROR01")}
    device.answer = lambda n, a: known.get(n) or answer(n, a)  # type: ignore[method-assign]
    tracker = connect(device, replace(ONE_TOOL, reply="auto"))
    assert tracker.reply == "BX2"
    tracker.start()
    assert tracker.read().readings["stylus"].tracker_from_tool is not None
    assert tracker.reply == "BX"
    device = Device()
    answer = device.answer
    device.answer = lambda n, a: known.get(n) or answer(n, a)  # type: ignore[method-assign]
    tracker = connect(device, replace(ONE_TOOL, reply="BX2"))
    tracker.start()
    with pytest.raises(DeviceError, match="ERROR01"):
        tracker.read()


def test_no_speed_and_no_break_on_a_network() -> None:
    device = Device()
    device.name = "socket://192.168.1.10:8765"
    device.send_break = lambda duration_s: pytest.fail("a network has no break")  # type: ignore[method-assign]
    device.set_baud = lambda *a: pytest.fail("a network has no speed")  # type: ignore[method-assign]
    with connect(device) as tracker:
        assert tracker.baud == 0
        assert "COMM" not in device.said
    device.deaf = True
    before = device.time_s
    with pytest.raises(PortTimeoutError, match="is this its address"):
        connect(device)
    assert device.time_s - before < 2


def test_reconnecting_to_a_silent_device_gives_up_quickly() -> None:
    device = Device()
    device.deaf = True
    tracker = NdiTracker(lambda: device, EMULATED, device.clock)
    with pytest.raises(PortTimeoutError, match="no tracker answers at 921600, 9600 baud; is it"):
        tracker.reconnect()
    assert device.time_s < 1.0
    device.deaf, device.closed = False, False
    tracker.reconnect()
    assert tracker.state is State.CONNECTED


def test_reconnecting_finds_a_device_at_any_speed() -> None:
    device = Device()
    device.device_baud = 14400
    tracker = NdiTracker(lambda: device, EMULATED, device.clock)
    tracker.reconnect()
    assert tracker.baud == 921600


def test_reconnecting_does_not_restart_a_silent_device_over_and_over() -> None:
    """One that takes long to start would never get there."""
    device, breaks = Device(), list[float]()
    device.deaf = True
    device.send_break = lambda duration_s: breaks.append(device.time_s)  # type: ignore[method-assign]
    tracker = NdiTracker(lambda: device, EMULATED, device.clock)
    while device.time_s < 120:
        with pytest.raises(PortTimeoutError):
            tracker.reconnect()
    pauses = [later - earlier for earlier, later in itertools.pairwise(breaks)]
    assert len(breaks) == 4 and all(b > 1.9 * a for a, b in itertools.pairwise(pauses)) and pauses[0] > RESET_S


def test_beeper() -> None:
    device = Device()
    answer = device.answer
    device.answer = lambda n, a: text_packet("1") if n == "BEEP" else answer(n, a)  # type: ignore[method-assign]
    assert connect(device).beep(2)
    with pytest.raises(TrackerError, match="no tool 'hammer'"):
        connect(device).set_led("hammer", 1, LedState.ON)


def test_what_can_be_asked_only_of_a_connected_tracker() -> None:
    tracker, _ = scripted([])
    with pytest.raises(TrackerStateError, match="connect first"):
        tracker.beep()
    assert (tracker.baud, tracker.reply, tracker.fit) == (0, "", None)
