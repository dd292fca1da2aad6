"""Marker bodies as TOML files: which printed ArUco markers a tool carries, and where their corners are on it.

A body lists its markers one by one, or is a ChArUco board, or both. Lengths in mm, in the tool's own frame.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from arguide.settings.scenario import Vec3
from arguide.settings.toml_reader import Table, read_toml

SCHEMA = 1
MOST_MARKERS = 250
MOST_SQUARES = 40
FARTHEST_MM = 1000.0
DICTIONARIES = (
    *(f"{bits}X{bits}_{count}" for bits in (4, 5, 6, 7) for count in (50, 100, 250, 1000)),
    "ARUCO_ORIGINAL",
    "ARUCO_MIP_36h12",
    "APRILTAG_16h5",
    "APRILTAG_25h9",
    "APRILTAG_36h10",
    "APRILTAG_36h11",
)
"""Sets of markers by OpenCV's names, without the `DICT_`."""

Corners: TypeAlias = tuple[Vec3, ...]
"""Four corners in mm: upper left, upper right, lower right, lower left of the printed marker, seen from in front."""


@dataclass(frozen=True, kw_only=True)
class BoardLayout:
    """A ChArUco board: a chessboard, black in its upper left corner, with a marker in every white square.

    Its frame: origin in the middle, x right and y up as printed, z out of the paper.
    """

    columns: int
    rows: int
    square_mm: float
    marker_mm: float
    first_id: int = 0

    def point(self, column: float, row: float) -> Vec3:
        """The place (mm) so many squares from the upper left corner."""
        return (column - self.columns / 2) * self.square_mm, (self.rows / 2 - row) * self.square_mm, 0.0

    @property
    def squares(self) -> list[tuple[int, int]]:
        """The white squares (column, row) in the order of their markers: row by row from the upper left."""
        return [(c, r) for r in range(self.rows) for c in range(self.columns) if (c + r) % 2]

    @property
    def markers(self) -> dict[int, Corners]:
        """Corners of the markers, by number."""
        rim = (1 - self.marker_mm / self.square_mm) / 2
        around = ((rim, rim), (1 - rim, rim), (1 - rim, 1 - rim), (rim, 1 - rim))
        return {
            self.first_id + n: tuple(self.point(c + x, r + y) for x, y in around)
            for n, (c, r) in enumerate(self.squares)
        }

    @property
    def saddles(self) -> tuple[Vec3, ...]:
        """The inner corners of the chessboard, row by row from the upper left."""
        return tuple(self.point(c, r) for r in range(1, self.rows) for c in range(1, self.columns))


@dataclass(frozen=True, kw_only=True)
class MarkerBody:
    """The markers of one tool."""

    title: str
    dictionary: str
    markers: dict[int, Corners]
    """By the marker's number."""
    board: BoardLayout | None = None
    """The board that some of them are on."""
    file: Path = Path()

    @property
    def saddles(self) -> tuple[Vec3, ...]:
        """Points where two black squares of the board touch: measured more exactly than corners of markers."""
        return self.board.saddles if self.board else ()


def read_body(file: Path) -> MarkerBody:
    """The body in `file`. Raises SettingsError naming file, key and reason for every kind of mistake."""
    table = read_toml(file)
    if (schema := table.whole("schema", 1, 999)) != SCHEMA:
        table.fail("schema", f"this arguide reads schema {SCHEMA}, the file says {schema}; update arguide")
    dictionary = table.text("dictionary")
    if dictionary not in DICTIONARIES:
        table.fail("dictionary", f"expected one of {', '.join(DICTIONARIES)}; got {dictionary!r}")
    board = _board(table.table("board")) if "board" in table else None
    single = _markers(table)
    body = MarkerBody(
        title=table.text("title"),
        dictionary=dictionary,
        markers=(board.markers if board else {}) | single,
        board=board,
        file=file,
    )
    table.finish()
    if board and (both := sorted(set(board.markers) & set(single))):
        table.fail("marker", f"number {both[0]} is on the board already; every marker is there once")
    if not body.markers:
        table.fail("marker", "a body needs at least one [[marker]] or a [board]")
    return body


def _board(t: Table) -> BoardLayout:
    layout = BoardLayout(
        columns=t.whole("columns", 2, MOST_SQUARES),
        rows=t.whole("rows", 2, MOST_SQUARES),
        square_mm=t.number("square_mm", 1.0, FARTHEST_MM),
        marker_mm=t.number("marker_mm", 0.5, FARTHEST_MM),
        first_id=t.whole("first_id", 0, 999, 0),
    )
    if layout.marker_mm >= layout.square_mm:
        t.fail("marker_mm", f"a marker is smaller than its square of {layout.square_mm:g} mm, got {layout.marker_mm:g}")
    t.finish()
    return layout


def _markers(table: Table) -> dict[int, Corners]:
    markers: dict[int, Corners] = {}
    for t in table.tables("marker"):
        number = t.whole("id", 0, 999)
        if number in markers:
            t.fail("id", f"number {number} is used twice; every marker of a body has its own")
        markers[number] = _corners(t)
        t.finish()
    if len(markers) > MOST_MARKERS:
        table.fail("marker", f"{len(markers)} markers; at most {MOST_MARKERS}")
    return markers


def _corners(t: Table) -> Corners:
    corners = t.rows("corners", 4)
    sides = [_distance(corners[n], corners[(n + 1) % 4]) for n in range(4)]
    if max(max(map(abs, corner)) for corner in corners) > FARTHEST_MM:
        t.fail("corners", f"more than {FARTHEST_MM:g} mm from the origin; the unit is mm")
    if min(sides) < 1.0 or max(sides) > 1.02 * min(sides):
        t.fail("corners", f"a marker is a square; these sides are {', '.join(f'{side:.2f}' for side in sides)} mm")
    return corners


def _distance(a: Vec3, b: Vec3) -> float:
    return float(sum((x - y) ** 2 for x, y in zip(a, b, strict=True)) ** 0.5)
