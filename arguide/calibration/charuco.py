"""A ChArUco board: a chessboard whose white squares carry markers, so that every corner is known by number even where a
part of the board is hidden or out of the picture (Garrido-Jurado et al., Pattern Recognition 47 (2014) 2280–2292).
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from arguide.calibration.camera import BoardView
from arguide.errors import CalibrationError
from arguide.geometry.transforms import Array

Picture = NDArray[np.uint8]
FEWEST_CORNERS = 6


@dataclass(frozen=True)
class CharucoBoard:
    """A printed board, by its numbers."""

    columns: int = 11
    rows: int = 8
    """Squares across and down."""
    square_mm: float = 20.0
    marker_mm: float = 15.0
    dictionary: str = "DICT_5X5_250"
    """Name of one of OpenCV's predefined marker dictionaries."""

    def __post_init__(self) -> None:
        if not (3 <= self.columns <= 40 and 3 <= self.rows <= 40 and 0 < self.marker_mm < self.square_mm):
            raise CalibrationError(
                f"board: {self.columns} x {self.rows} squares of {self.square_mm:g} mm with markers of {self.marker_mm:g} mm;"
                " expected 3 to 40 each way, and markers smaller than squares"
            )
        if not self.dictionary.startswith("DICT_") or not hasattr(cv2.aruco, self.dictionary):
            raise CalibrationError(f"board: no marker dictionary {self.dictionary!r}; DICT_5X5_250 is one of OpenCV's")
        size = len(cv2.aruco.getPredefinedDictionary(getattr(cv2.aruco, self.dictionary)).bytesList)
        if self.columns * self.rows // 2 > size:
            raise CalibrationError(
                f"board: {self.columns * self.rows // 2} markers needed, {self.dictionary} has {size}"
            )

    def as_opencv(self) -> cv2.aruco.CharucoBoard:
        """OpenCV's board; lengths in mm."""
        dictionary = cv2.aruco.getPredefinedDictionary(getattr(cv2.aruco, self.dictionary))
        return cv2.aruco.CharucoBoard((self.columns, self.rows), self.square_mm, self.marker_mm, dictionary)

    @property
    def corners_mm(self) -> Array:
        """(n, 3) inner corners in the board's frame, z = 0, in the order of their numbers."""
        return np.array(self.as_opencv().getChessboardCorners(), dtype=float)


def draw_board(board: CharucoBoard, pixels_per_square: int = 60) -> Picture:
    """The board as a grey picture (rows, columns) without margin; print it so that a square has its length."""
    size = (board.columns * pixels_per_square, board.rows * pixels_per_square)
    return np.asarray(board.as_opencv().generateImage(size, marginSize=0), dtype=np.uint8)


def find_board(picture: Picture, board: CharucoBoard) -> BoardView | None:
    """The board's corners seen in a grey or BGR picture, to a fraction of a pixel; None with fewer than six."""
    grey = picture if picture.ndim == 2 else np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), dtype=np.uint8)
    corners, ids, _, _ = cv2.aruco.CharucoDetector(board.as_opencv()).detectBoard(grey)
    if corners is None or ids is None or len(ids) < FEWEST_CORNERS:
        return None
    number = np.asarray(ids).reshape(-1)
    return BoardView(board.corners_mm[number], np.asarray(corners, dtype=float).reshape(-1, 2))
