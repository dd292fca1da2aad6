"""Reach into a running emulation: lines of text, from the terminal or over a loopback connection.

    occlusion tool=needle for_s=2      a fault, now (`faults` lists the kinds)
    clear [KIND]                       no more faults, or none of that kind
    list                               the faults there are
    take TOOL                          hold a tool; then, by letters: a d left right, w s up down, q e away near,
                                       j l i k u o turn, space presses the button or lets it go; again and again: aaa
    drop                               let go of it
    status                             mode, speed, tools
    help                               this

Whoever reads the lines only puts them on a queue; they are carried out by the thread that serves the device, between
two commands of its host, so nothing here needs a lock and nobody here can stop the device.
"""

import os
import queue
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import suppress

from arguide.errors import ArguideError, PortError, SettingsError
from arguide_sim.emulation import Emulation
from arguide_sim.faults.fault_file import LONGEST_LINE, read_line
from arguide_sim.faults.kinds import KINDS
from arguide_sim.hands.held import MOVES

MOST_LINES = 100
"""Lines waiting to be carried out; more are thrown away."""
Answer = Callable[[str], None]


class Control:
    """Carries out lines about one emulation. `attend` is for the serving loop."""

    def __init__(self, emulation: Emulation) -> None:
        self._emulation = emulation
        self._jobs: queue.Queue[Callable[[], None]] = queue.Queue(MOST_LINES)

    def put(self, line: str, answer: Answer) -> None:
        """From any thread: a line to be carried out soon."""
        try:
            self._jobs.put_nowait(lambda: answer(self.carry_out(line[:LONGEST_LINE])))
        except queue.Full:
            answer("error: too much at once; wait a little")

    def put_last(self, job: Callable[[], None]) -> None:
        """From any thread: something to be done after all that is waiting."""
        self._jobs.put(job)

    def attend(self) -> None:
        """Carry out what is waiting."""
        while True:
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                return
            job()

    def carry_out(self, line: str) -> str:
        """Do what one line says; returns what there is to say about it, one line or several."""
        word, _, rest = line.strip().partition(" ")
        try:
            if word in WORDS:
                return WORDS[word](self._emulation, rest.strip())
            if word in KINDS:
                return _fault(self._emulation, line)
            return _by_hand(self._emulation, line.rstrip("\r\n"))
        except (ArguideError, ValueError) as error:
            return f"error: {error}"


def _fault(emulation: Emulation, line: str) -> str:
    now_s = emulation.inside.clock.elapsed_s() if emulation.inside else 0.0
    fault = read_line(line, now_s)
    emulation.schedule.add(fault)
    emulation.refresh()
    return f"ok: {fault.what.about}"


def _by_hand(emulation: Emulation, line: str) -> str:
    if not line or not set(line) <= set(MOVES):
        raise SettingsError(f"control: {line[:40]!r} is not a command; write help, or faults")
    held = emulation.held
    if held is None or not held.tool:
        raise SettingsError("control: no tool is held; write take TOOL first")
    held.keys(line)
    emulation.refresh()
    return f"ok: {held}"


def _clear(emulation: Emulation, kind: str) -> str:
    if kind and kind not in KINDS:
        raise SettingsError(f"control: no fault {kind!r}; there are {', '.join(KINDS)}")
    emulation.schedule.clear(kind)
    emulation.refresh()
    return "ok: cleared"


def _list(emulation: Emulation, _: str) -> str:
    return "\n".join(
        f"{f.kind} at_s={f.at_s:g} for_s={f.for_s:g}" + "".join(f" {name}={value}" for name, value in f.values.items())
        for f in emulation.schedule.faults
    ) or "none"  # fmt: skip


def _take(emulation: Emulation, name: str) -> str:
    held, inside = emulation.held, emulation.inside
    if held is None or inside is None:
        raise SettingsError("control: nobody can hold the tools of this device")
    held.take(name, inside.clock.elapsed_s() - inside.clock.session_s())
    emulation.refresh()
    return f"ok: {held}"


def _drop(emulation: Emulation, _: str) -> str:
    if emulation.held is not None:
        emulation.held.drop()
    emulation.refresh()
    return "ok: dropped"


def _status(emulation: Emulation, _: str) -> str:
    lines = [f"baud {emulation.device.baud}, {'plugged' if emulation.device.plugged else 'unplugged'}"]
    if emulation.inside:
        state = emulation.inside.state
        lines.append(f"{state.model.title}: {state.mode.value}, {state.rate_hz:g} Hz")
        for handle in state.handles.all():
            leds = "".join(f" LED{n}={look}" for n, look in sorted(handle.leds.items()))
            lines.append(
                f"handle {handle.number:02X}: {handle.tool or 'no tool of this world'} {handle.status:02X}{leds}"
            )
    return "\n".join(lines)


def _help(_: Emulation, __: str) -> str:
    return (__doc__ or "").strip()


def _faults(_: Emulation, __: str) -> str:
    return "\n".join(f"{name:18}{kind.about}: {', '.join([*kind.takes, 'for_s'])}" for name, kind in KINDS.items())


WORDS: dict[str, Callable[[Emulation, str], str]] = {
    "clear": _clear,
    "list": _list,
    "take": _take,
    "drop": _drop,
    "status": _status,
    "help": _help,
    "faults": _faults,
}


def from_terminal(control: Control, at_end: Callable[[], None] | None = None) -> None:
    """Read lines from standard input until it ends."""

    def read() -> None:
        rest = b""
        # The descriptor itself: the lock of sys.stdin would outlive us.
        with suppress(OSError):
            while data := os.read(0, 4096):
                *lines, rest = (rest + data).split(b"\n")
                rest = rest[-LONGEST_LINE:]
                for line in lines:
                    control.put(line.decode("utf-8", "replace"), _say)
        if at_end:
            control.put_last(at_end)

    threading.Thread(target=read, daemon=True).start()


def _say(text: str) -> None:
    with suppress(BrokenPipeError):
        print(text, file=sys.stderr, flush=True)


def from_network(control: Control, host: str, port: int) -> str:
    """Listen for lines, one connection at a time; returns where. Raises PortError."""
    try:
        listener = socket.create_server((host, port))
    except OSError as error:
        raise PortError(f"cannot listen on {host}:{port} ({error}); choose another --control") from None
    threading.Thread(target=_listen, args=[control, listener], daemon=True).start()
    found = listener.getsockname()
    return f"{found[0]}:{found[1]}"


def _listen(control: Control, listener: socket.socket) -> None:
    while True:
        connection, _ = listener.accept()
        with connection, suppress(OSError):
            _converse(control, connection)


def _converse(control: Control, connection: socket.socket) -> None:
    rest = b""
    while data := connection.recv(4096):
        *lines, rest = (rest + data).split(b"\n")
        rest = rest[-LONGEST_LINE:]
        for line in lines:
            # Answered here and not by the serving thread: a client that does not read stops only itself.
            said: queue.Queue[str] = queue.Queue(1)
            control.put(line.decode("utf-8", "replace"), said.put_nowait)
            connection.sendall((said.get() + "\n\n").encode())
