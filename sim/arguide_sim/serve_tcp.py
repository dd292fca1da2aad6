"""Serve a device on a TCP port, for systems without pseudo-terminals. One client at a time, as a serial line has.

A network line has no speed and no break; the device answers COMM, and the line takes no notice.
"""

import select
import socket
from typing import Self

from arguide.errors import PortError
from arguide_sim.ndi.device import PolarisDevice

READ_SIZE = 4096
PATIENCE_S = 5.0
"""A client that does not read its replies for so long is hung up on."""


class TcpServer:
    """One device on one listening socket. A context manager, like `PtyServer`."""

    def __init__(self, device: PolarisDevice, host: str = "127.0.0.1", port: int = 0) -> None:
        self._device = device
        self._address = host, port
        self._client: socket.socket | None = None

    def __enter__(self) -> Self:
        try:
            self._listener = socket.create_server(self._address)
        except OSError as error:
            host, port = self._address
            raise PortError(f"cannot listen on {host}:{port} ({error}); choose another address, or port 0") from None
        return self

    def __exit__(self, *_: object) -> None:
        self._hang_up()
        self._listener.close()

    @property
    def url(self) -> str:
        """What a client opens with pyserial."""
        host, port = self._listener.getsockname()[:2]
        return f"socket://{host}:{port}"

    def run(self) -> None:
        """Answer for ever; ends by an exception (a signal's, usually)."""
        while True:
            ready = select.select([s for s in (self._client, self._listener) if s], [], [])[0]
            # The client first: one that hung up makes room for one that is already knocking.
            if self._client in ready:
                self._serve()
            if self._listener in ready:
                self._admit()

    def _admit(self) -> None:
        client, _ = self._listener.accept()
        if self._client:
            client.close()
            return
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.settimeout(PATIENCE_S)
        self._client = client

    def _serve(self) -> None:
        assert self._client
        try:
            data = self._client.recv(READ_SIZE)
            self._client.sendall(self._device.receive(data))
        except OSError:
            data = b""  # gone; what it left unread is its own business
        if not data:
            self._hang_up()

    def _hang_up(self) -> None:
        if self._client:
            self._client.close()
            self._client = None
