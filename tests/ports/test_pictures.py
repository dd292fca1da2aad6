"""Sources of pictures: addresses, files, folders, a webcam with a pretended capture."""

import shutil
import threading
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from arguide.errors import PortError, SettingsError
from arguide.ports.picture_opening import open_pictures
from arguide.ports.pictures import Address
from arguide.ports.webcam import Webcam


class Clock:
    """Time that passes only by waiting."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s

    def wait(self, seconds: float) -> None:
        self.now_s += seconds


def folder(path: Path, count: int = 3) -> Path:
    for n in range(count):
        cv2.imwrite(str(path / f"{n:03}.png"), np.full((48, 64, 3), 40 * n, np.uint8))
    return path


def video(path: Path, count: int = 5) -> Path:
    with av.open(str(path), "w") as file:
        stream = file.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for n in range(count):
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 40 * n, np.uint8), format="bgr24")
            file.mux(stream.encode(frame))
        file.mux(stream.encode())
    return path


@pytest.mark.parametrize(
    ("url", "kind", "reason"),
    [
        ("camera://", PortError, "expected camera://0"),
        ("webcam://0", PortError, "expected camera://0"),
        ("camera://gone.avi", PortError, "no such video or folder"),
        ("camera://sim?seed", SettingsError, "write options as name=value"),
        ("camera://sim?sed=1", SettingsError, "no option 'sed'"),
        ("camera://sim?seed=x", SettingsError, "seed is a number"),
        ("camera://sim?camera=flying", SettingsError, "choose one of still, hand, sweep"),
    ],
)
def test_bad_addresses_are_named(url: str, kind: type[Exception], reason: str) -> None:
    clock = Clock()
    with pytest.raises(kind, match=reason):
        open_pictures(url, clock, clock.wait)


def test_folder_comes_in_order_and_at_its_pace(tmp_path: Path) -> None:
    clock = Clock()
    source = open_pictures(f"camera://{folder(tmp_path)}?rate=10", clock, clock.wait)
    assert source.size == (64, 48) and source.camera == ""
    for n in range(3):
        picture = source.read(1.0)
        assert picture is not None
        assert picture.number == n and picture.pixels[0, 0, 0] == 40 * n
        assert picture.arrived_s == pytest.approx(100 + n / 10) and clock.now_s == pytest.approx(100 + n / 10)
    with pytest.raises(PortError, match="ended after 3 pictures"):
        source.read(1.0)


def test_a_picture_whose_time_has_not_come_is_waited_for_no_longer_than_asked(tmp_path: Path) -> None:
    clock = Clock()
    source = open_pictures(f"camera://{folder(tmp_path)}?rate=1", clock, clock.wait)
    assert source.read(0.1) is not None
    assert source.read(0.4) is None and clock.now_s == pytest.approx(100.4)
    assert source.read(1.0) is not None and clock.now_s == pytest.approx(101.0)


def test_who_comes_late_gets_the_newest_picture(tmp_path: Path) -> None:
    """As from a camera: a slow reader sees fewer pictures, not older ones."""
    clock = Clock()
    source = open_pictures(f"camera://{video(tmp_path / 'v.mp4')}", clock, clock.wait)
    numbers = []
    for _ in range(3):
        picture = source.read(1.0)
        assert picture is not None and clock.now_s - picture.arrived_s < 0.1
        numbers.append(picture.number)
        clock.now_s += 0.25
    assert numbers == [0, 2, 4]
    with pytest.raises(PortError, match="ended after 5 pictures"):
        source.read(1.0)


def test_a_folder_that_goes_away_is_named(tmp_path: Path) -> None:
    clock, place = Clock(), folder(tmp_path)
    source = open_pictures(f"camera://{place}?rate=10", clock, clock.wait)
    shutil.rmtree(place)
    with pytest.raises(PortError, match="not there any more"):
        source.read(1.0)


def test_fast_does_not_wait(tmp_path: Path) -> None:
    clock = Clock()
    source = open_pictures(f"camera://{folder(tmp_path)}?pace=fast", clock, clock.wait)
    times = [picture.arrived_s for _ in range(3) if (picture := source.read(0.0))]
    assert clock.now_s == 100.0 and times == pytest.approx([100, 100 + 1 / 30, 100 + 2 / 30])


def test_video_has_the_times_of_its_frames(tmp_path: Path) -> None:
    clock = Clock()
    source = open_pictures(f"camera://{video(tmp_path / 'v.mp4')}", clock, clock.wait)
    pictures = [picture for _ in range(5) if (picture := source.read(1.0))]
    assert [round(10 * (picture.arrived_s - 100)) for picture in pictures] == [0, 1, 2, 3, 4]
    assert abs(int(pictures[3].pixels.mean()) - 120) < 10
    with pytest.raises(PortError, match="ended after 5 pictures"):
        source.read(1.0)
    source.close()


def test_what_is_no_video_is_named(tmp_path: Path) -> None:
    file = tmp_path / "notes.avi"
    file.write_text("not a video")
    with pytest.raises(PortError, match="not a video"):
        open_pictures(f"camera://{file}", Clock())


def test_a_video_cut_short_ends_or_is_named(tmp_path: Path) -> None:
    whole = video(tmp_path / "v.avi").read_bytes()
    cut = tmp_path / "cut.avi"
    for share in (0.2, 0.6, 0.9):
        cut.write_bytes(whole[: int(share * len(whole))])
        with pytest.raises(PortError, match="ended after|damaged|not a video|no picture"):
            source = open_pictures(f"camera://{cut}?pace=fast", Clock())
            for _ in range(10):
                source.read(0.0)


def test_folder_without_pictures_and_with_a_bad_one(tmp_path: Path) -> None:
    with pytest.raises(PortError, match="no pictures there"):
        open_pictures(f"camera://{tmp_path}", Clock())
    (tmp_path / "a.png").write_bytes(b"\x89PNG nothing")
    with pytest.raises(PortError, match="not a picture"):
        open_pictures(f"camera://{tmp_path}", Clock())


class Pretended:
    """A `cv2.VideoCapture` that gives what it is handed, and says when it has been asked for more."""

    def __init__(self, count: int) -> None:
        self.left = count
        self.settings: dict[int, float] = {}
        self.drained = threading.Event()
        self.released = False

    def isOpened(self) -> bool:
        return self.left >= 0

    def read(self) -> tuple[bool, NDArray[Any]]:
        if self.left <= 0:
            self.drained.set()
            return False, np.zeros((0, 0, 3), np.uint8)
        self.left -= 1
        return True, np.full((720, 1280, 3), self.left, np.uint8)

    def set(self, prop: int, value: float) -> bool:
        self.settings[prop] = value
        return True

    def get(self, prop: int) -> float:
        return self.settings[prop]

    def release(self) -> None:
        self.released = True


def test_webcam_gives_the_newest_picture_and_counts_the_dropped() -> None:
    capture = Pretended(5)
    camera = Webcam(Address.of("camera://97"), Clock(), lambda index: capture)
    assert capture.drained.wait(5.0)
    picture = camera.read(1.0)
    assert picture is not None
    assert picture.number == 4 and picture.pixels[0, 0, 0] == 0 and picture.arrived_s == 100.0
    assert camera.size == (1280, 720) and camera.camera == ""
    camera.close()
    assert capture.released


def test_webcam_unplugged_is_named() -> None:
    camera = Webcam(Address.of("camera://97"), Clock(), lambda index: Pretended(0))
    with pytest.raises(PortError, match="was it unplugged"):
        camera.read(5.0)
    camera.close()


def test_no_webcam_is_named_and_let_go() -> None:
    capture = Pretended(-1)
    with pytest.raises(PortError, match="no camera there, or another program has it"):
        Webcam(Address.of("camera://97"), Clock(), lambda index: capture)
    assert capture.released
