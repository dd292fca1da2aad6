"""Serve a device on a pseudo-terminal, as if it were plugged into a serial line (Linux, macOS).

Two things a pseudo-terminal does not carry are made up for. Speed: what the host sends at another speed than the
device listens at is dropped, so a wrong baud is as silent as on a wire. Break: `tcsendbreak` does nothing here, but
packet mode shows when the host flushes both queues; a flush of both and then silence counts as a break, because that
is what clients do around one.
"""

import fcntl
import os
import pty
import select
import struct
import termios
import time
import tty
from collections.abc import Callable
from pathlib import Path
from typing import Self

from arguide.errors import PortError
from arguide_sim.ndi.device import PolarisDevice

BREAK_SILENCE_S = 0.3
READ_SIZE = 4096
SPEED_CODES = {
    getattr(termios, f"B{baud}"): baud
    for baud in (9600, 14400, 19200, 38400, 57600, 115200, 230400, 921600)
    if hasattr(termios, f"B{baud}")
}
FLUSHED_BOTH = termios.TIOCPKT_FLUSHREAD | termios.TIOCPKT_FLUSHWRITE


class PtyServer:
    """One device on one pseudo-terminal. A context manager: `with PtyServer(device) as server: server.run()`."""

    def __init__(self, device: PolarisDevice, link: Path | None = None, breaks: bool = True) -> None:
        self._device = device
        self._link = link
        self._breaks = breaks
        self._break_at: float | None = None

    def __enter__(self) -> Self:
        # Our own slave descriptor stays open, or reads would fail whenever no client is there.
        self._master, self._slave = pty.openpty()
        for end in (self._master, self._slave):
            tty.setraw(end)
        _set_speed(self._slave, termios.B9600)
        fcntl.ioctl(self._master, termios.TIOCPKT, struct.pack("i", 1))
        os.set_blocking(self._master, False)
        self._path = os.ttyname(self._slave)
        if self._link:
            _put_link(self._link, self._path)
        return self

    def __exit__(self, *_: object) -> None:
        if self._link and self._link.is_symlink() and os.readlink(self._link) == self._path:
            self._link.unlink()
        os.close(self._slave)
        os.close(self._master)

    @property
    def url(self) -> str:
        """What a client opens."""
        return str(self._link or self._path)

    def run(self, now: Callable[[], float] = time.monotonic) -> None:
        """Answer for ever; ends by an exception (a signal's, usually)."""
        while True:
            wait_s = None if self._break_at is None else max(0.0, self._break_at - now())
            if select.select([self._master], [], [], wait_s)[0]:
                self._take(os.read(self._master, READ_SIZE), now)
            else:
                self._break_at = None
                self._send(self._device.receive_break())

    def _take(self, packet: bytes, now: Callable[[], float]) -> None:
        """One packet of packet mode: a status byte, then data if the status is 0."""
        if packet[:1] == b"\0":
            self._break_at = None
            if self._hears():
                self._send(self._device.receive(packet[1:]))
        elif self._breaks and packet[0] & FLUSHED_BOTH == FLUSHED_BOTH:
            self._break_at = now() + BREAK_SILENCE_S

    def _hears(self) -> bool:
        code = termios.tcgetattr(self._master)[5]
        # A speed without a code of its own is some odd one, like 1228739.
        return SPEED_CODES.get(code) == (self._device.baud if self._device.baud in SPEED_CODES.values() else None)

    def _send(self, reply: bytes) -> None:
        """Write in one piece; what a host that does not read leaves no room for is lost, as on a wire."""
        if reply:
            try:
                os.write(self._master, reply)
            except BlockingIOError:
                return


def _set_speed(descriptor: int, code: int) -> None:
    settings = termios.tcgetattr(descriptor)
    settings[4] = settings[5] = code
    termios.tcsetattr(descriptor, termios.TCSANOW, settings)


def _put_link(link: Path, target: str) -> None:
    if link.is_symlink():
        link.unlink()
    try:
        link.symlink_to(target)
    except OSError as error:
        raise PortError(f"{link}: cannot make this link ({error.strerror}); choose another --link") from None
