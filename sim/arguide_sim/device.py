"""What may be at the other end of a line: the small interface between devices and whatever carries their bytes."""

from typing import Protocol


class Device(Protocol):
    """Bytes in, bytes out. Things put before a device (a slow line, a bad one) are devices again."""

    @property
    def baud(self) -> int:
        """The speed it listens at, from the next byte on; what comes at another speed it cannot read."""
        ...

    @property
    def plugged(self) -> bool:
        """Whether the cable is in; who serves the device takes the line away while it is not."""
        ...

    def receive(self, data: bytes) -> bytes:
        """Take bytes from the host; returns what is answered at once."""
        ...

    def receive_break(self) -> bytes:
        """The host held the line low."""
        ...

    def due_s(self) -> float | None:
        """How long until the device does something by itself: speaks, or is plugged; None: it only answers."""
        ...

    def speak(self) -> bytes:
        """What it says by itself, now that it is due."""
        ...


class OnlyAnswers:
    """The part of `Device` that is the same for everything that speaks only when spoken to."""

    plugged = True

    def due_s(self) -> float | None:
        return None

    def speak(self) -> bytes:
        return b""
