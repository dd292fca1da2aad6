"""One question, one answer: late, doubled, cut and noisy answers are not mistaken for the right one."""

from collections import deque

import pytest

from arguide.errors import BadReplyError, PortTimeoutError, TrackerError
from arguide.ports.scripted import ScriptedPort
from arguide.trackers.ndi.exchange import GAP_S, NOISE_LIMIT_BYTES, NOISE_LIMIT_S, Exchange
from arguide.trackers.ndi.replies import BinaryReply

VER = b"VER:5662E\r"
BEEP = b"BEEP:18404\r"
API = b"G.003.006A138\r"
ONE = b"1D4C1\r"


class Line(ScriptedPort):
    """A line whose reads are scripted one by one: b"" lets the whole timeout go by."""

    def __init__(self, *reads: bytes) -> None:
        super().__init__([])
        self.reads = deque(reads)
        self.written: list[bytes] = []

    def write(self, data: bytes) -> None:
        self.written.append(data)

    def read(self, timeout_s: float) -> bytes:
        data = self.reads.popleft() if self.reads else b""
        self.time_s += 0.001 if data else timeout_s
        return data


def exchange_on(*reads: bytes) -> tuple[Exchange, Line]:
    line = Line(*reads)
    return Exchange(line, line.clock), line


def test_late_answer_is_not_taken_for_the_next_one() -> None:
    exchange, line = exchange_on(b"", API, b"", ONE)  # silence; the late answer while settling; quiet; the right one
    assert exchange.ask("BEEP", "1") == "1"
    assert line.written == [BEEP, BEEP]
    assert exchange.statistics.timeouts == 1
    assert exchange.statistics.stray_bytes == len(API)


def test_doubled_answer_is_not_taken_for_the_next_one() -> None:
    exchange, _ = exchange_on(API + API, ONE)
    assert exchange.ask("APIREV") == "G.003.006"
    assert exchange.ask("BEEP", "1") == "1"


def test_answer_in_pieces() -> None:
    exchange, _ = exchange_on(API[:1], API[1:9], API[9:])
    assert exchange.ask("APIREV") == "G.003.006"


def test_cut_answer_is_given_up_after_a_gap_not_after_the_whole_patience() -> None:
    exchange, line = exchange_on(b"\xc4\xa5\x37", b"")
    with pytest.raises(BadReplyError, match="stopped after 3 bytes"):
        exchange.packet("BX", b"BX:080100EC\r", timeout_s=5.0)
    assert line.time_s < 2 * GAP_S


def test_beheaded_binary_answer_is_given_up_at_once() -> None:
    exchange, line = exchange_on(b"\xa5" + bytes(80))
    with pytest.raises(BadReplyError, match="64 bytes"):
        exchange.packet("BX", b"BX:080100EC\r", timeout_s=5.0, max_text=64)
    assert line.time_s < GAP_S


def test_binary_answer() -> None:
    reply = bytes.fromhex(
        "c4 a5 29 00 32 83 00 03 02 00 00 80 3f 00 00 00 40 00 00 40 40 00 00 80 40 00 00 a0 40 00 00 c0 40 00 00 e0 40"
        "00 00 00 41 00 00 10 41 40 00 46 ca"
    )
    exchange, _ = exchange_on(reply[:7], reply[7:])
    assert exchange.packet("BX", b"BX:1801FCED\r", timeout_s=1.0) == BinaryReply(reply[6:-2])


def test_trickle_of_noise_ends_with_the_patience() -> None:
    exchange, line = exchange_on(*[b"\x00"] * 100_000)
    with pytest.raises(PortTimeoutError, match="BEEP: no answer on script within 2 s"):
        exchange.packet("BEEP", BEEP, timeout_s=2.0)
    assert line.time_s < 2.1


@pytest.mark.parametrize(("chunk", "clock_runs"), [(b"\x55", True), (bytes(4096), False)])
def test_line_that_never_falls_silent_is_not_a_tracker(chunk: bytes, clock_runs: bool) -> None:
    line = Line(*[chunk] * 100_000)
    exchange = Exchange(line, line.clock if clock_runs else lambda: 0.0)
    with pytest.raises(BadReplyError, match="bytes keep coming"):
        exchange.settle()
    assert line.time_s < NOISE_LIMIT_S + 0.1
    assert exchange.statistics.stray_bytes < NOISE_LIMIT_BYTES + 2 * len(chunk)


def test_reset_message_is_found_in_noise_and_in_pieces() -> None:
    exchange, _ = exchange_on(b"\x00\xf8", b"\x00RES", b"ETBE6F\r")
    assert exchange.wait_for_reset(7.0)
    exchange, line = exchange_on(b"\x00", b"")
    assert not exchange.wait_for_reset(7.0)
    assert line.time_s == pytest.approx(7.0)


def test_idle_tells_a_restart_from_noise() -> None:
    exchange, _ = exchange_on(b"\x00\x01", b"\x00RESETBE6F\r")
    exchange.idle(0.01)
    assert exchange.statistics.stray_bytes == 2
    with pytest.raises(TrackerError, match="restarted"):
        exchange.idle(0.01)


def test_command_that_the_device_could_not_read_is_sent_again() -> None:
    exchange, line = exchange_on(b"ERROR046802\r", API)
    assert exchange.ask("VER", "5") == "G.003.006"
    assert line.written == [VER, VER]
    assert exchange.statistics.garbled_commands == 1
