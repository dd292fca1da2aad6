"""A Flock of Birds: a master and its birds on the fast bird bus, all over one RS-232 line.

Commands are single bytes with binary parameters behind them, and nothing that ends them. The bird says how to turn its
axes onto the transmitter's: the quaternion is the inverse of transmitter_from_sensor.
"""

import struct
from math import floor

from arguide.geometry.transforms import Array, inverse, to_quaternion
from arguide_sim.clock import Clock
from arguide_sim.magnetic.device import MagneticDevice
from arguide_sim.magnetic.field import Field, Sensed, seen_in

FULL_SCALE_MM = 36 * 25.4
RATE_HZ = 103.3
MOST_BIRDS = 14
PARAMETERS = {ord("L"): 2, ord("O"): 1, ord("P"): 1}
"""How many bytes follow a command; what P changes has its own length."""
GROUP_MODE, FLOCK_STATUS, AUTO_CONFIGURE, POSITION_SCALE, REVISION, MODEL = 35, 36, 50, 3, 1, 15
VALUE_SIZE = {GROUP_MODE: 1, AUTO_CONFIGURE: 1, 6: 2, 7: 2, POSITION_SCALE: 2}
ACCESSIBLE, RUNNING, HAS_SENSOR = 0x80, 0x40, 0x20
HALVES = {
    b"\x00\x00": (1.0, 0.0, 0.0),
    b"\x00\x01": (-1.0, 0.0, 0.0),
    b"\x06\x00": (0.0, 1.0, 0.0),
    b"\x06\x01": (0.0, -1.0, 0.0),
    b"\x0c\x00": (0.0, 0.0, 1.0),
    b"\x0c\x01": (0.0, 0.0, -1.0),
}
QUATERNION, OTHER_RECORDS = ord("]"), frozenset(b"VWX\\YZ")
STANDALONE = 0


class FlockDevice(MagneticDevice):
    """A flock just switched on, without a line; birds fly once they are configured. Station 0 stands alone."""

    def __init__(self, clock: Clock, field: Field, baud: int = 115200) -> None:
        birds = {station: tool for station, tool in field.stations.items() if 0 <= station <= MOST_BIRDS}
        super().__init__(clock, Field(field.actor, birds, field.seed), RATE_HZ, baud)
        self._alone = set(birds) == {STANDALONE}
        self._power_up()

    def _power_up(self) -> None:
        self._waiting = b""
        self.streaming = self._group = False
        self._flying = set(self.stations) if self._alone else set()
        self._speaking = set(self.stations)
        self._halves = dict.fromkeys(self.stations, (1.0, 0.0, 0.0))
        self.frames.begin()

    def receive(self, data: bytes) -> bytes:
        """Take bytes from the host; returns what is answered at once."""
        answers = []
        for byte in data:
            self._waiting += bytes([byte])
            if self._whole():
                command, self._waiting = self._waiting, b""
                answers.append(self._do(command))
        return b"".join(answers)

    def frame(self, index: int, sensors: dict[int, Sensed]) -> bytes:
        """One record of every flying bird in a group, else of the first alone. A bird not measured says nothing."""
        flying = [station for station in sensors if station in self._flying]
        if not self._group:
            flying = flying[:1]
        return b"".join(self._record(station, sensors[station]) for station in flying)

    def _record(self, station: int, sensed: Sensed) -> bytes:
        pose = sensed.transmitter_from_sensor
        if pose is None:
            return b""
        record = bytearray(words(seen_in(pose, self._halves[station])))
        record[0] |= 0x80
        return bytes(record) + (bytes([station]) if self._group else b"")

    def _whole(self) -> bool:
        """Whether what waits is a command with all its parameters."""
        to_bird = self._waiting[0] & 0xF0 == 0xF0
        command = self._waiting[1:] if to_bird else self._waiting
        if not command:
            return False
        size = 1 + PARAMETERS.get(command[0], 0)
        if command[0] == ord("P") and len(command) > 1:
            size += VALUE_SIZE.get(command[1], 0)
        return len(command) >= size

    def _do(self, command: bytes) -> bytes:
        address = STANDALONE if self._alone else min(self.stations)
        if command[0] & 0xF0 == 0xF0:
            address, command = command[0] & 0x0F, command[1:]
        self.streaming = self.streaming and command[:1] in b"]L"
        match command[:1]:
            case b"B":
                return self.newest()
            case b"@":
                self.streaming = True
            case b"]":
                self.frames.begin()
            case b"L" if address in self._halves and command[1:] in HALVES:
                self._halves[address] = HALVES[command[1:]]
            case b"O":
                return self._examine(command[1])
            case b"P":
                self._change(command[1], command[2:])
            case b"F":
                self._flying |= set(self.stations)
            case b"G":
                self._flying = set()
            case b"/":
                self._power_up()
        return b""

    def _examine(self, parameter: int) -> bytes:
        match parameter:
            case 36:
                return bytes(self._status(address) for address in range(1, MOST_BIRDS + 1))
            case 35:
                return bytes([self._group])
            case 1:
                return b"\x03\x45"
            case 15:
                return b"6DFOB     "
            case 0 | 3 | 10:
                return b"\x00\x00"
        return b""

    def _status(self, address: int) -> int:
        if address not in self.stations:
            return 0
        return ACCESSIBLE | HAS_SENSOR | (RUNNING if address in self._flying else 0)

    def _change(self, parameter: int, value: bytes) -> None:
        if parameter == GROUP_MODE:
            self._group = bool(value[0] & 1)
            self.frames.begin()
        elif parameter == AUTO_CONFIGURE:
            self._flying = {station for station in self.stations if station <= value[0]}


def words(pose: Array) -> bytes:
    """Position and inverse quaternion as seven words of 14 bits in pairs of seven-bit bytes, low byte first."""
    parts = [part / FULL_SCALE_MM for part in pose[:3, 3]] + list(to_quaternion(inverse(pose)))
    return b"".join(_word(floor(min(max(part, -1.0), 1.0) * 32768 + 0.5)) for part in parts)


def _word(value: int) -> bytes:
    """The 14 highest of 16 bits, rounded."""
    (bits,) = struct.unpack("<H", struct.pack("<h", min(max(value + 2, -32768), 32767)))
    return bytes([bits >> 2 & 0x7F, bits >> 9])
