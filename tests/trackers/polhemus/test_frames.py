"""Frames of a device that dates its records are counted by its clock."""

import pytest

from arguide.asset_files import find_profile
from arguide.ports.scripted import ScriptedPort
from arguide.settings.profile_file import read_profile
from arguide.trackers.polhemus.liberty import LibertyTracker
from arguide.trackers.rounds import Record, Round


@pytest.mark.parametrize(("ms", "frames"), [((0, 8, 17, 25), 4), ((0, 12.5, 25, 37.5, 50), 7), ((0, 100), 13)])
def test_steps_between_frames_do_not_add_up_their_rounding(ms: tuple[float, ...], frames: int) -> None:
    """At 120 Hz; a device of 240 Hz that is asked 80 times a second skips every third frame and no more."""
    port = ScriptedPort([])
    tracker = LibertyTracker(lambda: port, read_profile(find_profile("polhemus-liberty")), port.clock)
    for at_ms in ms:
        assert tracker._count(Round({1: Record(1, (0, 0, 0), (1, 0, 0, 0), time_s=at_ms / 1000)}, True))
    assert tracker.statistics.frames + tracker.statistics.skipped == frames
    assert not tracker._count(Round({1: Record(1, (0, 0, 0), (1, 0, 0, 0), time_s=ms[-1] / 1000)}, True))
    tracker._count(Round({1: Record(1, (0, 0, 0), (1, 0, 0, 0), time_s=0.0)}, True))
    assert tracker.statistics.frames + tracker.statistics.skipped == frames + 1, "its clock began anew"
