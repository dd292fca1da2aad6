"""The device as its line sees it: bytes in, bytes out, one reply for every command."""

from arguide_sim.clock import Clock
from arguide_sim.ndi.commands import FOR_STREAMS, command_of
from arguide_sim.ndi.crc import ascii_reply
from arguide_sim.ndi.models import Model
from arguide_sim.ndi.refusal import INVALID_COMMAND, NO_INIT_YET, WRONG_MODE, Refusal
from arguide_sim.ndi.request import LineReader, Request, parse
from arguide_sim.ndi.sensor import Sensor
from arguide_sim.ndi.state import Mode, Sensors, State
from arguide_sim.ndi.streams import streamed

RESET_MESSAGE = ascii_reply("RESET")


class NdiDevice:
    """A tracker without a line: a `Device`. Who owns the line pushes bytes in and sends what comes out.

    Time is the clock's business, what is to be seen the sensor's. Memory is bounded whatever the host sends.
    """

    plugged = True

    def __init__(
        self,
        model: Model,
        clock: Clock,
        sensor: Sensor,
        wired: tuple[Sensors, ...] = (),
        network: bool = False,
        rate_hz: float = 0.0,
    ) -> None:
        self.state = State(model, clock, sensor, wired, network, rate_hz)
        self._lines = LineReader()

    @property
    def baud(self) -> int:
        return self.state.baud

    @property
    def mode(self) -> Mode:
        """Where the device is in its life."""
        return self.state.mode

    def receive(self, data: bytes) -> bytes:
        """Take bytes from the host; returns the replies to the commands they complete."""
        return b"".join([self._answer(line) for line in self._lines.lines(data)])

    def receive_break(self) -> bytes:
        """The host held the line low: reset, and say so at 9600 baud."""
        return self.power_up()

    def power_up(self) -> bytes:
        """As if just switched on; returns what a device says then."""
        self._lines.clear()
        self.state.power_up()
        return RESET_MESSAGE

    def forget_line(self) -> None:
        """Throw away what has come of an unfinished command."""
        self._lines.clear()

    def hang_up(self) -> None:
        """The host is gone: what it left unfinished, or had streamed to it, is not the next one's."""
        self.forget_line()
        self.state.stream = None

    def due_s(self) -> float | None:
        return None if self.state.stream is None else self.state.frames.next_s()

    def speak(self) -> bytes:
        stream = self.state.stream
        return b"" if stream is None else streamed(self.state, FOR_STREAMS[stream.command])

    def _answer(self, line: bytes) -> bytes:
        try:
            reply = self._carry_out(parse(line))
        except Refusal as refusal:
            reply = str(refusal)
        return reply if isinstance(reply, bytes) else ascii_reply(reply)

    def _carry_out(self, request: Request) -> str | bytes:
        command = command_of(self.state.model, request.name)
        if command is None:
            raise Refusal(INVALID_COMMAND)
        if self.state.mode not in command.modes:
            raise Refusal(NO_INIT_YET if self.state.mode is Mode.POWER_UP else WRONG_MODE)
        return command.handler(self.state, request.args)
