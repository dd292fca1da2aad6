"""An open line to a device that speaks without checksums: questions, answers, and falling silent."""

from collections.abc import Callable, Iterable

from arguide.errors import BadReplyError, DeviceError, PortTimeoutError
from arguide.ports.port import Port

REPLY_S = 1.0
QUIET_S = 0.1
"""Silence for so long means that nothing more comes; USB converters pause for 16 ms."""
LOUD_S = 2.0
LOUD_BYTES = 200_000
"""A line that does not fall silent for so long is not ours. Bytes count too: a simulated clock may stand still."""
MAX_REPLY = 4096


class Line:
    """Asks over `port`; `clock` gives host seconds."""

    def __init__(self, port: Port, clock: Callable[[], float]) -> None:
        self.port = port
        self.clock = clock

    def tell(self, command: bytes) -> None:
        """Send a command that is not answered."""
        self.port.write(command)

    def ask(self, command: bytes, size: int, timeout_s: float = REPLY_S) -> bytes:
        """Send `command` and return the first `size` bytes of the answer. Raises PortTimeoutError when fewer come."""
        return self._answer(command, lambda reply: len(reply) >= size, timeout_s)[:size]

    def ask_text(self, command: bytes, timeout_s: float = REPLY_S) -> str:
        """Send `command` and return the line of text that answers it, up to and without its CR LF."""
        reply = self._answer(command, lambda reply: b"\n" in reply, timeout_s)
        return reply.partition(b"\n")[0].rstrip(b"\r").decode("ascii", "replace")

    def ask_all(self, command: bytes, timeout_s: float = REPLY_S) -> bytes:
        """Send `command` and return everything that comes until the line is quiet. Raises PortTimeoutError for nothing."""
        self.port.write(command)
        if not (reply := self.hear(timeout_s)):
            raise self._silent(command, reply, timeout_s)
        return reply

    def order(self, commands: Iterable[bytes]) -> None:
        """Send commands that are answered only when they are wrong. Raises DeviceError with the device's words."""
        commands = list(commands)
        for command in commands:
            self.port.write(command)
        if heard := self.hear():
            raise DeviceError(
                f"{b' '.join(commands)!r}: the device answered {heard[:60]!r} and should have said nothing;"
                " does the profile name the right driver?",
                code=heard[0],
            )

    def hear(self, first_s: float = QUIET_S) -> bytes:
        """What comes until the line is quiet, the first byte within `first_s`; of much, only the beginning.

        Raises BadReplyError when the line is never quiet.
        """
        deadline, heard, count = self.clock() + first_s + LOUD_S, b"", 0
        while data := self.port.read(QUIET_S if count else first_s):
            heard = (heard + data)[:MAX_REPLY]
            count += len(data)
            if self.clock() > deadline or count > LOUD_BYTES:
                raise BadReplyError(
                    f"{self.port.name}: bytes keep coming though nothing was asked; is this the tracker's port,"
                    " and does another program use it?"
                )
        return heard

    def pause(self, seconds: float) -> None:
        """Wait on the line; what comes meanwhile is dropped."""
        self.port.read(seconds)

    def _answer(self, command: bytes, whole: Callable[[bytes], bool], timeout_s: float) -> bytes:
        self.port.write(command)
        reply, deadline = b"", self.clock() + timeout_s
        while not whole(reply):
            data = self.port.read(timeout_s if not reply else QUIET_S)
            reply += data
            if not data or len(reply) > MAX_REPLY or self.clock() > deadline:
                raise self._silent(command, reply, timeout_s)
        return reply

    def _silent(self, command: bytes, reply: bytes, timeout_s: float) -> PortTimeoutError:
        got = f"only {reply[:20]!r}" if reply else "nothing"
        return PortTimeoutError(
            f"{command!r}: {got} came on {self.port.name} within {timeout_s:g} s; is the tracker on, its cable"
            " plugged in, and the profile's baud that of its switches?"
        )
