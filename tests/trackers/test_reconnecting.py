"""A tracker that goes away comes back by itself, and everybody can see that it was away."""

from collections.abc import Callable

import pytest

from arguide.errors import BadReplyError, PortError, PortTimeoutError, SettingsError, TrackerError
from arguide.trackers.reading import Sample
from arguide.trackers.reconnecting import PAUSE_S, ReconnectingTracker

LOST = PortError("line lost")
SILENT = PortTimeoutError("nobody answers")
RESTARTED = TrackerError("the tracker has restarted by itself")


class Bench:
    """Trackers made one after the other; a script says what each call of `connect` and `read` does."""

    def __init__(self, connects: list[Exception | None], reads: list[Exception | int]) -> None:
        self.connects, self.reads = connects, reads
        self.now_s = 100.0
        self.made = self.closed = self.quick = 0
        self.starts: list[Exception | None] = []

    def make(self) -> "Fake":
        self.made += 1
        return Fake(self)

    def clock(self) -> float:
        return self.now_s

    def wait(self, seconds: float) -> None:
        self.now_s += seconds


class Fake:
    def __init__(self, bench: Bench) -> None:
        self.bench = bench

    def connect(self) -> None:
        what = self.bench.connects.pop(0)
        if what:
            raise what

    def reconnect(self) -> None:
        self.bench.quick += 1
        self.connect()

    def start(self) -> None:
        if self.bench.starts and (what := self.bench.starts.pop(0)):
            raise what

    def read(self) -> Sample:
        what = self.bench.reads.pop(0)
        if isinstance(what, Exception):
            raise what
        return Sample(what, self.bench.now_s, {})

    def stop(self) -> None:
        pass

    def close(self) -> None:
        self.bench.closed += 1


def running(connects: list[Exception | None], reads: list[Exception | int]) -> tuple[ReconnectingTracker, Bench]:
    bench = Bench([None, *connects], reads)
    tracker = ReconnectingTracker(bench.make, bench.clock, bench.wait)
    tracker.connect()
    tracker.start()
    return tracker, bench


def test_while_all_is_well_it_is_not_there() -> None:
    tracker, bench = running([], [1, 2])
    assert [tracker.read().frame_number for _ in range(2)] == [1, 2]
    assert (bench.made, tracker.recoveries) == (1, 0)


@pytest.mark.parametrize("loss", [LOST, RESTARTED, SILENT, BadReplyError("noise for long")])
def test_loss_is_told_and_mended(loss: Exception) -> None:
    tracker, bench = running([PortError("no such port"), PortTimeoutError("nobody"), None], [1, loss, 7, 8])
    assert tracker.read().alerts == ()
    with pytest.raises(PortTimeoutError, match=str(loss)):
        tracker.read()
    for reason in ("no such port", "nobody"):
        with pytest.raises(PortTimeoutError, match=f"connecting again by itself; the reason: {reason}"):
            tracker.read()
    back = tracker.read()
    assert back.frame_number == 7
    assert back.alerts == (f"the tracker was away for {2 * PAUSE_S:.1f} s; its tools were set up again",)
    assert tracker.read().alerts == (), "said once"
    assert tracker.recoveries == 1
    assert tracker.longest_gap_s == pytest.approx(2 * PAUSE_S)
    assert bench.quick == 3, "the quick way of connecting was used"
    assert bench.closed == 3, "every connection that failed was closed"


def test_one_new_driver_makes_all_the_attempts() -> None:
    """It may remember what it tried, and not restart a tracker that is about to restart."""
    tracker, bench = running([SILENT, SILENT, None], [LOST, 2])
    for _ in range(3):
        with pytest.raises(PortTimeoutError):
            tracker.read()
    assert "away" in tracker.read().alerts[0]
    assert bench.made == 2


def test_what_waiting_cannot_mend_is_raised() -> None:
    tracker, _ = running([SettingsError("stylus.rom is gone")], [LOST])
    with pytest.raises(PortTimeoutError):
        tracker.read()
    with pytest.raises(SettingsError, match="gone"):
        tracker.read()


def test_a_plug_pulled_between_connecting_and_starting_is_waited_for() -> None:
    bench = Bench([None, None], [4])
    bench.starts = [LOST]
    tracker = ReconnectingTracker(bench.make, bench.clock, bench.wait)
    tracker.connect()
    tracker.start()
    assert "away" in tracker.read().alerts[0]
    bench.connects, bench.starts = [None], [RESTARTED]
    refused = ReconnectingTracker(bench.make, bench.clock, bench.wait)
    refused.connect()
    with pytest.raises(TrackerError, match="restarted"):
        refused.start()


def test_first_connection_must_work() -> None:
    bench = Bench([PortError("no such port")], [])
    with pytest.raises(PortError, match="no such port"):
        ReconnectingTracker(bench.make, bench.clock, bench.wait).connect()


@pytest.mark.parametrize("end", [ReconnectingTracker.stop, ReconnectingTracker.close])
def test_it_can_be_ended_while_away(end: Callable[[ReconnectingTracker], None]) -> None:
    tracker, _ = running([], [LOST])
    with pytest.raises(PortTimeoutError):
        tracker.read()
    end(tracker)
    assert tracker.recoveries == 0
