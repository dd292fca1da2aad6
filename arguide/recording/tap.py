"""A port that records what goes through it."""

from collections.abc import Callable

from arguide.ports.port import Port
from arguide.recording.records import Direction, Packet


class TappedPort:
    """Passes everything on to `port` and hands the bytes, both ways and with the host's clock, to `keep`."""

    def __init__(self, port: Port, keep: Callable[[Packet], object], clock: Callable[[], float]) -> None:
        self._port = port
        self._keep = keep
        self._clock = clock

    @property
    def name(self) -> str:
        """The name of the port underneath."""
        return self._port.name

    def read(self, timeout_s: float) -> bytes:
        """Read and record; silence is not recorded."""
        data = self._port.read(timeout_s)
        if data:
            self._keep(Packet(Direction.RECEIVED, data, self._clock()))
        return data

    def write(self, data: bytes) -> None:
        """Record and write: what was asked stays known even when the line breaks on it."""
        self._keep(Packet(Direction.SENT, data, self._clock()))
        self._port.write(data)

    def drop_input(self) -> None:
        """As the port underneath."""
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
