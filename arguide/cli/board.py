"""`arguide board`: a ChArUco board as a PDF at true scale, with a bar to measure what the printer made of it."""

import argparse
from pathlib import Path

from arguide.cli.calibrate import add_board
from arguide.cli.scenario import Subparsers

EXAMPLES = """examples:
  arguide board -o board.pdf
  arguide board --square 30 --marker 22 --columns 8 --rows 5 --paper a3 -o board.pdf

Print at 100 %, without "fit to page", and measure the bar."""


PIXELS_PER_MM = 20


def add(commands: Subparsers) -> None:
    """Add the command to the command line."""
    command = commands.add_parser(
        "board",
        help="a printable board for calibrating cameras",
        description="Write a ChArUco board as a PDF at true scale, with a bar of known length to measure.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_board(command)
    command.add_argument("--paper", choices=("a4", "a3", "letter"), default="a4", help="(default: %(default)s)")
    command.add_argument("-o", "--out", type=Path, required=True, help="PDF file to write; must not exist")
    command.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Write the file."""
    from arguide.calibration.charuco import CharucoBoard, draw_board
    from arguide.errors import SettingsError
    from arguide.imaging.board_sheet import board_sheet

    board = CharucoBoard(given.columns, given.rows, given.square, given.marker, given.dictionary)
    size = (board.columns * board.square_mm, board.rows * board.square_mm)
    words = (
        f"ChArUco {board.columns} x {board.rows}, squares {board.square_mm:g} mm, markers {board.marker_mm:g} mm,"
        f" {board.dictionary}"
    )
    data = board_sheet(draw_board(board, round(board.square_mm * PIXELS_PER_MM)), size, words, given.paper)
    try:
        with given.out.open("xb") as stream:
            stream.write(data)
    except FileExistsError:
        raise SettingsError(f"{given.out}: is there already; give another name with --out") from None
    except OSError as error:
        raise SettingsError(f"{given.out}: cannot be written ({error.strerror}); give another place") from None
    print(f"wrote {given.out}: print it at 100 %, then measure the bar of 100 mm")
    return 0
