"""What was true, frame by frame, for whoever judges a host afterwards: one line of JSON for each.

`{"n": frame number, "t": time, "true": {tool: 4x4 rows}, "measured": {tool: q0 qx qy qz x y z error}}`: `t` is the
time of the machine's monotonic clock, `measured` is what the device made out, before anything happened on the line.
In between `{"outage": kind, "from": t, "until": t}`; `until` is null when it lasts until the host finds the tracker, and
the line comes again when it has.
"""

import json
from collections.abc import Callable
from io import TextIOWrapper
from math import isfinite
from pathlib import Path
from typing import Self

from arguide.errors import SettingsError
from arguide_sim.cameras import Actor
from arguide_sim.ndi.frames import Frame


class TruthLog:
    """Writes to a file; a context manager. `now` is the time to write down."""

    def __init__(self, file: Path, company: Actor, now: Callable[[], float]) -> None:
        self._file = file
        self._company = company
        self._now = now
        self._out: TextIOWrapper | None = None

    def __enter__(self) -> Self:
        try:
            self._out = open(self._file, "w", encoding="utf-8")
        except OSError as error:
            raise SettingsError(f"{self._file}: cannot write there ({error.strerror}); choose another file") from None
        return self

    def __exit__(self, *_: object) -> None:
        if self._out:
            self._out.close()
            self._out = None

    def outage(self, kind: str, since: float, until: float) -> None:
        """One line about a time when no host could be answered."""
        if self._out:
            end = until if isfinite(until) else None
            self._out.write(json.dumps({"outage": kind, "from": since, "until": end}) + "\n")

    def write(self, frame: Frame) -> None:
        """One line."""
        if self._out is None:
            return
        poses = self._company.at(frame.time_s).poses
        line = {
            "n": frame.number,
            "t": self._now(),
            "true": {name: pose.round(6).tolist() for name, pose in poses.items()},
            "measured": {name: s.pose for name, s in frame.view.sightings.items() if s.pose is not None},
        }
        self._out.write(json.dumps(line, separators=(",", ":")) + "\n")
