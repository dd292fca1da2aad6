"""Calibrations of tools, `arguide calibrate pivot`, `spin` and `template`, at work: files in, result out."""

import argparse
import sys
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeAlias

import numpy as np

from arguide.asset_files import find_profile
from arguide.calibration.held_out import HeldOutCheck, held_out_check
from arguide.calibration.pivot import pivot_calibration
from arguide.cli.inputs import poses_of
from arguide.cli.results import emit, numbers
from arguide.cli.tool_calibrations import fit_of, matrix, serial_of, vector
from arguide.errors import Caution, SettingsError
from arguide.geometry.transforms import Array, translation
from arguide.geometry.uncertainty import point_covariances, region_scale
from arguide.settings.calibration_file import Fit, HeldOut, ToolCalibration
from arguide.settings.calibration_store import CalibrationStore
from arguide.settings.method import Method
from arguide.settings.profile_file import read_profile

PLACED_MM = 1.0
"""A hand sets a tip on a point no better than this: less is no reason to warn."""
Shaft: TypeAlias = tuple[Array, Array]
"""Tip (3,) mm or direction (3,) of a tool in its marker frame, and its covariance (3, 3)."""


def pivot(given: argparse.Namespace) -> int:
    """A tip by pivoting."""
    stream = poses_of(given.poses, given.tool, given.reference, given.between)
    found = pivot_calibration(stream.poses)
    check = _held_out(given, found.tip_mm, found.tip_covariance)
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
        *_check_lines(check),
    ]
    fit = fit_of(found.residuals_mm, found.used, found.rms_mm, found.coverage)
    tip = found.tip_mm, found.tip_covariance
    cautions = (*found.cautions, *_check_cautions(check))
    _keep(given, Method.PIVOT, fit, tip=tip, check=check, cautions=cautions)
    return emit(given, result, lines, cautions)


def _held_out(given: argparse.Namespace, tip: Array, covariance: Array) -> HeldOutCheck | None:
    if given.check is None and given.known is None:
        return None
    if given.check is None or given.known is None:
        raise SettingsError("--check and --known belong together: poses of the tip at a known point, and that point")
    poses = poses_of(given.check, given.tool, given.reference).poses
    return held_out_check(poses, tip, given.known, covariance)


def _check_lines(check: HeldOutCheck | None) -> list[str]:
    if check is None:
        return []
    return [f"held-out check: off by {check.error_mm:.3f} mm, expected up to {check.expected_mm:.3f} mm"]


def _check_cautions(check: HeldOutCheck | None) -> list[Caution]:
    if check is None or not check.surprising or check.error_mm < PLACED_MM:
        return []
    words = (
        f"the tip is {check.error_mm:.2f} mm from the known point, {check.expected_mm:.2f} mm at most were expected: is the"
        " tool bent, or the point another one?"
    )
    return [Caution("held-out", words)]


def _keep(
    given: argparse.Namespace,
    method: Method,
    fit: Fit,
    *,
    tip: Shaft | None = None,
    direction: Shaft | None = None,
    wobble_rad: float = 0.0,
    check: HeldOutCheck | None = None,
    cautions: Iterable[Caution] = (),
) -> None:
    """Store it for a tool of a profile, if that was asked for. What this method does not find stays as it was.

    A wobble about the marker body is kept as what it is worth at the tip.
    """
    if not given.keep_for:
        return
    store, profile = CalibrationStore(), read_profile(find_profile(given.profile))
    if (tool := profile.tool(given.keep_for)) is None:
        names = ", ".join(tool.name for tool in profile.tools)
        raise SettingsError(f"--keep-for {given.keep_for!r}: {profile.file} has {names}")
    serial = serial_of(tool, profile)
    before, _ = store.newest(serial)
    if tip is None and before is not None:
        tip = np.array(before.tip_mm), np.array(before.tip_covariance_mm2)
    elif tip is None:
        if tool.tip_mm is None:
            raise SettingsError(f"--keep-for {tool.name}: where its tip is must be known first; pivot it and keep that")
        tip = np.array(tool.tip_mm), tool.tip_sd_mm**2 * np.eye(3)
    if direction is None and before is not None and before.direction and before.direction_covariance_rad2:
        direction = np.array(before.direction), np.array(before.direction_covariance_rad2)
    calibration = ToolCalibration(
        tool=tool.name,
        serial=serial,
        method=method,
        made=datetime.now(UTC).replace(microsecond=0),
        tip_mm=vector(tip[0]),
        tip_covariance_mm2=matrix(tip[1]),
        direction=vector(direction[0]) if direction else None,
        direction_covariance_rad2=matrix(direction[1]) if direction else None,
        fit=replace(fit, rms_mm=fit.rms_mm + wobble_rad * float(np.linalg.norm(tip[0]))),
        held_out=HeldOut(point="a known point", error_mm=check.error_mm, expected_mm=check.expected_mm)
        if check
        else None,
        cautions=tuple(caution.message for caution in cautions),
    )
    print(f"kept as {store.save(calibration)}", file=sys.stderr)


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
    fit = Fit(poses=len(found.used), used=int(found.used.sum()), rms_mm=0.0)
    axis = found.direction, found.direction_covariance
    _keep(given, Method.SPIN, fit, direction=axis, wobble_rad=found.rms_rad)
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
    check = _held_out(given, found.tip_mm, covariance)
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
        "held_out": vars(check) if check else None,
    }
    lines = [
        f"tip {numbers(found.tip_mm)} mm ± {half:.3f} mm (95 %)",
        f"RMS {found.rms_mm:.3f} mm over {int(found.used.sum())} of {len(found.used)} pairs of poses",
        *_check_lines(check),
    ]
    fit = Fit(poses=len(found.used), used=int(found.used.sum()), rms_mm=found.rms_mm)
    cautions = _check_cautions(check)
    _keep(given, Method.TEMPLATE, fit, tip=(found.tip_mm, covariance), check=check, cautions=cautions)
    return emit(given, result, lines, cautions)
