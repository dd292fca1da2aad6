"""Make the printable marker sheets in hardware/sheets and the files that tell arguide where their markers are.

`python hardware/make_sheets.py`. Sheet (PDF, true scale) and body (TOML) come from the same numbers, so they cannot
disagree. Running this twice gives the same bytes. How to print and fold them: hardware/SHEETS.md.
"""

import argparse
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import tomli_w

from arguide.settings.body_file import BoardLayout

FOLDER = Path(__file__).parent / "sheets"
DICTIONARY = "4X4_50"
"""Big cells bear distance and blur; 50 markers differ in at least 4 bits of 16."""
CELLS = 6
"""A marker is 4 × 4 bits in a black rim."""
A4_MM = (210.0, 297.0)
POINTS_PER_MM = 72 / 25.4
FACE_MM, MARKER_MM = 45.0, 36.0
"""White around a marker: three quarters of a cell."""
FLAP_MM = 12.0
BAR_MM = 100


@dataclass(frozen=True)
class Cube:
    """A cube folded of paper round a block of wood or foam; the shaft leaves it through the middle of the face +z."""

    title: str
    ids: tuple[int, ...]
    """Markers on the faces +x, +y, −x, −y, and −z (the end away from the tip) if there is a fifth."""


CUBES = {
    "needle-cube": Cube("Needle-holder cube", (0, 1, 2, 3)),
    "stylus-cube": Cube("Stylus cube", (4, 5, 6, 7, 8)),
}
BOARD = BoardLayout(columns=7, rows=5, square_mm=35.0, marker_mm=26.0, first_id=10)

SIDES = np.array([[1, 0, 0], [0, 1, 0], [-1, 0, 0], [0, -1, 0]], dtype=float)
BACK = np.array([0.0, 0.0, -1.0])
"""Also the upper edge of the markers on the sides: away from the tip."""


def face_corners(normal: np.ndarray, up: np.ndarray) -> list[list[float]]:
    """Corners (4, 3) in mm of the marker on the face that looks along `normal`, its upper edge towards `up`."""
    right = np.cross(up, normal)
    half = MARKER_MM / 2
    middle = FACE_MM / 2 * normal
    ways = ((-right, up), (right, up), (right, -up), (-right, -up))
    return [[float(v) + 0.0 for v in middle + half * (across + along)] for across, along in ways]


def cube_body(cube: Cube) -> dict[str, object]:
    """The body file of a cube: origin in its middle, +z to the tip."""
    normals = [*((side, BACK) for side in SIDES), (BACK, -SIDES[0])][: len(cube.ids)]
    markers = [{"id": n, "corners": face_corners(*way)} for n, way in zip(cube.ids, normals, strict=True)]
    return {"schema": 1, "title": cube.title, "dictionary": DICTIONARY, "marker": markers}


def board_body() -> dict[str, object]:
    """The body file of the board: origin in its middle, +z out of the paper."""
    keys = ("columns", "rows", "square_mm", "marker_mm", "first_id")
    board = {key: getattr(BOARD, key) for key in keys}
    return {"schema": 1, "title": "Phantom board", "dictionary": DICTIONARY, "board": board}


class Sheet:
    """One A4 page; lengths in mm from its upper left corner."""

    def __init__(self, width: float, height: float) -> None:
        self.width, self.height = width, height
        self._lines = [f"{POINTS_PER_MM:.8f} 0 0 {-POINTS_PER_MM:.8f} 0 {height * POINTS_PER_MM:.5f} cm", "0 g 0 G"]

    def black(self, rectangles: Iterable[tuple[float, float, float, float]]) -> None:
        """Fill x, y, width, height in one go: filled one by one, neighbours would show a seam."""
        self._lines += [" ".join(f"{x:.4f} {y:.4f} {w:.4f} {h:.4f} re" for x, y, w, h in rectangles), "f"]

    def line(self, *points: tuple[float, float], width: float = 0.15, dashed: bool = False) -> None:
        """A thin line through points, to fold (dashed) or cut along."""
        way = " ".join(f"{x:.4f} {y:.4f} {'l' if n else 'm'}" for n, (x, y) in enumerate(points))
        self._lines.append(f"{'[1.5 1.5]' if dashed else '[]'} 0 d {width} w {way} S")

    def text(self, x: float, y: float, words: str, size_mm: float = 3.2) -> None:
        """Words with their base line at y."""
        safe = words.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
        self._lines.append(f"BT /F {size_mm} Tf 1 0 0 -1 {x:.4f} {y:.4f} Tm ({safe}) Tj ET")

    def marker(self, x: float, y: float, size_mm: float, number: int) -> None:
        """A marker with its upper left corner at x, y."""
        cell = size_mm / CELLS
        self.black((x + c * cell, y + r * cell, cell * n, cell) for r, c, n in black_runs(number))

    def pdf(self) -> bytes:
        """The page as a whole PDF file; nothing in it depends on when or where it was made."""
        content = "\n".join(self._lines).encode("ascii")
        box = f"{self.width * POINTS_PER_MM:.5f} {self.height * POINTS_PER_MM:.5f}"
        # PrintScaling None: a viewer that honours it does not shrink the page to the printer's margins.
        objects = [
            b"<< /Type /Catalog /Pages 2 0 R /ViewerPreferences << /PrintScaling /None >> >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {box}] /Contents 4 0 R"
            " /Resources << /Font << /F 5 0 R >> >> >>".encode(),
            b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        ]
        return joined(objects)


def joined(objects: Sequence[bytes]) -> bytes:
    """Number the objects of a PDF file and write the table of where they are."""
    file = b"%PDF-1.4\n"
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(file))
        file += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(file)
    file += b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    return file + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)


def black_runs(number: int) -> list[tuple[int, int, int]]:
    """The black cells of a marker as row, first column, length."""
    dictionary = cv2.aruco.getPredefinedDictionary(getattr(cv2.aruco, f"DICT_{DICTIONARY}"))
    cells = cv2.aruco.generateImageMarker(dictionary, number, CELLS) == 0
    runs = []
    for row, line in enumerate(cells):
        edges = np.flatnonzero(np.diff(np.concatenate([[0], line.astype(int), [0]])))
        runs += [(row, int(a), int(b - a)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
    return runs


def measuring_bars(sheet: Sheet, x: float, y: float) -> None:
    """100 mm across and 100 mm down: whoever prints must be able to see that nothing was scaled."""
    sheet.text(x, y - 2.5, f"Measure both bars: {BAR_MM} mm. If not, print again at 100 % (no fit to page).")
    sheet.line((x, y), (x + BAR_MM, y), width=0.3)
    sheet.line((x, y), (x, y + BAR_MM), width=0.3)
    for mm in range(0, BAR_MM + 1, 10):
        tick = 4.0 if mm % 50 == 0 else 2.0
        sheet.line((x + mm, y), (x + mm, y + tick), width=0.3)
        sheet.line((x, y + mm), (x + tick, y + mm), width=0.3)


def cube_sheet(name: str, cube: Cube) -> Sheet:
    """The net of a cube: four sides in a row, a flap to glue, and the end with the fifth marker or without one.

    The sides stand in the order +x, −y, −x, +y: folded with the print outwards they go round the shaft.
    """
    sheet = Sheet(*A4_MM)
    rim = (FACE_MM - MARKER_MM) / 2
    x, y = (A4_MM[0] - 4 * FACE_MM - FLAP_MM) / 2, 85.0
    sheet.text(x, 18, f"arguide: {cube.title} ({name}), faces {FACE_MM:g} mm, markers {MARKER_MM:g} mm", 4.2)
    sheet.text(x, 24, "Print at 100 % on matt paper. Cut along the lines, fold along the dashes, glue round the block.")
    for place, side in enumerate((0, 3, 2, 1)):
        sheet.marker(x + place * FACE_MM + rim, y + rim, MARKER_MM, cube.ids[side])
    # The end away from the tip hangs on the upper edge of the side +x: its marker's upper edge looks towards −x.
    if len(cube.ids) > 4:
        sheet.marker(x + rim, y - FACE_MM + rim, MARKER_MM, cube.ids[4])
    outline(sheet, x, y)
    sheet.text(x + FACE_MM + 4, y + FACE_MM + 16, "tip, +z: the shaft leaves here, through the middle")
    sheet.text(x + 2, y + FACE_MM + 4, "+x")
    sheet.line((x + FACE_MM + 2, y + FACE_MM + 15), (x + FACE_MM / 2, y + FACE_MM + 8), width=0.2)
    measuring_bars(sheet, x, 165.0)
    return sheet


def outline(sheet: Sheet, x: float, y: float) -> None:
    """Cutting and folding lines of a cube's net whose first side has its upper left corner at x, y."""
    f = FACE_MM
    right = x + 4 * f
    sheet.line((x, y + f), (x, y - f), (x + f, y - f), (x + f, y), (right, y))
    sheet.line((x, y + f), (right, y + f))
    sheet.line((right, y), (right + FLAP_MM, y + 4), (right + FLAP_MM, y + f - 4), (right, y + f))
    for n in range(1, 5):
        sheet.line((x + n * f, y), (x + n * f, y + f), dashed=True)
    sheet.line((x, y), (x + f, y), dashed=True)


def board_sheet() -> Sheet:
    """The ChArUco board, landscape."""
    sheet = Sheet(A4_MM[1], A4_MM[0])
    square, rim = BOARD.square_mm, (BOARD.square_mm - BOARD.marker_mm) / 2
    x, y = (sheet.width - BOARD.columns * square) / 2, 14.0
    white = BOARD.squares
    black = [(c, r) for r in range(BOARD.rows) for c in range(BOARD.columns) if (c, r) not in white]
    sheet.black((x + c * square, y + r * square, square, square) for c, r in black)
    for number, (c, r) in enumerate(white, BOARD.first_id):
        sheet.marker(x + c * square + rim, y + r * square + rim, BOARD.marker_mm, number)
    size = f"{BOARD.columns} x {BOARD.rows} squares of {square:g} mm, markers {BOARD.marker_mm:g} mm"
    bar_y = y + BOARD.rows * square + 12
    sheet.line((x, bar_y), (x + BAR_MM, bar_y), width=0.3)
    for mm in range(0, BAR_MM + 1, 10):
        sheet.line((x + mm, bar_y), (x + mm, bar_y - (4.0 if mm % 50 == 0 else 2.0)), width=0.3)
    sheet.text(x + BAR_MM + 4, bar_y - 4, f"arguide: phantom board ({size})")
    sheet.text(x + BAR_MM + 4, bar_y, f"The bar is {BAR_MM} mm. If not, print again at 100 % (no fit to page).")
    return sheet


def files() -> dict[str, bytes]:
    """Name and content of every file."""
    made = {f"{name}.pdf": cube_sheet(name, cube).pdf() for name, cube in CUBES.items()}
    made["board.pdf"] = board_sheet().pdf()
    made |= {f"{name}.toml": tomli_w.dumps(cube_body(cube)).encode() for name, cube in CUBES.items()}
    made["board.toml"] = tomli_w.dumps(board_body()).encode()
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description="Make arguide's printable marker sheets and their body files.")
    parser.add_argument(
        "folder", nargs="?", type=Path, default=FOLDER, help="where to write (default: hardware/sheets)"
    )
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files().items():
        (folder / name).write_bytes(content)
        print(f"{folder / name}: {len(content)} bytes")


if __name__ == "__main__":
    main()
