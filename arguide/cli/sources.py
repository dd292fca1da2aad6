"""Where samples come from, by the address: a tracker on a line, or a recording that is measured again."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from arguide.ports.recording_port import Tap
    from arguide.settings.profile import TrackerProfile
    from arguide.trackers.reading import Sample
    from arguide.trackers.tracker import Tracker

SEQUENCE = ".mha"


def open_source(
    profile: "TrackerProfile", port: str, clock: Callable[[], float], tap: "Tap | None" = None, *, lasting: bool = False
) -> "Tracker":
    """The tracker at `port`: `replay://FILE` for a recording (.mcap) or a PLUS sequence (.mha), else the profile's own.

    `lasting`: a tracker that goes away is waited for and set up again. Nothing is opened before its `connect`.
    Raises SettingsError for an address or a driver that makes no sense.
    """
    from arguide.trackers.lasting import open_lasting_tracker
    from arguide.trackers.opening import open_tracker
    from arguide.trackers.replay import SCHEME, ReplayTracker, parse_address

    if not port.startswith(SCHEME):
        opened = open_lasting_tracker if lasting else open_tracker
        return opened(profile, port, clock, tap)
    file, speed = parse_address(port)
    return ReplayTracker(lambda: _samples(Path(file), profile), profile, clock, speed)


def _samples(file: Path, profile: "TrackerProfile") -> "Sequence[Sample]":
    if file.suffix.lower() == SEQUENCE:
        from arguide.trackers.plus_sequence import read_sequence

        return read_sequence(file, profile)
    from arguide.recording.recording_file import read_recording

    return read_recording(file).samples
