"""`arguide register`: lay touched or painted points on planned points or on a surface, from files."""

import argparse
from collections.abc import Callable
from pathlib import Path

from arguide.cli.inputs import POINTS
from arguide.cli.results import add_json
from arguide.cli.scenario import Subparsers

EXAMPLES = """examples:
  arguide register points touched.csv planned.fcsv --targets targets.csv --json
  arguide register points touched.csv planned.csv --unordered --without F3
  arguide register points touched.csv planned.csv --moving-fle 0.1,0.1,0.35
  arguide register points touched.csv planned.csv --targets targets.csv --candidates skin.ply
  arguide register surface painted.csv L4.ply --initial rough.npy
  arguide register surface painted.csv L4.ply --landmarks touched.csv planned.csv"""


ABOUT_POINTS = (
    "Lay touched on planned points; say how well each fits, which is suspect, and the error to expect at targets."
)
ABOUT_SURFACE = "Lay points painted on a bone or on the skin on its surface; refuse what the patch does not determine."


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
    _add_points(kinds)
    _add_surface(kinds)


def _add_points(kinds: Subparsers) -> None:
    points = kinds.add_parser("points", help="points that belong together", description=ABOUT_POINTS)
    points.add_argument("moving", type=Path, help=POINTS)
    points.add_argument("fixed", type=Path, help="row by row with these, unless --unordered")
    points.add_argument("--unordered", action="store_true", help="find out which point is which; some may be missing")
    points.add_argument("--tolerance", type=float, default=2.0, metavar="MM", help="of --unordered (default: 2)")
    points.add_argument("--without", default="", metavar="NAMES", help="leave out these of FIXED: F2 or F2,F5")
    points.add_argument("--weights", type=Path, help="CSV with a column weight, one row for each of MOVING")
    points.add_argument("--fle", type=float, metavar="MM", help="known localisation error, RMS of its length")
    for side in ("moving", "fixed"):
        points.add_argument(
            f"--{side}-fle",
            metavar="X,Y,Z",
            help=f"localisation error of {side.upper()} where it differs by direction: standard deviation along each axis, "
            "or .npy of covariances (3, 3) or (n, 3, 3)",
        )
    points.add_argument(
        "--candidates", type=Path, help="where one more fiducial may go, points or a surface such as the skin's"
    )
    _add_common(points, run_points)


def _add_surface(kinds: Subparsers) -> None:
    surface = kinds.add_parser("surface", help="painted points on a surface", description=ABOUT_SURFACE)
    surface.add_argument("points", type=Path, help=POINTS)
    surface.add_argument("mesh", type=Path, help="closed surface: .ply, .stl or .obj")
    surface.add_argument("--initial", type=Path, help="rough fixed_from_moving: one pose, as .npy or CSV")
    surface.add_argument(
        "--landmarks", type=Path, nargs=2, metavar=("MOVING", "FIXED"), help="touched and planned points that pull too"
    )
    surface.add_argument(
        "--landmark-sd", type=float, default=0.5, metavar="MM", help="how exactly, along each axis (default: 0.5)"
    )
    surface.add_argument("--keep", type=float, default=1.0, help="share of the points that is believed (default: 1)")
    _add_common(surface, run_surface)


def _add_common(command: argparse.ArgumentParser, run: Callable[[argparse.Namespace], int]) -> None:
    command.add_argument("--targets", type=Path, help="points of FIXED at which the error is wanted")
    add_json(command)
    command.set_defaults(run=run)


def run_points(given: argparse.Namespace) -> int:
    """Points to points."""
    from arguide.cli.registering import points

    return points(given)


def run_surface(given: argparse.Namespace) -> int:
    """Points to a surface."""
    from arguide.cli.registering import surface

    return surface(given)
