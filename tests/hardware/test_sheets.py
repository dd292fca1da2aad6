"""The printable sheets: fresh, to scale, and found by the detector when printed."""

import importlib.util
import itertools
import shutil
import subprocess
from pathlib import Path
from types import ModuleType

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from arguide.asset_files import find_profile, hardware
from arguide.settings.body_file import read_body
from arguide.settings.profile_file import read_profile
from arguide.trackers.camera.markers import MarkerFinder

CHECKOUT = Path(__file__).parents[2]
DPI = 254
"""Ten dots to the millimetre."""
SHEETS = ("needle-cube", "stylus-cube", "board")


@pytest.fixture(scope="module")
def make_sheets() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_sheets", CHECKOUT / "hardware" / "make_sheets.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def printed(name: str, folder: Path) -> NDArray[np.uint8]:
    """The sheet as a printer would see it."""
    program = shutil.which("pdftoppm")
    if program is None:
        pytest.skip("pdftoppm (package poppler-utils) is not there: the sheets cannot be looked at")
    sheet = hardware() / "sheets" / f"{name}.pdf"
    subprocess.run(
        [program, "-r", str(DPI), "-gray", "-singlefile", "-png", sheet, folder / name], check=True, timeout=60
    )
    picture = cv2.imread(str(folder / f"{name}.png"), cv2.IMREAD_GRAYSCALE)
    assert picture is not None
    return np.asarray(picture, dtype=np.uint8)


def test_shipped_files_are_what_the_script_makes(make_sheets: ModuleType) -> None:
    shipped = {file.name: file.read_bytes() for file in (hardware() / "sheets").iterdir()}
    assert make_sheets.files() == shipped


def test_no_marker_is_on_two_bodies() -> None:
    numbers = [n for name in SHEETS for n in read_body(hardware() / "sheets" / f"{name}.toml").markers]
    assert len(numbers) == len(set(numbers)) and max(numbers) < 50


@pytest.mark.parametrize("name", SHEETS)
def test_every_marker_is_found_on_the_printed_sheet_and_has_its_size(name: str, tmp_path: Path) -> None:
    body = read_body(hardware() / "sheets" / f"{name}.toml")
    picture = cv2.GaussianBlur(printed(name, tmp_path), (0, 0), 1.5)
    found = MarkerFinder(body.dictionary).find(np.asarray(picture, dtype=np.uint8))
    assert set(found.corners) == set(body.markers) and not found.twice
    for number, pixels in found.corners.items():
        corners = np.array(body.markers[number])
        measured = np.linalg.norm(pixels - np.roll(pixels, 1, axis=0), axis=1) * 25.4 / DPI
        assert np.abs(measured - np.linalg.norm(corners - np.roll(corners, 1, axis=0), axis=1)).max() < 0.2, number


def test_board_is_where_its_file_says_over_the_whole_sheet(tmp_path: Path) -> None:
    board = read_body(hardware() / "sheets" / "board.toml").board
    assert board is not None
    picture = printed("board", tmp_path)
    assert picture.shape == (2100, 2970), "A4, landscape"
    known = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50)
    ids = np.arange(board.first_id, board.first_id + len(board.markers))
    opencvs = cv2.aruco.CharucoBoard((7, 5), board.square_mm, board.marker_mm, known, ids)
    corners, numbers, *_ = cv2.aruco.CharucoDetector(opencvs).detectBoard(picture)
    assert numbers is not None and len(numbers) == 24
    in_mm = np.asarray(corners).reshape(-1, 2) * 25.4 / DPI
    ours = (np.array(board.saddles) * (1, -1, 1))[np.asarray(numbers).ravel(), :2]
    assert np.abs((in_mm - in_mm.mean(axis=0)) - (ours - ours.mean(axis=0))).max() < 0.05


@pytest.mark.parametrize("name", ["needle-cube", "stylus-cube"])
def test_measuring_bar_is_100_mm(name: str, tmp_path: Path) -> None:
    picture = printed(name, tmp_path)
    row = next(y for y in range(1600, 1720) if (picture[y, :1300] < 128).sum() > 900)
    dark = np.flatnonzero(picture[row] < 128)
    assert (dark.max() - dark.min()) / 10 == pytest.approx(100.0, abs=0.5)
    column = dark.min() + 1
    down = np.flatnonzero(picture[row:, column] < 128)
    assert (down.max() - down.min()) / 10 == pytest.approx(100.0, abs=0.5)


@pytest.mark.parametrize("name", ["needle-cube", "stylus-cube"])
def test_faces_are_those_of_a_cube_seen_from_outside(name: str) -> None:
    faces = np.array(list(read_body(hardware() / "sheets" / f"{name}.toml").markers.values()))
    middles = faces.mean(axis=1)
    outward = np.cross(faces[:, 1] - faces[:, 0], faces[:, 0] - faces[:, 3])
    assert np.allclose(outward / 36.0**2, middles / 22.5), "the print looks away from the middle"
    assert np.allclose(np.abs(middles @ middles.T) > 1, np.abs(np.round(middles @ middles.T)) > 1)


def test_neighbours_on_the_sheet_are_neighbours_on_the_cube(make_sheets: ModuleType, tmp_path: Path) -> None:
    """The net folded up: of two markers side by side, right edge and left edge meet at an edge of the cube."""
    body = read_body(hardware() / "sheets" / "stylus-cube.toml")
    picture = cv2.GaussianBlur(printed("stylus-cube", tmp_path), (0, 0), 1.5)
    found = MarkerFinder(body.dictionary).find(np.asarray(picture, dtype=np.uint8)).corners
    sides = sorted((n for n in found if n != 8), key=lambda n: float(found[n][0, 0]))
    gap = 2 * (make_sheets.FACE_MM - make_sheets.MARKER_MM) / 2
    for one, other in itertools.pairwise(sides):
        right, left = np.array(body.markers[one])[1:3], np.array(body.markers[other])[[0, 3]]
        assert np.linalg.norm(right - left, axis=1) == pytest.approx(np.full(2, gap / np.sqrt(2)))
    below, above = np.array(body.markers[sides[0]])[:2], np.array(body.markers[8])[[3, 2]]
    assert np.linalg.norm(below - above, axis=1) == pytest.approx(np.full(2, gap / np.sqrt(2)))


def test_profiles_name_sheets_and_calibrations_that_fit() -> None:
    for name in ("webcam", "simulated-camera"):
        profile = read_profile(find_profile(name))
        assert profile.driver == "camera" and profile.calibration is not None
        assert [tool.name for tool in profile.tools] == ["reference", "stylus", "needle"]
