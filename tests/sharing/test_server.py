"""The server: every client gets the plan and the newest state; none can stop it or make it grow."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from arguide.cli.igtl_server import address
from arguide.errors import PortError
from arguide.guidance.state import NeedleState, Phase, SessionState, Step, StepView
from arguide.sharing.server import MAX_CLIENTS, IgtlServer
from arguide.trackers.igtl.contents import encode_text
from arguide.trackers.igtl.packets import Message, MessageReader
from arguide.trackers.reading import Sample

HELLO = Message("STRING", "Plan", encode_text("a plan"))
BIG = 1_000_000
"""More than the system keeps for a client that does not read."""


def state(frame: int) -> SessionState:
    needle = NeedleState(None, None, Phase.SEARCHING, "")
    return SessionState(Sample(frame, 0.0, {}), StepView(Step.GUIDE, "", "", "", 0, False), needle, None, (), None)


def describe(shared: SessionState) -> Iterator[Message]:
    yield Message("STRING", f"Frame{shared.sample.frame_number}", encode_text("x"))


@pytest.fixture
def server() -> Iterator[IgtlServer]:
    with IgtlServer("127.0.0.1", 0, describe, [HELLO]) as made:
        yield made


def connect(server: IgtlServer) -> socket.socket:
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
    line.settimeout(10)
    line.connect(server.address)
    return line


def receive(line: socket.socket, count: int) -> list[str]:
    """The names of the next messages."""
    reader, names = MessageReader(("STRING",)), list[str]()
    while len(names) < count:
        data = line.recv(4096)
        assert data, "hung up"
        names += [message.name for message in reader.push(data)]
    return names


def test_plan_first_then_states_to_everybody(server: IgtlServer) -> None:
    with connect(server) as one, connect(server) as other:
        assert receive(one, 1) == receive(other, 1) == ["Plan"]
        for frame in (1, 2, 3):
            server.take((), state(frame))
            assert receive(one, 1) == receive(other, 1) == [f"Frame{frame}"]


def test_a_client_that_leaves_leaves_the_others(server: IgtlServer) -> None:
    with connect(server) as one:
        with connect(server) as other:
            receive(other, 1)
        receive(one, 1)
        server.take((), state(1))
        server.take((), state(2))
        assert receive(one, 1)[0] in ("Frame1", "Frame2")


def test_whatever_clients_send_is_thrown_away(server: IgtlServer) -> None:
    with connect(server) as line:
        receive(line, 1)
        line.sendall(b"\xff" * BIG)
        server.take((), state(1))
        assert receive(line, 1) == ["Frame1"]


def test_no_more_clients_than_allowed(server: IgtlServer) -> None:
    lines = [connect(server) for _ in range(MAX_CLIENTS)]
    for line in lines:
        receive(line, 1)
    with connect(server) as late:
        assert late.recv(10) == b""
    for line in lines:
        line.close()


def take_big(eager: socket.socket) -> None:
    """Read one big message: when it is all there, the client before in line has had its chance."""
    reader = MessageReader(("TRANSFORM",))
    while reader.skipped < 1 or reader._to_skip:
        data = eager.recv(1 << 20)
        assert data, "hung up"
        reader.push(data)


def test_who_reads_nothing_stops_nobody_and_is_hung_up_on() -> None:
    time_s = [0.0]
    big = Message("STRING", "Big", b"x" * BIG)
    with IgtlServer("127.0.0.1", 0, lambda shared: [big], [HELLO], lambda: time_s[0]) as server, ExitStack() as lines:
        lazy, eager = (lines.enter_context(connect(server)) for _ in range(2))
        assert receive(lazy, 1) == receive(eager, 1) == ["Plan"]
        for frame in range(3):
            server.take((), state(frame))
            take_big(eager)
        assert server.missed >= 2
        assert max(len(client.pending) for client in server._clients.values()) < 2 * BIG
        time_s[0] = 100.0
        server.take((), state(3))
        take_big(eager)
        assert len(server._clients) == 1


def test_a_held_address_is_named(server: IgtlServer) -> None:
    with pytest.raises(PortError, match="cannot listen on 127.0.0.1:.*choose another --igtl-server"):
        IgtlServer(*server.address, describe).open()


def test_closing_twice_and_taking_before_anybody_is_there(server: IgtlServer) -> None:
    server.take((), state(1))
    server.close()
    server.close()
    assert server.address[1] > 0


def test_addresses() -> None:
    assert address("18944") == address(":18944") == ("127.0.0.1", 18944)
    assert address("0.0.0.0:0") == ("0.0.0.0", 0)
    for wrong in ("", "host", "host:x", "1:99999"):
        with pytest.raises(Exception, match="PORT"):
            address(wrong)
