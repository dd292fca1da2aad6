"""An OpenIGTLink server: everybody who connects gets the newest state as often as they take it.

Its thread never makes guidance wait: `take` puts the state down and goes. A client that reads slowly misses states, one
that reads nothing for `PATIENCE_S` is hung up on, and what clients send is thrown away unread.
"""

import selectors
import socket
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from types import TracebackType
from typing import Self, TypeAlias

from arguide.errors import PortError
from arguide.guidance.state import SessionState
from arguide.trackers.igtl.packets import Message, encode

MAX_CLIENTS = 8
PATIENCE_S = 5.0
READ_SIZE = 4096
SEND_BUFFER = 1 << 17
"""What the system keeps for a client: with more, a slow one would see what was long ago."""

Describe: TypeAlias = Callable[[SessionState], Iterable[Message]]


class _Client:
    """One connection and what it has not taken yet."""

    def __init__(self, line: socket.socket, hello: bytes, now_s: float) -> None:
        self.line = line
        self.pending = hello
        self.moved_s = now_s

    def give(self, data: bytes, now_s: float) -> bool:
        """Lay this ready to be sent; False, and nothing done, when something waits already."""
        if self.pending:
            return False
        self.pending, self.moved_s = data, now_s
        return True

    def send(self, now_s: float) -> bool:
        """Write what goes; False when the connection is lost or stuck."""
        if not self.pending:
            return True
        try:
            count = self.line.send(self.pending)
        except BlockingIOError:
            count = 0
        except OSError:
            return False
        self.pending = self.pending[count:]
        if count:
            self.moved_s = now_s
        return now_s - self.moved_s < PATIENCE_S


class IgtlServer:
    """Serves on `host`:`port`; `describe` makes the messages of a state, `hello` is sent to every new client."""

    def __init__(
        self,
        host: str,
        port: int,
        describe: Describe,
        hello: Iterable[Message] = (),
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._address = host, port
        self._describe = describe
        self._hello = b"".join(map(encode, hello))
        self._now = now
        self._newest: SessionState | None = None
        self._clients: dict[socket.socket, _Client] = {}
        self._selector = selectors.DefaultSelector()
        self._thread: threading.Thread | None = None
        self.missed = 0
        """States that a client was too slow for."""

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def open(self) -> None:
        """Listen, and start the thread. Raises PortError when the address cannot be had."""
        host, port = self._address
        try:
            self._listener = socket.create_server((host, port))
        except OSError as error:
            raise PortError(
                f"OpenIGTLink: cannot listen on {host}:{port} ({error.strerror}); choose another --igtl-server"
            ) from None
        self._address = self._listener.getsockname()[:2]
        self._listener.setblocking(False)
        self._bell, self._ring = socket.socketpair()
        for end in (self._bell, self._ring):
            end.setblocking(False)
        self._ended = False
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._selector.register(self._bell, selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._run, name="igtl-server", daemon=True)
        self._thread.start()

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens; a port asked for as 0 is a real one here."""
        return self._address

    def take(self, inputs: object, state: SessionState) -> None:
        """Share a state: a sink for `guidance.live.Live`. Returns at once."""
        self._newest = state
        self._wake()

    def close(self) -> None:
        """Hang up on everybody; closing twice is allowed."""
        thread, self._thread = self._thread, None
        if thread is None:
            return
        self._ended = True
        self._wake()
        thread.join()
        for line in (*self._clients, self._listener, self._bell, self._ring):
            line.close()
        self._clients.clear()
        self._selector.close()

    def _wake(self) -> None:
        with suppress(BlockingIOError, OSError):  # full: it has been rung often enough
            self._ring.send(b"\0")

    def _run(self) -> None:
        while not self._ended:
            for key, events in self._selector.select(PATIENCE_S):
                if key.fileobj is self._listener:
                    self._admit()
                elif key.fileobj is self._bell:
                    self._bell.recv(READ_SIZE)
                    self._share()
                elif isinstance(key.fileobj, socket.socket):
                    self._serve(key.fileobj, events)

    def _admit(self) -> None:
        try:
            line, _ = self._listener.accept()
        except OSError:  # gone before we came
            return
        if len(self._clients) >= MAX_CLIENTS:
            line.close()
            return
        line.setblocking(False)
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        self._clients[line] = _Client(line, self._hello, self._now())
        self._selector.register(line, selectors.EVENT_READ)
        self._push(self._clients[line])

    def _share(self) -> None:
        state, self._newest = self._newest, None
        if state is None or not self._clients:
            return
        data = b"".join(map(encode, self._describe(state)))
        for client in list(self._clients.values()):
            self.missed += not client.give(data, self._now())
            self._push(client)

    def _serve(self, line: socket.socket, events: int) -> None:
        if (client := self._clients.get(line)) is None:
            return
        if events & selectors.EVENT_READ:
            try:
                gone = not line.recv(READ_SIZE)
            except BlockingIOError:
                gone = False
            except OSError:
                gone = True
            if gone:
                self._hang_up(line)
                return
        self._push(client)

    def _push(self, client: _Client) -> None:
        """Write what the line takes now, the rest when it has room."""
        if not client.send(self._now()):
            self._hang_up(client.line)
            return
        wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if client.pending else 0)
        self._selector.modify(client.line, wanted)

    def _hang_up(self, line: socket.socket) -> None:
        self._selector.unregister(line)
        del self._clients[line]
        line.close()
