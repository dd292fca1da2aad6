"""A FASTRAK: four sockets, one-letter commands, 120 measurements a second shared among the sensors that are on."""

from collections.abc import Sequence

from arguide_sim.clock import Clock
from arguide_sim.magnetic.device import LONGEST_COMMAND, MagneticDevice
from arguide_sim.magnetic.field import Field, Sensed, seen_in
from arguide_sim.polhemus.items import FASTRAK, Facts, scaled

SOCKETS = (1, 2, 3, 4)
TOTAL_HZ = 120.0
WIDTH = 7
MM_PER_INCH, MM_PER_CM = 25.4, 10.0
AT_ONCE = frozenset(b"PCcFfUuSW\x0b\x19")
"""Commands that are whole with their letter; all others end in CR."""
CR = 13
STATUS_SIZE = 55
WEAK = "C"
"""The error letter for a sensor that is not measured."""


class FastrakDevice(MagneticDevice):
    """A FASTRAK just switched on, without a line."""

    def __init__(self, clock: Clock, field: Field, baud: int = 115200) -> None:
        sockets = {station: tool for station, tool in field.stations.items() if station in SOCKETS}
        super().__init__(clock, Field(field.actor, sockets, field.seed), TOTAL_HZ / max(1, len(sockets)), baud)
        self._command = bytearray()
        self._power_up()

    def _power_up(self) -> None:
        self.streaming = self._binary = False
        self._mm_per_unit = MM_PER_INCH
        self._on = set(self.stations)
        self._items: dict[int, tuple[int, ...]] = dict.fromkeys(SOCKETS, (2, 4, 1))
        self._halves = dict.fromkeys(SOCKETS, (1.0, 0.0, 0.0))
        self._tips = dict.fromkeys(SOCKETS, (0.0, 0.0, 0.0))
        self._set_up()

    def receive(self, data: bytes) -> bytes:
        """Take bytes from the host; returns what is answered at once."""
        answers = []
        for byte in data:
            if not self._command and byte in AT_ONCE:
                answers.append(self._do_at_once(byte))
            elif byte == CR:
                text, self._command = self._command.decode("latin-1"), bytearray()
                answers.append(self._do(text) if text else b"")
            elif byte != 10 and len(self._command) < LONGEST_COMMAND:
                self._command.append(byte)
        return b"".join(answers)

    def frame(self, index: int, sensors: dict[int, Sensed]) -> bytes:
        """One record of every sensor that is on."""
        return b"".join(
            self._record(station, sensed, index) for station, sensed in sensors.items() if station in self._on
        )

    def _record(self, station: int, sensed: Sensed, index: int) -> bytes:
        pose = sensed.transmitter_from_sensor
        if pose is not None:
            pose = seen_in(pose, self._halves[station])
        facts = Facts(scaled(pose, self._mm_per_unit), sensed.buttons & 1, 0, index)
        header = f"0{station}{' ' if pose is not None else WEAK}"
        items = [FASTRAK[number] for number in self._items[station]]
        if self._binary:
            return header.encode() + b"".join(item.binary(facts) for item in items)
        return (header + "".join(item.text(facts, WIDTH) for item in items)).encode()

    def _do_at_once(self, letter: int) -> bytes:
        match chr(letter):
            case "P":
                return b"" if self.streaming else self.newest()
            case "C" | "c":
                self.streaming = letter == ord("C")
            case "F" | "f":
                self._binary = letter == ord("f")
                self._set_up()
            case "U" | "u":
                self._mm_per_unit = MM_PER_INCH if letter == ord("U") else MM_PER_CM
            case "S":
                return f"21S{'arguide FASTRAK emulator':<{STATUS_SIZE - 5}}\r\n".encode()
            case "W" | "\x19":
                self._power_up()
        return b""

    def _do(self, text: str) -> bytes:
        """A command with arguments: letter, station, and what follows a comma. Without arguments it asks."""
        letter, station = text[0], int(text[1]) if text[1:2] in ("1", "2", "3", "4") else 0
        given = text[3:].split(",") if text[2:3] == "," else []
        if not station or (len(text) > 2 and not given):
            return _refused(station)
        try:
            match letter:
                case "l":
                    return self._switch(station, given)
                case "O":
                    return self._choose_items(station, given)
                case "H":
                    self._halves[station] = _three(given)
                case "N" if not given:
                    return f"2{station}N{''.join(f'{part:7.3f}' for part in self._tips[station])}\r\n".encode()
                case "N":
                    self._tips[station] = _three(given)
                case "A" | "R" | "e" | "x" | "v":
                    pass
                case _:
                    return _refused(station)
        except ValueError:
            return _refused(station)
        return b""

    def _switch(self, station: int, given: list[str]) -> bytes:
        if not given:
            return f"2{station}l{''.join('1' if s in self._on else '0' for s in SOCKETS)}\r\n".encode()
        if given[0] not in ("0", "1"):
            return _refused(station)
        if given[0] == "1" and station in self.stations:
            self._on.add(station)
        elif given[0] == "0" and self._on != {station}:
            self._on.discard(station)
        if self._on:
            self.frames.rate_hz = TOTAL_HZ / len(self._on)
        self._set_up()
        return b""

    def _choose_items(self, station: int, given: list[str]) -> bytes:
        if not given:
            return f"2{station}O{''.join(f'{number:3d}' for number in self._items[station])}\r\n".encode()
        items = [int(number) for number in given]
        if not all(number in FASTRAK for number in items):
            return _refused(station)
        self._items[station] = tuple(items)
        self._set_up()
        return b""

    def _set_up(self) -> None:
        self.frames.begin()


def _three(given: Sequence[str]) -> tuple[float, float, float]:
    x, y, z = (float(part) for part in given)
    return x, y, z


def _refused(station: int) -> bytes:
    return f"2{station or 1}E*ERROR*\r\n".encode()
