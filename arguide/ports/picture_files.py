"""Pictures from files: a video, or a folder of stills. They come at the pace at which they were taken."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from arguide.errors import PortError, SettingsError
from arguide.ports.pictures import Address, Picture, Shot

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff")
MAX_BYTES = 64 * 2**20
"""Larger still pictures are not from a webcam."""
FOLDER_RATE_HZ = 30.0


class Paced:
    """Gives pictures at the times written beside them, seen from the first `read`.

    Like a camera it does not wait for who reads: of the pictures whose time has come the newest is given.
    """

    def __init__(
        self,
        shots: Iterator[tuple[float, NDArray[np.uint8]]],
        name: str,
        fast: bool,
        clock: Callable[[], float],
        wait: Callable[[float], Any],
    ) -> None:
        self._shots = shots
        self._name = name
        self._fast = fast
        self._clock = clock
        self._wait = wait
        self._begun_s: float | None = None
        self._next: tuple[float, NDArray[np.uint8]] | None = None
        self._gone = 0
        """So many pictures were given or left out."""

    def read(self, timeout_s: float) -> Picture | None:
        """The next picture when its time has come."""
        if self._next is None:
            self._next = next(self._shots, None)
        if self._next is None:
            raise PortError(f"{self._name}: ended after {self._gone} pictures; start again to see it once more")
        at_s, pixels = self._next
        if self._begun_s is None:
            self._begun_s = self._clock() - at_s
        if not self._fast and (early_s := self._begun_s + at_s - self._clock()) > 0:
            self._wait(min(early_s, timeout_s))
            if early_s > timeout_s:
                return None
        self._next = next(self._shots, None)
        self._gone += 1
        while not self._fast and self._next and self._begun_s + self._next[0] <= self._clock():
            at_s, pixels = self._next
            self._next = next(self._shots, None)
            self._gone += 1
        return Shot(self._gone - 1, self._begun_s + at_s, pixels)


class VideoFile:
    """A video as a camera; nobody knows which camera made it."""

    camera = ""

    def __init__(self, path: Path, address: Address, clock: Callable[[], float], wait: Callable[[float], Any]) -> None:
        address.allow("pace", "calibration")
        self.name = address.url
        try:
            self._file = av.open(str(path))
        except (av.FFmpegError, OSError) as error:
            raise PortError(f"{self.name}: not a video ({_reason(error)}); give another file") from None
        if not self._file.streams.video:
            self._file.close()
            raise PortError(f"{self.name}: there is no picture in this file; give a video")
        stream = self._file.streams.video[0]
        self.size = (int(stream.width), int(stream.height))
        self._paced = Paced(self._decode(), self.name, _is_fast(address), clock, wait)

    def read(self, timeout_s: float) -> Picture | None:
        """The next picture when its time has come."""
        return self._paced.read(timeout_s)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _decode(self) -> Iterator[tuple[float, NDArray[np.uint8]]]:
        try:
            for frame in self._file.decode(video=0):
                yield float(frame.time or 0.0), frame.to_ndarray(format="bgr24")
        except av.FFmpegError as error:
            raise PortError(f"{self.name}: damaged ({_reason(error)}); give another file") from None


class PictureFolder:
    """The pictures of a folder as a camera."""

    camera = ""

    def __init__(self, path: Path, address: Address, clock: Callable[[], float], wait: Callable[[float], Any]) -> None:
        address.allow("pace", "rate", "calibration")
        self.name = address.url
        self._files = sorted(file for file in path.iterdir() if file.suffix.lower() in SUFFIXES)
        if not self._files:
            raise PortError(f"{self.name}: no pictures there; they end in {', '.join(SUFFIXES)}")
        self._rate_hz = address.number("rate", 0.1, 1000, FOLDER_RATE_HZ)
        first = self._load(self._files[0])
        self.size = (first.shape[1], first.shape[0])
        self._paced = Paced(self._all(), self.name, _is_fast(address), clock, wait)

    def read(self, timeout_s: float) -> Picture | None:
        """The next picture when its time has come."""
        return self._paced.read(timeout_s)

    def close(self) -> None:
        """Nothing is open."""

    def _all(self) -> Iterator[tuple[float, NDArray[np.uint8]]]:
        for number, file in enumerate(self._files):
            yield number / self._rate_hz, self._load(file)

    def _load(self, file: Path) -> NDArray[np.uint8]:
        pixels = None
        with suppress(OSError, cv2.error):
            if file.stat().st_size <= MAX_BYTES:
                pixels = cv2.imdecode(np.frombuffer(file.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
        if not file.exists():
            raise PortError(f"{file}: is not there any more; give a folder that stays as it is")
        if pixels is None:
            raise PortError(f"{file}: not a picture that can be read; take it out of the folder")
        return np.asarray(pixels, dtype=np.uint8)


def _is_fast(address: Address) -> bool:
    pace = address.options.get("pace", "own")
    if pace not in ("own", "fast"):
        raise SettingsError(f"{address.url}: pace: expected own or fast, got {pace!r}")
    return pace == "fast"


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or type(error).__name__
