"""One contract, held by every driver against the emulator of its device, over the same in-process line.

The emulators were written apart from the drivers and share no protocol code with them.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from arguide.asset_files import find_profile
from arguide.errors import ArguideError, PortError, PortTimeoutError, TrackerError, TrackerStateError
from arguide.geometry.transforms import is_rigid
from arguide.ports.opening import open_port
from arguide.ports.port import Port
from arguide.settings.profile import TrackerProfile
from arguide.settings.profile_file import read_profile
from arguide.trackers.life import State
from arguide.trackers.ndi.exchange import RESET_MESSAGE
from arguide.trackers.opening import DRIVERS, open_tracker
from arguide.trackers.reading import Sample, Visibility
from arguide.trackers.tracker import Tracker

WITHOUT_BUTTON = tuple(replace(tool, has_button=False) for tool in read_profile(find_profile("polhemus-liberty")).tools)
FORMS: dict[str, tuple[str, str, dict[str, object]]] = {
    "ndi": ("emulated", "polaris", {}),
    "fastrak": ("polhemus-fastrak", "fastrak", {}),
    "fastrak text": ("polhemus-fastrak", "fastrak", {"reply": "text"}),
    "fastrak stream": ("polhemus-fastrak", "fastrak", {"stream": True}),
    "liberty": ("polhemus-liberty", "liberty", {}),
    "liberty text": ("polhemus-liberty", "liberty", {"reply": "text", "tools": WITHOUT_BUTTON}),
    "liberty stream": ("polhemus-liberty", "liberty", {"stream": True}),
    "flock": ("flock-of-birds", "flock", {}),
    "flock stream": ("flock-of-birds", "flock", {"stream": True}),
    "igtl": ("openigtlink", "igtl", {}),
    "igtl tdata": ("openigtlink", "igtl", {"stream": True}),
}
ELSEWHERE = ("patriot", "camera")
"""PATRIOT is LIBERTY's driver with another mark and fewer sockets; a camera has no line to spoil."""
AHEAD = 32
"""So many frames emulated cameras may have computed before they are asked for."""
SILENT = ("fastrak", "liberty", "flock", "igtl")


class Spoiled:
    """A line that can fall silent, be cut, or carry garbage before and between what the device says."""

    def __init__(self, port: Port) -> None:
        self.port = port
        self.garbage: Callable[[bytes], bytes] = lambda data: data
        self.silent = self.cut = False
        self.time_s = 0.0
        self.closed = 0

    @property
    def name(self) -> str:
        return self.port.name

    def read(self, timeout_s: float) -> bytes:
        if self.cut:
            raise PortError("the line was lost; check cable and power, then connect again")
        data = b"" if self.silent else self.garbage(self.port.read(timeout_s))
        self.time_s += 0.0 if data else timeout_s
        return data

    def write(self, data: bytes) -> None:
        self.port.write(data)

    def drop_input(self) -> None:
        self.port.drop_input()

    def send_break(self, duration_s: float) -> None:
        self.port.send_break(duration_s)

    def set_baud(self, baud: int, handshake: bool = False) -> None:
        self.port.set_baud(baud, handshake)

    def close(self) -> None:
        self.closed += 1
        self.port.close()


@dataclass
class Bench:
    """A driver, its line, and the device at the other end."""

    tracker: Tracker
    lines: list[Spoiled]
    profile: TrackerProfile

    @property
    def line(self) -> Spoiled:
        return self.lines[-1]

    def tracking(self) -> "Bench":
        self.tracker.connect()
        self.tracker.start()
        return self

    def read(self, count: int) -> list[Sample]:
        return [self.tracker.read() for _ in range(count)]


def bench_of(form: str, monkeypatch: pytest.MonkeyPatch, motion: str = "wave") -> Bench:
    """A bench with a driver in one of its forms; every frame is one nominal period later."""
    name, device, changes = FORMS[form]
    profile = replace(read_profile(find_profile(name)), **changes)  # type: ignore[arg-type]
    lines: list[Spoiled] = []

    def opened(url: str, baud: int = 9600) -> Spoiled:
        lines.append(Spoiled(open_port(url, baud)))
        return lines[-1]

    monkeypatch.setattr("arguide.trackers.opening.open_port", opened)
    url = f"sim://{device}?clock=step&seed=1&motion={motion}"
    tracker = open_tracker(profile, url, lambda: lines[-1].time_s if lines else 0.0)
    return Bench(tracker, lines, profile)


@pytest.fixture(params=FORMS)
def bench(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return bench_of(request.param, monkeypatch)


def test_every_driver_is_held_to_it() -> None:
    covered = {read_profile(find_profile(name)).driver for name, _, _ in FORMS.values()}
    assert covered | set(ELSEWHERE) >= set(DRIVERS)


def test_life(bench: Bench) -> None:
    tracker = bench.tracker
    with pytest.raises(TrackerStateError):
        tracker.read()
    with pytest.raises(TrackerStateError):
        tracker.start()
    for _ in range(2):
        tracker.connect()
        with pytest.raises(TrackerStateError):
            tracker.connect()
        for _ in range(2):
            tracker.start()
            assert tracker.read().readings
            tracker.stop()
            with pytest.raises(TrackerStateError):
                tracker.read()
        tracker.close()
        tracker.close()
    assert [line.closed for line in bench.lines] == [1, 1]


def test_frames_strictly_increase_and_all_tools_are_there(bench: Bench) -> None:
    samples = bench.tracking().read(60)
    assert all(a.frame_number < b.frame_number for a, b in itertools.pairwise(samples))
    names = {tool.name for tool in bench.profile.tools}
    assert all(set(sample.readings) == names for sample in samples)
    poses = [reading.tracker_from_tool for sample in samples for reading in sample.readings.values()]
    assert all(is_rigid(pose, 1e-5) for pose in poses if pose is not None)
    assert sum(pose is not None for pose in poses) > 0.9 * len(poses)


def test_the_tools_move(bench: Bench) -> None:
    samples = bench.tracking().read(60)
    first, last = (samples[n].readings["needle"].tracker_from_tool for n in (0, -1))
    assert first is not None and last is not None
    assert float(np.linalg.norm(first[:3, 3] - last[:3, 3])) > 2.0


@pytest.mark.parametrize("form", FORMS)
def test_a_hidden_tool_has_a_reading_without_a_pose(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = bench_of(form, monkeypatch).tracking()
    assert bench.read(3)[-1].readings["needle"].visibility is Visibility.VISIBLE
    hide(bench, "needle")
    readings = bench.read(AHEAD + 2)[-1].readings
    assert readings["needle"].tracker_from_tool is None
    assert readings["needle"].visibility not in (Visibility.VISIBLE, Visibility.DISTURBED)
    assert readings["stylus"].tracker_from_tool is not None


def hide(bench: Bench, tool: str) -> None:
    """Something comes between the tool and the tracker, from now on."""
    actor = bench.line.port.emulation.actor  # type: ignore[attr-defined]
    before = type(actor).at

    def at(time_s: float) -> object:
        moment = before(actor, time_s)
        return replace(moment, hidden=frozenset(moment.hidden) | {tool})

    actor.at = at


def test_silence_is_named_and_survived(bench: Bench) -> None:
    bench.tracking().read(3)
    bench.line.silent = True
    with pytest.raises(PortTimeoutError, match="no (new frame|answer|transform)|nothing came"):
        bench.read(3)
    bench.line.silent = False
    assert bench.read(2)[1].readings["needle"].visibility is Visibility.VISIBLE


@pytest.mark.parametrize("form", SILENT)
def test_silence_at_the_first_question(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = bench_of(form, monkeypatch)
    monkeypatch.setattr(Spoiled, "read", lambda self, timeout_s: b"")
    with pytest.raises(PortTimeoutError, match="is the tracker on|does the source"):
        bench.tracking().read(1)
    assert bench.profile.driver == "igtl" or bench.line.closed == 1


def test_a_lost_line_ends_it_and_a_new_one_begins_it_again(bench: Bench) -> None:
    bench.tracking().read(3)
    bench.line.cut = True
    with pytest.raises(PortError, match="was lost"):
        bench.read(3)
    assert bench.tracker.state is State.CLOSED  # type: ignore[attr-defined]
    assert bench.tracking().read(2)[1].readings["stylus"].visibility is Visibility.VISIBLE
    bench.tracker.close()


def _means_nothing(noise: list[bytes]) -> bool:
    """Whether it is noise: a whole message of an NDI tracker, checksum and all, that it has restarted is to be believed."""
    return all(RESET_MESSAGE not in piece for piece in noise)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(noise=st.lists(st.binary(min_size=1, max_size=60), min_size=1, max_size=4).filter(_means_nothing))
@pytest.mark.parametrize("form", FORMS)
def test_garbage_is_survived(form: str, monkeypatch: pytest.MonkeyPatch, noise: list[bytes]) -> None:
    bench = bench_of(form, monkeypatch).tracking()
    frame = bench.read(3)[-1].frame_number
    pieces = iter(noise)
    bench.line.garbage = lambda data: next(pieces, b"") + data if data else data
    for sample in bench.read(12):
        assert sample.frame_number > frame
        frame = sample.frame_number
        poses = [reading.tracker_from_tool for reading in sample.readings.values()]
        assert all(is_rigid(pose, 1e-5) for pose in poses if pose is not None)
    bench.line.garbage = lambda data: data
    assert all(reading.tracker_from_tool is not None for reading in bench.read(3)[-1].readings.values())


@pytest.mark.parametrize("form", FORMS)
def test_a_line_full_of_noise_is_named(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = bench_of(form, monkeypatch).tracking()
    bench.read(2)
    bits = np.random.default_rng(3)
    bench.line.garbage = lambda data: bits.bytes(len(data) or 300)
    with pytest.raises((TrackerError, PortTimeoutError)):
        bench.read(3)
    bench.line.garbage = lambda data: data
    recovered = None
    for _ in range(3):
        try:
            recovered = bench.read(2)[-1]
            break
        except ArguideError:
            continue
    assert recovered is not None and recovered.readings["stylus"].visibility is Visibility.VISIBLE
