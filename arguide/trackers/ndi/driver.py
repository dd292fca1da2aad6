"""The driver of NDI's Polaris family: finds the device, loads the tools, delivers every device frame once.

The line is the only thing this driver waits on: also pauses are `port.read` with a timeout, so the time that
passes is the port's time, and a message nobody asked for (the tracker restarted) is seen at once.
"""

from collections.abc import Callable
from types import TracebackType
from typing import Self

from arguide.errors import (
    ArguideError,
    BadReplyError,
    DeviceError,
    PortError,
    PortTimeoutError,
    SettingsError,
    TrackerError,
    TrackerStateError,
)
from arguide.ports.port import Port
from arguide.settings.profile import TrackerProfile
from arguide.trackers.life import Event, State, after
from arguide.trackers.ndi import connecting
from arguide.trackers.ndi.bx import decode_bx
from arguide.trackers.ndi.commands import Options, comm_arguments, encode
from arguide.trackers.ndi.exchange import RESET, Exchange, Statistics, restarted
from arguide.trackers.ndi.pacing import FramePacing
from arguide.trackers.ndi.replies import MAX_TEXT, BinaryReply, Packet, checked_text
from arguide.trackers.ndi.samples import FrameCounter, sample_of
from arguide.trackers.ndi.tracking_reply import TrackingReply
from arguide.trackers.ndi.tx import decode_tx
from arguide.trackers.reading import Sample

OPTIONS = Options.TRANSFORMS | Options.OUT_OF_VOLUME
MAX_FAILURES = 5
"""Bad replies in a row before `read` gives up: at 60 Hz a tenth of a second of pure noise."""
STALL_S = 2.0
STALL_REPEATS = 5000
"""A device that repeats one frame for so long, or so often (a simulated clock may stand still), has stopped measuring."""
ANSWER_S = 0.3
"""Patience for tracking data beyond their time on the wire."""
FAREWELL_S = 1.0
BYTES_PER_TOOL = {"BX": 42, "TX": 70}
MAX_ERROR_TEXT = 64
"""While tracking by BX the only texts are short: errors and the restart message."""


class NdiTracker:
    """A `Tracker` over the NDI protocol.

    `open_line` opens the port when `connect` is called; `clock` gives host seconds. `statistics` and
    `warnings` tell how well it goes.
    """

    def __init__(self, open_line: Callable[[], Port], profile: TrackerProfile, clock: Callable[[], float]) -> None:
        if profile.reply not in BYTES_PER_TOOL:
            raise SettingsError(f"{profile.file}: reply: {profile.reply!r} is not one of {', '.join(BYTES_PER_TOOL)}")
        self._open_line = open_line
        self._profile = profile
        self._clock = clock
        self._command = encode(profile.reply, f"{OPTIONS:04X}")
        self._exchange: Exchange | None = None
        self._frames = FrameCounter()
        self._pacing = FramePacing(1 / profile.rate_hz)
        self._answer_s = ANSWER_S
        self._handles: dict[int, str] = {}
        self.state = State.CLOSED
        self.baud = 0
        """Speed agreed with the device; 0 for one that has no speed, on a network."""
        self.warnings: tuple[str, ...] = ()
        """What the device, or the farewell to it, had to complain about; nothing here stops the work."""
        self.statistics = Statistics()

    def connect(self) -> None:
        """Find the device, agree on a speed, load and enable the profile's tools."""
        connected = after(self.state, Event.CONNECT)
        exchange = Exchange(self._open_line(), self._clock)
        try:
            self._set_up(exchange)
        except BaseException:
            exchange.port.close()
            raise
        self._exchange, self.statistics, self.state = exchange, exchange.statistics, connected

    def start(self) -> None:
        """Begin tracking."""
        tracking = after(self.state, Event.START)
        self._line.ask("TSTART")
        self._frames = FrameCounter()
        self._pacing = FramePacing(1 / self._profile.rate_hz)
        self.state = tracking

    def read(self) -> Sample:
        """Wait for the next new device frame. Asks again after bad replies; see `Tracker.read` for what it raises."""
        if self.state is not State.TRACKING:
            raise TrackerStateError(f"read: not possible while the tracker is {self.state}; start it first")
        try:
            return self._next_sample()
        except PortError as error:
            if not isinstance(error, PortTimeoutError):
                self._lose_line()
            raise

    def stop(self) -> None:
        """End tracking; tools stay loaded, `start` may follow."""
        stopped = after(self.state, Event.STOP)
        self._line.ask("TSTOP")
        self.state = stopped

    def close(self) -> None:
        """Stop if needed, free the tools, put the device back to 9600 baud and give the line back.

        A device that does not answer any more cannot keep us from closing: what it failed to do is in `warnings`.
        """
        closed = after(self.state, Event.CLOSE)
        exchange, self._exchange = self._exchange, None
        if exchange is None:
            return
        try:
            self._say_farewell(exchange)
        except ArguideError as error:
            self.warnings += (f"while closing: {error}",)
        finally:
            self.state = closed
            exchange.port.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def _line(self) -> Exchange:
        if self._exchange is None:
            raise AssertionError("connected and tracking states have a line")
        return self._exchange

    def _set_up(self, exchange: Exchange) -> None:
        profile = self._profile
        found = connecting.find_device(exchange, profile.baud)
        connecting.initialize(exchange)
        self.baud = connecting.change_speed(exchange, found, profile.baud, profile.handshake)
        connecting.free_leftovers(exchange)
        loaded = [(tool.name, *connecting.load_tool(exchange, tool)) for tool in profile.tools]
        self._handles = {handle: name for name, handle, _ in loaded}
        self.warnings = tuple(warning for *_, warning in loaded if warning)
        if 0 < self.baud < profile.baud:
            self.warnings += (f"running at {self.baud} baud: device or line refused {profile.baud}",)
        connecting.check_enabled(exchange, self._handles.items())
        wire_bytes = 16 + BYTES_PER_TOOL[profile.reply] * len(loaded)
        self._answer_s = ANSWER_S + 2 * wire_bytes * 10 / (self.baud or profile.baud)

    def _next_sample(self) -> Sample:
        exchange = self._line
        failures = repeats = 0
        give_up_at = self._clock() + STALL_S
        while True:
            if (wait := self._pacing.wait_s(self._clock())) > 0:
                exchange.idle(wait)
            asked = self._clock()
            try:
                reply = self._ask(exchange)
            except (BadReplyError, PortTimeoutError, DeviceError) as error:
                failures += 1
                exchange.survive(error, give_up=failures == MAX_FAILURES)
                continue
            arrived = self._clock()
            if (new := self._frames.advance(reply)) is not None:
                self._pacing.fresh(asked)
                frame, skipped = new
                self.statistics.frames += 1
                self.statistics.skipped += skipped
                return sample_of(reply, self._handles, frame, arrived)
            self._pacing.repeated(asked)
            self.statistics.repeated += 1
            repeats += 1
            if arrived > give_up_at or repeats > STALL_REPEATS:
                raise TrackerError(
                    f"{self._profile.reply}: no new frame for {STALL_S:g} s; the tracker has stopped measuring:"
                    " look at its status lights, then connect again"
                )

    def _ask(self, exchange: Exchange) -> TrackingReply:
        binary = self._profile.reply == "BX"
        packet = exchange.packet(
            self._profile.reply, self._command, self._answer_s, MAX_ERROR_TEXT if binary else MAX_TEXT
        )
        return self._decode(packet, binary)

    def _decode(self, packet: Packet, binary: bool) -> TrackingReply:
        name = self._profile.reply
        if isinstance(packet, BinaryReply):
            if binary:
                return decode_bx(packet.body, OPTIONS)
            raise BadReplyError(f"{name}: a binary reply came, text was asked for; ask again")
        text = checked_text(name, packet)
        if text == RESET:
            raise restarted(name)
        if binary:
            raise BadReplyError(f"{name}: text {text[:40]!r} came, a binary reply was asked for; ask again")
        return decode_tx(text)

    def _say_farewell(self, exchange: Exchange) -> None:
        if self.state is State.TRACKING:
            exchange.ask("TSTOP", timeout_s=FAREWELL_S, tries=2)
        for handle in self._handles:
            exchange.ask("PHF", f"{handle:02X}", FAREWELL_S, tries=2)
        if self.baud > connecting.POWER_UP_BAUD or (self.baud and self._profile.handshake):
            exchange.ask("COMM", comm_arguments(connecting.POWER_UP_BAUD, handshake=False), FAREWELL_S, tries=1)

    def _lose_line(self) -> None:
        lost = after(self.state, Event.LOST)
        exchange, self._exchange = self._exchange, None
        if exchange is not None:
            exchange.port.close()
        self.state = lost
