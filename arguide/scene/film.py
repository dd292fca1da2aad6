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
FINE = {"crf": "17", "preset": "medium"}


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
    """An MP4 (H.264 and AAC, plays everywhere) of pictures of one size; `close()` or `with` finishes the file."""

    def __init__(
        self, path: Path, fps: int, size: tuple[int, int], *, fine: bool = False, sound_hz: int | None = None
    ) -> None:
        """`fine`: for keeping, in a larger file that takes longer. `sound_hz`: rate of the sound track; None: silent."""
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
        self._stream.options = FINE if fine else {"crf": "21", "preset": "veryfast", "tune": "zerolatency"}
        self._sound = self._file.add_stream("aac", rate=sound_hz, layout="stereo") if sound_hz else None
        self._heard = 0

    def add(self, picture: Picture) -> None:
        """Add a (h, w, 3) RGB picture."""
        _check(picture, self._size)
        self._mux(self._stream, av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24"))

    def add_sound(self, pcm: NDArray[np.float32]) -> None:
        """Add the next piece (n, 2), full scale ±1, of the sound track."""
        if self._sound is None or len(pcm) == 0:
            return
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(pcm.T), format="fltp", layout="stereo")
        frame.sample_rate = self._sound.rate
        frame.time_base, frame.pts = Fraction(1, self._sound.rate), self._heard
        self._heard += len(pcm)
        self._mux(self._sound, frame)

    def close(self) -> None:
        """Write what is left and finish the file."""
        for stream in (self._stream, self._sound):
            if stream is not None:
                self._mux(stream, None)
        self._file.close()
        self._sink.close()

    def _mux(self, stream: "av.VideoStream | av.AudioStream", frame: "av.VideoFrame | av.AudioFrame | None") -> None:
        try:
            for packet in stream.encode(frame):
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
