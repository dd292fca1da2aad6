"""The emulator as a process: on a pseudo-terminal and on TCP."""

import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import pytest

from arguide.errors import PortError

ROOT = Path(__file__).parents[2]
PATIENCE_S = 20.0
needs_pty = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals")


class Served:
    """An emulator process and the address it announced."""

    def __init__(self, *arguments: str) -> None:
        paths = os.pathsep.join([str(ROOT), str(ROOT / "sim")])
        self.process = subprocess.Popen(
            [sys.executable, "-m", "arguide_sim", "polaris", "--motion", "idle", *arguments],
            env={**os.environ, "PYTHONPATH": paths, "OMP_NUM_THREADS": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout
        word, _, self.url = self.process.stdout.readline().strip().partition(" ")
        assert word == "ready", self.process.communicate()[1]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Whatever the test found: leave no process behind."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.communicate()

    def end(self) -> int:
        """Tell it to stop and give its exit status."""
        self.process.terminate()
        self.process.communicate(timeout=PATIENCE_S)
        return self.process.returncode


class Line:
    """The host's end of a pseudo-terminal."""

    def __init__(self, path: str) -> None:
        import termios

        self.termios = termios
        self.fd = os.open(path, os.O_RDWR | os.O_NOCTTY)
        self.speed(termios.B9600)

    def speed(self, code: int) -> None:
        settings = self.termios.tcgetattr(self.fd)
        settings[4] = settings[5] = code
        self.termios.tcsetattr(self.fd, self.termios.TCSANOW, settings)

    def ask(self, command: bytes, end: bytes = b"\r", patience_s: float = PATIENCE_S) -> bytes:
        os.write(self.fd, command + b"\r")
        return self.read(end, patience_s)

    def read(self, end: bytes = b"\r", patience_s: float = PATIENCE_S) -> bytes:
        reply = b""
        while not reply.endswith(end) and select.select([self.fd], [], [], patience_s)[0]:
            reply += os.read(self.fd, 4096)
        return reply


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with Served("--pty") as server:
        yield server
        assert server.end() == 0


@pytest.fixture
def line(served: Served) -> Iterator[Line]:
    """A fresh line to a device that was just reset."""
    line = Line(served.url)
    line.termios.tcflush(line.fd, line.termios.TCIOFLUSH)
    assert line.read() == b"RESETBE6F\r"
    yield line
    os.close(line.fd)


@needs_pty
def test_flushing_both_queues_and_then_silence_is_a_break(line: Line) -> None:
    assert line.ask(b"TSTART ") == b"ERROR103B02\r"


@needs_pty
def test_a_flush_followed_by_a_command_is_no_break(line: Line) -> None:
    assert line.ask(b"INIT ") == b"OKAYA896\r"
    line.termios.tcflush(line.fd, line.termios.TCIOFLUSH)
    assert line.ask(b"PHSR ") == b"001414\r"
    line.termios.tcflush(line.fd, line.termios.TCIFLUSH)
    assert line.read(patience_s=0.5) == b""
    assert line.ask(b"PHSR ") == b"001414\r"


@needs_pty
def test_the_wrong_speed_is_not_heard(line: Line) -> None:
    assert line.ask(b"INIT ") == b"OKAYA896\r"
    assert line.ask(b"COMM 60000") == b"OKAYA896\r"
    assert line.ask(b"BEEP 1", patience_s=0.2) == b""
    line.speed(line.termios.B921600)
    assert line.ask(b"BEEP 1") == b"1D4C1\r"


@needs_pty
def test_a_client_may_come_and_go(served: Served, line: Line) -> None:
    assert line.ask(b"INIT ") == b"OKAYA896\r"
    other = Line(served.url)
    os.close(other.fd)
    again = Line(served.url)
    assert again.ask(b"PHSR ") == b"001414\r"
    os.close(again.fd)


@needs_pty
def test_a_host_that_does_not_read_stops_nobody(line: Line) -> None:
    os.set_blocking(line.fd, False)
    for _ in range(2000):
        try:
            os.write(line.fd, b"VER 4\r")
        except BlockingIOError:
            break
    while line.read(b"never", patience_s=0.3):
        pass
    line.ask(b"", patience_s=0.3)  # ends a command that was cut
    assert line.ask(b"INIT ") == b"OKAYA896\r"


@needs_pty
def test_the_link_comes_and_goes_with_the_emulator(tmp_path: Path) -> None:
    link = tmp_path / "ttyTracker"
    link.symlink_to(tmp_path / "gone")  # left by an emulator that was killed
    truth = tmp_path / "truth.json"
    with Served("--pty", "--link", str(link), "--truth", str(truth), "--no-break", "--until-eof") as server:
        assert server.url == str(link) and truth.is_file()
        line = Line(server.url)
        line.termios.tcflush(line.fd, line.termios.TCIOFLUSH)
        assert line.read(patience_s=0.5) == b"", "breaks are switched off"
        assert line.ask(b"RESET ") == b"RESETBE6F\r"
        os.close(line.fd)
        assert server.process.stdin
        server.process.communicate(timeout=PATIENCE_S)  # closes its input: the parent is gone
        assert server.process.returncode == 0
        assert not link.is_symlink()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux numbers its pseudo-terminals anew in /dev/pts")
def test_a_link_left_behind_is_replaced_though_its_terminal_is_somebody_elses_by_now(tmp_path: Path) -> None:
    import pty

    from arguide_sim.serve_pty import _put_link

    link = tmp_path / "ttyTracker"
    master, slave = pty.openpty()
    try:
        link.symlink_to(os.ttyname(slave))
        with pytest.raises(PortError, match="something is there already"):
            _put_link(link, "/dev/pts/new")
        os.utime(link, (1, 1), follow_symlinks=False)
        _put_link(link, "/dev/pts/new")
        assert os.readlink(link) == "/dev/pts/new"
    finally:
        os.close(master)
        os.close(slave)


@needs_pty
def test_an_interrupt_ends_it_cleanly() -> None:
    with Served("--pty") as server:
        server.process.send_signal(signal.SIGINT)
        _, errors = server.process.communicate(timeout=PATIENCE_S)
        assert (server.process.returncode, errors) == (0, "")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--tcp", "127.0.0.1:0", "--profile", "none"], "no tracker profile"),
        (["--tcp", "256.1.1.1:1"], "cannot listen"),
        (["--tcp", "127.0.0.1:99999"], "expected HOST:PORT"),
        (["--tcp", "nonsense"], "expected HOST:PORT"),
        (["--pty", "--link", "/nowhere/link"], "cannot make this link"),
        (["--pty", "/dev/null"], "something is there already; remove it, or choose another --link"),
        (["--pty", "--seed", "-1"], "seed"),
        ([], "one of the arguments"),
    ],
)
def test_mistakes_are_one_line_and_a_status(arguments: list[str], words: str, capfd: Any) -> None:
    from arguide_sim.__main__ import main

    before = {which: signal.getsignal(which) for which in (signal.SIGTERM, signal.SIGINT)}
    try:
        status = main(["polaris", "--motion", "idle", *arguments])
    except SystemExit as exit_:
        status = exit_.code
    finally:
        for which, handler in before.items():
            signal.signal(which, handler)
    assert status in (1, 2)
    assert words in capfd.readouterr().err


def connect(server: Served) -> socket.socket:
    host, port = server.url.removeprefix("socket://").rsplit(":", 1)
    return socket.create_connection((host, int(port)), timeout=PATIENCE_S)


def test_tcp_serves_one_client_at_a_time() -> None:
    with Served("--tcp", "127.0.0.1:0", "--model", "vega") as server:
        with connect(server) as first:
            first.sendall(b"INIT\r")
            assert first.recv(100) == b"OKAYA896\r"
            with connect(server) as second:
                assert second.recv(100) == b""
            first.sendall(b"APIREV \r")
            assert first.recv(100).startswith(b"G.003.006")
        with connect(server) as third:
            third.sendall(b"PHSR \r")
            assert third.recv(100) == b"001414\r"
        assert server.end() == (0 if sys.platform != "win32" else 1)


class Controlled(Served):
    """An emulator whose first line tells where it takes orders."""

    def __init__(self, *arguments: str) -> None:
        paths = os.pathsep.join([str(ROOT), str(ROOT / "sim")])
        self.process = subprocess.Popen(
            [sys.executable, "-m", "arguide_sim", *arguments, "--motion", "idle", "--control", "127.0.0.1:0"],
            env={**os.environ, "PYTHONPATH": paths, "OMP_NUM_THREADS": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout
        word, _, self.orders = self.process.stdout.readline().strip().partition(" ")
        assert word == "control", self.process.communicate()[1]
        self.url = self.next_line()

    def next_line(self) -> str:
        """Where it answers next."""
        assert self.process.stdout
        word, _, url = self.process.stdout.readline().strip().partition(" ")
        assert word == "ready"
        return url

    def order(self, line: str) -> str:
        """Give one order; returns what is said to it."""
        host, port = self.orders.rsplit(":", 1)
        with socket.create_connection((host, int(port)), timeout=PATIENCE_S) as connection:
            connection.sendall(line.encode() + b"\n")
            said = b""
            while not said.endswith(b"\n\n"):
                said += connection.recv(4096)
        return said.decode().strip()


@needs_pty
def test_a_cable_is_pulled_out_and_put_back(tmp_path: Path) -> None:
    link = tmp_path / "ttyTracker"
    with Controlled("polaris-vicra", "--pty", str(link)) as server:
        line = Line(server.url)
        assert line.ask(b"INIT ") == b"OKAYA896\r"
        assert server.order("line-unplugged for_s=0.3").startswith("ok")
        assert server.next_line() == str(link), "it is announced again when it is back"
        os.close(line.fd)
        again = Line(str(link))
        assert again.ask(b"PHSR ") == b"001414\r", "the tracker itself was never off"
        assert "Initialized" in server.order("status")
        os.close(again.fd)
        assert server.end() == 0
    assert not link.is_symlink()


def test_a_network_line_goes_and_comes_back_where_it_was() -> None:
    with Controlled("polaris-vega", "--tcp", "127.0.0.1:0") as server:
        first = server.url
        with connect(server) as client:
            client.sendall(b"INIT\r")
            assert client.recv(100) == b"OKAYA896\r"
            server.order("line-unplugged for_s=0.3")
            assert client.recv(100) == b"", "hung up"
        assert server.next_line() == first
        with connect(server) as client:
            client.sendall(b"COMM 00000\r")
            assert client.recv(100).startswith(b"ERROR01"), "a network has no speed"
        assert server.order("x" * 5000).startswith("error") and server.order("silence for_s=-1").startswith("error")


def test_a_client_that_never_reads_is_hung_up_on_and_stops_nobody() -> None:
    with Controlled("polaris-vega", "--tcp", "127.0.0.1:0") as server:
        rude = connect(server)
        rude.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        rude.settimeout(0.5)
        try:
            for _ in range(20_000):
                rude.sendall(b"GETINFO *\r" * 50)
        except OSError:
            pass
        assert "Vega" in server.order("status"), "the loop goes on"
        rude.close()
        with connect(server) as client:
            client.sendall(b"INIT\r")
            assert client.recv(100) == b"OKAYA896\r"


@needs_pty
def test_orders_from_the_terminal() -> None:
    with Served("--pty", "--control", "--until-eof") as server:
        _, errors = server.process.communicate("status\nnonsense\n", timeout=PATIENCE_S)
        assert server.process.returncode == 0
        assert "Polaris Spectra: Power Up" in errors and "error: control: 'nonsense'" in errors
