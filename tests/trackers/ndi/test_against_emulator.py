"""The driver against the emulated tracker, in its own process on a pseudo-terminal, over TCP, and in this process.

Device and driver were written apart from each other and share no protocol code.
"""

import itertools
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from arguide.asset_files import find_profile
from arguide.geometry.transforms import is_rigid
from arguide.ports.opening import open_port
from arguide.settings.profile import TrackerProfile
from arguide.settings.profile_file import read_profile
from arguide.trackers.ndi.commands import encode
from arguide.trackers.ndi.driver import NdiTracker
from arguide.trackers.reading import Sample

CHECKOUT = Path(__file__).parents[3]
PROFILE = read_profile(find_profile("emulated"))
STEP = "sim://polaris?clock=step&seed=1"


@contextmanager
def emulator(*line: str) -> Iterator[str]:
    """An emulated tracker in a process of its own, every question a frame later; gives its port."""
    command = [sys.executable, "-m", "arguide_sim", "polaris", *line, "--clock", "step", "--seed", "1", "--until-eof"]
    paths = os.pathsep.join([str(CHECKOUT), str(CHECKOUT / "sim")])
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": paths}
    )
    try:
        assert process.stdout is not None
        ready, _, url = process.stdout.readline().decode().strip().partition(" ")
        assert ready == "ready"
        yield url
    finally:
        process.terminate()
        process.communicate()


@pytest.fixture(scope="module")
def terminal() -> Iterator[str]:
    if sys.platform == "win32":
        pytest.skip("no pseudo-terminals on this system")
    with emulator("--pty") as url:
        yield url


def track(url: str, frames: int, profile: TrackerProfile = PROFILE) -> tuple[NdiTracker, list[Sample]]:
    """A whole session over `url`."""
    with NdiTracker(lambda: open_port(url), profile, time.monotonic) as tracker:
        tracker.connect()
        tracker.start()
        return tracker, [tracker.read() for _ in range(frames)]


def check(samples: list[Sample]) -> None:
    """What every session must give."""
    assert all(a.frame_number < b.frame_number for a, b in itertools.pairwise(samples))
    poses = [r.tracker_from_tool for sample in samples for r in sample.readings.values()]
    assert all(set(sample.readings) == {"reference", "stylus", "needle", "probe"} for sample in samples)
    assert all(is_rigid(pose, 1e-5) for pose in poses if pose is not None)
    assert sum(pose is not None for pose in poses) > len(poses) / 2


def test_session_after_session(terminal: str) -> None:
    for reply in ("BX", "TX", "BX"):
        tracker, samples = track(terminal, 50, replace(PROFILE, reply=reply))
        check(samples)
        assert tracker.baud == 921600
        assert tracker.warnings == ()
        assert tracker.statistics.bad_replies == tracker.statistics.timeouts == 0


def test_device_left_tracking_at_high_speed_by_a_crash(terminal: str) -> None:
    crashed = NdiTracker(lambda: open_port(terminal), PROFILE, time.monotonic)
    crashed.connect()
    crashed.start()
    crashed.read()
    crashed.exchange.port.close()
    tracker, samples = track(terminal, 10)
    check(samples)
    assert tracker.statistics.bad_replies == 0


def test_device_at_a_speed_nobody_looks_for(terminal: str) -> None:
    port = open_port(terminal)
    port.write(encode("COMM", "20000"))
    assert port.read(1.0) == b"OKAYA896\r"
    port.close()
    _, samples = track(terminal, 10)
    check(samples)


def test_over_tcp() -> None:
    with emulator("--tcp", "127.0.0.1:0") as url:
        _, samples = track(url, 20)
    check(samples)


@pytest.mark.parametrize("reply", ["BX", "TX"])
def test_in_this_process(reply: str) -> None:
    _, samples = track(STEP, 50, replace(PROFILE, reply=reply))
    check(samples)


def test_binary_and_text_say_the_same() -> None:
    binary, text = (track(STEP, 30, replace(PROFILE, reply=reply))[1] for reply in ("BX", "TX"))
    for one, other in zip(binary, text, strict=True):
        for name, reading in one.readings.items():
            pose, twin = reading.tracker_from_tool, other.readings[name].tracker_from_tool
            assert reading.visibility is other.readings[name].visibility
            if pose is not None and twin is not None:
                assert pose == pytest.approx(twin, abs=0.006)
