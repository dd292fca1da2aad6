"""Serve a device on a pseudo-terminal, as if it were plugged into a serial line (Linux, macOS).

Two things a pseudo-terminal does not carry are made up for. Speed: what the host sends at another speed than the
device listens at is dropped, so a wrong baud is as silent as on a wire. Break: `tcsendbreak` does nothing here, but
packet mode shows when the host flushes both queues; a flush of both and then silence counts as a break, because that
is what clients do around one.
"""

import fcntl
import os
import pty
import struct
import termios
import time
import tty
from collections.abc import Callable
from pathlib import Path
from typing import Self

from arguide.errors import PortError
from arguide_sim.device import Device
from arguide_sim.serving import Loop

BREAK_SILENCE_S = 0.3
READ_SIZE = 4096
SPEED_CODES = {
    getattr(termios, f"B{baud}"): baud
    for baud in (9600, 14400, 19200, 38400, 57600, 115200, 230400, 921600)
    if hasattr(termios, f"B{baud}")
}
FLUSHED_BOTH = termios.TIOCPKT_FLUSHREAD | termios.TIOCPKT_FLUSHWRITE


class PtyServer:
    """One device on one pseudo-terminal: a `Line`. A context manager: `with PtyServer(device) as server: server.run()`."""

    def __init__(
        self,
        device: Device,
        link: Path | None = None,
        breaks: bool = True,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._device = device
        self._link = link
        self._breaks = breaks
        self._now = now
        self._break_at: float | None = None
        self._path = ""

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.shut()

    def open(self) -> None:
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

    def shut(self) -> None:
        if not self._path:
            return
        if self._link and self._link.is_symlink() and os.readlink(self._link) == self._path:
            self._link.unlink()
        os.close(self._slave)
        os.close(self._master)
        self._path = ""
        self._break_at = None

    @property
    def url(self) -> str:
        """What a client opens."""
        return str(self._link or self._path)

    def run(self, attend: Callable[[], None] | None = None, announce: Callable[[str], None] | None = None) -> None:
        """Answer for ever; ends by an exception (a signal's, usually)."""
        Loop(self._device, self, attend, announce).run()

    def sources(self) -> list[int]:
        return [self._master]

    def take(self, source: int) -> None:
        """One packet of packet mode: a status byte, then data if the status is 0."""
        packet = os.read(source, READ_SIZE)
        if packet[:1] == b"\0":
            self._break_at = None
            if self._hears():
                self._send(self._device.receive(packet[1:]))
        elif self._breaks and packet[0] & FLUSHED_BOTH == FLUSHED_BOTH:
            self._break_at = self._now() + BREAK_SILENCE_S

    def send(self, data: bytes) -> None:
        # What is sent at a speed that the host does not listen at, it does not understand: it hears nothing.
        if self._hears():
            self._send(data)

    def due_s(self) -> float | None:
        return None if self._break_at is None else self._break_at - self._now()

    def silence(self) -> None:
        """A flush of both queues and nothing since: a break."""
        self._break_at = None
        self._send(self._device.receive_break())

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


def _left_behind(link: Path) -> bool:
    """Whether a link leads nowhere, or to a terminal that is younger than itself: somebody else's by now."""
    if not link.is_symlink():
        return False
    if not link.exists():
        return True
    return os.readlink(link).startswith("/dev/pts/") and link.stat().st_ctime > link.lstat().st_mtime


def _put_link(link: Path, target: str) -> None:
    """Make the link. What is there already stays, unless an emulator that was killed has left it."""
    if _left_behind(link):
        link.unlink()
    try:
        link.symlink_to(target)
    except FileExistsError:
        raise PortError(f"{link}: something is there already; remove it, or choose another --link") from None
    except OSError as error:
        raise PortError(f"{link}: cannot make this link ({error.strerror}); choose another --link") from None
