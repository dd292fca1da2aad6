"""Calibrations of cameras, `arguide calibrate camera`, `hand-eye` and `time`, at work: files in, result out."""

import argparse
from pathlib import Path

import cv2
import numpy as np

from arguide.calibration.camera import camera_calibration
from arguide.calibration.charuco import CharucoBoard, find_board
from arguide.calibration.hand_eye import HandEyeCalibration, hand_eye_calibration
from arguide.calibration.time_offset import TimeOffset, time_offset
from arguide.cli.camera_keeping import keep_delay, keep_lens, keep_mount
from arguide.cli.inputs import poses_of
from arguide.cli.results import emit, matrix_lines, numbers
from arguide.errors import CalibrationError, SettingsError
from arguide.geometry.uncertainty import region_scale
from arguide.imaging.pose_files import PoseStream, at_once, together

ENOUGH_PAIRS = 40
"""Neighbours in time hardly differ; so many pairs of a stream tell what all of them do."""
PICTURES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp")


def camera(given: argparse.Namespace) -> int:
    """A lens by pictures of a board."""
    board = CharucoBoard(given.columns, given.rows, given.square, given.marker, given.dictionary)
    views, names, size = [], [], None
    for file in _pictures(given.pictures):
        picture = cv2.imread(str(file), cv2.IMREAD_GRAYSCALE)
        if picture is None:
            raise SettingsError(f"{file}: not a picture that can be read")
        if size is None:
            size = (picture.shape[1], picture.shape[0])
        if (picture.shape[1], picture.shape[0]) != size:
            raise SettingsError(f"{file}: {picture.shape[1]}x{picture.shape[0]}, the others are {size[0]}x{size[1]}")
        view = find_board(np.asarray(picture, dtype=np.uint8), board)
        if view is not None:
            views.append(view)
            names.append(str(file))
    if size is None:
        raise SettingsError("no pictures there; give picture files or a folder of them")
    if not views:
        raise CalibrationError("camera: the board is in none of the pictures; are columns, rows and dictionary right?")
    found = camera_calibration(views, size, reject=not given.all_views)
    result = {
        "method": "camera",
        "matrix": found.matrix,
        "distortion": found.distortion,
        "size": found.size,
        "rms_px": found.rms_px,
        "sd": found.sd,
        "coverage": found.coverage,
        "views": [
            {"file": name, "rms_px": rms, "used": bool(used)}
            for name, rms, used in zip(names, found.view_rms_px.tolist(), found.used, strict=True)
        ],
    }
    fx, fy, cx, cy = found.matrix[0, 0], found.matrix[1, 1], found.matrix[0, 2], found.matrix[1, 2]
    lines = [
        f"fx {fx:.2f} ± {found.sd[0]:.2f}, fy {fy:.2f} ± {found.sd[1]:.2f} px (standard deviations)",
        f"cx {cx:.2f} ± {found.sd[2]:.2f}, cy {cy:.2f} ± {found.sd[3]:.2f} px",
        f"distortion k1, k2, p1, p2, k3 {numbers(found.distortion, 5)}",
        f"RMS {found.rms_px:.3f} px over {int(found.used.sum())} of {len(views)} views, {found.coverage:.0%} of the picture seen",
        *(f"  {name}: {rms:.3f} px{'' if used else ', left out'}" for name, rms, used in zip(names, found.view_rms_px, found.used, strict=True)),
    ]  # fmt: skip
    if given.keep_for:
        keep_lens(given.keep_for, found)
    return emit(given, result, lines, found.cautions)


def _pictures(given: list[Path]) -> list[Path]:
    files: list[Path] = []
    for path in given:
        if path.is_dir():
            files += sorted(file for file in path.iterdir() if file.suffix.lower() in PICTURES)
        elif path.is_file():
            files.append(path)
        else:
            raise SettingsError(f"{path}: no such picture or folder")
    return files


def hand_eye(given: argparse.Namespace) -> int:
    """A camera on its marker body."""
    first = poses_of(given.body, given.tool, given.reference, given.between)
    second = poses_of(given.board, given.board_tool)
    late: TimeOffset | None = None
    if given.by_time:
        found, late = _by_time(first, second)
    else:
        found = hand_eye_calibration(*together(first, second))
    result = {
        "method": found.method,
        "transform": found.body_from_camera,
        "tracker_from_board": found.tracker_from_board,
        "covariance": found.covariance,
        "error_mm": found.error_mm,
        "error_deg": np.degrees(found.error_rad),
        "residuals_mm": found.residuals_mm,
        "offset_s": late.offset_s if late else None,
    }
    lines = [
        "body_from_camera:",
        *matrix_lines(found.body_from_camera),
        f"error on poses left out {found.error_mm:.3f} mm, {np.degrees(found.error_rad):.3f}° RMS ({found.method} was best)",
    ]
    if late is not None:
        speed = _speed(first)
        lines.append(
            f"corrected: {1e3 * late.offset_s:+.1f} ± {1.96e3 * late.sd_s:.1f} ms on the board's times,"
            f" {late.error_mm(speed):.2f} mm at the {speed:.0f} mm/s of this motion"
        )
    if given.keep_for:
        keep_mount(given.keep_for, found, given.profile, given.body_tool)
    return emit(given, result, lines)


def _by_time(bodies: PoseStream, boards: PoseStream) -> tuple[HandEyeCalibration, TimeOffset]:
    """Both at once: how late the board is told follows from the speeds of body and camera before the still board.

    First as if the camera were the body; then with its place on the body, so that speeds of one point are compared.
    """
    cameras = np.linalg.inv(boards.poses)[:, :3, 3]
    place = bodies.poses[:, :3, 3]
    for _ in range(2):
        late = time_offset(bodies.times, place, boards.times, cameras)
        pairs = at_once(bodies, boards, late.offset_s)
        thin = slice(None, None, max(1, len(pairs[0]) // ENOUGH_PAIRS))
        found = hand_eye_calibration(pairs[0][thin], pairs[1][thin])
        place = (bodies.poses @ found.body_from_camera)[:, :3, 3]
    return found, late


def _speed(stream: PoseStream) -> float:
    """Median speed in mm/s."""
    steps = np.linalg.norm(np.diff(stream.poses[:, :3, 3], axis=0), axis=1)
    return float(np.median(steps / np.diff(stream.times)))


def time(given: argparse.Namespace) -> int:
    """The time between two streams."""
    first = poses_of(given.first, given.tool, given.reference, given.between)
    second = poses_of(given.second, given.second_tool or given.tool, given.reference)
    positions = first.poses[:, :3, 3], second.poses[:, :3, 3]
    found = time_offset(first.times, positions[0], second.times, positions[1], given.most)
    half = region_scale(dimensions=1) * found.sd_s
    result = {
        "method": "time",
        "offset_s": found.offset_s,
        "sd_s": found.sd_s,
        "offset_95_s": [found.offset_s - half, found.offset_s + half],
        "correlation": found.correlation,
        "overlap_s": found.overlap_s,
        "offset_mm_at_speed": abs(found.offset_s) * given.speed,
        "speed_mm_s": given.speed,
    }
    lines = [
        f"add {1e3 * found.offset_s:+.1f} ± {1e3 * half:.1f} ms (95 %) to the second stream's times",
        f"that is {abs(found.offset_s) * given.speed:.2f} mm at a tip speed of {given.speed:g} mm/s",
        f"correlation {found.correlation:.3f} over {found.overlap_s:.1f} s",
    ]
    if given.keep_for:
        keep_delay(given.keep_for, found)
    return emit(given, result, lines)
