"""Serve a device on a TCP port, for systems without pseudo-terminals. One client at a time, as a serial line has.

A network line has no speed and no break; the device answers COMM, and the line takes no notice.
"""

import socket
from collections.abc import Callable
from typing import Self

from arguide.errors import PortError
from arguide_sim.device import Device
from arguide_sim.serving import Loop

READ_SIZE = 4096


class TcpServer:
    """One device on one listening socket: a `Line`. A context manager, like `PtyServer`."""

    def __init__(self, device: Device, host: str = "127.0.0.1", port: int = 0) -> None:
        self._device = device
        self._address = host, port
        self._listener: socket.socket | None = None
        self._client: socket.socket | None = None

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.shut()

    def open(self) -> None:
        try:
            self._listener = socket.create_server(self._address)
        except OSError as error:
            host, port = self._address
            raise PortError(f"cannot listen on {host}:{port} ({error}); choose another address, or port 0") from None
        # A line that comes back is where it was.
        self._address = self._listener.getsockname()[:2]

    def shut(self) -> None:
        self._hang_up()
        if self._listener:
            self._listener.close()
            self._listener = None

    @property
    def url(self) -> str:
        """What a client opens with pyserial."""
        host, port = self._address
        return f"socket://{host}:{port}"

    def run(self, attend: Callable[[], None] | None = None, announce: Callable[[str], None] | None = None) -> None:
        """Answer for ever; ends by an exception (a signal's, usually)."""
        Loop(self._device, self, attend, announce).run()

    def sources(self) -> list[socket.socket]:
        # The client first: one that hung up makes room for one that is already knocking.
        return [s for s in (self._client, self._listener) if s]

    def take(self, source: socket.socket) -> None:
        if source is self._client:
            self._serve(source)
        else:
            self._admit(source)

    def send(self, data: bytes) -> None:
        """Never waits: a client that leaves so much unread that no more has room is hung up on."""
        if self._client:
            try:
                whole = self._client.send(data) == len(data)
            except OSError:
                whole = False
            if not whole:
                self._hang_up()

    def due_s(self) -> float | None:
        return None

    def silence(self) -> None:
        """Means nothing on a network."""

    def _admit(self, listener: socket.socket) -> None:
        client, _ = listener.accept()
        if self._client:
            client.close()
            return
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.setblocking(False)
        self._client = client

    def _serve(self, client: socket.socket) -> None:
        try:
            data = client.recv(READ_SIZE)
        except OSError:
            data = b""
        if data:
            self.send(self._device.receive(data))
        else:
            self._hang_up()

    def _hang_up(self) -> None:
        if self._client:
            self._client.close()
            self._client = None
            # What it left unfinished is not the beginning of what the next one says.
            if hang_up := getattr(self._device, "hang_up", None):
                hang_up()
