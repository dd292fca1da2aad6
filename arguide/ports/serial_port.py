"""A line through pyserial: a serial device, or any other address that `serial_for_url` knows.

pyserial opens, configures and closes; reading goes past it where the line has a file descriptor, because its
own `read(n)` waits for n bytes or the whole timeout, and because changing its timeout re-configures the line.
Here one `select` waits for the first byte and one `os.read` takes all that has come.
"""

import contextlib
import os
import select
import socket
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import serial

from arguide.errors import PortError
from arguide.ports.trouble import explain_open_failure

WRITE_TIMEOUT_S = 2.0
"""A command is a few hundred bytes at most; with handshake on, a device that is off never lets it through."""
CHUNK = 65536
LOST = (serial.SerialException, OSError, TypeError)
"""How a lost line shows itself; pyserial answers some with a TypeError from its closed descriptor."""


class SerialPort:
    """A `Port` over pyserial, 8N1, held exclusively where the system can. Opens when made."""

    def __init__(self, url: str, baud: int = 9600, sleep: Callable[[float], None] = time.sleep) -> None:
        self._url = url
        self._sleep = sleep
        self._line: Any = None
        try:
            self._line = serial.serial_for_url(
                url, baud, timeout=0, write_timeout=WRITE_TIMEOUT_S, exclusive=True, rtscts=False, xonxoff=False
            )
        except (serial.SerialException, OSError, ValueError) as error:
            raise PortError(explain_open_failure(url, error)) from error
        self._descriptor = _descriptor_of(self._line)
        _prefer_latency(self._line, url, self._descriptor)

    @property
    def name(self) -> str:
        """The address it was opened by."""
        return self._url

    def read(self, timeout_s: float) -> bytes:
        """Whatever has arrived, at least one byte; b"" after `timeout_s`. Raises PortError when the line was lost."""
        try:
            if self._descriptor is None:
                return self._read_through_pyserial(timeout_s)
            if not select.select((self._descriptor,), (), (), timeout_s if timeout_s > 0 else 0.0)[0]:
                return b""
            data = os.read(self._descriptor, CHUNK)
        except LOST as error:
            raise self._lost(error) from error
        if not data:
            # Readable and yet empty is how a pulled USB plug and a closed TCP peer show themselves.
            raise PortError(f"{self._url}: the other end went away; check cable and power, then connect again")
        return data

    def write(self, data: bytes) -> None:
        """Send all of `data`. Raises PortError when the line was lost or does not take it."""
        try:
            if self._descriptor is not None:
                # Straight to the line: pyserial waits after every write until the next could follow.
                try:
                    sent = os.write(self._descriptor, data)
                except BlockingIOError:
                    sent = 0  # no room now; pyserial waits for it
                data = data[sent:]
            if data:
                self._open_line.write(data)
        except LOST as error:
            raise self._lost(error) from error

    def drop_input(self) -> None:
        """Throw away what has arrived and was not read."""
        with self._guard():
            self._open_line.reset_input_buffer()

    def send_break(self, duration_s: float) -> None:
        """Hold the line low for `duration_s`; what waits in either direction is thrown away first.

        Not pyserial's own `send_break`, which on Linux gives 0.1 s however long was asked for.
        """
        line = self._open_line
        with self._guard():
            self._flush_both_ways()
            line.break_condition = True
            self._sleep(duration_s)
            line.break_condition = False

    def set_baud(self, baud: int, handshake: bool = False) -> None:
        """Change speed (8N1) and RTS/CTS handshake once everything written has left."""
        line = self._open_line
        try:
            with contextlib.suppress(AttributeError):  # a line over a network has no flush
                line.flush()
            line.baudrate = baud
            line.rtscts = handshake
        except (serial.SerialException, OSError, ValueError) as error:
            raise PortError(
                f"{self._url}: cannot run at {baud} baud ({error}); put a slower `baud` into the tracker profile"
            ) from error

    def close(self) -> None:
        """Close the line; closing twice is allowed."""
        if self._line is not None:
            self._descriptor = None
            line, self._line = self._line, None
            line.close()

    @property
    def _open_line(self) -> Any:
        if self._line is None:
            raise PortError(f"{self._url}: the line is closed; connect again")
        return self._line

    def _read_through_pyserial(self, timeout_s: float) -> bytes:
        line = self._open_line
        if line.timeout != timeout_s:
            line.timeout = timeout_s
        first: bytes = line.read(1)
        if first and (waiting := line.in_waiting):
            first += line.read(waiting)
        return first

    def _flush_both_ways(self) -> None:
        if self._descriptor is not None and os.isatty(self._descriptor):
            import termios  # not there on Windows

            # One flush of both queues: an emulated tracker on a pseudo-terminal cannot see a break, but sees this.
            termios.tcflush(self._descriptor, termios.TCIOFLUSH)
            return
        self._line.reset_input_buffer()
        self._line.reset_output_buffer()

    @contextlib.contextmanager
    def _guard(self) -> Iterator[None]:
        """Turn what pyserial and the system raise into PortError."""
        try:
            yield
        except LOST as error:
            raise self._lost(error) from error

    def _lost(self, error: Exception) -> PortError:
        if isinstance(error, serial.SerialTimeoutException):
            return PortError(
                f"{self._url}: nothing was taken within {WRITE_TIMEOUT_S:g} s; is the device on, and is `handshake` right?"
            )
        return PortError(f"{self._url}: the line was lost ({error}); check cable and power, then connect again")


def _descriptor_of(line: Any) -> int | None:
    """The line's file descriptor where `select` and `os.read` work on it."""
    if sys.platform == "win32":
        return None
    try:
        descriptor: int = line.fileno()
    except (AttributeError, OSError):  # rfc2217:// and loop:// have none
        return None
    return descriptor


def _prefer_latency(line: Any, url: str, descriptor: int | None) -> None:
    """Ask for prompt delivery: without it FTDI converters hold bytes back for 16 ms, TCP for up to 40 ms."""
    if url.startswith("socket://") and descriptor is not None:
        with socket.socket(fileno=os.dup(descriptor)) as twin:
            twin.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    elif hasattr(line, "set_low_latency_mode"):
        # Only some drivers know it, and never a pseudo-terminal; hardware/BRING_UP.md says how to check.
        with contextlib.suppress(ValueError, OSError, NotImplementedError):
            line.set_low_latency_mode(True)
