"""The calibrations of `arguide calibrate` at work: files in, result out."""

import argparse
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from arguide.calibration.held_out import HeldOutCheck, held_out_check
from arguide.calibration.pivot import PivotCalibration, pivot_calibration
from arguide.cli.inputs import poses_of
from arguide.cli.results import emit, matrix_lines, numbers
from arguide.errors import CalibrationError, SettingsError
from arguide.geometry.transforms import Array, translation
from arguide.geometry.uncertainty import point_covariances, region_scale
from arguide.settings.calibration_file import Fit, HeldOut, Method, ToolCalibration

PICTURES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp")


def pivot(given: argparse.Namespace) -> int:
    """A tip by pivoting."""
    from arguide.cli.tool_calibrations import fit_of

    stream = poses_of(given.poses, given.tool, given.reference, given.between)
    found = pivot_calibration(stream.poses)
    check = _held_out(given, found)
    half = _half_axis(found.tip_covariance)
    result = {
        "method": "pivot",
        "tip_mm": found.tip_mm,
        "pivot_mm": found.pivot_mm,
        "transform": translation(found.tip_mm),
        "tip_covariance_mm2": found.tip_covariance,
        "tip_95_mm": half,
        "standard_error_mm": found.standard_error_mm,
        "rms_mm": found.rms_mm,
        "cone_deg": np.degrees(found.cone_rad),
        "coverage": found.coverage,
        "poses": found.poses,
        "hidden": stream.hidden,
        "rejected": found.rejected,
        "residuals_mm": found.residuals_mm,
        "held_out": vars(check) if check else None,
    }
    lines = [
        f"tip {numbers(found.tip_mm)} mm ± {half:.3f} mm (95 %)",
        f"RMS {found.rms_mm:.3f} mm over {int(found.used.sum())} of {found.poses} poses, {stream.hidden} hidden",
        f"cone {np.degrees(found.cone_rad):.0f}°, {found.coverage:.0%} of a 60° cone visited",
        *(
            [f"held-out check: off by {check.error_mm:.3f} mm, expected up to {check.expected_mm:.3f} mm"]
            if check
            else []
        ),
    ]
    held = HeldOut(point="a known point", error_mm=check.error_mm, expected_mm=check.expected_mm) if check else None
    fit = fit_of(found.residuals_mm, found.used, found.rms_mm, found.coverage)
    _keep(given, Method.PIVOT, found.tip_mm, found.tip_covariance, fit, held, [c.message for c in found.cautions])
    return emit(given, result, lines, found.cautions)


def _held_out(given: argparse.Namespace, found: PivotCalibration) -> HeldOutCheck | None:
    if given.check is None and given.known is None:
        return None
    if given.check is None or given.known is None:
        raise SettingsError("--check and --known belong together: poses of the tip at a known point, and that point")
    poses = poses_of(given.check, given.tool, given.reference).poses
    return held_out_check(poses, found.tip_mm, given.known, found.tip_covariance)


def _keep(
    given: argparse.Namespace,
    method: Method,
    tip: Array,
    covariance: Array,
    fit: Fit,
    held_out: HeldOut | None,
    cautions: list[str],
) -> None:
    """Store it for a tool of a profile, if that was asked for."""
    if not given.keep_for:
        return
    import sys

    from arguide.asset_files import find_profile
    from arguide.cli.tool_calibrations import matrix, serial_of, vector
    from arguide.settings.calibration_store import CalibrationStore
    from arguide.settings.profile_file import read_profile

    profile = read_profile(find_profile(given.profile))
    if (tool := profile.tool(given.keep_for)) is None:
        names = ", ".join(tool.name for tool in profile.tools)
        raise SettingsError(f"--keep-for {given.keep_for!r}: {profile.file} has {names}")
    calibration = ToolCalibration(
        tool=tool.name,
        serial=serial_of(tool, profile),
        method=method,
        made=datetime.now(UTC).replace(microsecond=0),
        tip_mm=vector(tip),
        tip_covariance_mm2=matrix(covariance),
        fit=fit,
        held_out=held_out,
        cautions=tuple(cautions),
    )
    print(f"kept as {CalibrationStore().save(calibration)}", file=sys.stderr)


def _half_axis(covariance: Array) -> float:
    """Longest half axis in mm of the 95 % ellipsoid of a (3, 3) covariance."""
    return region_scale() * float(np.sqrt(max(np.linalg.eigvalsh(covariance)[-1], 0.0)))


def spin(given: argparse.Namespace) -> int:
    """A direction by rolling."""
    from arguide.calibration.spin import spin_calibration

    stream = poses_of(given.poses, given.tool, given.reference, given.between)
    found = spin_calibration(stream.poses, given.towards)
    error = np.degrees(found.standard_error_rad)
    result = {
        "method": "spin",
        "direction": found.direction,
        "direction_covariance_rad2": found.direction_covariance,
        "point_mm": found.point_mm,
        "rms_deg": np.degrees(found.rms_rad),
        "spin_deg": np.degrees(found.spin_rad),
        "poses": len(found.used),
        "used": int(found.used.sum()),
        "hidden": stream.hidden,
    }
    lines = [
        f"direction {numbers(found.direction, 5)}, standard error {error:.3f}°",
        f"nearest point of the axis {numbers(found.point_mm)} mm",
        f"wobble {np.degrees(found.rms_rad):.3f}° RMS over a roll of {np.degrees(found.spin_rad):.0f}°",
    ]
    return emit(given, result, lines)


def template(given: argparse.Namespace) -> int:
    """A tip by a template."""
    from arguide.calibration.template import template_calibration
    from arguide.imaging.pose_files import together

    first = poses_of(given.poses, given.tool, given.reference, given.between)
    second = poses_of(given.template_poses or given.poses, given.template, given.reference, given.between)
    tools, templates = together(first, second)
    found = template_calibration(tools, templates, translation(given.at), given.tolerance)
    covariance = point_covariances(found.covariance, found.tip_mm)
    half = _half_axis(covariance)
    result = {
        "method": "template",
        "tip_mm": found.tip_mm,
        "transform": found.tool_from_tip,
        "covariance": found.covariance,
        "tip_covariance_mm2": covariance,
        "tip_95_mm": half,
        "rms_mm": found.rms_mm,
        "rms_deg": np.degrees(found.rms_rad),
        "poses": len(found.used),
        "used": int(found.used.sum()),
    }
    lines = [
        f"tip {numbers(found.tip_mm)} mm ± {half:.3f} mm (95 %)",
        f"RMS {found.rms_mm:.3f} mm over {int(found.used.sum())} of {len(found.used)} pairs of poses",
    ]
    fit = Fit(poses=len(found.used), used=int(found.used.sum()), rms_mm=found.rms_mm)
    _keep(given, Method.TEMPLATE, found.tip_mm, covariance, fit, None, [])
    return emit(given, result, lines)


def camera(given: argparse.Namespace) -> int:
    """A lens by pictures of a board."""
    import cv2

    from arguide.calibration.camera import camera_calibration
    from arguide.calibration.charuco import CharucoBoard, find_board

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
    from arguide.calibration.hand_eye import hand_eye_calibration
    from arguide.imaging.pose_files import together

    bodies, boards = together(poses_of(given.body, given.tool, given.reference, given.between), poses_of(given.board))
    found = hand_eye_calibration(bodies, boards)
    result = {
        "method": found.method,
        "transform": found.body_from_camera,
        "tracker_from_board": found.tracker_from_board,
        "covariance": found.covariance,
        "error_mm": found.error_mm,
        "error_deg": np.degrees(found.error_rad),
        "residuals_mm": found.residuals_mm,
    }
    lines = [
        "body_from_camera:",
        *matrix_lines(found.body_from_camera),
        f"error on poses left out {found.error_mm:.3f} mm, {np.degrees(found.error_rad):.3f}° RMS ({found.method} was best)",
    ]
    return emit(given, result, lines)


def time(given: argparse.Namespace) -> int:
    """The time between two streams."""
    from arguide.calibration.time_offset import time_offset

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
    return emit(given, result, lines)
