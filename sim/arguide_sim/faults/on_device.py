"""Faults inside an NDI tracker: they change what it remembers and how it answers."""

from collections.abc import Callable
from random import Random

from arguide_sim.clock import Clock
from arguide_sim.faults.kinds import Level
from arguide_sim.faults.schedule import Fault, Schedule
from arguide_sim.ndi.alerts import Happened, Kind
from arguide_sim.ndi.crc import ascii_reply
from arguide_sim.ndi.device import NdiDevice
from arguide_sim.ndi.frames import COUNTER
from arguide_sim.ndi.state import Sensors, State


class TroubledDevice:
    """A `Device`: an NDI tracker to which things happen."""

    def __init__(self, device: NdiDevice, schedule: Schedule, clock: Clock, seed: int = 0) -> None:
        self.device = device
        self._schedule = schedule
        self.clock = clock
        self._random = Random(seed)
        self._pulled: dict[int, Sensors] = {}
        self._touched = False

    @property
    def state(self) -> State:
        """What the device remembers."""
        return self.device.state

    @property
    def baud(self) -> int:
        return self.device.baud

    @property
    def plugged(self) -> bool:
        return self.device.plugged

    def receive(self, data: bytes) -> bytes:
        if not self._schedule and not self._touched:
            return self.device.receive(data)
        self._touched = bool(self._schedule)  # once more after the last fault, to put everything right
        now = self.clock.elapsed_s()
        self._happen(now)
        for fault in self._schedule.active(Level.DEVICE, now):
            if fault.kind == "refusal" and _is(data, str(fault.values["command"])) and self._strikes(fault):
                self.device.forget_line()
                return ascii_reply(f"ERROR{int(fault.values['code']):02X}")
        return self.device.receive(data)

    def receive_break(self) -> bytes:
        return self.device.receive_break()

    def power_up(self) -> bytes:
        """As if just switched on."""
        return self.device.power_up()

    def hang_up(self) -> None:
        """The host is gone."""
        self.device.hang_up()

    def due_s(self) -> float | None:
        return self.device.due_s()

    def speak(self) -> bytes:
        self._happen(self.clock.elapsed_s())
        return self.device.speak()

    def _strikes(self, fault: Fault) -> bool:
        return self._random.random() < fault.share

    def _happen(self, now: float) -> None:
        """Do what begins now, and keep up what lasts."""
        for fault in self._schedule.begun(Level.DEVICE, now):
            if act := ACTS.get(fault.kind):
                act(self.state, fault)
        lasting = list(self._schedule.active(Level.DEVICE, now))
        slowest = min((float(f.values["hz"]) for f in lasting if f.kind == "slow-rate"), default=0.0)
        self.state.frames.slow_down(slowest)
        self.state.alerts.lasting = 0
        for fault in lasting:
            if fault.kind == "system-status":
                self.state.alerts.lasting |= int(fault.values["bits"])
        self._plug({int(f.values["port"]) for f in lasting if f.kind == "tool-unplugged"})

    def _plug(self, out: set[int]) -> None:
        """Let exactly these sockets be empty, of those that had something in them."""
        for port in out & set(self.state.plugged):
            self._pulled[port] = self.state.plugged[port]
            self.state.unplug(port)
        for port in set(self._pulled) - out:
            self.state.plug(port, self._pulled.pop(port))


def _is(data: bytes, command: str) -> bool:
    return data.lstrip(b"\n").upper().startswith((f"{command}:".encode(), f"{command} ".encode()))


def _jump(state: State, fault: Fault) -> None:
    state.frames.jump(int(fault.values["frames"]))


def _wrap(state: State, fault: Fault) -> None:
    state.frames.set_number(COUNTER - int(fault.values["frames"]))


def _bump(state: State, fault: Fault) -> None:
    state.bump()


def _alert(state: State, fault: Fault) -> None:
    state.alerts.add(Happened(Kind(int(fault.values["type"])), int(fault.values["code"])))


ACTS: dict[str, Callable[[State, Fault], None]] = {
    "frame-jump": _jump,
    "frame-wrap": _wrap,
    "bumped-tracker": _bump,
    "alert": _alert,
}
