"""Recorded samples as a tracker: what was measured once is measured again, in its own time or faster.

The samples come from whoever can read them: a recording of ours, a PLUS sequence. Host times are moved so that the
first sample is now; everything else stays as it was recorded.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, unquote

from arguide.errors import PortError, PortTimeoutError, SettingsError, TrackerStateError
from arguide.settings.profile import TrackerProfile
from arguide.trackers.life import Event, State, after
from arguide.trackers.reading import Reading, Sample, Visibility

SCHEME = "replay://"
SLOWEST, FASTEST = 0.05, 1000.0
LONGEST_GAP_S = 10.0
"""A pause in the recording is not waited for longer than this."""
SILENCE_S, SILENCES = 0.5, 4
OVER = "the recording is over; replay it again, or go on with a longer one"


def parse_address(url: str) -> tuple[str, float]:
    """File and speed of `replay://FILE?speed=2`. Raises SettingsError."""
    file, _, query = url.removeprefix(SCHEME).partition("?")
    options = dict(parse_qsl(query, keep_blank_values=True))
    try:
        speed = float(options.pop("speed", "1"))
    except ValueError:
        speed = 0.0
    if not url.startswith(SCHEME) or not file or options or not SLOWEST <= speed <= FASTEST:
        raise SettingsError(f"{url}: expected replay://FILE or replay://FILE?speed=2, with a speed from 0.05 to 1000")
    return unquote(file), speed


class ReplayTracker:
    """A `Tracker` that measures what `load` gives; `wait` lets seconds go by on `clock`."""

    def __init__(
        self,
        load: Callable[[], Sequence[Sample]],
        profile: TrackerProfile,
        clock: Callable[[], float],
        speed: float = 1.0,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self._load = load
        self._tools = tuple(tool.name for tool in profile.tools)
        self._profile = profile
        self._clock = clock
        self._speed = speed
        self._wait = wait
        self._samples: Sequence[Sample] = ()
        self._next = self._silences = 0
        self._first_s = self._began_s = 0.0
        self.state = State.CLOSED

    def connect(self) -> None:
        """Read the recording. Raises SettingsError when none of the profile's tools is in it."""
        connected = after(self.state, Event.CONNECT)
        samples = self._load()
        recorded = sorted({name for sample in samples for name in sample.readings})
        if not set(recorded) & set(self._tools):
            raise SettingsError(
                f"{self._profile.file}: none of its tools ({', '.join(self._tools)}) is in the recording, which has"
                f" {', '.join(recorded) or 'no tools at all'}; name them alike, or give each its `source`"
            )
        self._samples, self.state = samples, connected
        self._next = self._silences = 0

    def start(self) -> None:
        """Go on where it was stopped; at first, at the beginning."""
        tracking = after(self.state, Event.START)
        if self._next < len(self._samples):
            self._first_s = self._samples[self._next].host_time_s
        self._began_s = self._clock()
        self.state = tracking

    def read(self) -> Sample:
        """The next sample, when its time has come. After the last one PortTimeoutError a few times, then PortError."""
        if self.state is not State.TRACKING:
            raise TrackerStateError(f"read: not possible while the tracker is {self.state}; start it first")
        if self._next >= len(self._samples):
            self._end()
        sample = self._samples[self._next]
        self._next += 1
        due_s = self._began_s + (sample.host_time_s - self._first_s) / self._speed
        if (early_s := due_s - self._clock()) > 0:
            if early_s > LONGEST_GAP_S:
                self._began_s -= early_s - LONGEST_GAP_S
                due_s -= early_s - LONGEST_GAP_S
                early_s = LONGEST_GAP_S
            self._wait(early_s)
        # Dated as it was due, not as it was taken: who waits for a second on the samples' clock waits as long as then.
        return replace(sample, host_time_s=due_s, arrived_s=self._clock(), readings=self._of_profile(sample))

    def _end(self) -> None:
        """Silence at first, so that what the last sample brought about is seen; then the end."""
        if self._silences < SILENCES:
            self._silences += 1
            self._wait(SILENCE_S)
            raise PortTimeoutError(OVER)
        self.state = after(self.state, Event.LOST)
        raise PortError(OVER)

    def _of_profile(self, sample: Sample) -> dict[str, Reading]:
        missing = Visibility.HIDDEN
        return {
            name: sample.readings.get(name) or Reading(name, None, missing, why="not in the recording")
            for name in self._tools
        }

    def stop(self) -> None:
        """Pause."""
        self.state = after(self.state, Event.STOP)

    def close(self) -> None:
        """Let go of the recording; closing twice is allowed."""
        self.state = after(self.state, Event.CLOSE)
        self._samples = ()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
