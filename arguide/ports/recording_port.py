"""A port that shows every byte, both ways, to somebody else: the recorder, a monitor, a test."""

from collections.abc import Callable
from typing import Literal, TypeAlias

from arguide.ports.port import Port

Direction: TypeAlias = Literal["in", "out"]
Tap: TypeAlias = Callable[[Direction, bytes, float], None]
"""Called with direction (seen from the host), the bytes, and the host time in seconds."""


class RecordingPort:
    """Passes everything on to `port` and tells `tap` of it.

    `clock` gives the host time in s: just before bytes go out, just after they came in.
    """

    def __init__(self, port: Port, tap: Tap, clock: Callable[[], float]) -> None:
        self._port = port
        self._tap = tap
        self._clock = clock

    @property
    def name(self) -> str:
        """The name of the port underneath."""
        return self._port.name

    def read(self, timeout_s: float) -> bytes:
        """As the port underneath; what arrived is tapped."""
        data = self._port.read(timeout_s)
        if data:
            self._tap("in", data, self._clock())
        return data

    def write(self, data: bytes) -> None:
        """As the port underneath; what was sent is tapped, also when the line was lost on the way."""
        self._tap("out", data, self._clock())
        self._port.write(data)

    def drop_input(self) -> None:
        """As the port underneath. What is dropped was never read, so it is not tapped."""
        self._port.drop_input()

    def send_break(self, duration_s: float) -> None:
        """As the port underneath."""
        self._port.send_break(duration_s)

    def set_baud(self, baud: int, handshake: bool = False) -> None:
        """As the port underneath."""
        self._port.set_baud(baud, handshake)

    def close(self) -> None:
        """As the port underneath."""
        self._port.close()
