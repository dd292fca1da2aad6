"""A source that sends where every tool is: one TRANSFORM each, or one TDATA for all once a host has asked for that.

A tool that cannot be seen is left out, as PLUS does with transforms that are not valid.
"""

from arguide.geometry.transforms import Array
from arguide_sim.clock import Clock
from arguide_sim.igtl.wire import HEADER_SIZE, SIZE_AT, TYPE_AT, matrix, message, status, tracked
from arguide_sim.magnetic.device import MagneticDevice
from arguide_sim.magnetic.field import Field, Sensed

RATE_HZ = 50.0
LONGEST = 4096
BEGAN_S = 1_700_000_000.0
"""What the source's clock says when its first frame is measured: the same seed gives the same bytes."""


class IgtlSource(MagneticDevice):
    """A server just started. Speed means nothing to it."""

    def __init__(self, clock: Clock, field: Field, baud: int = 115200) -> None:
        super().__init__(clock, field, RATE_HZ, baud)
        self._names = {
            station: "".join(part.capitalize() for part in tool.split()) + "ToTracker"
            for station, tool in field.stations.items()
        }
        self._asked = b""
        self._together = False
        self.streaming = True

    def receive(self, data: bytes) -> bytes:
        """Take bytes from the host: only requests for tracking data mean anything."""
        self._asked += data
        while len(self._asked) >= HEADER_SIZE:
            size = int.from_bytes(self._asked[SIZE_AT : SIZE_AT + 8], "big")
            if size > LONGEST:
                self._asked = b""
            if len(self._asked) < HEADER_SIZE + size:
                break
            kind = self._asked[TYPE_AT : TYPE_AT + 12].rstrip(b"\0")
            self._asked = self._asked[HEADER_SIZE + size :]
            if kind in (b"STT_TDATA", b"STP_TDATA"):
                self._together = kind == b"STT_TDATA"
                self.frames.begin()
        return b""

    def frame(self, index: int, sensors: dict[int, Sensed]) -> bytes:
        """All tools that are seen, with the same time."""
        time_s = BEGAN_S + index / RATE_HZ
        poses = {self._names[s]: sensed.transmitter_from_sensor for s, sensed in sensors.items()}
        seen = {name: pose for name, pose in poses.items() if pose is not None}
        if not seen:
            return message("STATUS", "Tracker", time_s, status(13, "no tool is seen"))
        return self._one(seen, time_s) if self._together else self._each(seen, time_s)

    def _one(self, seen: dict[str, Array], time_s: float) -> bytes:
        return message("TDATA", "Tracker", time_s, b"".join(tracked(name, pose) for name, pose in seen.items()))

    def _each(self, seen: dict[str, Array], time_s: float) -> bytes:
        return b"".join(message("TRANSFORM", name, time_s, matrix(pose)) for name, pose in seen.items())
