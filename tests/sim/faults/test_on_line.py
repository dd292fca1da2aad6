"""The bad line: what arrives, when, and that the same seed damages the same bytes."""

from math import inf
from typing import Any

import pytest
from arguide_sim.clock import StepClock, VirtualTime
from arguide_sim.faults.on_line import MOST_WAITING, FaultyLine
from arguide_sim.faults.schedule import Fault, Schedule
from arguide_sim.ndi.crc import ascii_reply, binary_reply, crc16
from hypothesis import given
from hypothesis import strategies as st

REPLY = binary_reply(bytes(range(100)))


class Echo:
    """A device that always says the same, and is switched by COMM."""

    plugged = True

    def __init__(self) -> None:
        self.baud = 9600
        self.heard: list[bytes] = []

    def receive(self, data: bytes) -> bytes:
        self.heard.append(data)
        if data.startswith(b"COMM"):
            self.baud = 115200
            return ascii_reply("OKAY")
        return REPLY

    def receive_break(self) -> bytes:
        return self.power_up()

    def power_up(self) -> bytes:
        self.baud = 9600
        return b"RESETBE6F\r"

    def hang_up(self) -> None:
        self.heard.clear()

    def due_s(self) -> float | None:
        return None

    def speak(self) -> bytes:
        return b""


class Bench:
    def __init__(self, *faults: Fault, paced: bool = False, seed: int = 0) -> None:
        self.time, self.device, self.clock = VirtualTime(), Echo(), StepClock()
        self.clock.start(60.0)
        self.line = FaultyLine(self.device, Schedule(faults), self.clock, self.time.now, paced, seed)

    def ask(self, command: bytes = b"BX 0801\r") -> bytes:
        self.clock.frame()
        return self.line.receive(command)

    def after(self, seconds: float) -> bytes:
        """What comes unasked within so much time."""
        until, said = self.time.now() + seconds, b""
        while (due := self.line.due_s()) is not None and self.time.now() + due <= until + 1e-9:
            self.time.wait(due)
            said += self.line.speak()
        self.time.wait(until - self.time.now())
        return said


def test_a_good_line_changes_nothing_and_never_waits() -> None:
    bench = Bench()
    assert bench.ask() == REPLY and bench.line.due_s() is None
    assert bench.line.receive_break() == b"RESETBE6F\r"


def test_bytes_take_their_time() -> None:
    bench = Bench(paced=True)
    assert bench.ask(b"BX 0801\r") == b""
    expected = 10 * (8 + len(REPLY)) / 9600
    assert bench.line.due_s() == pytest.approx(expected)
    assert bench.after(expected - 0.001) == b"" and bench.after(0.002) == REPLY


@pytest.mark.parametrize("late_s", [0.0, 0.5])
def test_the_answer_to_comm_comes_at_the_old_speed(late_s: float) -> None:
    """Also when a busy computer lets it come late."""
    bench = Bench(paced=True)
    bench.ask(b"COMM 50000\r")
    assert bench.line.baud == 9600
    bench.time.wait((bench.line.due_s() or 0) + late_s)
    assert bench.line.baud == 9600 and bench.line.speak() == b"OKAYA896\r"
    assert bench.line.baud == 9600, "while it is being said"
    bench.time.wait(0.02)
    assert bench.line.baud == 115200


@pytest.mark.parametrize(
    ("kind", "values", "check"),
    [
        ("bit-flip", {"bits": 1}, lambda r: sum((a ^ b).bit_count() for a, b in zip(r, REPLY, strict=True)) == 1),
        ("bad-crc", {}, lambda r: r[:-1] == REPLY[:-1] and r[-1] != REPLY[-1]),
        ("dropped-byte", {}, lambda r: len(r) == len(REPLY) - 1),
        ("duplicated-byte", {}, lambda r: len(r) == len(REPLY) + 1),
        ("truncated", {}, lambda r: len(r) < len(REPLY) and REPLY.startswith(r)),
        ("ascii-error", {"code": 12}, lambda r: r == b"ERROR0C4E42\r"),
        ("noise", {"bytes": 7}, lambda r: len(r) == len(REPLY) + 7 and r.endswith(REPLY)),
    ],
)
def test_each_kind_of_damage(kind: str, values: dict[str, float], check: Any) -> None:
    bench = Bench(Fault(kind, values))
    replies = [bench.ask() for _ in range(50)]
    assert all(check(reply) for reply in replies)


def test_a_wrong_checksum_of_a_text_is_still_a_text() -> None:
    line = Bench(Fault("bad-crc")).line
    text = line.receive(b"COMM 50000\r")
    assert text[:4] == b"OKAY" and text[-1:] == b"\r" and int(text[4:8], 16) != crc16(b"OKAY")


def test_late_bytes_and_merged_replies() -> None:
    late = Bench(Fault("late-bytes", {"late_s": 0.05}))
    first = late.ask()
    assert first + late.after(0.06) == REPLY and len(first) < len(REPLY)
    merged = Bench(Fault("merged", share=0.5), seed=3)
    replies = [merged.ask() for _ in range(200)]
    assert set(replies) > {b"", REPLY, REPLY * 2}
    held = len(merged.line._held) // len(REPLY)
    assert len(b"".join(replies)) // len(REPLY) + held == 200, "nothing is lost"


def test_latency_keeps_the_order() -> None:
    bench = Bench(Fault("latency", {"latency_s": 0.01, "jitter_s": 0.02}, for_s=inf))
    assert bench.ask(b"COMM 5\r") == b"" and bench.ask() == b""
    assert bench.after(0.1) == b"OKAYA896\r" + REPLY


def test_only_data_are_struck_if_so_said() -> None:
    bench = Bench(Fault("truncated", only_data=True))
    assert bench.line.receive(b"COMM 50000\r") == b"OKAYA896\r"
    assert len(bench.ask(b"BX:080100EC\r")) < len(REPLY) and len(bench.ask(b"TX \r")) < len(REPLY)


def test_silence_is_silence_and_then_over() -> None:
    bench = Bench(Fault("silence", at_s=1 / 60, for_s=2.0))
    assert bench.ask() == b"" and bench.after(1.9) == b"" and bench.ask() == b""
    bench.after(0.2)
    assert bench.ask() == REPLY


def test_a_pulled_cable_goes_and_comes_back() -> None:
    bench = Bench(Fault("line-unplugged", at_s=1 / 60, for_s=2.0))
    assert bench.line.plugged
    assert bench.ask() == b"" and not bench.line.plugged
    assert bench.after(2.1) == b"" and bench.line.plugged and bench.ask() == REPLY


def test_power_off_forgets_everything_and_says_so() -> None:
    bench = Bench(Fault("power-cycle", at_s=2 / 60, for_s=1.5))
    bench.ask(b"COMM 50000\r")
    told: list[Any] = []
    bench.line.report = lambda *what: told.append(what)
    assert bench.ask() == b"" and bench.line.receive_break() == b""
    assert bench.after(1.6) == b"RESETBE6F\r" and bench.line.baud == 9600
    assert told == [("power-cycle", 0.0, 1.5)]


def test_a_wrong_speed_lasts_until_a_break() -> None:
    bench = Bench(Fault("wrong-baud", {"baud": 19200}, at_s=2 / 60))
    told: list[Any] = []
    bench.line.report = lambda *what: told.append(what)
    bench.ask(b"COMM 50000\r")
    assert bench.ask() == b"", "the question came at the speed of before"
    assert bench.line.baud == 19200
    bench.time.wait(1.5)
    assert bench.line.receive_break() == b"RESETBE6F\r" and bench.line.baud == 9600
    bench.ask(b"COMM 50000\r")
    assert bench.line.baud == 115200
    assert told == [("wrong-baud", 0.0, inf), ("wrong-baud", 0.0, 1.5)]


def test_a_host_can_find_a_device_at_its_wrong_speed() -> None:
    bench = Bench(Fault("wrong-baud", {"baud": 19200}))
    bench.ask()
    assert bench.line.baud == 19200 and bench.ask() == REPLY
    bench.ask(b"COMM 50000\r")
    assert bench.line.baud == 115200


kinds = st.sampled_from(["bit-flip", "bad-crc", "dropped-byte", "duplicated-byte", "truncated", "merged", "noise"])
VALUES: dict[str, dict[str, float]] = {"bit-flip": {"bits": 2}, "noise": {"bytes": 5}}


@given(st.lists(kinds, min_size=1, max_size=4), st.integers(0, 10**6))
def test_the_same_seed_damages_the_same_bytes(names: list[str], seed: int) -> None:
    faults = [Fault(name, VALUES.get(name, {}), share=0.3) for name in names]
    one, other = Bench(*faults, seed=seed), Bench(*faults, seed=seed)
    assert [one.ask() for _ in range(30)] == [other.ask() for _ in range(30)]


def test_a_host_that_floods_a_slow_line_cannot_grow_it() -> None:
    bench = Bench(Fault("latency", {"latency_s": 10.0, "jitter_s": 0.0}, for_s=inf))
    for _ in range(3000):
        bench.ask()
    assert sum(len(piece) for _, piece in bench.line._waiting) <= MOST_WAITING + len(REPLY)
