"""Body files: boards are laid out as OpenCV lays them out; every mistake is named."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from arguide.errors import SettingsError
from arguide.settings.body_file import DICTIONARIES, BoardLayout, read_body

SQUARE = "[[-5, 5, 0], [5, 5, 0], [5, -5, 0], [-5, -5, 0]]"
GOOD = f'schema = 1\ntitle = "Plate"\ndictionary = "4X4_50"\n[[marker]]\nid = 3\ncorners = {SQUARE}\n'


def test_board_is_opencvs_board_about_its_middle_with_y_up() -> None:
    layout = BoardLayout(columns=7, rows=5, square_mm=35.0, marker_mm=26.0, first_id=0)
    board = cv2.aruco.CharucoBoard((7, 5), 35.0, 26.0, cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50))
    for number, points in zip(board.getIds().ravel().tolist(), board.getObjPoints(), strict=True):
        ours = np.array(layout.markers[number]) * (1, -1, 1) + (122.5, 87.5, 0)
        assert np.allclose(ours, points)
    assert np.allclose(np.array(layout.saddles) * (1, -1, 1) + (122.5, 87.5, 0), board.getChessboardCorners())


def test_every_dictionary_is_one_of_opencvs() -> None:
    assert all(hasattr(cv2.aruco, f"DICT_{name}") for name in DICTIONARIES)


def test_a_good_file(tmp_path: Path) -> None:
    file = tmp_path / "plate.toml"
    file.write_text(GOOD)
    body = read_body(file)
    assert list(body.markers) == [3] and body.markers[3][0] == (-5.0, 5.0, 0.0) and body.saddles == ()


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("schema = 1", "schema = 9", "update arguide"),
        ("4X4_50", "5X4_50", "dictionary: expected one of"),
        ("[5, -5, 0], ", "", "corners: expected 4 rows"),
        ("[5, -5, 0]", "[5, -8, 0]", "a marker is a square"),
        ("[-5, 5, 0]", "[-5000, 5, 0]", "the unit is mm"),
        ("id = 3", "id = -3", "id: expected a whole number"),
        ("[[marker]]", f"[[marker]]\nid = 3\ncorners = {SQUARE}\n[[marker]]", "number 3 is used twice"),
        ("[[marker]]", "[[markers]]", "unknown key"),
        (
            "[[marker]]",
            "[board]\ncolumns = 5\nrows = 4\nsquare_mm = 20\nmarker_mm = 30\n[[marker]]",
            "smaller than its",
        ),
        (
            "[[marker]]",
            "[board]\ncolumns = 5\nrows = 4\nsquare_mm = 20\nmarker_mm = 15\n[[marker]]",
            "on the board already",
        ),
    ],
)
def test_every_mistake_is_named(tmp_path: Path, old: str, new: str, reason: str) -> None:
    file = tmp_path / "plate.toml"
    assert old in GOOD
    file.write_text(GOOD.replace(old, new, 1))
    with pytest.raises(SettingsError, match="plate.toml") as refused:
        read_body(file)
    assert reason in str(refused.value)


def test_a_body_without_markers(tmp_path: Path) -> None:
    file = tmp_path / "bare.toml"
    file.write_text('schema = 1\ntitle = "Bare"\ndictionary = "4X4_50"\n')
    with pytest.raises(SettingsError, match="at least one"):
        read_body(file)
