"""Pictures to files: PNG and MP4."""

from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from arguide.errors import DisplayError

Picture = NDArray[np.uint8]


def write_picture(path: Path, rgb: Picture) -> None:
    """Write a (h, w, 3) RGB picture as PNG."""
    _check(rgb, None)
    coded, data = cv2.imencode(".png", rgb[:, :, ::-1])
    if not coded:
        raise DisplayError(f"{path}: a picture of shape {rgb.shape} cannot be coded as PNG")
    try:
        path.write_bytes(data.tobytes())
    except OSError as error:
        raise DisplayError(
            f"{path}: cannot be written ({error.strerror}); check the folder and its free space"
        ) from error


class Film:
    """An MP4 (H.264, plays everywhere) of pictures of one size; `close()` or `with` finishes the file."""

    def __init__(self, path: Path, fps: int, size: tuple[int, int]) -> None:
        if size[0] % 2 or size[1] % 2:
            raise DisplayError(f"{path}: a film needs an even width and height, not {size[0]}×{size[1]}")
        self._size, self._path = size, path
        try:
            self._sink = path.open("wb")
        except OSError as error:
            raise DisplayError(f"{path}: the film cannot be written ({error.strerror}); check the folder") from error
        self._file = av.open(self._sink, "w", format="mp4")
        self._stream = self._file.add_stream("libx264", rate=Fraction(fps))
        self._stream.width, self._stream.height = size
        self._stream.pix_fmt = "yuv420p"
        # Without looking ahead: that would hold dozens of pictures in memory to save a tenth of the file.
        self._stream.options = {"crf": "21", "preset": "veryfast", "tune": "zerolatency"}

    def add(self, picture: Picture) -> None:
        """Add a (h, w, 3) RGB picture."""
        _check(picture, self._size)
        self._mux(av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24"))

    def close(self) -> None:
        """Write what is left and finish the file."""
        self._mux(None)
        self._file.close()
        self._sink.close()

    def _mux(self, frame: "av.VideoFrame | None") -> None:
        try:
            for packet in self._stream.encode(frame):
                self._file.mux(packet)
        except OSError as error:
            raise DisplayError(f"{self._path}: the film cannot be written ({error}); is the disk full?") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _check(picture: Picture, size: tuple[int, int] | None) -> None:
    right = picture.ndim == 3 and picture.shape[2] == 3 and picture.dtype == np.uint8
    if not right or (size is not None and picture.shape[1::-1] != size):
        wanted = f"{size[0]}×{size[1]} " if size else ""
        raise DisplayError(f"expected a {wanted}RGB picture of bytes, got shape {picture.shape}, {picture.dtype}")
