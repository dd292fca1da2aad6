"""Ports: errors say what to do, bytes pass unchanged, the tap sees everything."""

import errno
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import serial
from hypothesis import given
from hypothesis import strategies as st

from arguide.asset_files import hardware
from arguide.errors import PortError
from arguide.ports import opening, trouble
from arguide.ports.opening import open_port
from arguide.ports.recording_port import RecordingPort
from arguide.ports.scripted import ScriptedPort
from arguide.ports.serial_port import SerialPort

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")


@pytest.fixture
def pty_line() -> Iterator[tuple[int, str]]:
    """A pseudo-terminal in raw mode: the device's end as a file descriptor, the host's end as a path."""
    pty, tty = pytest.importorskip("pty"), pytest.importorskip("tty")
    device, host = pty.openpty()
    tty.setraw(host)
    yield device, os.ttyname(host)
    os.close(host)
    os.close(device)


@posix_only
def test_serial_port_carries_bytes_both_ways(pty_line: tuple[int, str]) -> None:
    device, path = pty_line
    port = SerialPort(path)
    try:
        port.write(b"INIT:E3A5\r")
        assert os.read(device, 100) == b"INIT:E3A5\r"
        os.write(device, b"OKAYA896\r")
        assert port.read(1.0) == b"OKAYA896\r"
        assert port.name == path
    finally:
        port.close()


@posix_only
def test_read_returns_what_is_there_and_empty_after_the_timeout(pty_line: tuple[int, str]) -> None:
    device, path = pty_line
    port = SerialPort(path)
    try:
        assert port.read(0.0) == b""
        os.write(device, b"\x00\x11\x13\xff")
        assert port.read(1.0) == b"\x00\x11\x13\xff"  # XON and XOFF are ordinary bytes
    finally:
        port.close()


@posix_only
def test_drop_input_forgets_what_has_arrived(pty_line: tuple[int, str]) -> None:
    device, path = pty_line
    port = SerialPort(path)
    try:
        os.write(device, b"old")
        port.drop_input()
        os.write(device, b"new")
        assert port.read(1.0) == b"new"
    finally:
        port.close()


@posix_only
def test_baud_and_break_pass_on_a_pseudo_terminal(pty_line: tuple[int, str]) -> None:
    termios = pytest.importorskip("termios")
    device, path = pty_line
    slept: list[float] = []
    port = SerialPort(path, sleep=slept.append)
    try:
        port.set_baud(115200)
        assert termios.tcgetattr(device)[5] == termios.B115200
        os.write(device, b"garbage")
        port.send_break(0.25)
        assert slept == [0.25]
        assert port.read(0.0) == b"", "what waited is thrown away with a break"
    finally:
        port.close()


@posix_only
def test_impossible_baud_names_the_way_out(pty_line: tuple[int, str]) -> None:
    port = SerialPort(pty_line[1])
    try:
        with pytest.raises(PortError, match="slower `baud`"):
            port.set_baud(-1)
    finally:
        port.close()


@posix_only
def test_busy_port_names_its_holder(pty_line: tuple[int, str]) -> None:
    first = SerialPort(pty_line[1])
    try:
        with pytest.raises(PortError, match="in use by .*close it and try again"):
            SerialPort(pty_line[1])
    finally:
        first.close()


@posix_only
def test_port_is_free_again_after_close_and_closing_twice_is_allowed(pty_line: tuple[int, str]) -> None:
    first = SerialPort(pty_line[1])
    first.close()
    first.close()
    second = SerialPort(pty_line[1])
    second.close()
    with pytest.raises(PortError, match="closed; connect again"):
        second.write(b"x")
    with pytest.raises(PortError, match="closed; connect again"):
        second.read(0.0)


@posix_only
def test_lost_line_is_a_port_error() -> None:
    pty = pytest.importorskip("pty")
    device, host = pty.openpty()
    path = os.ttyname(host)
    port = SerialPort(path)
    os.close(device)
    os.close(host)
    try:
        with pytest.raises(PortError, match="check cable and power"):
            port.read(1.0)
        with pytest.raises(PortError, match="check cable and power"):
            port.write(b"INIT:E3A5\r")
    finally:
        port.close()


def test_missing_port_lists_what_was_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trouble, "ports_found", lambda: "found: /dev/ttyUSB7 (NDI Host USB Converter)")
    with pytest.raises(PortError, match=r"no such port; found: /dev/ttyUSB7 \(NDI"):
        open_port("/dev/there-is-no-such-line")


@posix_only
def test_file_that_is_no_line_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("no line")
    with pytest.raises(PortError, match="not a serial line"):
        open_port(str(file))


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (serial.SerialException(errno.EACCES, "could not open port: [Errno 13] Permission denied"), "dialout"),
        (serial.SerialException("could not open port 'COM3': PermissionError(13, 'Access is denied.')"), "COM3"),
        (serial.SerialException(errno.EBUSY, "could not open port"), "in use by another program"),
        (serial.SerialException("could not open port 'COM9': FileNotFoundError(2, ...)"), "no such port"),
        (ValueError("invalid URL protocol 'sockt'"), "cannot be opened"),
    ],
)
def test_open_failures_are_explained_in_one_line(error: Exception, words: str) -> None:
    text = trouble.explain_open_failure("COM3", error)
    assert words in text
    assert "\n" not in text


def test_an_address_without_its_scheme_is_recognised() -> None:
    with pytest.raises(PortError, match="write socket://192.168.1.10:8765 for a tracker"):
        open_port("192.168.1.10:8765")


def test_a_refused_connection_is_told_without_the_librarys_words() -> None:
    error = serial.SerialException("Could not open port socket://x:1: [Errno 111] Connection refused")
    assert "there (Connection refused);" in trouble.explain_open_failure("socket://x:1", error)


@pytest.mark.skipif(not Path("/proc/self/fdinfo").is_dir(), reason="only Linux tells who has a port open")
def test_who_holds_a_port_is_named_but_not_who_is_at_its_other_end() -> None:
    import pty

    master, slave = pty.openpty()
    holding = "import os, sys; fd = os.open(sys.argv[1], os.O_RDWR | os.O_NOCTTY); print(flush=True); sys.stdin.read()"
    other_end = "import os, pty, sys; fd, s = pty.openpty(); print(os.ttyname(s), flush=True); sys.stdin.read()"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    try:
        name = os.ttyname(slave)
        assert trouble.holder_of(name) == ""
        with subprocess.Popen([sys.executable, "-c", holding, name], **pipes) as holder:  # type: ignore[call-overload]
            holder.stdout.readline()
            assert trouble.holder_of(name).endswith(f"(process {holder.pid})")
            holder.stdin.close()
        with subprocess.Popen([sys.executable, "-c", other_end], **pipes) as device:  # type: ignore[call-overload]
            assert trouble.holder_of(device.stdout.readline().strip()) == ""
            device.stdin.close()
    finally:
        os.close(master)
        os.close(slave)


def test_permission_error_names_the_rule_that_ships() -> None:
    text = trouble.explain_open_failure("/dev/ttyUSB0", serial.SerialException(errno.EACCES, "denied"))
    if os.name == "posix":
        assert trouble.RULE in text
        assert (hardware() / trouble.RULE).is_file()


def test_empty_url_and_unknown_protocol_are_port_errors() -> None:
    for url in ("", "nonsense://x"):
        with pytest.raises(PortError):
            open_port(url)


def test_nobody_listens_on_a_socket_address() -> None:
    with socket.socket() as spare:
        spare.bind(("127.0.0.1", 0))
        address = f"socket://127.0.0.1:{spare.getsockname()[1]}"
    with pytest.raises(PortError, match="nobody listens there"):
        open_port(address)


def test_socket_port_carries_bytes_and_reports_a_closed_peer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        accepted: list[socket.socket] = []
        thread = threading.Thread(target=lambda: accepted.append(server.accept()[0]))
        thread.start()
        port = open_port(f"socket://127.0.0.1:{server.getsockname()[1]}")
        thread.join(5)
        try:
            port.write(b"INIT ")
            assert accepted[0].recv(100) == b"INIT "
            accepted[0].sendall(b"OKAYA896\r")
            assert port.read(2.0) == b"OKAYA896\r"
            port.set_baud(115200)  # no speed: nothing happens
            port.send_break(0.0)
            port.drop_input()
            accepted[0].close()
            with pytest.raises(PortError, match="connect again"):
                port.read(2.0)
        finally:
            port.close()


def test_port_without_a_descriptor_reads_through_pyserial() -> None:
    port = SerialPort("loop://")
    try:
        assert port.read(0.0) == b""
        port.write(b"echo of four words")
        assert port.read(1.0) == b"echo of four words"
    finally:
        port.close()


def test_missing_simulator_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "SIMULATOR", "arguide_no_such_package.port")
    with pytest.raises(PortError, match="install arguide again"):
        open_port("sim://")


def test_simulator_is_loaded_by_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "stand_in_simulator.py").write_text(
        "from arguide.ports.scripted import ScriptedPort\ndef open_port(url):\n    return ScriptedPort([], url)\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(opening, "SIMULATOR", "stand_in_simulator")
    assert open_port("sim://polaris?tools=4").name == "sim://polaris?tools=4"


def test_recording_port_taps_both_ways_with_times() -> None:
    times = iter([1.0, 2.0, 3.0])
    tapped: list[tuple[str, bytes, float]] = []
    port = RecordingPort(
        ScriptedPort([(b"a", b"b")]),
        lambda direction, data, at: tapped.append((direction, data, at)),
        lambda: next(times),
    )
    port.write(b"a")
    assert port.read(0.1) == b"b"
    assert port.read(0.1) == b""
    assert tapped == [("out", b"a", 1.0), ("in", b"b", 2.0)]


@given(st.lists(st.binary(min_size=1), max_size=8))
def test_recording_port_changes_nothing(replies: list[bytes]) -> None:
    seen: list[bytes] = []
    port = RecordingPort(
        ScriptedPort([(b"?", r) for r in replies]), lambda _d, data, _t: seen.append(data), lambda: 0.0
    )
    got = []
    for _ in replies:
        port.write(b"?")
        got.append(port.read(0.0))
    assert got == replies
    assert seen == [item for reply in replies for item in (b"?", reply)]


def test_scripted_port_fails_on_what_was_not_expected() -> None:
    port = ScriptedPort([(b"INIT", b"OKAY")])
    with pytest.raises(AssertionError, match="expected b'INIT'"):
        port.write(b"BEEP")
    with pytest.raises(AssertionError, match="nothing more"):
        port.write(b"INIT")
    assert port.read(1.5) == b""
    assert port.clock() == 1.5
