"""A LIBERTY or a PATRIOT: commands that end in CR, frames that say how long they are, and a clock of its own."""

import struct
from dataclasses import dataclass

from arguide_sim.clock import Clock
from arguide_sim.magnetic.device import LONGEST_COMMAND, MagneticDevice
from arguide_sim.magnetic.field import Field, Sensed, seen_in
from arguide_sim.polhemus.items import LIBERTY, Facts, scaled

WIDTH = 9
MM_PER_INCH, MM_PER_CM = 25.4, 10.0
HEADER = struct.Struct("<2sBBBBH")
WEAK, FINE = "C", " "
CR = 13
AT_ONCE = frozenset(b"p")
WHO_AM_I, RESET, SAVE = "\x16", "\x19", "\x0b"


@dataclass(frozen=True)
class LibertyModel:
    """What makes a PATRIOT of a LIBERTY."""

    name: str
    mark: bytes
    sockets: int
    rate_hz: float


MODELS = {
    "patriot": LibertyModel("PATRIOT", b"PA", 2, 60.0),
    "liberty": LibertyModel("LIBERTY", b"LY", 16, 240.0),
}


class LibertyDevice(MagneticDevice):
    """A device just switched on, without a line."""

    def __init__(self, model: LibertyModel, clock: Clock, field: Field, baud: int = 115200) -> None:
        sockets = {station: tool for station, tool in field.stations.items() if 1 <= station <= model.sockets}
        super().__init__(clock, Field(field.actor, sockets, field.seed), model.rate_hz, baud)
        self._model = model
        self._command = bytearray()
        self._initiated = b"P"
        self._power_up()

    def _power_up(self) -> None:
        self.streaming = self._binary = False
        self._mm_per_unit = MM_PER_INCH
        self._items: dict[int, tuple[int, ...]] = dict.fromkeys(self.stations, (2, 4, 1))
        self._halves = dict.fromkeys(self.stations, (1.0, 0.0, 0.0))
        self._buttons: set[int] = set()
        self.frames.begin()

    def receive(self, data: bytes) -> bytes:
        """Take bytes from the host; returns what is answered at once."""
        answers = []
        for byte in data:
            if not self._command and byte in AT_ONCE:
                answers.append(self._poll())
            elif byte == CR:
                text, self._command = self._command.decode("latin-1"), bytearray()
                answers.append(self._do(text) if text else b"")
            elif byte != 10 and len(self._command) < LONGEST_COMMAND:
                self._command.append(byte)
        return b"".join(answers)

    def frame(self, index: int, sensors: dict[int, Sensed]) -> bytes:
        """One record of every sensor."""
        return b"".join(self._record(station, sensed, index) for station, sensed in sensors.items())

    def _record(self, station: int, sensed: Sensed, index: int) -> bytes:
        pose = sensed.transmitter_from_sensor
        if pose is not None:
            pose = seen_in(pose, self._halves[station])
        error = FINE if pose is not None else WEAK
        button = sensed.buttons & 1 if station in self._buttons else 0
        facts = Facts(scaled(pose, self._mm_per_unit), button, round(1000 * index / self.frames.rate_hz), index)
        items = [LIBERTY[number] for number in self._items[station]]
        if not self._binary:
            return (f"{station:02d}{error} " + "".join(item.text(facts, WIDTH) for item in items)).encode()
        body = b"".join(item.binary(facts) for item in items)
        return HEADER.pack(self._model.mark, station, self._initiated[0], ord(error), 0, len(body)) + body

    def _poll(self) -> bytes:
        """One frame; a stream ends with it."""
        if self.streaming:
            self.streaming = False
            return b""
        self._initiated = b"P"
        return self.newest()

    def _do(self, text: str) -> bytes:
        letter, rest = text[0], text[1:]
        try:
            match letter:
                case "P" if not rest:
                    return self._poll()
                case "C" if not rest:
                    self.streaming, self._initiated = True, b"C"
                case "F" | "U" if rest in ("0", "1"):
                    self._choose_form(letter, rest == "1")
                case "O" | "H" | "L":
                    self._set(letter, *self._addressed(rest))
                case "X" | "Y" | "Q":
                    pass
                case _ if text == WHO_AM_I:
                    return self._name()
                case _ if text == RESET:
                    self._power_up()
                case _ if text == SAVE:
                    pass
                case _:
                    return _refused(text)
        except ValueError:
            return _refused(text)
        return b""

    def _choose_form(self, letter: str, second: bool) -> None:
        if letter == "F":
            self._binary = second
        else:
            self._mm_per_unit = MM_PER_CM if second else MM_PER_INCH
        self.frames.begin()

    def _addressed(self, rest: str) -> tuple[tuple[int, ...], list[str]]:
        """Which stations are meant, and what is said to them. Raises ValueError."""
        where, comma, given = rest.partition(",")
        if not comma:
            raise ValueError(rest)
        stations = self.stations if where == "*" else (int(where),)
        if any(station not in self.stations for station in stations):
            raise ValueError(where)
        return stations, given.split(",")

    def _set(self, letter: str, stations: tuple[int, ...], given: list[str]) -> None:
        """Change something of these stations. Raises ValueError and changes nothing for what makes no sense."""
        if letter == "O":
            items = tuple(int(number) for number in given)
            if not all(number in LIBERTY for number in items):
                raise ValueError(given)
            self._items |= dict.fromkeys(stations, items)
            self.frames.begin()
        elif letter == "H":
            x, y, z = (float(part) for part in given)
            self._halves |= dict.fromkeys(stations, (x, y, z))
        elif given == ["1"]:
            self._buttons |= set(stations)
        else:
            self._buttons -= set(stations)

    def _name(self) -> bytes:
        lines = ("01v ", self._model.name, "arguide emulator", f"{len(self.stations)} sensors")
        return "\r\n".join((*lines, "")).encode()


def _refused(text: str) -> bytes:
    letter = text[:1] if text[:1].isalpha() else "?"
    return f"00E {letter} Invalid Command\r\n".encode()
