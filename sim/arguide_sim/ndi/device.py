"""The device as its line sees it: bytes in, bytes out, one reply for every command."""

from arguide_sim.clock import Clock
from arguide_sim.device import OnlyAnswers
from arguide_sim.ndi.commands import COMMANDS
from arguide_sim.ndi.crc import ascii_reply
from arguide_sim.ndi.models import Model
from arguide_sim.ndi.refusal import INVALID_COMMAND, NO_INIT_YET, WRONG_MODE, Refusal
from arguide_sim.ndi.request import LineReader, Request, parse
from arguide_sim.ndi.sensor import Sensor
from arguide_sim.ndi.state import Mode, State

RESET_MESSAGE = ascii_reply("RESET")


class NdiDevice(OnlyAnswers):
    """An optical tracker without a line: who owns the line pushes bytes in and sends what comes out.

    Time is the clock's business, what is to be seen the sensor's. Memory is bounded whatever the host sends.
    """

    def __init__(self, model: Model, clock: Clock, sensor: Sensor) -> None:
        self._state = State(model, clock, sensor)
        self._lines = LineReader()

    @property
    def baud(self) -> int:
        """The speed the device listens at, from the next byte on. What comes at another speed it cannot read."""
        return self._state.baud

    @property
    def mode(self) -> Mode:
        """Where the device is in its life."""
        return self._state.mode

    def receive(self, data: bytes) -> bytes:
        """Take bytes from the host; returns the replies to the commands they complete."""
        return b"".join([self._answer(line) for line in self._lines.lines(data)])

    def receive_break(self) -> bytes:
        """The host held the line low: reset, and say so at 9600 baud."""
        self._lines.clear()
        self._state.power_up()
        return RESET_MESSAGE

    def _answer(self, line: bytes) -> bytes:
        try:
            reply = self._carry_out(parse(line))
        except Refusal as refusal:
            reply = str(refusal)
        return reply if isinstance(reply, bytes) else ascii_reply(reply)

    def _carry_out(self, request: Request) -> str | bytes:
        command = COMMANDS.get(request.name)
        if command is None:
            raise Refusal(INVALID_COMMAND)
        if self._state.mode not in command.modes:
            raise Refusal(NO_INIT_YET if self._state.mode is Mode.POWER_UP else WRONG_MODE)
        return command.handler(self._state, request.args)
