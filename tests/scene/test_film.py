"""Pictures to files."""

from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from arguide.errors import DisplayError
from arguide.scene.film import Film, Picture, write_picture


def _picture(k: int, size: tuple[int, int] = (64, 48)) -> Picture:
    picture = np.zeros((size[1], size[0], 3), dtype=np.uint8)
    picture[:, :, 0] = 40 + 20 * k
    picture[:, :, 2] = 200
    return picture


def test_a_film_holds_every_picture_in_order(tmp_path: Path) -> None:
    file = tmp_path / "film.mp4"
    with Film(file, 30, (64, 48)) as film:
        for k in range(8):
            film.add(_picture(k))
    with av.open(str(file)) as opened:
        stream = opened.streams.video[0]
        assert stream.codec_context.name == "h264" and stream.average_rate == 30
        frames = [frame.to_ndarray(format="rgb24") for frame in opened.decode(stream)]
    assert len(frames) == 8 and frames[0].shape == (48, 64, 3)
    red = [frame[:, :, 0].mean() for frame in frames]
    assert red == sorted(red) and abs(red[7] - 180) < 12


def test_a_picture_of_the_wrong_size_is_refused(tmp_path: Path) -> None:
    with Film(tmp_path / "film.mp4", 30, (64, 48)) as film:
        film.add(_picture(0))
        with pytest.raises(DisplayError, match="64×48"):
            film.add(_picture(0, (32, 32)))


def test_an_odd_size_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DisplayError, match="even"):
        Film(tmp_path / "film.mp4", 30, (63, 48))


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DisplayError, match="nowhere"):
        Film(tmp_path / "nowhere" / "film.mp4", 30, (64, 48))
    with pytest.raises(DisplayError, match="nowhere"):
        write_picture(tmp_path / "nowhere" / "picture.png", _picture(0))


def test_a_png_comes_back_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "picture.png"
    picture = np.random.default_rng(0).integers(0, 256, (20, 30, 3), dtype=np.uint8)
    write_picture(file, picture)
    np.testing.assert_array_equal(cv2.imread(str(file))[:, :, ::-1], picture)


def test_only_rgb_bytes_are_pictures(tmp_path: Path) -> None:
    with pytest.raises(DisplayError, match="RGB"):
        write_picture(tmp_path / "picture.png", np.zeros((4, 4), dtype=np.uint8))
