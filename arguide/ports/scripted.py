"""A port that plays a written conversation: what must be sent, and what is answered."""

from collections import deque
from collections.abc import Iterable

from arguide.errors import PortError


class ScriptedPort:
    """Answers from a script of (expected write, reply) pairs, in order.

    A write that is not the expected one raises AssertionError; a read with nothing to read answers b"" at once
    and lets `time_s` go by, so `port.clock` can serve as the driver's clock. Check `nothing_left` at the end.
    """

    def __init__(self, script: Iterable[tuple[bytes, bytes]], name: str = "script") -> None:
        self._script = deque(script)
        self._name = name
        self._waiting = b""
        self.time_s = 0.0
        self.bauds: list[int] = []
        self.breaks = 0
        self.closed = False

    @property
    def name(self) -> str:
        """What the script is called."""
        return self._name

    @property
    def nothing_left(self) -> bool:
        """Whether everything was asked, and everything answered was read."""
        return not self._script and not self._waiting

    def clock(self) -> float:
        """Time in s that has gone by on this line."""
        return self.time_s

    def read(self, timeout_s: float) -> bytes:
        """The rest of the last reply, or b"" after `timeout_s` of scripted time."""
        data, self._waiting = self._waiting, b""
        if not data:
            self.time_s += max(timeout_s, 0.0)
        return data

    def write(self, data: bytes) -> None:
        """Take the next step of the script."""
        if self.closed:
            raise PortError(f"{self._name}: the line is closed")
        if not self._script:
            raise AssertionError(f"nothing more was expected, got {data!r}")
        expected, reply = self._script.popleft()
        if data != expected:
            raise AssertionError(f"expected {expected!r}, got {data!r}")
        self._waiting += reply

    def drop_input(self) -> None:
        """Forget the unread rest of the last reply."""
        self._waiting = b""

    def send_break(self, duration_s: float) -> None:
        """Count it; a script may answer with the pair (b"<break>", reply)."""
        self.breaks += 1
        if self._script and self._script[0][0] == b"<break>":
            self._waiting += self._script.popleft()[1]

    def set_baud(self, baud: int, handshake: bool = False) -> None:
        """Remember it."""
        self.bauds.append(baud)

    def close(self) -> None:
        """Nothing can be written any more."""
        self.closed = True
