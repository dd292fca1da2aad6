"""`arguide register`: lay touched or painted points on planned points or on a surface, from files."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from arguide.cli.inputs import POINTS
from arguide.cli.results import add_json, emit, matrix_lines
from arguide.cli.scenario import Subparsers

if TYPE_CHECKING:
    from arguide.geometry.transforms import Array
    from arguide.registration.estimate import TargetErrors
    from arguide.registration.fiducials import FiducialJudgement

EXAMPLES = """examples:
  arguide register points touched.csv planned.fcsv --targets targets.csv --json
  arguide register points touched.csv planned.csv --unordered
  arguide register surface painted.csv L4.ply --initial rough.npy"""


def add(commands: Subparsers) -> None:
    """Add the command to the command line."""
    top = commands.add_parser(
        "register",
        help="register points to points or to a surface, from files",
        description="Find the rigid transform from MOVING to FIXED, and how far off it may be. Lengths in mm.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    kinds = top.add_subparsers(metavar="KIND", required=True)
    points = kinds.add_parser("points", help="points that belong together")
    points.add_argument("moving", type=Path, help=POINTS)
    points.add_argument("fixed", type=Path, help="row by row with these, unless --unordered")
    points.add_argument("--weights", type=Path, help="CSV with a column weight, one row a point")
    points.add_argument("--unordered", action="store_true", help="find out which point is which; some may be missing")
    points.add_argument("--tolerance", type=float, default=2.0, metavar="MM", help="of --unordered (default: 2)")
    points.add_argument(
        "--fle", type=float, metavar="MM", help="known localisation error, RMS; else the residuals tell"
    )
    points.set_defaults(run=run_points)
    surface = kinds.add_parser("surface", help="painted points on a surface")
    surface.add_argument("points", type=Path, help=POINTS)
    surface.add_argument("mesh", type=Path, help="closed surface: .ply, .stl or .obj")
    surface.add_argument("--initial", type=Path, help="rough fixed_from_moving: one pose, as .npy or CSV")
    surface.add_argument("--keep", type=float, default=1.0, help="share of the points that is believed (default: 1)")
    surface.set_defaults(run=run_surface)
    for command in (points, surface):
        command.add_argument("--targets", type=Path, help="points of FIXED at which the error is wanted")
        add_json(command)


def run_points(given: argparse.Namespace) -> int:
    """Points to points."""
    import numpy as np

    from arguide.errors import RegistrationError
    from arguide.imaging.point_files import read_points
    from arguide.registration.fiducials import judge_fiducials
    from arguide.registration.layout import layout_cautions
    from arguide.registration.matching import match_points
    from arguide.registration.rigid import register_points

    moving, fixed = read_points(given.moving), read_points(given.fixed)
    weights = _weights(given.weights)
    if given.unordered:
        if weights is not None or given.fle is not None:
            raise RegistrationError("--unordered finds the pairs by distance: leave out --weights and --fle")
        matching = match_points(moving.points, fixed.points, given.tolerance)
        pairs, found = matching.pairs, matching.registration
    else:
        found = register_points(moving.points, fixed.points, weights=weights, fle_mm=given.fle)
        pairs = np.column_stack([np.arange(len(moving.points))] * 2)
    a, b = moving.points[pairs[:, 0]], fixed.points[pairs[:, 1]]
    judged = judge_fiducials(a, b, given.fle) if len(pairs) >= 4 and weights is None else None
    names = [fixed.names[k] for k in pairs[:, 1].tolist()]
    targets, tre, tre_lines = _targets(given.targets, found)
    suspect = names[judged.suspect] if judged and judged.suspect is not None else None
    result = {
        "transform": found.fixed_from_moving,
        "fre_mm": found.fre_mm,
        "fle_mm": found.fle_mm,
        "covariance": found.covariance,
        "residuals_mm": found.residuals_mm,
        "left_out_mm": judged.left_out_mm if judged else None,
        "suspect": suspect,
        "pairs": [[moving.names[i], fixed.names[j]] for i, j in pairs.tolist()],
        "targets": tre,
    }
    lines = [
        "fixed_from_moving:",
        *matrix_lines(found.fixed_from_moving),
        f"FRE {found.fre_mm:.3f} mm over {len(pairs)} points, localisation error {found.fle_mm:.3f} mm",
        *_residual_lines(names, found.residuals_mm, judged),
        *([f"{suspect} disagrees with the others: touch it again or leave it out"] if suspect else []),
        *tre_lines,
    ]
    return emit(given, result, lines, (*found.cautions, *layout_cautions(b, targets)))


def _residual_lines(names: list[str], residuals: "Array", judged: "FiducialJudgement | None") -> list[str]:
    if judged is None:
        return [f"  {name}: {residual:.3f} mm" for name, residual in zip(names, residuals.tolist(), strict=True)]
    return [
        f"  {name}: {residual:.3f} mm, {left_out:.3f} mm by the others"
        for name, residual, left_out in zip(names, residuals.tolist(), judged.left_out_mm.tolist(), strict=True)
    ]


def _weights(file: Path | None) -> "Array | None":
    from arguide.errors import SettingsError
    from arguide.imaging.text_table import read_table

    if file is None:
        return None
    table = read_table(file)
    if not table.has("weight"):
        raise SettingsError(f"{file}: expected a column weight; found {', '.join(table.columns)}")
    weights: Array = table.numbers("weight")[:, 0]
    return weights


def _targets(file: Path | None, found: "TargetErrors") -> "tuple[Array, list[dict[str, object]], list[str]]":
    """The targets, what is said of each as data, and as lines."""
    import numpy as np

    from arguide.imaging.point_files import read_points

    if file is None:
        return np.empty((0, 3)), [], []
    targets = read_points(file)
    covariances, rms = found.tre_covariances(targets.points), found.tre_mm(targets.points)
    bounds = found.region_scale * np.sqrt(np.linalg.eigvalsh(covariances)[:, -1])
    rows = zip(targets.names, targets.points, rms.tolist(), bounds.tolist(), covariances, strict=True)
    data: list[dict[str, object]] = [
        {"name": name, "point_mm": point, "tre_mm": tre, "tre_95_mm": bound, "covariance_mm2": covariance}
        for name, point, tre, bound, covariance in rows
    ]
    lines = [
        f"error at {name}: {tre:.3f} mm RMS, up to {bound:.3f} mm (95 %)"
        for name, tre, bound in zip(targets.names, rms.tolist(), bounds.tolist(), strict=True)
    ]
    return targets.points, data, lines


def run_surface(given: argparse.Namespace) -> int:
    """Points to a surface."""
    from arguide.cli.inputs import matrix_of
    from arguide.geometry.mesh import read_mesh
    from arguide.imaging.point_files import read_points
    from arguide.registration.surface import SurfaceTarget
    from arguide.registration.surface_fit import register_surface

    points = read_points(given.points).points
    initial = matrix_of(given.initial) if given.initial else None
    found = register_surface(SurfaceTarget(read_mesh(given.mesh)), points, initial, keep=given.keep)
    _, tre, tre_lines = _targets(given.targets, found)
    weakest = found.observability
    result = {
        "transform": found.fixed_from_moving,
        "rms_mm": found.rms_mm,
        "noise_mm": found.noise_mm,
        "covariance": found.covariance,
        "residuals_mm": found.distances_mm,
        "used": int(found.used.sum()),
        "weakest_motion": weakest.describe(0),
        "weakest_sd_mm": float(weakest.sd_mm[0]),
        "targets": tre,
    }
    lines = [
        "fixed_from_moving:",
        *matrix_lines(found.fixed_from_moving),
        f"RMS distance {found.rms_mm:.3f} mm over {int(found.used.sum())} of {len(points)} points",
        f"least sure: {weakest.describe(0)}, standard deviation {weakest.sd_mm[0]:.3f} mm",
        *tre_lines,
    ]
    return emit(given, result, lines, found.cautions)
