"""The driver of NDI's trackers: finds the device, loads the tools, delivers every device frame once.

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
    TrackerError,
    TrackerStateError,
)
from arguide.ports.port import Port
from arguide.settings.profile import TrackerProfile
from arguide.trackers.life import Event, State, after
from arguide.trackers.ndi import connecting, parameters, setup
from arguide.trackers.ndi.commands import LedState, comm_arguments
from arguide.trackers.ndi.errors import INVALID_COMMAND, INVALID_HANDLE, NOT_TRACKING, WRONG_MODE
from arguide.trackers.ndi.exchange import Exchange, Statistics
from arguide.trackers.ndi.identity import Identity
from arguide.trackers.ndi.measuring import AskAgain, Measuring
from arguide.trackers.ndi.pacing import FramePacing
from arguide.trackers.ndi.question import AUTO, NEXT_BEST, Question, reply_bytes
from arguide.trackers.ndi.setup import Bench
from arguide.trackers.ndi.tools import expect_okay
from arguide.trackers.reading import Sample
from arguide.trackers.timebase import Fit

MAX_FAILURES = 5
"""Bad replies in a row before `read` gives up: at 60 Hz a tenth of a second of pure noise."""
MAX_SILENCES = 2
"""Unanswered questions in a row before `read` tells of it; asking on is up to the caller."""
STALL_S = 2.0
STALL_REPEATS = 5000
"""A device that repeats one frame for so long, or so often (a simulated clock may stand still), has stopped measuring."""
ANSWER_S = 0.2
"""Patience for tracking data beyond their time on the wire."""
FAREWELL_S = 1.0


class NdiTracker:
    """A `Tracker` over the NDI protocol.

    `open_line` opens the port when `connect` is called; `clock` gives host seconds. `statistics`, `fit` and
    `warnings` tell how well it goes.
    """

    def __init__(self, open_line: Callable[[], Port], profile: TrackerProfile, clock: Callable[[], float]) -> None:
        if profile.reply != AUTO:
            Question(profile.reply, profile)  # names a form that does not exist while there is nothing to undo
        self._open_line = open_line
        self._profile = profile
        self._clock = clock
        self._resets = connecting.Resets(clock)
        self._exchange: Exchange | None = None
        self._bench: Bench | None = None
        self._measuring: Measuring | None = None
        self._pacing = FramePacing(1 / profile.rate_hz)
        self._answer_s = ANSWER_S
        self.state = State.CLOSED
        self.warnings: tuple[str, ...] = ()
        """What the device, or the farewell to it, had to complain about; nothing here stops the work."""
        self.statistics = Statistics()
        self.exchange_s = 0.0
        """Usual time from a question to its whole answer; 0 before the first."""

    @property
    def baud(self) -> int:
        """Speed agreed with the device; 0 for one that has no speed, on a network."""
        return self._bench.baud if self._bench else 0

    @property
    def reply(self) -> str:
        """Form of the replies: `BX2`, `BX` or `TX`; empty before `connect`."""
        return self._bench.question.form if self._bench else ""

    @property
    def identity(self) -> Identity:
        """Who the device says it is; more of it by `arguide.trackers.ndi.identity.introduce`."""
        return self._bench.identity if self._bench else Identity()

    @property
    def fit(self) -> Fit | None:
        """How well frames are dated: period, drift, jitter, latency; None before `start`."""
        return self._measuring.timebase.fit if self._measuring else None

    @property
    def exchange(self) -> Exchange:
        """The line to ask other things over, from the thread that reads. Raises TrackerStateError while closed."""
        if self._exchange is None:
            raise TrackerStateError("the tracker is closed; connect first")
        return self._exchange

    def connect(self) -> None:
        """Find the device, agree on a speed, load and enable the profile's tools."""
        self._connect(lambda exchange: connecting.find_device(exchange, self._profile.baud))

    def reconnect(self) -> None:
        """As `connect`, for a device that was there a moment ago: gives up within a second, to be tried again."""
        self._connect(lambda exchange: connecting.find_again(exchange, self._profile.baud, self._resets))

    def start(self) -> None:
        """Begin tracking."""
        tracking = after(self.state, Event.START)
        self._begin()
        self.state = tracking

    def read(self) -> Sample:
        """Wait for the next new device frame. Asks again after bad replies; see `Tracker.read` for what it raises."""
        if self.state is not State.TRACKING:
            raise TrackerStateError(f"read: not possible while the tracker is {self.state}; start it first")
        try:
            self._plug_in()
            return self._next_sample()
        except PortError as error:
            if not isinstance(error, PortTimeoutError):
                self.abandon()
            raise

    def stop(self) -> None:
        """End tracking; tools stay loaded, `start` may follow."""
        stopped = after(self.state, Event.STOP)
        self.exchange.ask("TSTOP", obeyed=WRONG_MODE)
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

    def abandon(self) -> None:
        """Give the line back without a word: the device is gone, or was found to be another than before."""
        exchange, self._exchange = self._exchange, None
        if exchange is not None:
            self.state = after(self.state, Event.LOST)
            exchange.port.close()

    def beep(self, times: int = 1) -> bool:
        """Let the device beep 1 to 9 times; False when it is still beeping."""
        return self.exchange.ask("BEEP", str(times)) == "1"

    def set_led(self, tool: str, led: int, state: LedState) -> None:
        """Switch light 1 to 3 of a tool. Raises TrackerError when the tool is not loaded, DeviceError without lights."""
        tools = self._bench.tools.values() if self._bench else ()
        handle = next((loaded.handle for loaded in tools if loaded.name == tool), None)
        if handle is None:
            raise TrackerError(f"LED: no tool {tool!r} is loaded; name one of the profile's")
        expect_okay("LED", self.exchange.ask("LED", f"{handle:02X}{led}{state}"))

    def clear_bump(self) -> None:
        """Tell the device, and the samples to come, that its accuracy was checked after a bump."""
        parameters.set_value(self.exchange, parameters.CLEAR_BUMP, "1")
        for knows in (self._bench, self._measuring):
            if knows is not None:
                knows.bumped = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _connect(self, find: Callable[[Exchange], int]) -> None:
        connected = after(self.state, Event.CONNECT)
        exchange = Exchange(self._open_line(), self._clock)
        try:
            self._bench = setup.set_up(exchange, self._profile, find(exchange))
        except BaseException:
            exchange.port.close()
            raise
        self.warnings = self._bench.warnings
        self._exchange, self.statistics, self.state = exchange, exchange.statistics, connected

    def _begin(self) -> None:
        exchange, bench = self.exchange, self._require_bench()
        exchange.ask("TSTART", obeyed=WRONG_MODE)
        self._measuring = Measuring(bench, self._profile, exchange.statistics)
        self._pacing = FramePacing(1 / self._profile.rate_hz)
        wire_s = reply_bytes(bench.question.form, len(bench.tools)) * 10 / (bench.baud or self._profile.baud)
        self._answer_s = ANSWER_S + 2 * wire_s

    def _next_sample(self) -> Sample:
        exchange, measuring = self.exchange, self._measuring
        assert measuring is not None, "tracking began"
        failures, repeats = _Failures(), 0
        give_up_at = self._clock() + STALL_S
        again = False
        while True:
            if not again and (wait := self._pacing.wait_s(self._clock())) > 0:
                exchange.idle(wait)
            asked = self._clock()
            try:
                reply = self._question.decode(
                    exchange.packet(self.reply, self._question.command, self._answer_s, self._question.max_text)
                )
            except (BadReplyError, PortTimeoutError, DeviceError) as error:
                if self._falls_back(error):
                    continue
                if isinstance(error, BadReplyError):
                    measuring.damaged(self._clock())
                exchange.survive(error, give_up=failures.add(error))
                continue
            failures = _Failures()
            arrived = self._clock()
            self.exchange_s += 0.05 * (arrived - asked - self.exchange_s) if self.exchange_s else arrived - asked
            outcome = measuring.take(reply, asked, arrived)
            if isinstance(outcome, Sample):
                self._pacing.fresh(asked)
                return outcome
            if again := isinstance(outcome, AskAgain):
                continue
            self._pacing.repeated(asked)
            self.statistics.repeated += 1
            repeats += 1
            if arrived > give_up_at or repeats > STALL_REPEATS:
                raise TrackerError(
                    f"{self.reply}: no new frame for {STALL_S:g} s; the tracker has stopped measuring:"
                    " look at its status lights, then connect again"
                )

    @property
    def _question(self) -> Question:
        return self._require_bench().question

    def _require_bench(self) -> Bench:
        assert self._bench is not None, "connected and tracking states have a bench"
        return self._bench

    def _falls_back(self, error: Exception) -> bool:
        """Whether the device does not know the form of reply that `auto` chose; another one is then asked for."""
        bench = self._require_bench()
        unknown = isinstance(error, DeviceError) and error.code == INVALID_COMMAND
        if not unknown or self._profile.reply != AUTO or self.statistics.frames or bench.question.form not in NEXT_BEST:
            return False
        bench.question = Question(NEXT_BEST[bench.question.form], self._profile)
        return True

    def _plug_in(self) -> None:
        """Set up what was plugged in, while the other tools wait a moment: port handles are not for tracking mode."""
        if self._measuring is None or not self._measuring.ports_changed:
            return
        self._measuring.ports_changed = False
        if any(tool.wired for tool in self._profile.tools):
            bench = self._require_bench()
            self.exchange.ask("TSTOP", obeyed=WRONG_MODE)
            bench.warnings = ()
            setup.plug_in(self.exchange, self._profile, bench)
            self.warnings += bench.warnings
            bench.bumped = self._measuring.bumped
            self._begin()

    def _say_farewell(self, exchange: Exchange) -> None:
        bench = self._require_bench()
        if self.state is State.TRACKING:
            exchange.ask("TSTOP", timeout_s=FAREWELL_S, tries=2, obeyed=WRONG_MODE)
        for tool in bench.tools.values():
            # A wired tool keeps its handle, since it sits in its port; the next program need not enable it.
            command, handle = "PDIS" if tool.wired else "PHF", f"{tool.handle:02X}"
            exchange.ask(command, handle, FAREWELL_S, tries=2, obeyed=INVALID_HANDLE)
        if bench.baud > connecting.POWER_UP_BAUD or (bench.baud and self._profile.handshake):
            exchange.ask("COMM", comm_arguments(connecting.POWER_UP_BAUD, handshake=False), FAREWELL_S, tries=1)


class _Failures:
    """Questions in a row without a usable answer."""

    def __init__(self) -> None:
        self._all = self._silences = 0

    def add(self, error: Exception) -> bool:
        """One more; whether asking again is no use."""
        self._all += 1
        self._silences = self._silences + 1 if isinstance(error, PortTimeoutError) else 0
        stopped = isinstance(error, DeviceError) and error.code in NOT_TRACKING
        return stopped or self._all == MAX_FAILURES or self._silences == MAX_SILENCES
