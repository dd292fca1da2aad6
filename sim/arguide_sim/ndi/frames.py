"""Device frames: the newest one, computed once however often the host asks."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from arguide_sim.clock import Clock
from arguide_sim.ndi.sensor import Sensor, View

COUNTER = 1 << 32


@dataclass(slots=True)
class Frame:
    """What the device saw at one instant."""

    number: int
    """The device's frame counter, 32 bits."""
    time_s: float
    """Since tracking began."""
    view: View
    replies: dict[tuple[str, int], tuple[int, str | bytes]] = field(default_factory=dict)
    """Replies already written for this frame, by command and option mask; with the system status they tell."""


class Frames:
    """The stream of frames while the device tracks. The counter goes on over TSTOP and TSTART unless it is zeroed."""

    def __init__(self, clock: Clock, sensor: Sensor, watch: Callable[[Frame], None] | None = None) -> None:
        self._watch = watch
        self._clock = clock
        self._sensor = sensor
        self._rate_hz = 1.0
        self._each = 1
        self._base = 1
        self._index = -1
        self._newest: Frame | None = None
        self._held: Frame | None = None

    def start(self, rate_hz: float, from_zero: bool) -> None:
        """Begin a session of tracking; the world's time begins at 0 with it."""
        self._base = 0 if from_zero else self._base + self._index + 1
        self._index = -1
        self._newest = None
        self._rate_hz = rate_hz
        self._clock.start(rate_hz)

    def jump(self, frames: int) -> None:
        """Count on as if so many frames had been there."""
        self._base += frames
        self._newest = None

    def set_number(self, number: int) -> None:
        """Let the next frame have this number."""
        self.jump(number - self._base - self._index - 1)

    def slow_down(self, rate_hz: float) -> None:
        """Measure only so often from now on, though the counter runs on; 0: at every frame."""
        self._each = max(1, round(self._rate_hz / rate_hz)) if rate_hz else 1

    def newest(self) -> Frame:
        """The frame of this moment."""
        if self._held:
            return self._held
        index = self._clock.frame()
        index -= index % self._each
        if self._newest is None or index != self._index:
            self._index = index
            number = (self._base + index) % COUNTER
            self._newest = Frame(number, index / self._rate_hz, self._sensor.look(index, self._rate_hz))
            if self._watch:
                self._watch(self._newest)
        return self._newest

    @contextmanager
    def held(self) -> Iterator[Frame]:
        """Let the frame of this moment stay the newest for a while: a simulated clock runs with every question."""
        self._held = self.newest()
        try:
            yield self._held
        finally:
            self._held = None

    def next_s(self) -> float:
        """How long until a frame that nobody has asked for yet."""
        return self._clock.until_after(self._index)
