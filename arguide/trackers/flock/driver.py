"""The driver of Ascension's Flock of Birds over RS-232: one line to the master, which speaks for all birds.

The profile's `station` is a bird's address on the fast bird bus (1 to 14). One tool with station 0 is a bird that
stands alone, on its own line.
"""

from collections.abc import Iterator

from arguide.errors import DeviceError, SettingsError
from arguide.trackers.flock.records import FlockReader
from arguide.trackers.line import Line
from arguide.trackers.station_tracker import Reader, StationTracker

MOST_BIRDS = 14
"""Addresses that the normal addressing mode has."""
TO_BIRD = 0xF0
POINT, STREAM, QUATERNION, HEMISPHERE, EXAMINE, CHANGE = b"B", b"@", b"]", b"L", b"O", b"P"
GROUP_MODE, FLOCK_STATUS, AUTO_CONFIGURE = b"\x23", b"\x24", b"\x32"
ACCESSIBLE, RUNNING, HAS_SENSOR = 0x80, 0x40, 0x20
STATUS_SIZE = 14
BEFORE_CONFIGURING_S, AFTER_CONFIGURING_S = 0.35, 1.0
HALVES = {
    "+x": b"\x00\x00",
    "-x": b"\x00\x01",
    "+y": b"\x06\x00",
    "-y": b"\x06\x01",
    "+z": b"\x0c\x00",
    "-z": b"\x0c\x01",
}
STANDALONE = 0


class FlockTracker(StationTracker):
    """A `Tracker` over the Flock's RS-232 protocol."""

    POLL, STREAM, QUIET = POINT, STREAM, POINT

    def _prepare(self, line: Line) -> None:
        if self.profile.reply != "binary":
            raise SettingsError(f"{self.profile.file}: reply: a flock sends binary only; write reply = 'binary'")
        if self._group:
            self._wake_birds(line)
        line.order(self._preparation())

    def _reader(self) -> Reader:
        return FlockReader(self.profile.full_scale_mm, self._group)

    @property
    def _group(self) -> bool:
        return set(self.tools) != {STANDALONE}

    def _wake_birds(self, line: Line) -> None:
        """Configure the flock unless every bird of the profile flies already, and look again."""
        for station, tool in self.tools.items():
            if not 1 <= station <= MOST_BIRDS:
                raise SettingsError(
                    f"{self.profile.file}: tool {tool.name}: station {station}; a flock has addresses 1 to {MOST_BIRDS}"
                )
        if self._missing(line):
            line.pause(BEFORE_CONFIGURING_S)
            line.tell(CHANGE + AUTO_CONFIGURE + bytes([max(self.tools)]))
            line.pause(AFTER_CONFIGURING_S)
        if missing := self._missing(line):
            raise DeviceError(
                f"{', '.join(missing)}: no flying bird with a sensor at that address; is its switch on FLY, the address"
                " on its dial, the sensor plugged in?",
                code=0,
            )

    def _missing(self, line: Line) -> list[str]:
        """The tools whose birds do not fly, in words."""
        status = line.ask(EXAMINE + FLOCK_STATUS, STATUS_SIZE)
        wanted = ACCESSIBLE | RUNNING | HAS_SENSOR
        return [
            f"tool {tool.name} (bird {station})"
            for station, tool in self.tools.items()
            if status[station - 1] & wanted != wanted
        ]

    def _preparation(self) -> Iterator[bytes]:
        half = HEMISPHERE + HALVES[self.profile.hemisphere]
        if not self._group:
            yield half + QUATERNION
            return
        yield CHANGE + GROUP_MODE + b"\x01"
        for station in self.tools:
            bird = bytes([TO_BIRD + station])
            yield bird + half
            yield bird + QUATERNION
