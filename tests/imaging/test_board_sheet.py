"""The printed board has the size it says, as a second program sees it."""

import re
import shutil
import subprocess
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest

from arguide.calibration.charuco import CharucoBoard, draw_board, find_board
from arguide.cli.command_line import main
from arguide.errors import SettingsError
from arguide.imaging.board_sheet import board_sheet

BOARD = CharucoBoard(8, 5, 30.0, 22.0)


def test_the_file_is_what_its_table_says() -> None:
    data = board_sheet(draw_board(BOARD, 60), (240.0, 150.0), "words (in brackets) \\ and more", "a4")
    start = int(re.findall(rb"startxref\n(\d+)", data)[0])
    assert data.startswith(b"%PDF-1.4") and data[start : start + 4] == b"xref"
    for number, offset in enumerate(re.findall(rb"(\d{10}) 00000 n", data), 1):
        assert data[int(offset) :].startswith(f"{number} 0 obj".encode())
    stream = data.split(b"/FlateDecode")[1].split(b"stream\n", 1)[1]
    bits = np.unpackbits(np.frombuffer(zlib.decompressobj().decompress(stream), np.uint8)).reshape(300, 480)
    np.testing.assert_array_equal(bits * 255, draw_board(BOARD, 60))
    assert rb"words \(in brackets\) \\ and more" in data


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(SettingsError, match="does not fit on a4"):
        board_sheet(np.zeros((10, 10), np.uint8), (300.0, 150.0), "", "a4")
    assert board_sheet(np.zeros((10, 10), np.uint8), (300.0, 150.0), "", "a3")


@pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="pdftoppm (poppler) is not installed")
@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_the_printed_squares_measure_what_they_should(tmp_path: Path, paper: str) -> None:
    out = tmp_path / "board.pdf"
    assert main(["board", "-o", str(out), "--paper", paper]) == 0
    # 254 dots an inch: ten a millimetre.
    subprocess.run(["pdftoppm", "-r", "254", "-gray", str(out), str(tmp_path / "page")], check=True, timeout=60)
    page = cv2.imread(str(next(tmp_path.glob("page*.pgm"))), cv2.IMREAD_GRAYSCALE)
    view = find_board(np.asarray(page, np.uint8), CharucoBoard())
    assert view is not None and len(view.pixels) == 70
    printed = np.linalg.norm(view.pixels - view.pixels[0], axis=1) / 10
    np.testing.assert_allclose(printed, np.linalg.norm(view.board_mm - view.board_mm[0], axis=1), atol=0.1)
    bar = np.flatnonzero((page[-200:] < 128).sum(axis=1) > 900)
    assert len(bar), "no bar of 100 mm"
    dark = np.flatnonzero(page[-200:][bar[0]] < 128)
    run = np.split(dark, np.flatnonzero(np.diff(dark) > 1) + 1)
    assert max(len(part) for part in run) == pytest.approx(1000, abs=8)


def test_a_board_is_never_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "board.pdf").write_text("mine")
    assert main(["board", "-o", str(tmp_path / "board.pdf")]) == 1
    assert "is there already" in capsys.readouterr().err and (tmp_path / "board.pdf").read_text() == "mine"
