"""Device frames: the newest one, and when the next one comes."""

from collections.abc import Callable, Mapping

from arguide_sim.clock import Clock
from arguide_sim.magnetic.field import Sensed

Sense = Callable[[int, float], Mapping[int, Sensed]]


class Frames:
    """The stream of frames. The world's time begins with the first frame that is asked for after `begin`."""

    def __init__(self, clock: Clock, sense: Sense, rate_hz: float) -> None:
        self._clock = clock
        self._sense = sense
        self.rate_hz = rate_hz
        self._running = False
        self._index = -1
        self._newest: Mapping[int, Sensed] = {}

    def begin(self) -> None:
        """A host has set up the device: the next frame is the first of a new session."""
        self._running = False
        self._index = -1

    def newest(self) -> tuple[int, Mapping[int, Sensed]]:
        """Number and sensors of the frame of this moment."""
        if not self._running:
            self._running = True
            self._clock.start(self.rate_hz)
        index = self._clock.frame()
        if index != self._index:
            self._index, self._newest = index, self._sense(index, index / self.rate_hz)
        return self._index, self._newest

    def due_s(self) -> float:
        """How long until there is a frame after the last one given."""
        return self._clock.until_after(self._index) if self._running else 0.0
