"""Device frames: the newest one, computed once however often the host asks."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from arguide_sim.clock import Clock
from arguide_sim.ndi.sensor import Sensor, Sighting


@dataclass(slots=True)
class Frame:
    """What the cameras saw at one instant."""

    number: int
    """The device's frame counter, 32 bits."""
    sightings: Mapping[str, Sighting]
    replies: dict[tuple[str, int], str | bytes] = field(default_factory=dict)
    """Replies already written for this frame, by command and option mask."""


class Frames:
    """The stream of frames while the device tracks. The counter goes on over TSTOP and TSTART unless it is zeroed."""

    def __init__(self, clock: Clock, sensor: Sensor) -> None:
        self._clock = clock
        self._sensor = sensor
        self._rate_hz = 1.0
        self._base = 1
        self._index = -1
        self._newest: Frame | None = None

    def start(self, rate_hz: float, from_zero: bool) -> None:
        """Begin a session of tracking; the world's time begins at 0 with it."""
        self._base = 0 if from_zero else self._base + self._index + 1
        self._index = -1
        self._newest = None
        self._rate_hz = rate_hz
        self._clock.start(rate_hz)

    def newest(self) -> Frame:
        """The frame of this moment."""
        index = self._clock.frame()
        if self._newest is None or index != self._index:
            self._index = index
            number = (self._base + index) & 0xFFFFFFFF
            self._newest = Frame(number, self._sensor.look(index, index / self._rate_hz))
        return self._newest
