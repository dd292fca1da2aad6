"""What was measured in the last seconds: for strip charts and for the state of each tool.

`take` is called by the tracker's thread for every sample, the panels read from the drawing thread.
"""

import threading
from dataclasses import dataclass

import numpy as np

from arguide.geometry.transforms import Array
from arguide.guidance.levels import shown
from arguide.guidance.state import SessionState
from arguide.trackers.reading import Reading

SPAN_S = 20.0
RATE_S = 2.0
"""Time over which a tool's rate is measured."""
ROWS = 8192
"""20 s at 400 samples a second."""
COLUMNS = ("time", "depth_mm", "lateral_mm", "angle_rad", "predicted_miss_mm")


@dataclass(frozen=True)
class ToolHistory:
    """One tool over the last seconds."""

    name: str
    reading: Reading
    """The newest."""
    rate_hz: float
    """Poses a second over the last two seconds."""
    seen: float
    """Share 0..1 of the last samples in which it had a pose."""


class Ring:
    """The last rows (n, columns) of a stream, by time in the first column."""

    def __init__(self, columns: int, rows: int = ROWS) -> None:
        self._rows = np.full((rows, columns), np.nan)
        self._count = 0

    def add(self, row: tuple[float, ...]) -> None:
        """Keep one more row, instead of the oldest when full."""
        self._rows[self._count % len(self._rows)] = row
        self._count += 1

    def since(self, time_s: float) -> Array:
        """Rows (n, columns) not older than a time, oldest first."""
        size = len(self._rows)
        if self._count > size:
            first = self._count % size
            kept = np.concatenate([self._rows[first:], self._rows[:first]])
        else:
            kept = self._rows[: self._count]
        return kept[np.searchsorted(kept[:, 0], time_s) :].copy()

    @property
    def newest_s(self) -> float:
        """Time of the last row; NaN at first."""
        return float(self._rows[(self._count - 1) % len(self._rows), 0])


class Watch:
    """Remembers what the panels show of the past. A sink for `guidance.live.Live`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._deviations = Ring(len(COLUMNS))
        self._tools: dict[str, Ring] = {}
        self._newest: SessionState | None = None

    def __call__(self, inputs: object, state: SessionState) -> None:
        """Take every sample of a live session; `inputs` do not matter here."""
        self.take(state)

    def take(self, state: SessionState) -> None:
        """Remember one state; one that is known already, or older, changes nothing."""
        with self._lock:
            now = state.sample.host_time_s
            if self._newest is not None and now <= self._newest.sample.host_time_s:
                # A replay that begins again: what comes later in it is not known yet.
                if now > self._newest.sample.host_time_s - SPAN_S:
                    return
                self._deviations, self._tools = Ring(len(COLUMNS)), {}
            self._newest = state
            found = state.needle.deviation if shown(state).numbers else None
            values = [getattr(found, name) if found else np.nan for name in COLUMNS[1:]]
            self._deviations.add((now, *(v if np.isfinite(v) else np.nan for v in values)))
            for name, reading in state.sample.readings.items():
                ring = self._tools.setdefault(name, Ring(2, ROWS // 2))
                ring.add((now, float(reading.tracker_from_tool is not None)))

    def deviations(self, span_s: float = SPAN_S) -> Array:
        """Rows (n, 5) by `COLUMNS`, times in seconds before the newest (0 and below); NaN where nothing
        was known, or the level of guidance withheld it."""
        with self._lock:
            rows = self._deviations.since(self._deviations.newest_s - span_s)
        if len(rows):
            rows[:, 0] -= rows[-1, 0]
        return rows

    def tools(self) -> tuple[ToolHistory, ...]:
        """Every tool of the newest sample."""
        with self._lock:
            if self._newest is None:
                return ()
            now = self._newest.sample.host_time_s
            readings = self._newest.sample.readings
            recent = {name: self._tools[name].since(now - RATE_S) for name in readings}
        return tuple(_history(name, readings[name], rows) for name, rows in recent.items())


def _history(name: str, reading: Reading, rows: Array) -> ToolHistory:
    span = rows[-1, 0] - rows[0, 0]
    poses = rows[1:, 1].sum()
    return ToolHistory(name, reading, float(poses / span) if span > 0 else 0.0, float(rows[:, 1].mean()))
