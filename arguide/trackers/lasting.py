"""A tracker as a session wants it: it comes back by itself, and is smoothed if its profile says so."""

from collections.abc import Callable

from arguide.ports.recording_port import Tap
from arguide.settings.profile import TrackerProfile
from arguide.trackers.filters import filtered
from arguide.trackers.opening import open_tracker
from arguide.trackers.reconnecting import ReconnectingTracker
from arguide.trackers.tracker import Tracker


def open_lasting_tracker(
    profile: TrackerProfile, port_url: str, clock: Callable[[], float], tap: Tap | None = None
) -> Tracker:
    """As `open_tracker`, for a clock that goes on by itself: while the tracker is away, attempts are a moment apart.

    Raises SettingsError when the profile names a driver that is not there.
    """
    return filtered(ReconnectingTracker(lambda: open_tracker(profile, port_url, clock, tap), clock), profile)
