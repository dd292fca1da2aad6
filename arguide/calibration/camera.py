"""Camera intrinsics: focal lengths, principal point and lens distortion from views of a flat board.

Zhang, IEEE PAMI 22 (2000) 1330–1334, with Brown's distortion (k1, k2, p1, p2, k3), as OpenCV implements it. A view whose
corners fit far worse than the others' (moved while taken, mirrored, half recognised) is left out and said so; how much
of the picture the corners cover tells where the distortion is a guess.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from arguide.errors import CalibrationError, Caution
from arguide.geometry.rotations import rotations_from
from arguide.geometry.transforms import Array, from_parts

MIN_VIEWS = 5
FEWEST_CORNERS = 6
REJECT_MEDIANS = 2.5
FLOOR_PX = 0.1
CELLS = (8, 6)
WELL_COVERED = 0.6
MIN_TILT_RAD = np.radians(10.0)
MOST_RMS_PX = 5.0


@dataclass(frozen=True)
class BoardView:
    """Corners of the board seen in one picture."""

    board_mm: Array
    """(n, 3) in the board's frame, z = 0."""
    pixels: Array
    """(n, 2) where they are in the picture, x right and y down, the upper left pixel's middle at (0, 0)."""


@dataclass(frozen=True)
class CameraCalibration:
    """Intrinsics of a camera at one picture size."""

    matrix: Array
    """(3, 3) pixels from the `view` frame (OpenCV: x right, y down, z forward)."""
    distortion: Array
    """(5,) k1, k2, p1, p2, k3."""
    size: tuple[int, int]
    """Width and height in pixels."""
    rms_px: float
    """RMS reprojection error over the views used. Small where few corners are seen, whatever the truth."""
    view_rms_px: Array
    """(v,) RMS reprojection error of every view given, rejected ones too."""
    used: NDArray[np.bool_]
    """(v,) which views were used."""
    view_from_board: Array
    """(v, 4, 4) mm, where the board was."""
    sd: Array
    """(9,) standard deviations of fx, fy, cx, cy in pixels and of the five distortion coefficients."""
    coverage: float
    """Share 0..1 of the picture's cells (8 x 6) in which a corner was seen."""
    cautions: tuple[Caution, ...] = ()

    def project(self, view_points: Array) -> Array:
        """Pixels (n, 2) of points (n, 3) mm in the `view` frame."""
        pixels, _ = cv2.projectPoints(view_points, np.zeros(3), np.zeros(3), self.matrix, self.distortion)
        return np.asarray(pixels, dtype=float).reshape(-1, 2)


def camera_calibration(views: Sequence[BoardView], size: tuple[int, int], reject: bool = True) -> CameraCalibration:
    """Calibrate from views of a flat board in pictures of `size` (width, height); `reject` leaves out bad views.

    CalibrationError if there are fewer than five usable views, the board was never tilted, or nothing fits.
    """
    _check(views, size)
    used = np.ones(len(views), dtype=bool)
    for _ in range(len(views)):
        matrix, distortion, sd = _solve([view for view, use in zip(views, used, strict=True) if use], size)
        poses = np.array([_pose(view, matrix, distortion) for view in views])
        rms = np.array([_rms(view, pose, matrix, distortion) for view, pose in zip(views, poses, strict=True)])
        now = rms <= REJECT_MEDIANS * max(float(np.median(rms)), FLOOR_PX)
        if not reject or np.array_equal(now, used):
            break
        used = used & now
        if used.sum() < MIN_VIEWS:
            raise CalibrationError(
                f"camera: only {used.sum()} views agree, at least {MIN_VIEWS} needed; hold still and repeat"
            )
    counts = np.array([len(view.pixels) for view in views])
    whole = float(np.sqrt((rms[used] ** 2 * counts[used]).sum() / counts[used].sum()))
    _check_result(whole, poses[used])
    coverage = _coverage([view for view, use in zip(views, used, strict=True) if use], size)
    cautions = _cautions(used, coverage)
    return CameraCalibration(matrix, distortion, size, whole, rms, used, poses, sd, coverage, cautions)


def _check(views: Sequence[BoardView], size: tuple[int, int]) -> None:
    if len(views) < MIN_VIEWS:
        raise CalibrationError(
            f"camera: {len(views)} views of the board, at least {MIN_VIEWS} needed; take more pictures"
        )
    for k, view in enumerate(views):
        if len(view.pixels) < FEWEST_CORNERS or view.pixels.shape != (len(view.board_mm), 2):
            raise CalibrationError(
                f"camera: view {k + 1} has {len(view.pixels)} corners, at least {FEWEST_CORNERS} needed; show more of the board"
            )
        inside = np.all((view.pixels > -1) & (view.pixels < np.array(size)))  # NaN is not inside either
        if not inside or not np.all(np.isfinite(view.board_mm)):
            raise CalibrationError(
                f"camera: corners of view {k + 1} lie outside a picture of {size[0]} x {size[1]} pixels"
            )


def _solve(views: Sequence[BoardView], size: tuple[int, int]) -> tuple[Array, Array, Array]:
    boards = [np.asarray(view.board_mm, dtype=np.float32) for view in views]
    pixels = [np.asarray(view.pixels, dtype=np.float32) for view in views]
    guess, flat = np.eye(3), np.zeros(5)
    criteria = (cv2.TERM_CRITERIA_COUNT + cv2.TERM_CRITERIA_EPS, 200, 1e-14)
    try:
        found = cv2.calibrateCameraExtended(boards, pixels, size, guess, flat, flags=0, criteria=criteria)
    except cv2.error as error:
        raise CalibrationError(
            "camera: the views do not determine the camera; tilt the board in several ways"
        ) from error
    _, matrix, distortion, _, _, sd, _, _ = found
    return (
        np.asarray(matrix, float),
        np.asarray(distortion, float).reshape(-1)[:5],
        np.asarray(sd, float).reshape(-1)[:9],
    )


def _pose(view: BoardView, matrix: Array, distortion: Array) -> Array:
    """(4, 4) view_from_board of one view."""
    _, turn, shift = cv2.solvePnP(view.board_mm, view.pixels, matrix, distortion, flags=cv2.SOLVEPNP_ITERATIVE)
    return from_parts(rotations_from(np.asarray(turn, float).reshape(3)), np.asarray(shift, float).reshape(3))


def _rms(view: BoardView, view_from_board: Array, matrix: Array, distortion: Array) -> float:
    there = view.board_mm @ view_from_board[:3, :3].T + view_from_board[:3, 3]
    pixels, _ = cv2.projectPoints(there, np.zeros(3), np.zeros(3), matrix, distortion)
    off = np.asarray(pixels, float).reshape(-1, 2) - view.pixels
    return float(np.sqrt((off**2).sum(axis=1).mean()))


def _check_result(rms: float, poses: Array) -> None:
    if rms > MOST_RMS_PX:
        raise CalibrationError(
            f"camera: the best fit leaves {rms:.1f} pixels RMS; is it the board that was printed, at its true size?"
        )
    normals = poses[:, :3, 2]
    spread = float(np.arccos(np.clip((normals @ normals.T).min(), -1, 1)))
    if spread < MIN_TILT_RAD:
        raise CalibrationError(
            f"camera: the board was tilted by {np.degrees(spread):.0f}° only, so focal length and distance cannot be told"
            f" apart; tilt it by {np.degrees(MIN_TILT_RAD):.0f}° and more, in several ways"
        )


def _coverage(views: Sequence[BoardView], size: tuple[int, int]) -> float:
    cells = np.zeros(CELLS, dtype=bool)
    for view in views:
        x, y = np.clip(view.pixels / np.array(size) * CELLS, 0, np.array(CELLS) - 1).astype(np.intp).T
        cells[x, y] = True
    return float(cells.mean())


def _cautions(used: NDArray[np.bool_], coverage: float) -> tuple[Caution, ...]:
    found = []
    if not used.all():
        names = ", ".join(str(k + 1) for k in np.flatnonzero(~used))
        found.append(
            Caution("rejected", f"view {names}: fits far worse than the others, left out; hold board and camera still")
        )
    if coverage < WELL_COVERED:
        found.append(
            Caution("coverage", f"the board was seen in {coverage:.0%} of the picture only; show it in the corners too")
        )
    return tuple(found)
