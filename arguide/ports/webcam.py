"""A webcam. A thread empties its queue, so that `read` always gets the newest picture and not one that waited.

Cameras hand over several pictures at once when nobody fetched them: read one after the other, each would be older than
the last, and guidance would lag behind the hand more and more.
"""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from arguide.errors import PortError
from arguide.ports.pictures import Address, Picture, Shot

WIDTH, HEIGHT, RATE_HZ = 1280, 720, 30.0
NAMES = Path("/sys/class/video4linux")
"""Where Linux tells the names of cameras; elsewhere they stay unknown."""
FAILURES = 5
"""Pictures in a row that do not come before a camera counts as unplugged."""
JOIN_S = 3.0


class Capture(Protocol):
    """What is used of `cv2.VideoCapture`; a test brings its own."""

    def isOpened(self) -> bool: ...
    def read(self) -> tuple[bool, NDArray[Any]]: ...
    def set(self, prop: int, value: float) -> bool: ...
    def get(self, prop: int) -> float: ...
    def release(self) -> None: ...


class Webcam:
    """A camera at this computer."""

    def __init__(
        self,
        address: Address,
        clock: Callable[[], float],
        open_capture: Callable[[int | str], Capture] | None = None,
    ) -> None:
        address.allow("width", "height", "rate", "calibration")
        self.name = address.url
        self._clock = clock
        # Its warnings say in many lines what an error of ours says in one.
        cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_ERROR)
        index = int(address.place) if address.place.isdecimal() else address.place
        self._capture: Capture = (open_capture or cv2.VideoCapture)(index)
        if not self._capture.isOpened():
            self._capture.release()
            raise PortError(f"{self.name}: no camera there, or another program has it; {cameras_found()}")
        self._set_up(address)
        self.camera = camera_name(address.place)
        self.size = (
            int(self._capture.get(cv2.CAP_PROP_FRAME_WIDTH)),
            int(self._capture.get(cv2.CAP_PROP_FRAME_HEIGHT)),
        )
        self._newest: Picture | None = None
        self._lost = False
        self._ended = threading.Event()
        self._arrived = threading.Condition()
        self._thread = threading.Thread(target=self._fetch, name="webcam", daemon=True)
        self._thread.start()

    def read(self, timeout_s: float) -> Picture | None:
        """The newest picture."""
        with self._arrived:
            self._arrived.wait_for(lambda: self._newest is not None or self._lost, timeout_s)
            newest, self._newest = self._newest, None
            if newest is None and self._lost:
                raise PortError(f"{self.name}: the camera sends no pictures any more; was it unplugged?")
            return newest

    def close(self) -> None:
        """Stop fetching and let the camera go."""
        self._ended.set()
        # A driver that hangs in its read keeps the capture; releasing it under its feet would crash.
        self._thread.join(JOIN_S)
        if not self._thread.is_alive():
            self._capture.release()

    def _set_up(self, address: Address) -> None:
        # Uncompressed pictures of this size do not fit through USB 2 at 30 Hz.
        self._capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
        self._capture.set(cv2.CAP_PROP_FRAME_WIDTH, address.number("width", 160, 8192, WIDTH))
        self._capture.set(cv2.CAP_PROP_FRAME_HEIGHT, address.number("height", 120, 8192, HEIGHT))
        self._capture.set(cv2.CAP_PROP_FPS, address.number("rate", 1, 1000, RATE_HZ))
        # Autofocus changes the focal length, and with it the calibration.
        self._capture.set(cv2.CAP_PROP_AUTOFOCUS, 0)

    def _fetch(self) -> None:
        number = failures = 0
        while not self._ended.is_set() and failures < FAILURES:
            there, pixels = self._capture.read()
            arrived_s = self._clock()
            if not there:
                failures += 1
                self._ended.wait(0.05)
                continue
            failures = 0
            with self._arrived:
                self._newest = Shot(number, arrived_s, np.asarray(pixels, dtype=np.uint8))
                self._arrived.notify_all()
            number += 1
        with self._arrived:
            self._lost = True
            self._arrived.notify_all()


def camera_name(place: str) -> str:
    """The name that the system gives to a camera; empty when it gives none."""
    device = f"video{place}" if place.isdecimal() else Path(place).name
    try:
        return (NAMES / device / "name").read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def cameras_found() -> str:
    """The cameras of this machine, as words for a message."""
    if not NAMES.is_dir():
        return "is it plugged in, and may this program use it?"
    found = [f"camera://{d.name.removeprefix('video')} ({camera_name(str(d))})" for d in sorted(NAMES.glob("video*"))]
    return f"found: {', '.join(found[:8])}" if found else "no camera was found on this machine: is it plugged in?"
