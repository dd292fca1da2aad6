"""Printed paper in space: rays are cast from every pixel through the lens onto the sheet, several times a pixel.

Each ray has its own place within the pixel and its own moment within the exposure of its row. So edges are smooth,
motion blurs, and a rolling shutter leans, all by the same few lines and without approximation.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from arguide.geometry.transforms import Array
from arguide.settings.body_file import MarkerBody
from arguide_sim.camera.lens import Lens, Moving, Shutter, seen_at
from arguide_sim.printed import outward

DOTS_PER_MM = 6
"""Sides of squares and markers are whole numbers of dots, so that nothing is rounded."""
PAPER, INK = 222, 28
RIM = 0.125
"""White round a single marker, in sides of it."""
BOARD_RIM_MM = (26.0, 17.5)
RAYS = ((-0.375, -0.125, 0.1), (0.125, -0.375, 0.3), (-0.125, 0.375, 0.5), (0.375, 0.125, 0.7), (0.02, -0.02, 0.9))
"""Of each pixel: right, down (pixels from its centre), share of the exposure."""


@dataclass(frozen=True)
class Sheet:
    """A flat printed rectangle on a body."""

    print: NDArray[np.uint8]
    """(rows, columns) brightness, DOTS_PER_MM to the millimetre."""
    body_from_sheet: Array
    """(4, 4): x right and y down along the print from its upper left corner, z into the paper; mm."""

    @property
    def corners(self) -> Array:
        """Its four corners (4, 3) on the body."""
        w, h = self.print.shape[1] / DOTS_PER_MM, self.print.shape[0] / DOTS_PER_MM
        flat = np.array([[0, 0, 0, 1], [w, 0, 0, 1], [w, h, 0, 1], [0, h, 0, 1]])
        corners: Array = (flat @ self.body_from_sheet.T)[:, :3]
        return corners


def sheets_of(body: MarkerBody) -> list[Sheet]:
    """The sheets that a body carries: one a marker, one for a whole board."""
    on_board = set(body.board.markers) if body.board else set()
    single = {n: np.array(c) for n, c in body.markers.items() if n not in on_board}
    sheets = [_marker_sheet(body.dictionary, n, corners) for n, corners in single.items()]
    return sheets + _bare_faces(list(single.values())) + ([_board_sheet(body)] if body.board else [])


def _bare_faces(marked: list[Array]) -> list[Sheet]:
    """The sides of a cube that carry no marker."""
    if len(marked) < 2:
        return []
    side, middle = float(np.linalg.norm(marked[0][1] - marked[0][0])), marked[0].mean(axis=0)
    edge = side * (1 + 2 * RIM)
    ways = outward(np.array(marked))
    plain = np.full((round(edge * DOTS_PER_MM),) * 2, PAPER, np.uint8)
    faces = []
    for way in np.concatenate([np.eye(3), -np.eye(3)]):
        if (ways @ way).max() < 0.9:
            across = np.roll(way, 1)
            down = np.cross(-way, across)
            corner = np.linalg.norm(middle) * way - edge / 2 * (across + down)
            frame = np.eye(4)
            frame[:3] = np.column_stack([across, down, -way, corner])
            faces.append(Sheet(plain, frame))
    return faces


def lay_on(
    picture: NDArray[np.uint8], sheet: Sheet, lens: Lens, shutter: Shutter, moving: Moving, light: float
) -> None:
    """Draw a sheet into a picture (height, width, 3); `light` 0..1 shades it. From behind it is not seen."""
    if not _is_seen(sheet, moving.middle):
        return
    outline = seen_at(lens, shutter, moving, sheet.corners)
    left, top = np.maximum(np.floor(outline.min(axis=0)).astype(int) - 2, 0)
    right, bottom = np.minimum(np.ceil(outline.max(axis=0)).astype(int) + 3, (lens.width, lens.height))
    if right <= left or bottom <= top:
        return
    rays = lens.rays[top:bottom, left:right]
    rows = np.arange(top, bottom)
    total = np.zeros((bottom - top, right - left), np.float32)
    cover = np.zeros_like(total)
    whole = np.full(sheet.print.shape, 255, np.uint8)
    for dx, dy, share in RAYS:
        poses = moving.at(shutter.row_time(rows, lens.height, share)) @ sheet.body_from_sheet
        x, y = _where(rays, poses, dx / lens.matrix[0, 0], dy / lens.matrix[1, 1])
        total += cv2.remap(sheet.print, x, y, cv2.INTER_LINEAR)
        cover += cv2.remap(whole, x, y, cv2.INTER_LINEAR)
    part = picture[top:bottom, left:right]
    share_seen = (cover / (255.0 * len(RAYS)))[..., None]
    part[:] = np.clip(part * (1 - share_seen) + (light / len(RAYS)) * total[..., None], 0, 255).astype(np.uint8)


def _where(rays: NDArray[np.float32], poses: Array, dx: float, dy: float) -> tuple[Array, Array]:
    """Dots (x, y) of the print that rays (rows, columns, 2) meet; `poses` (rows, 4, 4) view_from_sheet."""
    # A point of the plane is H (X, Y, 1) in the view frame, so (X, Y, 1) is the ray through the inverse of H.
    inverse = np.linalg.inv(poses[:, :3, [0, 1, 3]]).astype(np.float32)[:, :, :, None]
    x, y = rays[..., 0] + np.float32(dx), rays[..., 1] + np.float32(dy)
    depth = inverse[:, 2, 0] * x + inverse[:, 2, 1] * y + inverse[:, 2, 2]
    depth = np.where(depth > 1e-9, depth, np.float32(np.nan))
    scale = np.float32(DOTS_PER_MM) / depth
    across = (inverse[:, 0, 0] * x + inverse[:, 0, 1] * y + inverse[:, 0, 2]) * scale - np.float32(0.5)
    down = (inverse[:, 1, 0] * x + inverse[:, 1, 1] * y + inverse[:, 1, 2]) * scale - np.float32(0.5)
    return np.nan_to_num(across, nan=-1e4), np.nan_to_num(down, nan=-1e4)


def _is_seen(sheet: Sheet, view_from_body: Array) -> bool:
    view_from_sheet = view_from_body @ sheet.body_from_sheet
    corners = sheet.corners @ view_from_body[:3, :3].T + view_from_body[:3, 3]
    return bool(corners[:, 2].min() > 30.0 and view_from_sheet[:3, 2] @ corners.mean(axis=0) > 0)


def _marker_sheet(dictionary: str, number: int, corners: Array) -> Sheet:
    side = float(np.linalg.norm(corners[1] - corners[0]))
    rim = RIM * side
    dots = round(side * DOTS_PER_MM)
    paper = np.full((round((side + 2 * rim) * DOTS_PER_MM),) * 2, PAPER, np.uint8)
    start = round(rim * DOTS_PER_MM)
    paper[start : start + dots, start : start + dots] = _marker(dictionary, number, dots)
    return Sheet(paper, _frame(corners, -rim, -rim))


def _board_sheet(body: MarkerBody) -> Sheet:
    assert body.board is not None
    board, (rim_x, rim_y) = body.board, BOARD_RIM_MM
    square, dots = board.square_mm * DOTS_PER_MM, round(board.marker_mm * DOTS_PER_MM)
    size = (board.rows * board.square_mm + 2 * rim_y, board.columns * board.square_mm + 2 * rim_x)
    paper = np.full([round(mm * DOTS_PER_MM) for mm in size], PAPER, np.uint8)
    inner = (square - dots) / 2
    white = {square_: n for n, square_ in enumerate(board.squares, board.first_id)}
    for row in range(board.rows):
        for column in range(board.columns):
            y, x = round(rim_y * DOTS_PER_MM + row * square), round(rim_x * DOTS_PER_MM + column * square)
            if (column, row) not in white:
                paper[y : y + round(square), x : x + round(square)] = INK
            else:
                y, x = round(y + inner), round(x + inner)
                paper[y : y + dots, x : x + dots] = _marker(body.dictionary, white[column, row], dots)
    ends = [board.point(*at) for at in ((0, 0), (board.columns, 0), (board.columns, board.rows), (0, board.rows))]
    return Sheet(paper, _frame(np.array(ends), -rim_x, -rim_y))


def _marker(dictionary: str, number: int, dots: int) -> NDArray[np.uint8]:
    known = cv2.aruco.getPredefinedDictionary(getattr(cv2.aruco, f"DICT_{dictionary}"))
    bits = known.markerSize + 2
    cells = cv2.aruco.generateImageMarker(known, number, bits)
    grown = cv2.resize(cells, (dots, dots), interpolation=cv2.INTER_NEAREST)
    return np.where(grown > 0, PAPER, INK).astype(np.uint8)


def _frame(corners: Array, x: float, y: float) -> Array:
    """body_from_sheet for a rectangle with corners (4, 3), its origin moved by x and y."""
    right = (corners[1] - corners[0]) / np.linalg.norm(corners[1] - corners[0])
    inward = -outward(corners[None])[0]
    frame = np.eye(4)
    frame[:3, :3] = np.column_stack([right, np.cross(inward, right), inward])
    frame[:3, 3] = corners[0] + frame[:3, :2] @ (x, y)
    return frame
