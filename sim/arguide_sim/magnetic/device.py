"""The part of a magnetic tracker that is the same for every maker: sockets, speed, frames on demand or by themselves."""

from abc import ABC, abstractmethod

from arguide_sim.clock import Clock
from arguide_sim.magnetic.field import Field, Sensed
from arguide_sim.magnetic.frames import Frames

LONGEST_COMMAND = 256
"""Of a longer command only this much is kept: memory is bounded whatever the host sends."""


class MagneticDevice(ABC):
    """A `Device` without a line. Its speed is set by switches at the back."""

    plugged = True

    def __init__(self, clock: Clock, field: Field, rate_hz: float, baud: int) -> None:
        self.baud = baud
        self.stations = tuple(field.stations)
        self.frames = Frames(clock, field.sense, rate_hz)
        self.streaming = False

    @abstractmethod
    def receive(self, data: bytes) -> bytes:
        """Take bytes from the host; returns what is answered at once."""

    @abstractmethod
    def frame(self, index: int, sensors: dict[int, Sensed]) -> bytes:
        """One frame as it is sent now."""

    def receive_break(self) -> bytes:
        """Means nothing to these devices."""
        return b""

    def due_s(self) -> float | None:
        """How long until the next frame of a stream."""
        return self.frames.due_s() if self.streaming else None

    def speak(self) -> bytes:
        """The next frame of a stream."""
        return self.newest() if self.streaming else b""

    def newest(self) -> bytes:
        """The frame of this moment."""
        index, sensors = self.frames.newest()
        return self.frame(index, dict(sensors))
