"""The small interface every tracker driver offers."""

from typing import Protocol

from arguide.trackers.reading import Sample


class Tracker(Protocol):
    """A connected device that gives samples. Constructors only store; `connect` opens.

    Life: `connect` → `start` → `read`… → `stop` → `close`; a driver is a context manager that closes.
    """

    def connect(self) -> None:
        """Find the device, upload tool definitions, enable the tools.

        Raises PortError (line), PortTimeoutError (silence), TrackerError (the device refuses).
        """
        ...

    def start(self) -> None:
        """Begin tracking."""
        ...

    def read(self) -> Sample:
        """Wait for the next *new* device frame and return it; the same frame is never returned twice.

        Survives single bad replies by asking again; raises BadReplyError or PortTimeoutError when that does
        not help, PortError when the line is lost.
        """
        ...

    def stop(self) -> None:
        """End tracking; the device stays usable for the next program."""
        ...

    def close(self) -> None:
        """Stop if needed and give the line back; closing twice is allowed."""
        ...
