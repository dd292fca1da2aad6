"""The seam between protocol and line: everything a tracker driver may ask of whatever carries its bytes."""

from typing import Protocol


class Port(Protocol):
    """A line that carries bytes both ways. Opened by `open_port`; the thread that opened it owns it."""

    @property
    def name(self) -> str:
        """What the user called it, for messages: `/dev/ttyUSB0`, `socket://127.0.0.1:8765`."""
        ...

    def read(self, timeout_s: float) -> bytes:
        """Whatever has arrived, at least one byte; waits up to `timeout_s`, then returns b"".

        Raises PortError when the line was lost.
        """
        ...

    def write(self, data: bytes) -> None:
        """Send all of `data`. Raises PortError when the line was lost."""
        ...

    def drop_input(self) -> None:
        """Throw away what has arrived and was not read."""
        ...

    def send_break(self, duration_s: float) -> None:
        """Hold the line low for `duration_s` (a serial break); a line without breaks does nothing."""
        ...

    def set_baud(self, baud: int, handshake: bool = False) -> None:
        """Change speed (8N1) and RTS/CTS handshake; a line without a speed does nothing."""
        ...

    def close(self) -> None:
        """Close the line; closing twice is allowed."""
        ...
