"""The registrations of `arguide register` at work: files in, result out."""

import argparse
from pathlib import Path
from typing import TypeAlias

import numpy as np

from arguide.cli.inputs import matrix_of, three
from arguide.cli.results import emit, matrix_lines, numbers
from arguide.errors import RegistrationError, SettingsError
from arguide.geometry.mesh import read_mesh
from arguide.geometry.transforms import Array
from arguide.imaging.point_files import PointList, read_points
from arguide.imaging.text_table import read_npy, read_table
from arguide.registration.anisotropic import register_anisotropic
from arguide.registration.estimate import TargetErrors
from arguide.registration.fiducials import FiducialJudgement, judge_fiducials
from arguide.registration.icp import NO_LANDMARKS, Landmarks
from arguide.registration.layout import layout_cautions, next_fiducial
from arguide.registration.matching import match_points
from arguide.registration.rigid import Registration, register_points
from arguide.registration.surface import SurfaceTarget
from arguide.registration.surface_fit import register_surface

Said: TypeAlias = tuple[dict[str, object], list[str]]
"""The same as data and as lines."""
SURFACES = (".ply", ".stl", ".obj", ".off")


def points(given: argparse.Namespace) -> int:
    """Points to points."""
    moving, fixed = read_points(given.moving), read_points(given.fixed)
    pairs = _pairs(given, moving, fixed)
    a, b = moving.points[pairs[:, 0]], fixed.points[pairs[:, 1]]
    names = [fixed.names[k] for k in pairs[:, 1].tolist()]
    found = _registered(given, a, b, pairs)
    known = found.fle_mm if np.isinf(found.degrees_of_freedom) else None
    judged = judge_fiducials(a, b, known) if len(pairs) >= 4 and given.weights is None else None
    suspect = names[judged.suspect] if judged and judged.suspect is not None else None
    targets = read_points(given.targets) if given.targets else None
    at_targets, target_lines = _errors_at(targets, found)
    best, best_lines = _next(given.candidates, b, targets, found.fle_mm)
    result = {
        "transform": found.fixed_from_moving,
        "fre_mm": found.fre_mm,
        "fle_mm": found.fle_mm,
        "covariance": found.covariance,
        "residuals_mm": found.residuals_mm,
        "left_out_mm": judged.left_out_mm if judged else None,
        "suspect": suspect,
        "pairs": [[moving.names[i], fixed.names[j]] for i, j in pairs.tolist()],
        **at_targets,
        **best,
    }
    lines = [
        "fixed_from_moving:",
        *matrix_lines(found.fixed_from_moving),
        f"FRE {found.fre_mm:.3f} mm over {len(pairs)} points, localisation error {found.fle_mm:.3f} mm",
        *_residual_lines(names, found.residuals_mm, judged),
        *([f"{suspect} disagrees with the others: touch it again, or --without {suspect}"] if suspect else []),
        *target_lines,
        *best_lines,
    ]
    weak = layout_cautions(b, targets.points if targets else ())
    return emit(given, result, lines, (*found.cautions, *weak))


def _pairs(given: argparse.Namespace, moving: PointList, fixed: PointList) -> Array:
    """(k, 2) places in both lists."""
    if given.unordered:
        pairs = match_points(moving.points, fixed.points, given.tolerance).pairs
    elif len(moving.points) == len(fixed.points):
        pairs = np.column_stack([np.arange(len(moving.points))] * 2)
    else:
        raise RegistrationError(
            f"registration: {len(moving.points)} points in {given.moving} and {len(fixed.points)} in {given.fixed}, expected"
            " equally many, row by row; or say --unordered"
        )
    left_out = [name for name in given.without.split(",") if name]
    if strange := [name for name in left_out if name not in fixed.names]:
        raise SettingsError(f"--without {strange[0]}: {given.fixed} has {', '.join(fixed.names)}")
    return np.array([pair for pair in pairs.tolist() if fixed.names[pair[1]] not in left_out]).reshape(-1, 2)


def _registered(given: argparse.Namespace, a: Array, b: Array, pairs: Array) -> Registration:
    weights = _weights(given.weights, pairs[:, 0])
    if given.moving_fle is None and given.fixed_fle is None:
        return register_points(a, b, weights=weights, fle_mm=given.fle)
    if weights is not None or given.fle is not None:
        raise SettingsError("--moving-fle and --fixed-fle say all about the errors: leave out --weights and --fle")
    if given.moving_fle is None:
        raise SettingsError("--fixed-fle: say --moving-fle too")
    fixed_fle = _covariances(given.fixed_fle, pairs[:, 1]) if given.fixed_fle else None
    return register_anisotropic(a, b, _covariances(given.moving_fle, pairs[:, 0]), fixed_fle)


def _covariances(text: str, rows: Array) -> Array:
    """Of `sx,sy,sz` in mm, or of a file: (3, 3), or (n, 3, 3) of those rows."""
    if not text.endswith(".npy"):
        try:
            return np.diag(np.square(three(text)))
        except argparse.ArgumentTypeError as error:
            raise SettingsError(f"localisation error: {error}, or a file of covariances") from None
    values = read_npy(Path(text))
    if values.ndim == 3 and len(values) > rows.max():
        return np.asarray(values[rows])
    return values


def _weights(file: Path | None, rows: Array) -> Array | None:
    if file is None:
        return None
    table = read_table(file)
    if not table.has("weight"):
        raise SettingsError(f"{file}: expected a column weight; found {', '.join(table.columns)}")
    weights = table.numbers("weight")[:, 0]
    if len(weights) <= rows.max():
        raise SettingsError(f"{file}: {len(weights)} weights, expected one for each moving point")
    return np.asarray(weights[rows])


def _residual_lines(names: list[str], residuals: Array, judged: FiducialJudgement | None) -> list[str]:
    if judged is None:
        return [f"  {name}: {residual:.3f} mm" for name, residual in zip(names, residuals.tolist(), strict=True)]
    return [
        f"  {name}: {residual:.3f} mm, {left_out:.3f} mm by the others"
        for name, residual, left_out in zip(names, residuals.tolist(), judged.left_out_mm.tolist(), strict=True)
    ]


def _errors_at(targets: PointList | None, found: TargetErrors) -> Said:
    """What is said of the error at each target."""
    if targets is None:
        return {"targets": []}, []
    covariances, rms = found.tre_covariances(targets.points), found.tre_mm(targets.points).tolist()
    bounds = (found.region_scale * np.sqrt(np.linalg.eigvalsh(covariances)[:, -1])).tolist()
    rows = zip(targets.names, targets.points, rms, bounds, covariances, strict=True)
    data = [
        {"name": name, "point_mm": point, "tre_mm": tre, "tre_95_mm": bound, "covariance_mm2": covariance}
        for name, point, tre, bound, covariance in rows
    ]
    lines = [
        f"error at {name}: {tre:.3f} mm RMS, up to {bound:.3f} mm (95 %)"
        for name, tre, bound in zip(targets.names, rms, bounds, strict=True)
    ]
    return {"targets": data}, lines


def _next(file: Path | None, fixed: Array, targets: PointList | None, fle_mm: float) -> Said:
    """Where one more fiducial helps most, and how much."""
    if file is None:
        return {}, []
    if targets is None:
        raise SettingsError("--candidates: say --targets too, the points whose error one more fiducial shall lessen")
    candidates = read_mesh(file).vertices if file.suffix.lower() in SURFACES else read_points(file).points
    best = next_fiducial(fixed, candidates, targets.points, fle_mm)
    data = {"point_mm": best.point, "tre_mm": best.tre_mm, "tre_now_mm": best.tre_now_mm}
    line = (
        f"one more fiducial helps most at {numbers(best.point, 1)}: {best.tre_now_mm:.3f} mm at the targets becomes"
        f" {best.tre_mm:.3f} mm RMS"
    )
    return {"next_fiducial": data}, [line]


def surface(given: argparse.Namespace) -> int:
    """Points to a surface, with landmarks where there are some."""
    painted = read_points(given.points).points
    initial = matrix_of(given.initial) if given.initial else None
    landmarks, names = _landmarks(given)
    found = register_surface(SurfaceTarget(read_mesh(given.mesh)), painted, initial, landmarks, keep=given.keep)
    targets = read_points(given.targets) if given.targets else None
    at_targets, target_lines = _errors_at(targets, found)
    seen = found.observability
    result = {
        "transform": found.fixed_from_moving,
        "rms_mm": found.rms_mm,
        "noise_mm": found.noise_mm,
        "covariance": found.covariance,
        "residuals_mm": found.distances_mm,
        "used": int(found.used.sum()),
        "landmark_residuals_mm": found.landmark_residuals_mm,
        "weakest_motion": seen.describe(0),
        "weakest_sd_mm": float(seen.sd_mm[0]),
        "motions": [
            {"motion": seen.describe(k), "hold": hold, "sd_mm": sd}
            for k, (hold, sd) in enumerate(zip(seen.hold.tolist(), seen.sd_mm.tolist(), strict=True))
        ],
        **at_targets,
    }
    lines = [
        "fixed_from_moving:",
        *matrix_lines(found.fixed_from_moving),
        f"RMS distance {found.rms_mm:.3f} mm over {int(found.used.sum())} of {len(painted)} points",
        *(f"  {name}: {off:.3f} mm" for name, off in zip(names, found.landmark_residuals_mm.tolist(), strict=True)),
        f"least sure: {seen.describe(0)}, standard deviation {seen.sd_mm[0]:.3f} mm",
        *target_lines,
    ]
    return emit(given, result, lines, found.cautions)


def _landmarks(given: argparse.Namespace) -> tuple[Landmarks, tuple[str, ...]]:
    if given.landmarks is None:
        return NO_LANDMARKS, ()
    moving, fixed = (read_points(file) for file in given.landmarks)
    if len(moving.points) != len(fixed.points):
        raise RegistrationError(
            f"landmarks: {len(moving.points)} in {moving.file} and {len(fixed.points)} in {fixed.file}; expected equally many"
        )
    if given.landmark_sd <= 0:
        raise SettingsError(f"--landmark-sd {given.landmark_sd:g}: expected more than 0 mm")
    return Landmarks(moving.points, fixed.points, given.landmark_sd), fixed.names
