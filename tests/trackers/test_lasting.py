"""A session's tracker comes back by itself and is smoothed when the profile says so."""

from dataclasses import replace

import pytest

from arguide.asset_files import find_profile
from arguide.errors import PortError, SettingsError
from arguide.settings.profile_file import read_profile
from arguide.trackers.filters import FilteredTracker
from arguide.trackers.lasting import open_lasting_tracker
from arguide.trackers.ndi.driver import NdiTracker
from arguide.trackers.reconnecting import ReconnectingTracker

PROFILE = read_profile(find_profile("emulated"))


def test_what_is_around_the_driver() -> None:
    tracker = open_lasting_tracker(PROFILE, "/dev/nowhere", lambda: 0.0)
    assert isinstance(tracker, ReconnectingTracker)
    assert isinstance(tracker.tracker, NdiTracker)
    smooth = open_lasting_tracker(replace(PROFILE, filter="one-euro"), "/dev/nowhere", lambda: 0.0)
    assert isinstance(smooth, FilteredTracker)
    assert isinstance(smooth.tracker, ReconnectingTracker)


def test_first_connection_fails_at_once_and_says_why() -> None:
    with pytest.raises(PortError, match="no such port"):
        open_lasting_tracker(PROFILE, "/dev/nowhere", lambda: 0.0).connect()
    with pytest.raises(SettingsError, match="astrolabe"):
        open_lasting_tracker(replace(PROFILE, driver="astrolabe"), "/dev/nowhere", lambda: 0.0)
