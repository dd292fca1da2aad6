"""Recorded samples as a tracker: in their own time, with their own frames, and an end that is named."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from arguide.asset_files import find_profile
from arguide.errors import PortError, PortTimeoutError, SettingsError, TrackerStateError
from arguide.geometry.transforms import translation
from arguide.settings.profile_file import read_profile
from arguide.trackers.reading import Reading, Sample, Visibility
from arguide.trackers.replay import LONGEST_GAP_S, SILENCES, ReplayTracker, parse_address

PROFILE = read_profile(find_profile("openigtlink"))


def sample(frame: int, time_s: float) -> Sample:
    return Sample(frame, time_s, {"stylus": Reading("stylus", translation([frame, 0, 0]), Visibility.VISIBLE)})


class Bench:
    """A replay on a clock that only waiting moves."""

    def __init__(self, samples: Sequence[Sample], speed: float = 1.0) -> None:
        self.now = 50.0
        self.tracker = ReplayTracker(lambda: samples, PROFILE, lambda: self.now, speed, self.wait)
        self.tracker.connect()
        self.tracker.start()

    def wait(self, seconds: float) -> None:
        self.now += seconds


def test_samples_come_in_their_own_time() -> None:
    bench = Bench([sample(3, 7.0), sample(4, 7.5), sample(8, 9.0)])
    read = [bench.tracker.read() for _ in range(3)]
    assert [one.frame_number for one in read] == [3, 4, 8]
    assert [one.host_time_s for one in read] == [50.0, 50.5, 52.0]
    assert read[0].readings["stylus"].tracker_from_tool is not None
    assert read[0].readings["needle"].why == "not in the recording"


def test_faster_and_without_waiting_out_a_pause() -> None:
    bench = Bench([sample(1, 0.0), sample(2, 1.0), sample(3, 1000.0), sample(4, 1001.0)], speed=2.0)
    times = [bench.tracker.read().host_time_s for _ in range(4)]
    assert times == pytest.approx([50.0, 50.5, 50.5 + LONGEST_GAP_S, 51.0 + LONGEST_GAP_S])


def test_the_end_is_named_and_it_can_be_measured_again() -> None:
    bench = Bench([sample(1, 0.0)])
    bench.tracker.read()
    for _ in range(SILENCES):
        with pytest.raises(PortTimeoutError, match="the recording is over"):
            bench.tracker.read()
    with pytest.raises(PortError, match="the recording is over") as ended:
        bench.tracker.read()
    assert not isinstance(ended.value, PortTimeoutError)
    bench.tracker.connect()
    bench.tracker.start()
    assert bench.tracker.read().frame_number == 1
    bench.tracker.stop()
    with pytest.raises(TrackerStateError):
        bench.tracker.read()
    bench.tracker.close()
    bench.tracker.close()


def test_a_recording_without_these_tools_is_named() -> None:
    other = replace(sample(1, 0.0), readings={"drill": Reading("drill", None, Visibility.HIDDEN)})
    with pytest.raises(SettingsError, match="none of its tools .*which has drill"):
        Bench([other])


def test_addresses() -> None:
    assert parse_address("replay://a b%3F.mcap") == ("a b?.mcap", 1.0)
    assert parse_address("replay:///tmp/x.mcap?speed=2.5") == ("/tmp/x.mcap", 2.5)
    for wrong in (
        "replay://",
        "replay://x?speed=fast",
        "replay://x?speed=0",
        "replay://x?sped=1",
        "replay://x?speed=nan",
    ):
        with pytest.raises(SettingsError, match="expected replay://FILE"):
            parse_address(wrong)
