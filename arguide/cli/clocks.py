"""The two clocks a session may run on."""


class FrameClock:
    """A simulated clock that stands still until it is told that a device frame has passed."""

    def __init__(self, rate_hz: float) -> None:
        self._step_s = 1.0 / rate_hz
        self._frames = 0

    def __call__(self) -> float:
        """Seconds since the start."""
        return self._frames * self._step_s

    def tick(self) -> None:
        """One device frame later."""
        self._frames += 1
