"""The line between device and host, as it is: it takes time, and loses, damages and delays what it carries.

With a seed the same replies are damaged in the same way. What lasts (silence, a pulled cable, a device without
power) lasts by the host's clock.
"""

from collections import deque
from collections.abc import Callable
from math import inf
from random import Random
from typing import Protocol

from arguide_sim.clock import Clock
from arguide_sim.device import Device
from arguide_sim.faults.kinds import OUTAGES, Level
from arguide_sim.faults.schedule import Fault, Schedule
from arguide_sim.ndi.crc import ascii_reply

BITS_PER_BYTE = 10
"""Start bit, eight data bits, stop bit."""
SWITCH_S = 0.01
"""A device changes its speed so long after it has said so; hosts wait for 0.1 s and more."""
LOOK_S = 0.02
"""How often a line that can fail looks whether it should, while nobody speaks."""
ROUNDING_S = 1e-9
MOST_WAITING = 1 << 16
"""Bytes on their way; what is more is lost."""
TRACKING = (b"TX", b"BX")


class Switchable(Device, Protocol):
    """A device that can be switched off and on."""

    def power_up(self) -> bytes:
        """As if just switched on; returns what it says then."""
        ...

    def hang_up(self) -> None:
        """The host is gone from the line, and what it left unfinished with it."""
        ...


class FaultyLine:
    """A `Device`: another one at the end of a line. `paced`: replies take the time that their bytes take."""

    def __init__(
        self,
        device: Switchable,
        schedule: Schedule,
        clock: Clock,
        now: Callable[[], float],
        paced: bool = False,
        seed: int = 0,
    ) -> None:
        self._device = device
        self._schedule = schedule
        self._clock = clock
        self._now = now
        self._paced = paced
        self._random = Random(seed)
        self._waiting: deque[tuple[float, bytes]] = deque()
        self._held = b""
        self._until = dict.fromkeys(OUTAGES, 0.0)
        self._free_at = 0.0
        self._touched = False
        self._wrong = 0
        """Speed that the device fell into; 0: none."""
        self._unheard_since: float | None = None
        """When it did, while the host has not found it."""
        self._before, self._before_until, self._last_before = 0, 0.0, 0.0
        """The speed before the last change, how long it still goes on (until the answer to COMM is out, whenever that is),
        and the time of that answer."""
        self.report: Callable[[str, float, float], None] = lambda kind, since, until: None
        """Is told of every outage: what it is, from when, until when; infinite while only the host can end it."""

    @property
    def baud(self) -> int:
        if self._now() < self._before_until:
            return self._before
        return self._wrong or self._device.baud

    @property
    def plugged(self) -> bool:
        return self._device.plugged and not self._lasts("line-unplugged")

    def receive(self, data: bytes) -> bytes:
        if not self._schedule and not self._paced and not self._touched:
            return self._device.receive(data)
        self._touched = bool(self._schedule or self._waiting or self._held or self._dead() or self._wrong)
        heard_at = self.baud
        self._happen()
        if self._dead() or heard_at != self.baud:
            return b""
        self._note_heard()
        speed = self._device.baud
        reply = self._device.receive(data)
        if speed != self._device.baud:
            self._wrong = 0
        arrived = self._carry(reply, data)
        if speed != self._device.baud and self._waiting:
            self._before, self._before_until, self._last_before = speed, inf, self._waiting[-1][0]
        return arrived

    def receive_break(self) -> bytes:
        if self._dead():
            return b""
        self._note_heard()
        self._wrong = 0
        return self._carry(self._device.receive_break(), b"")

    def hang_up(self) -> None:
        """The host is gone; what was on its way to it reaches nobody."""
        self._waiting.clear()
        self._held = b""
        self._device.hang_up()

    def due_s(self) -> float | None:
        if not self._schedule and not self._paced and not self._touched:
            return self._device.due_s()
        now = self._now()
        times = [time - now for time in self._until.values() if time > now]
        if self._waiting:
            times.append(self._waiting[0][0] - now)
        if self._schedule.has(Level.LINE):
            times.append(LOOK_S)
        if (own := self._device.due_s()) is not None and not self._dead():
            times.append(own)
        return max(0.0, min(times)) if times else None

    def speak(self) -> bytes:
        self._happen()
        if self._device.due_s() is not None and not self._dead():
            self._put(self._device.speak(), self._now())
        return self._arrived()

    def _arrived(self) -> bytes:
        now, said = self._now(), b""
        while self._waiting and self._waiting[0][0] <= now + ROUNDING_S:
            at, piece = self._waiting.popleft()
            said += piece
            if self._before_until == inf and at >= self._last_before:
                self._before_until = now + SWITCH_S
        return said

    # --- what happens ---------------------------------------------------------------------------------------------

    def _lasts(self, outage: str) -> bool:
        return self._now() < self._until[outage]

    def _dead(self) -> bool:
        return any(self._lasts(outage) for outage in OUTAGES)

    def _happen(self) -> None:
        now = self._now()
        if 0 < self._until["power-cycle"] <= now:
            self._until["power-cycle"] = 0.0
            self._note_heard()
            self._wrong = 0
            self._put(self._device.power_up(), now)
        for fault in self._schedule.begun(Level.LINE, self._clock.elapsed_s()):
            if fault.kind in OUTAGES:
                self._until[fault.kind] = max(self._until[fault.kind], now + fault.for_s)
                self._waiting.clear()
                self._held, self._before_until = b"", 0.0
                self.report(fault.kind, now, self._until[fault.kind])
            elif fault.kind == "wrong-baud":
                self._wrong, self._unheard_since = int(fault.values["baud"]), now
                self.report(fault.kind, now, inf)

    def _note_heard(self) -> None:
        """A host that is heard at the wrong speed, or by a break, has found the device again."""
        if self._unheard_since is not None:
            self.report("wrong-baud", self._unheard_since, self._now())
            self._unheard_since = None

    def _carry(self, reply: bytes, command: bytes) -> bytes:
        """Send a reply on its way; returns what has arrived at once."""
        if not reply:
            return b""
        reply, self._held = self._held + reply, b""
        data = command.lstrip(b"\n").upper().startswith(TRACKING)
        late_s, tail = 0.0, (0.0, b"")
        for fault in self._schedule.active(Level.LINE, self._clock.elapsed_s()):
            if fault.only_data and not data:
                continue
            if fault.kind == "latency":
                late_s += self._latency_s(fault)
            elif fault.what.per_reply and reply and self._random.random() < fault.share:
                reply, tail = self._damage(fault, reply, tail)
        now = self._now()
        if self._paced:
            begins = max(now + BITS_PER_BYTE * len(command) / self.baud, self._free_at)
            self._free_at = begins + BITS_PER_BYTE * len(reply) / self.baud
            late_s += self._free_at - now
        self._put(reply, now + late_s)
        self._put(tail[1], now + late_s + tail[0])
        return self._arrived()

    def _put(self, data: bytes, at: float) -> None:
        if data and sum(len(piece) for _, piece in self._waiting) < MOST_WAITING:
            self._waiting.append((max(at, self._waiting[-1][0]) if self._waiting else at, data))

    # --- what it does to a reply ----------------------------------------------------------------------------------

    def _latency_s(self, fault: Fault) -> float:
        return float(fault.values["latency_s"]) + float(fault.values["jitter_s"]) * self._random.random()

    def _damage(self, fault: Fault, reply: bytes, tail: tuple[float, bytes]) -> tuple[bytes, tuple[float, bytes]]:
        """A reply as it arrives, and what of it arrives how much later."""
        place = self._random.randrange(len(reply))
        match fault.kind:
            case "bit-flip":
                wrong = bytearray(reply)
                for _ in range(int(fault.values["bits"])):
                    wrong[self._random.randrange(len(wrong))] ^= 1 << self._random.randrange(8)
                reply = bytes(wrong)
            case "bad-crc":
                at = -3 if reply.endswith(b"\r") else -1
                wrong = bytearray(reply)
                # Another digit stays a digit, so that only the sum is wrong.
                wrong[at % len(wrong)] = wrong[at % len(wrong)] ^ 1
                reply = bytes(wrong)
            case "dropped-byte":
                reply = reply[:place] + reply[place + 1 :]
            case "duplicated-byte":
                reply = reply[: place + 1] + reply[place:]
            case "truncated":
                reply = reply[:place]
            case "late-bytes":
                reply, tail = reply[:place], (float(fault.values["late_s"]), reply[place:] + tail[1])
            case "merged":
                reply, self._held = b"", reply
            case "ascii-error":
                reply = ascii_reply(f"ERROR{int(fault.values['code']):02X}")
            case "noise":
                reply = self._random.randbytes(int(fault.values["bytes"])) + reply
        return reply, tail
