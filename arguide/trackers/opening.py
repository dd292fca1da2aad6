"""Find the driver that a tracker profile names."""

import importlib
from collections.abc import Callable

from arguide.errors import SettingsError
from arguide.ports.opening import open_port
from arguide.ports.pictures import PictureSource
from arguide.ports.port import Port
from arguide.ports.recording_port import RecordingPort, Tap
from arguide.settings.profile import TrackerProfile
from arguide.trackers.tracker import Tracker

DRIVERS = {
    "ndi": "arguide.trackers.ndi.driver:NdiTracker",
    "fastrak": "arguide.trackers.polhemus.fastrak:FastrakTracker",
    "patriot": "arguide.trackers.polhemus.liberty:LibertyTracker",
    "liberty": "arguide.trackers.polhemus.liberty:LibertyTracker",
    "flock": "arguide.trackers.flock.driver:FlockTracker",
    "igtl": "arguide.trackers.igtl.driver:IgtlTracker",
    "camera": "arguide.trackers.camera.driver:CameraTracker",
}
"""Driver name in a profile -> "module:class", imported when asked for."""
BY_PICTURES = {"camera"}
"""Drivers that look at pictures instead of speaking over a line."""


def open_tracker(profile: TrackerProfile, port_url: str, clock: Callable[[], float], tap: Tap | None = None) -> Tracker:
    """The driver for `profile`, to speak over `port_url`. Nothing is opened before its `connect`.

    `clock` gives the monotonic host time in s; `tap` is shown every byte both ways (a camera has none).
    Raises SettingsError when the profile names a driver that is not there.
    """
    if profile.driver not in DRIVERS:
        raise SettingsError(
            f"{profile.file}: driver: {profile.driver!r} is not one of {', '.join(DRIVERS)}; mend the profile"
        )

    def opener() -> Port | PictureSource:
        if profile.driver in BY_PICTURES:
            # Imported here: who has a tracker on a line need not wait for the libraries of cameras.
            from arguide.ports.picture_opening import open_pictures

            return open_pictures(port_url, clock)
        port = open_port(port_url)
        return RecordingPort(port, tap, clock) if tap else port

    module, _, name = DRIVERS[profile.driver].partition(":")
    tracker: Tracker = getattr(importlib.import_module(module), name)(opener, profile, clock)
    return tracker
