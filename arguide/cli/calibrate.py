"""`arguide calibrate`: calibrate a tool's tip, a camera, or the time between streams from files."""

import argparse
from pathlib import Path

from arguide.cli.inputs import POSES, add_tools, three
from arguide.cli.results import add_json
from arguide.cli.scenario import Subparsers

EXAMPLES = """examples:
  arguide calibrate pivot poses.csv --json
  arguide calibrate pivot session.mcap --tool stylus --reference reference
  arguide calibrate spin roll.csv --towards 0,0,1
  arguide calibrate template both.mha --tool Needle --template Block --at 0,0,12.5
  arguide calibrate camera pictures/ --columns 11 --rows 8 --square 20 --marker 15
  arguide calibrate hand-eye body.csv board.csv
  arguide calibrate hand-eye tracker.mcap board.csv --by-time
  arguide calibrate time tracker.csv camera.csv"""


def add(commands: Subparsers) -> None:
    """Add the command to the command line."""
    top = commands.add_parser(
        "calibrate",
        help="calibrate a tool, a camera or the time between streams, from files",
        description="Calibrate from files, and say how sure the result is. Lengths in mm.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    kinds = top.add_subparsers(metavar="KIND", required=True)
    _pivot(kinds)
    _spin(kinds)
    _template(kinds)
    _camera(kinds)
    _hand_eye(kinds)
    _time(kinds)


def _kind(kinds: Subparsers, name: str, what: str) -> argparse.ArgumentParser:
    command = kinds.add_parser(name, help=what, description=f"{what[0].upper()}{what[1:]}.")
    add_json(command)
    command.set_defaults(run=run, kind=name)
    return command


def _pivot(kinds: Subparsers) -> None:
    command = _kind(kinds, "pivot", "the tip of a tool that was swung about it")
    command.add_argument("poses", type=Path, help=POSES)
    add_tools(command)
    _check(command)
    _keep(command)


def _spin(kinds: Subparsers) -> None:
    command = _kind(kinds, "spin", "the direction of a needle that was rolled about its axis")
    command.add_argument("poses", type=Path, help=POSES)
    add_tools(command)
    command.add_argument("--towards", type=three, required=True, metavar="X,Y,Z", help="roughly where the tip is")
    _keep(command)


def _template(kinds: Subparsers) -> None:
    command = _kind(kinds, "template", "the tip of a tool that a tracked template holds")
    command.add_argument("poses", type=Path, help=POSES)
    command.add_argument("template_poses", type=Path, nargs="?", help="the template's poses, if not in the same file")
    add_tools(command)
    command.add_argument("--template", default="", help="the template, if it is in the same file")
    command.add_argument("--at", type=three, required=True, metavar="X,Y,Z", help="where the template holds the tip")
    command.add_argument("--tolerance", type=float, default=0.0, metavar="MM", help="how exactly, along each axis")
    _check(command)
    _keep(command)


def _check(command: argparse.ArgumentParser) -> None:
    command.add_argument("--check", type=Path, help="poses of the tip at a known point, kept apart")
    command.add_argument("--known", type=three, metavar="X,Y,Z", help="that point, in the frame of the poses")


def _keep(command: argparse.ArgumentParser) -> None:
    command.add_argument("--keep-for", metavar="NAME", help="keep it as the calibration of this tool of the profile")
    command.add_argument("--profile", default="emulated", help="tracker profile of --keep-for")


def _camera(kinds: Subparsers) -> None:
    command = _kind(kinds, "camera", "the lens of a camera, from pictures of a ChArUco board")
    command.add_argument("pictures", type=Path, nargs="+", help="pictures, or folders of them")
    command.add_argument("--all-views", action="store_true", help="leave no view out, however bad")
    add_board(command)
    _keep_camera(command, "keep it as the calibration of the camera of that name or port, e.g. camera://0")


def _keep_camera(command: argparse.ArgumentParser, what: str) -> None:
    command.add_argument("--keep-for", metavar="CAMERA", help=what)


def add_board(command: argparse.ArgumentParser) -> None:
    """Which board: the same numbers for printing it and for finding it."""
    command.add_argument("--columns", type=int, default=11, help="squares across (default: %(default)s)")
    command.add_argument("--rows", type=int, default=8, help="squares down (default: %(default)s)")
    command.add_argument("--square", type=float, default=20.0, metavar="MM", help="side (default: %(default)s)")
    command.add_argument("--marker", type=float, default=15.0, metavar="MM", help="side (default: %(default)s)")
    command.add_argument("--dictionary", default="DICT_5X5_250", help="OpenCV's markers (default: %(default)s)")


def _hand_eye(kinds: Subparsers) -> None:
    command = _kind(kinds, "hand-eye", "where a camera sits on its marker body")
    command.add_argument("body", type=Path, help=f"poses of the body by the tracker: {POSES}")
    command.add_argument("board", type=Path, help="poses of a still board by the camera, row by row with these")
    add_tools(command)
    command.add_argument(
        "--by-time",
        action="store_true",
        help="both moved all the while: find how late one tells by their motion, correct it, and pair the poses by time",
    )
    command.add_argument("--board-tool", default="", help="the board, where its file has several transforms")
    _keep_camera(command, "keep it with the calibration of the camera of that name or port, e.g. camera://0")
    command.add_argument("--body-tool", default="camera", help="tool of the profile that it is fixed to (camera)")
    command.add_argument("--profile", default="emulated", help="tracker profile of --keep-for")


def _time(kinds: Subparsers) -> None:
    command = _kind(kinds, "time", "how much later one stream tells the same motion than another")
    command.add_argument("first", type=Path, help=POSES)
    command.add_argument("second", type=Path)
    add_tools(command)
    command.add_argument("--second-tool", default="", help="the tool in the second file, if it is another")
    command.add_argument("--most", type=float, default=1.0, metavar="S", help="largest offset looked for (default: 1)")
    command.add_argument("--speed", type=float, default=50.0, metavar="MM/S", help="tip speed to say it in mm for")
    _keep_camera(command, "keep it as the delay of the camera of that name or port, which gave the second stream")


def run(given: argparse.Namespace) -> int:
    """Do the kind that was asked for."""
    from arguide.cli import calibrating, calibrating_cameras

    kinds = {
        "pivot": calibrating.pivot,
        "spin": calibrating.spin,
        "template": calibrating.template,
        "camera": calibrating_cameras.camera,
        "hand-eye": calibrating_cameras.hand_eye,
        "time": calibrating_cameras.time,
    }
    return kinds[given.kind](given)
