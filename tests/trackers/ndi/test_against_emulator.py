"""The driver against the emulated tracker, in its own process on a pseudo-terminal, over TCP, and in this process.

Device and driver were written apart from each other and share no protocol code.
"""

import itertools
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from arguide.asset_files import find_profile
from arguide.errors import PortTimeoutError
from arguide.geometry.transforms import is_rigid
from arguide.ports.opening import open_port
from arguide.settings.profile import TrackerProfile
from arguide.settings.profile_file import read_profile
from arguide.trackers.ndi.commands import encode
from arguide.trackers.ndi.driver import NdiTracker
from arguide.trackers.reading import Sample
from arguide.trackers.reconnecting import ReconnectingTracker

CHECKOUT = Path(__file__).parents[3]
PROFILE = read_profile(find_profile("emulated"))
STEP = "sim://polaris?clock=step&seed=1"


@contextmanager
def emulator(*line: str, device: str = "polaris") -> Iterator[str]:
    """An emulated tracker in a process of its own, every question a frame later; gives its port."""
    command = [sys.executable, "-m", "arguide_sim", device, *line, "--clock", "step", "--seed", "1", "--until-eof"]
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
    binary, text = (
        {sample.frame_number: sample for sample in track(STEP, 30, replace(PROFILE, reply=reply))[1]}
        for reply in ("BX", "TX")
    )
    # Which frames need a second question, and so are skipped here, depends on how busy the computer is.
    both = binary.keys() & text.keys()
    assert len(both) > 10
    for frame in both:
        for name, reading in binary[frame].readings.items():
            pose, twin = reading.tracker_from_tool, text[frame].readings[name].tracker_from_tool
            assert reading.visibility is text[frame].readings[name].visibility
            if pose is not None and twin is not None:
                assert pose == pytest.approx(twin, abs=0.006)


@pytest.mark.parametrize(("device", "reply"), [("polaris-vega", "BX2"), ("polaris-vicra", "BX"), ("aurora", "BX")])
def test_best_reply_of_each_device(device: str, reply: str) -> None:
    name = device if device == "aurora" else "emulated"
    profile = replace(read_profile(find_profile(name)), reply="auto", markers=device != "aurora", strays=True)
    with emulator("--tcp", "127.0.0.1:0", "--profile", name, device=device) as url:
        tracker, samples = track(url, 20, profile)
        assert tracker.reply == reply
    assert all(a.frame_number < b.frame_number for a, b in itertools.pairwise(samples))
    seen = [
        reading for sample in samples for reading in sample.readings.values() if reading.tracker_from_tool is not None
    ]
    assert len(seen) > 40
    assert all(len(reading.markers) >= 3 for reading in seen) or device == "aurora"
    assert {reading.dof for reading in seen} == ({5, 6} if device == "aurora" else {6})


def test_comes_back_after_the_device_was_switched_off_and_on(tmp_path: Path) -> None:
    """The process behind the terminal ends and another takes its name: a pulled plug, and a device that forgot all."""
    if sys.platform == "win32":
        pytest.skip("no pseudo-terminals on this system")
    link = tmp_path / "tracker"
    tracker = ReconnectingTracker(lambda: NdiTracker(lambda: open_port(str(link)), PROFILE, time.monotonic))
    with emulator("--pty", str(link)):
        tracker.connect()
        tracker.start()
        tracker.read()
    with pytest.raises(PortTimeoutError, match="connecting again by itself"):
        for _ in range(5):
            tracker.read()
    with emulator("--pty", str(link)):
        answers_again = time.monotonic()
        sample = None
        while sample is None and time.monotonic() < answers_again + 10:
            with suppress(PortTimeoutError):
                sample = tracker.read()
        recovered_s = time.monotonic() - answers_again
        assert sample is not None
        assert "the tracker was away for" in sample.alerts[-1]
        assert set(sample.readings) == {"reference", "stylus", "needle", "probe"}
        assert recovered_s < 3.0, "0.6 s alone on the machine; the rest is for tests that run beside this one"
        tracker.close()
