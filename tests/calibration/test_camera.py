"""Camera intrinsics: exact on exact corners, bad views found, drawn boards read, and a published calibration met."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from arguide.calibration.camera import BoardView, camera_calibration
from arguide.calibration.charuco import CharucoBoard, draw_board, find_board
from arguide.errors import CalibrationError
from arguide.geometry.rotations import rotations_from
from arguide.geometry.transforms import Array, apply, from_parts

SIZE = (640, 480)
MATRIX = np.array([[610.0, 0, 325], [0, 605, 235], [0, 0, 1]])
DISTORTION = np.array([-0.12, 0.08, 0.001, -0.0005, -0.02])
BOARD = CharucoBoard()
PHOTOGRAPHS = Path(__file__).parents[2] / ".." / "shared" / "data" / "camera-calibration-bard"


def seen(pose: Array) -> BoardView:
    corners = BOARD.corners_mm
    pixels = cv2.projectPoints(apply(pose, corners), np.zeros(3), np.zeros(3), MATRIX, DISTORTION)[0].reshape(-1, 2)
    inside = np.all((pixels > 5) & (pixels < np.array(SIZE) - 5), axis=1)
    return BoardView(corners[inside], pixels[inside])


def views(seed: int, n: int = 15, pixels: float = 0.0, tilt: float = 0.35) -> list[BoardView]:
    rng, made = np.random.default_rng(seed), []
    middle = BOARD.corners_mm.mean(axis=0)
    while len(made) < n:
        turn = rotations_from(rng.normal(0, tilt, 3))
        place = np.array([rng.uniform(-110, 110), rng.uniform(-80, 80), rng.uniform(280, 420)])
        view = seen(from_parts(turn, place - turn @ middle))
        if len(view.pixels) >= 30:
            made.append(BoardView(view.board_mm, view.pixels + rng.normal(0, pixels, view.pixels.shape)))
    return made


def test_exact_corners_give_the_exact_camera() -> None:
    found = camera_calibration(views(1), SIZE)
    # OpenCV keeps corners in single precision.
    np.testing.assert_allclose(found.matrix, MATRIX, atol=1e-2)
    np.testing.assert_allclose(found.distortion, DISTORTION, atol=1e-3)
    assert found.rms_px < 1e-3 and found.used.all()


def test_noise_shows_in_the_rms_and_the_error_stays_within_its_bars() -> None:
    found = camera_calibration(views(2, 25, pixels=0.2), SIZE)
    assert found.rms_px == pytest.approx(0.2 * np.sqrt(2), rel=0.1)
    off = np.array([found.matrix[0, 0], found.matrix[1, 1], found.matrix[0, 2], found.matrix[1, 2]]) - [
        610,
        605,
        325,
        235,
    ]
    assert (np.abs(off) < 4 * found.sd[:4]).all() and found.sd[0] < 5
    assert found.coverage > 0.6 and found.cautions == ()


def test_a_spoilt_view_is_left_out_and_named() -> None:
    made = views(3, 12, pixels=0.2)
    shaken = made[4].pixels + np.random.default_rng(3).normal(0, 6, made[4].pixels.shape)
    made[4] = BoardView(made[4].board_mm, np.clip(shaken, 0, np.array(SIZE) - 1))
    found = camera_calibration(made, SIZE)
    assert np.flatnonzero(~found.used).tolist() == [4] and found.view_rms_px[4] > 5
    assert "view 5:" in next(caution.message for caution in found.cautions if caution.code == "rejected")
    assert found.rms_px < 0.4


def test_projection_is_the_one_that_was_calibrated() -> None:
    made = views(4)
    found = camera_calibration(made, SIZE)
    np.testing.assert_allclose(
        found.project(apply(found.view_from_board[2], made[2].board_mm)), made[2].pixels, atol=1e-2
    )


def test_a_drawn_board_is_read_back_and_a_part_of_it_too() -> None:
    picture = np.pad(draw_board(BOARD, 60), 40, constant_values=255)
    view = find_board(picture, BOARD)
    assert view is not None and len(view.pixels) == 70
    # A square is 60 pixels and 20 mm; pixel middles are at whole numbers.
    np.testing.assert_allclose(view.pixels, view.board_mm[:, :2] * 3 + 39.5, atol=0.6)
    part = find_board(cv2.cvtColor(picture[:, : picture.shape[1] // 2], cv2.COLOR_GRAY2BGR), BOARD)
    assert part is not None and 6 <= len(part.pixels) < 70
    assert find_board(np.full((300, 400), 255, np.uint8), BOARD) is None


@pytest.mark.parametrize(
    ("board", "reason"),
    [({"columns": 2}, "3 to 40"), ({"marker_mm": 20.0}, "smaller"), ({"dictionary": "DICT_9"}, "no marker dictionary")],
)
def test_boards_that_cannot_be_are_refused(board: dict[str, object], reason: str) -> None:
    with pytest.raises(CalibrationError, match=reason):
        CharucoBoard(**board)  # type: ignore[arg-type]
    with pytest.raises(CalibrationError, match="markers needed"):
        CharucoBoard(30, 30, 20, 15, "DICT_4X4_50")


def test_views_that_tell_too_little_are_refused() -> None:
    made = views(5, 6)
    with pytest.raises(CalibrationError, match="at least 5"):
        camera_calibration(made[:4], SIZE)
    with pytest.raises(CalibrationError, match="view 1 has 3 corners"):
        camera_calibration([BoardView(made[0].board_mm[:3], made[0].pixels[:3]), *made], SIZE)
    with pytest.raises(CalibrationError, match="outside a picture of 100 x 80"):
        camera_calibration(made, (100, 80))


def test_photographs_give_the_published_calibration_and_show_its_two_bad_views() -> None:
    if not PHOTOGRAPHS.is_dir():
        pytest.skip(f"no {PHOTOGRAPHS.name}: the shared data is not beside the checkout")
    files = [PHOTOGRAPHS / f"calib.{{}}.{k}.txt" for k in range(12)]
    made = [
        BoardView(*(np.loadtxt(str(file).format(what)) for what in ("object_points", "image_points"))) for file in files
    ]
    every = camera_calibration(made, SIZE, reject=False)
    assert every.rms_px == pytest.approx(1.411, abs=0.001)
    np.testing.assert_allclose(every.matrix, np.loadtxt(PHOTOGRAPHS / "calib.intrinsics.txt"), atol=0.01)
    np.testing.assert_allclose(every.distortion, np.loadtxt(PHOTOGRAPHS / "calib.distortion.txt"), atol=1e-4)
    good = camera_calibration(made, SIZE)
    assert np.flatnonzero(~good.used).tolist() == [10, 11] and good.rms_px < 0.35
