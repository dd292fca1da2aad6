"""One question, one answer: sends commands over a port and waits for the reply; counts what went wrong."""

from collections.abc import Callable
from dataclasses import dataclass

from arguide.errors import BadReplyError, DeviceError, PortTimeoutError, TrackerError
from arguide.ports.port import Port
from arguide.trackers.ndi.commands import encode
from arguide.trackers.ndi.errors import GARBLED_COMMAND
from arguide.trackers.ndi.replies import MAX_TEXT, Packet, PacketReader, checked_text

REPLY_S = 3.0
"""Patience for an ordinary reply; the device itself promises 2 s for most commands."""
OTHER_REPLY_S = {"INIT": 8.0, "PINIT": 8.0, "TSTART": 8.0, "TSTOP": 6.0, "COMM": 1.0}
"""Patience where the device promises more (INIT 4, PINIT 6, TSTART 6 s), or where we can find out otherwise (COMM)."""
GAP_S = 0.15
"""A pause this long within a reply means that the rest was lost; USB converters pause for 16 ms."""
QUIET_S = 0.03
"""After unreadable bytes we ask again once the line was quiet this long."""
NOISE_LIMIT_S = 1.0
NOISE_LIMIT_BYTES = 200_000
"""A line that does not fall silent for so long carries something else than an NDI tracker. The bytes count too,
because a simulated clock may stand still."""
TRIES = 3

OKAY = "OKAY"
RESET = "RESET"
RESET_MESSAGE = b"RESETBE6F\r"


@dataclass
class Statistics:
    """What happened on the line since `connect`; all counters only grow."""

    frames: int = 0
    """New device frames delivered."""
    repeated: int = 0
    """Questions that got the same frame again: asked too early."""
    skipped: int = 0
    """Device frames never seen: asked too late."""
    bad_replies: int = 0
    """Replies with a bad CRC, length or content; each was asked for again."""
    timeouts: int = 0
    """Questions without an answer."""
    garbled_commands: int = 0
    """Commands the device could not read."""
    refused: int = 0
    """Questions for tracking data that the device could not answer, though it understood them."""
    stray_bytes: int = 0
    """Bytes nobody asked for."""
    witnessed: int = 0
    """Frames that surprised and were asked for a second time."""
    refuted: int = 0
    """Replies with a good checksum that the second answer contradicted."""
    withheld: int = 0
    """Poses left out because no hand is so fast."""


class Exchange:
    """Asks over an open port. `clock` gives host seconds."""

    def __init__(self, port: Port, clock: Callable[[], float]) -> None:
        self.port = port
        self.statistics = Statistics()
        self._clock = clock
        self._reader = PacketReader()

    def ask(
        self,
        name: str,
        arguments: str = "",
        timeout_s: float | None = None,
        tries: int = TRIES,
        obeyed: int | None = None,
    ) -> str:
        """Send a setup command and return its text; asks again when the line garbled question or answer.

        `obeyed` is the error of a device that is asked to do again what it has done: after an answer was lost it is as
        good as OKAY. Raises DeviceError (ERRORnn), PortTimeoutError (silence), BadReplyError (unreadable in spite of asking again).
        """
        timeout_s = OTHER_REPLY_S.get(name, REPLY_S) if timeout_s is None else timeout_s
        command = encode(name, arguments)
        unheard = False
        for tries_left in reversed(range(tries)):
            try:
                text = checked_text(name, self.packet(name, command, timeout_s))
            except DeviceError as error:
                if unheard and error.code == obeyed:
                    return OKAY
                if error.code not in GARBLED_COMMAND:
                    raise  # an answer like any other: the device has no such thing
                self.survive(error, give_up=not tries_left)
                continue
            except (BadReplyError, PortTimeoutError) as error:
                self.survive(error, give_up=not tries_left)
                unheard = True
                continue
            if text == RESET and name != RESET:
                raise restarted(name)
            return text
        raise AssertionError("the last try raises or returns")

    def packet(self, name: str, command: bytes, timeout_s: float, max_text: int = MAX_TEXT) -> Packet:
        """Send `command` as it is and return the whole reply, CRC checked.

        Raises PortTimeoutError when nothing comes, BadReplyError when it is unreadable or cut short.
        """
        reader, port = self._reader, self.port
        reader.reset()
        reader.max_text = max_text
        port.write(command)
        deadline = self._clock() + timeout_s
        while True:
            data = port.read(GAP_S if reader.buffered else timeout_s)
            if data:
                reader.push(data)
                if (packet := reader.next_packet()) is not None:
                    return packet
            elif reader.buffered:
                raise BadReplyError(f"{name}: the reply stopped after {reader.buffered} bytes; is the cable loose?")
            if not data or self._clock() > deadline:
                raise PortTimeoutError(
                    f"{name}: no answer on {port.name} within {timeout_s:.2g} s; is the tracker on and its cable plugged in?"
                )

    def survive(self, error: BadReplyError | PortTimeoutError | DeviceError, give_up: bool) -> None:
        """Count `error` and make the line ready to ask again; raises it when asking again cannot help (`give_up`)."""
        match error:
            case DeviceError() if error.code in GARBLED_COMMAND:
                self.statistics.garbled_commands += 1
            case DeviceError():
                self.statistics.refused += 1
            case PortTimeoutError():
                self.statistics.timeouts += 1
            case _:
                self.statistics.bad_replies += 1
        if give_up:
            raise error
        if isinstance(error, PortTimeoutError) or self._reader.lost or self._reader.buffered:
            self.settle()

    def settle(self) -> None:
        """Drop what arrives until the line is quiet. Raises BadReplyError when it never is."""
        self._reader.reset()
        deadline, dropped = self._clock() + NOISE_LIMIT_S, 0
        while data := self.port.read(QUIET_S):
            self.statistics.stray_bytes += len(data)
            dropped += len(data)
            if self._clock() > deadline or dropped > NOISE_LIMIT_BYTES:
                raise BadReplyError(
                    f"{self.port.name}: bytes keep coming though nothing was asked; is this the tracker's port,"
                    " and does another program use it?"
                )

    def idle(self, wait_s: float) -> None:
        """Wait on the line while nothing should come. Raises TrackerError when the device says that it restarted."""
        if data := self.port.read(wait_s):
            self.statistics.stray_bytes += len(data)
            if RESET_MESSAGE in data:
                raise restarted("waiting")

    def wait_for_reset(self, timeout_s: float) -> bool:
        """Whether the device announces within `timeout_s` that it has restarted."""
        deadline = self._clock() + timeout_s
        tail = b""
        while (left := deadline - self._clock()) > 0 and (data := self.port.read(left)):
            # The line is noisy around a reset: look for the message, whatever stands before it.
            tail = (tail + data)[-4 * len(RESET_MESSAGE) :]
            if RESET_MESSAGE in tail:
                return True
        return False


def restarted(name: str) -> TrackerError:
    """The error for a device that has forgotten everything we told it."""
    return TrackerError(f"{name}: the tracker has restarted by itself; check its power cable, then connect again")
