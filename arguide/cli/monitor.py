"""`arguide monitor`: what the tracker says now, as a live table."""

import argparse
import time
from collections import deque
from math import isnan
from typing import TYPE_CHECKING

from arguide.cli.scenario import Subparsers

if TYPE_CHECKING:
    from rich.table import Table

    from arguide.settings.profile import TrackerProfile
    from arguide.trackers.reading import Reading, Sample
    from arguide.trackers.tracker import Tracker

EXAMPLES = """examples:
  arguide monitor --port /dev/ttyUSB0 --profile polaris-spectra
  arguide monitor --port "sim://polaris" --seconds 5

Ctrl-C ends it."""
DRAW_S = 0.1
REMEMBERED = 240
"""Samples behind each sparkline: four seconds at 60 Hz."""
WIDTH = 16
BARS = "▁▂▃▄▅▆▇█"
GAP = " "


def add(commands: Subparsers) -> None:
    """Add the command to the command line."""
    command = commands.add_parser(
        "monitor",
        help="watch a tracker's readings",
        description="Every tool's place, visibility and error, as they come; the trace is the fit error over time.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("--port", required=True, help="device path, COM port, any pyserial address, or sim://…")
    command.add_argument("--profile", help="tracker profile (default: the one that ships for the model found)")
    command.add_argument("--seconds", type=float, metavar="S", help="end after so long")
    command.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Connect and draw until stopped. A tracker that goes away is waited for."""
    from rich.live import Live

    from arguide.errors import PortTimeoutError, TrackerError
    from arguide.trackers.lasting import open_lasting_tracker
    from arguide.trackers.searching import profile_for

    profile = profile_for(given.port, given.profile)
    tracker = open_lasting_tracker(profile, given.port, time.monotonic)
    view = View(profile)
    end = time.monotonic() + given.seconds if given.seconds else float("inf")
    try:
        tracker.connect()
        tracker.start()
        with Live(view.table(tracker), auto_refresh=False) as live:
            drawn = 0.0
            while (now := time.monotonic()) < end:
                try:
                    view.take(tracker.read())
                except (PortTimeoutError, TrackerError) as error:
                    view.trouble = str(error)
                if now - drawn > DRAW_S:
                    drawn = now
                    live.update(view.table(tracker), refresh=True)
    finally:
        tracker.close()
    return 0


class View:
    """What is shown: the newest sample, and the recent past of every tool."""

    def __init__(self, profile: "TrackerProfile") -> None:
        self._profile = profile
        self._newest: Sample | None = None
        self._times: deque[float] = deque(maxlen=REMEMBERED)
        self._errors: dict[str, deque[float]] = {tool.name: deque(maxlen=REMEMBERED) for tool in profile.tools}
        self.trouble = ""

    def take(self, sample: "Sample") -> None:
        """Remember a sample."""
        self._newest, self.trouble = sample, ""
        self._times.append(sample.host_time_s)
        for name, reading in sample.readings.items():
            if name in self._errors:
                seen = reading.tracker_from_tool is not None
                self._errors[name].append(reading.error_mm if seen else float("nan"))

    @property
    def rate_hz(self) -> float:
        """Samples a second lately."""
        span = self._times[-1] - self._times[0] if len(self._times) > 1 else 0.0
        return (len(self._times) - 1) / span if span > 0 else 0.0

    def table(self, tracker: "Tracker") -> "Table":
        """The table to draw now."""
        from rich.box import SIMPLE
        from rich.table import Table

        table = Table(title=self._title(), caption=self._caption(tracker), box=SIMPLE)
        table.add_column("tool", min_width=9)
        table.add_column("visibility", min_width=10)
        for column in ("x", "y", "z mm", "error", "keys"):
            table.add_column(column, justify="right", no_wrap=True)
        table.add_column("lately", min_width=WIDTH, no_wrap=True)
        readings = self._newest.readings if self._newest else {}
        for tool in self._profile.tools:
            if tool.name in readings:
                table.add_row(*cells(readings[tool.name]), sparkline(list(self._errors[tool.name])))
        return table

    def _title(self) -> str:
        number = f", frame {self._newest.frame_number}" if self._newest else ""
        return f"{self._profile.title}, {self.rate_hz:.1f} Hz{number}"

    def _caption(self, tracker: "Tracker") -> str:
        from rich.markup import escape

        notes = [self.trouble, *(self._newest.alerts if self._newest else ())]
        report = getattr(tracker, "report", None)
        notes += [report()] if report else []
        return escape("\n".join(note for note in notes if note))


def cells(reading: "Reading") -> list[str]:
    """A reading as the cells of a row."""
    seen = reading.visibility.value + (f": {reading.why}" if reading.why else "")
    buttons = "".join(str(n + 1) for n in range(3) if reading.buttons >> n & 1)
    pose = reading.tracker_from_tool
    if pose is None:
        return [reading.tool, seen, "", "", "", "", buttons]
    return [reading.tool, seen, *(f"{x:.1f}" for x in pose[:3, 3]), f"{reading.error_mm:.3f}", buttons]


def sparkline(values: list[float], width: int = WIDTH) -> str:
    """The values as bars from zero to their largest, the newest at the right; a gap where there is none."""
    if not values:
        return ""
    known = [value for value in values if not isnan(value)]
    top = max(known, default=0.0) or 1.0
    piece = max(1, -(-len(values) // width))
    bars = ""
    for at in range(0, len(values), piece):
        part = [value for value in values[at : at + piece] if not isnan(value)]
        bars += BARS[min(len(BARS) - 1, int(max(part) / top * (len(BARS) - 1) + 0.5))] if part else GAP
    return bars
