"""Run the real driver against an emulated tracker in trouble, and count what becomes of it."""

import importlib
import itertools
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from arguide.cli.emulator import emulator_process
from arguide.cli.soak_judge import Believed, believed, read_truth, recoveries_s, wrong
from arguide.errors import PortError, PortTimeoutError, TrackerError
from arguide.ports.opening import open_port
from arguide.ports.port import Port
from arguide.settings.profile import TrackerProfile
from arguide.trackers.ndi.driver import NdiTracker
from arguide.trackers.reading import Sample
from arguide.trackers.reconnecting import ReconnectingTracker

SIMULATED = "arguide_sim.soak_bench"
"""Imported by name: this program never depends on the simulated world."""
CONNECT_TRIES = 20
LISTED = 5
"""Wrong poses that are described; the others are only counted."""


class Bench(Protocol):
    """A device in trouble, and the time that passes there."""

    def open(self) -> Port:
        """Its line, anew."""
        ...

    def now(self) -> float:
        """s."""
        ...

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        ...


@dataclass
class Outcome:
    """What became of one run."""

    faults: str
    seconds: float = 0.0
    samples: int = 0
    readings: int = 0
    """Readings with a pose."""
    losses: int = 0
    """How often the connection was lost."""
    recoveries: int = 0
    worst_recovery_s: float = 0.0
    """From when the device answers again to the next sample."""
    longest_gap_s: float = 0.0
    """Between two samples, whatever the reason."""
    bad_replies: int = 0
    wrong: int = 0
    """Poses that were believed and should not have been."""
    errors: list[str] = field(default_factory=list)
    """Errors that no driver should raise, and wrong poses, in words."""


class Wall:
    """An emulated tracker in a process of its own, in real time."""

    def __init__(self, url: str) -> None:
        self._url = url

    def open(self) -> Port:
        return open_port(self._url)

    def now(self) -> float:
        return time.monotonic()

    def wait(self, seconds: float) -> None:
        time.sleep(seconds)


def soak(device: str, faults: str, profile: TrackerProfile, seconds: float, seed: int, simulated: bool) -> Outcome:
    """Run for `seconds`. Raises PortError when the emulated tracker does not start."""
    with tempfile.TemporaryDirectory(prefix="arguide-soak-") as folder:
        log = Path(folder) / "truth.jsonl"
        make = _simulated if simulated else _in_real_time
        with make(device, faults, seed, profile, log) as bench:
            outcome, poses, times, end_s = _run(bench, faults, profile, seconds)
        truth = read_truth(log)
    mistakes = wrong(poses, truth)
    outcome.wrong = len(mistakes)
    outcome.errors += mistakes[:LISTED]
    outcome.worst_recovery_s = max(recoveries_s(truth.outages, times, end_s), default=0.0)
    return outcome


def _run(
    bench: Bench, faults: str, profile: TrackerProfile, seconds: float
) -> tuple[Outcome, list[Believed], list[float], float]:
    made: list[NdiTracker] = []

    def make() -> NdiTracker:
        made.append(NdiTracker(bench.open, profile, bench.now))
        return made[-1]

    outcome, poses, times = Outcome(faults), list[Believed](), list[float]()
    tracker = ReconnectingTracker(make, bench.now, bench.wait)
    _begin(tracker, bench, outcome)
    began, away = bench.now(), False
    while bench.now() - began < seconds:
        try:
            sample = tracker.read()
        except PortTimeoutError:
            outcome.losses += not away
            away = True
            continue
        away = False
        _count(outcome, sample, poses, times, bench.now())
    tracker.close()
    outcome.seconds = bench.now() - began
    outcome.recoveries = tracker.recoveries
    outcome.bad_replies = sum(t.statistics.bad_replies for t in made)
    outcome.longest_gap_s = max((b - a for a, b in itertools.pairwise(times)), default=outcome.seconds)
    return outcome, poses, times, bench.now()


def _begin(tracker: ReconnectingTracker, bench: Bench, outcome: Outcome) -> None:
    """Connect, on a line that may be bad already: a person would try again too."""
    for tries_left in reversed(range(CONNECT_TRIES)):
        try:
            tracker.connect()
            tracker.start()
            return
        except (PortError, TrackerError):
            if not tries_left:
                raise
            tracker.close()
            bench.wait(0.2)


def _count(outcome: Outcome, sample: Sample, poses: list[Believed], times: list[float], now: float) -> None:
    found = believed(sample)
    outcome.samples += 1
    outcome.readings += len(found)
    poses += found
    times.append(now)


@contextmanager
def _in_real_time(device: str, faults: str, seed: int, profile: TrackerProfile, log: Path) -> Iterator[Bench]:
    """On a pseudo-terminal where the system has them, over TCP on the loopback interface elsewhere."""
    line = ["--pty", str(log.with_name("ttyTracker"))] if os.name == "posix" else ["--tcp", "127.0.0.1:0"]
    command = [sys.executable, "-m", "arguide_sim", device, *line, "--motion", "wave", "--until-eof", "--paced"]
    command += ["--faults", faults, "--seed", str(seed), "--profile", str(profile.file), "--truth-log", str(log)]
    with emulator_process(command) as address:
        yield Wall(address)


def _simulated(
    device: str, faults: str, seed: int, profile: TrackerProfile, log: Path
) -> AbstractContextManager[Bench]:
    """In this process, on simulated time."""
    bench: AbstractContextManager[Bench] = importlib.import_module(SIMULATED).SimulatedBench(
        device, faults, seed, str(profile.file), log
    )
    return bench
