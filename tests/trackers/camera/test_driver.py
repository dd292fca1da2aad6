"""The camera as a tracker: its life, its times, and everything that can be wrong with camera, sheets and files."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest
from arguide_sim.camera.source import SimCamera, open_camera
from numpy.typing import NDArray

from arguide.asset_files import find_profile, hardware
from arguide.errors import PortError, PortTimeoutError, SettingsError, TrackerStateError
from arguide.geometry.transforms import apply
from arguide.ports.pictures import Picture, Shot
from arguide.settings.calibration_store import CalibrationStore
from arguide.settings.camera_file import read_camera
from arguide.settings.profile import TrackerProfile
from arguide.settings.profile_file import read_profile
from arguide.trackers.camera.driver import CameraTracker
from arguide.trackers.life import State
from arguide.trackers.opening import open_tracker
from arguide.trackers.reading import Visibility

PROFILE = read_profile(find_profile("simulated-camera"))
GUESSED_S = 0.05


class Script:
    """A camera that gives prepared pictures and then does what it is told."""

    name = "camera://script"

    def __init__(
        self,
        pictures: list[Picture | None],
        camera: str = "arguide simulated camera",
        size: tuple[int, int] = (1280, 720),
    ) -> None:
        self.camera, self.size = camera, size
        self.closed = False
        self._pictures = pictures

    def read(self, timeout_s: float) -> Picture | None:
        if not self._pictures:
            raise PortError("camera://script: the camera sends no pictures any more; was it unplugged?")
        return self._pictures.pop(0)

    def close(self) -> None:
        self.closed = True


@cache
def sim() -> SimCamera:
    return open_camera("camera://sim", {"clock": "step", "motion": "idle"}, lambda: 0.0, lambda s: None)


@cache
def scene() -> NDArray[np.uint8]:
    """Board and two cubes, all in view."""
    picture = sim().read(1.0)
    assert picture is not None
    return picture.pixels


def shot(pixels: NDArray[np.uint8], number: int = 0, arrived_s: float = 0.0) -> Shot:
    return Shot(number, arrived_s, pixels)


def tracking(source: Script, profile: TrackerProfile = PROFILE) -> CameraTracker:
    tracker = CameraTracker(lambda: source, profile, lambda: 0.0)
    tracker.connect()
    tracker.start()
    return tracker


def test_a_picture_becomes_a_sample() -> None:
    tracker = tracking(Script([shot(scene(), 7, 100.0)]))
    sample = tracker.read()
    assert sample.frame_number == 7
    assert sample.host_time_s == pytest.approx(100.0 - 0.042), "the middle of the exposure"
    assert sample.arrived_s == 100.0
    assert set(sample.readings) == {"reference", "stylus", "needle"}
    board = sample.readings["reference"]
    assert board.visibility is Visibility.VISIBLE and 0 < board.error_mm < 0.3
    assert sample.alerts == ()
    assert tracker.newest is not None and tracker.newest.sample is sample


def test_what_is_kept_of_this_camera_takes_the_place_of_a_file_for_any(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And so its delay is taken off every picture's time without being asked for."""
    monkeypatch.setenv("ARGUIDE_CALIBRATIONS", str(tmp_path))
    any_camera = read_profile(find_profile("webcam"))
    before = tracking(Script([shot(scene(), 7, 100.0)], camera="HD Webcam"), any_camera)
    assert "keep-for" in before.warnings[0] and before.read().host_time_s == 100.0 - GUESSED_S
    assert PROFILE.calibration is not None
    mine = replace(read_camera(PROFILE.calibration), camera="HD Webcam", delay_s=0.031, delay_sd_s=0.001)
    CalibrationStore().save_camera(mine)
    after = tracking(Script([shot(scene(), 7, 100.0)], camera="HD Webcam"), any_camera)
    assert after.warnings == () and after.read().host_time_s == pytest.approx(100.0 - 0.031)
    CalibrationStore().save_camera(replace(mine, delay_s=0.0, delay_sd_s=0.0))
    unsure = tracking(Script([shot(scene(), 7, 100.0)], camera="HD Webcam"), any_camera)
    assert unsure.read().host_time_s == 100.0 - GUESSED_S, "what was never measured is guessed as for any camera"
    assert after.camera is not None and tracking(Script([], camera="Another"), any_camera).warnings


def test_life() -> None:
    source = Script([shot(scene())])
    tracker = CameraTracker(lambda: source, PROFILE, lambda: 0.0)
    with pytest.raises(TrackerStateError, match="start it first"):
        tracker.read()
    with tracker:
        tracker.connect()
        with pytest.raises(TrackerStateError):
            tracker.connect()
        tracker.start()
        tracker.read()
        tracker.stop()
        with pytest.raises(TrackerStateError, match="start it first"):
            tracker.read()
    assert source.closed and tracker.state is State.CLOSED
    tracker.close()


def test_unplugged_mid_run_is_named_and_the_tracker_closed() -> None:
    source = Script([shot(scene())])
    tracker = tracking(source)
    tracker.read()
    with pytest.raises(PortError, match="was it unplugged"):
        tracker.read()
    assert tracker.state is State.CLOSED and source.closed


def test_silence_is_named_and_survived() -> None:
    tracker = tracking(Script([None, shot(scene())]))
    with pytest.raises(PortTimeoutError, match="no picture for 2 s"):
        tracker.read()
    assert tracker.read().readings["reference"].tracker_from_tool is not None


def test_nothing_in_view_is_hidden_not_an_error() -> None:
    sample = tracking(Script([shot(np.full((720, 1280, 3), 128, np.uint8))])).read()
    for reading in sample.readings.values():
        assert reading.tracker_from_tool is None and reading.visibility is Visibility.HIDDEN and not reading.why


def test_half_the_board_covered_still_gives_its_pose() -> None:
    whole = tracking(Script([shot(scene())])).read().readings["reference"].tracker_from_tool
    covered = scene().copy()
    covered[320:, 720:1060] = (90, 130, 190)
    part = tracking(Script([shot(covered)])).read().readings["reference"].tracker_from_tool
    assert whole is not None and part is not None
    middle = np.zeros(3)
    assert np.linalg.norm(apply(whole, middle) - apply(part, middle)) < 1.5


def test_two_identical_markers_are_named_and_not_used() -> None:
    """The needle's cube copied to another place of the picture: nobody can tell which one is true."""
    tracker = tracking(Script([shot(scene())]))
    tracker.read()
    assert tracker.newest is not None
    seen = tracker.newest.seen["needle"]
    assert seen.fit is not None
    column, row = np.round(sim().read(1.0).pixels_of("needle", np.zeros((1, 3)))[0]).astype(int)  # type: ignore[union-attr]
    twice = scene().copy()
    top, left = min(max(row - 60, 0), 600), min(max(column - 60, 0), 1160)
    twice[300:420, 300:420] = scene()[top : top + 120, left : left + 120]
    sample = tracking(Script([shot(twice)])).read()
    assert [alert.partition(": ")[0] for alert in sample.alerts] == ["needle"] and "twice" in sample.alerts[0]
    assert sample.readings["needle"].tracker_from_tool is None
    assert sample.readings["reference"].tracker_from_tool is not None, "the others go on"


def test_a_sheet_folded_wrongly_is_named(tmp_path: Path) -> None:
    """The body file says that the two visible faces are elsewhere: no pose, and a reason."""
    text = (hardware() / "sheets" / "stylus-cube.toml").read_text()
    wrong = tmp_path / "stylus-cube.toml"
    order = {"id = 4": "id = 5", "id = 5": "id = 4"}
    wrong.write_text("\n".join(order.get(line, line) for line in text.splitlines()))
    tools = tuple(replace(t, definition=wrong) if t.name == "stylus" else t for t in PROFILE.tools)
    reading = tracking(Script([shot(scene())]), replace(PROFILE, tools=tools)).read().readings["stylus"]
    assert reading.tracker_from_tool is None
    assert "folded or printed wrongly" in reading.why


def test_wrong_resolution_is_refused_and_the_camera_let_go() -> None:
    source = Script([], size=(640, 480))
    with pytest.raises(SettingsError, match="pictures of 1280x720, these are 640x480"):
        tracking(source)
    assert source.closed


def test_another_cameras_calibration_is_refused() -> None:
    with pytest.raises(SettingsError, match="made for the camera 'arguide simulated camera', this one is 'C920'"):
        tracking(Script([], camera="C920"))


def test_a_calibration_for_any_camera_is_taken_with_a_warning() -> None:
    tracker = tracking(Script([], camera="C920"), read_profile(find_profile("webcam")))
    assert "calibrate this camera" in tracker.warnings[0]


@dataclass
class Case:
    mend: Callable[[TrackerProfile], TrackerProfile]
    reason: str


@pytest.mark.parametrize(
    "case",
    [
        Case(lambda p: replace(p, calibration=None), "needs its calibration"),
        Case(lambda p: replace(p, tools=(replace(p.tools[0], definition=None),)), "needs its marker body"),
        Case(
            lambda p: replace(p, tools=(*p.tools, replace(p.tools[2], name="twin"))), "marker 0 is on 'needle' and on"
        ),
    ],
    ids=["no calibration", "no body", "shared marker"],
)
def test_what_is_missing_in_the_profile_is_named(case: Case) -> None:
    with pytest.raises(SettingsError, match=case.reason):
        tracking(Script([]), case.mend(PROFILE))


def test_opened_by_name_it_sees_the_simulated_world() -> None:
    tracker = open_tracker(PROFILE, "camera://sim?clock=step&motion=idle", lambda: 0.0)
    with tracker:
        tracker.connect()
        tracker.start()
        first, second = tracker.read(), tracker.read()
    assert (first.frame_number, second.frame_number) == (0, 1)
    assert second.host_time_s - first.host_time_s == pytest.approx(1 / 30)
    board = second.readings["reference"].tracker_from_tool
    assert board is not None and cv2.__version__
    assert 300 < board[2, 3] < 1000
