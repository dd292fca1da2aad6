"""The box of a phantom, in its own frame: walls and a rim with pits to register by, a base for the bones, a marker plate.

What is measured against is made of triangles directly, see `construction.py`.
"""

from collections.abc import Sequence

import numpy as np

from arguide.geometry.transforms import Array
from arguide_sim.anatomy.construction import Construction, Cuboid, Upright
from arguide_sim.anatomy.region import Block, Box
from arguide_sim.anatomy.sdf import Points, Shape

WALL_MM = 3.0
RIM_MM, RIM_THICK_MM = 14.0, 5.0
PIT_MM = 2.5
"""Radius and depth of a pit: a cone of 90° that a stylus ball or tip centres itself in."""
PLAY_MM = 1.0
"""Between bones and walls, so that printed parts go together."""
FIT_MM = 0.3
"""Between the base and the walls that hold it in its place."""
BASE_MM = 2.4
"""Thickness of the base that all bones stand on."""
POST_MM = 3.0
"""Radius of a post below a bone that would not reach the base."""
CRUMB_MM3 = 300.0
"""A piece of bone that stands alone and is smaller is not printed, and not in the scenario."""
KEY_MM, KEY_HIGH_MM = 9.0, 7.2
"""Sides and height of the key in one corner of the box: the base goes in one way only."""
HOLE_MM, HOLES_APART_MM = 2.15, 40.0
"""Radius of the two M4 holes that carry the marker plate, and their distance."""
BEYOND_MM = 10.0
"""How far what is removed reaches into the open."""
PITS = (
    (-1.0, -0.93), (-1.0, -0.12), (-1.0, 0.78), (1.0, -0.63), (1.0, 0.54), (0.62, 1.0), (-0.37, 1.0), (0.43, -1.0),
)  # fmt: skip
"""Around the rim, as shares of its half sides: uneven, so that no other order of them fits."""
STROKE_MM, FIGURE_MM, ENGRAVED_MM = 1.0, (3.2, 5.6), 0.8
"""Line, width and height, and depth of the figures beside the pits."""
FIGURE_AWAY_MM = 6.5
"""From the middle of a pit to the middle of its figure."""
SEGMENTS_OF = {1: "bc", 2: "abged", 3: "abgcd", 4: "fgbc", 5: "afgcd", 6: "afgedc", 7: "abc", 8: "abcdefg"}
"""Which of the seven strokes make a figure: a on top, then clockwise, g in the middle."""


class Frame:
    """The block's own frame: origin in the middle of its floor, +z up toward the trainee."""

    def __init__(self, block: Block) -> None:
        low, high, up = (np.asarray(value, float) for value in (block.low, block.high, block.up))
        axis = int(np.abs(up).argmax())
        first, second = ((axis + 1) % 3, (axis + 2) % 3)
        x, y = np.eye(3)[first], np.eye(3)[second]
        if np.cross(x, y) @ up < 0:
            first, second, x, y = second, first, y, x
        self.rotation = np.column_stack([x, y, up])
        size = high - low
        self.half = np.array([size[first], size[second]]) / 2
        self.height = float(size[axis])
        self.origin = (low + high) / 2 - up * self.height / 2

    def local(self, points: Points) -> Points:
        """Image to block."""
        return np.asarray((points - self.origin) @ self.rotation)

    def image(self, points: Points) -> Points:
        """Block to image."""
        return np.asarray(points @ self.rotation.T + self.origin)

    def seen(self, shape: Shape) -> Shape:
        """A shape of this frame, asked in the image."""
        return lambda p: shape(self.local(p))

    def corners(self, beyond: float) -> Box:
        """A box in the image that is `beyond` larger on every side."""
        low = np.array([*(-self.half - beyond), -beyond])
        high = np.array([*(self.half + beyond), self.height + beyond])
        ends = np.sort(self.image(np.array([low, high])), axis=0)
        return tuple(map(float, ends[0])), tuple(map(float, ends[1]))  # type: ignore[return-value]

    def rim(self) -> Array:
        """Half sides (2,) of the middle line of the rim, on which the pits lie."""
        return np.asarray(self.half + (WALL_MM + RIM_MM) / 2)

    def pits(self, ball_mm: float = 0.0) -> Array:
        """What the tip touches in the pits (n, 3), image frame: their bottoms, or where the middle of a ball of that diameter rests."""
        reach, raised = self.rim(), ball_mm / np.sqrt(2)
        at = np.array([[u * reach[0], v * reach[1], self.height - PIT_MM + raised] for u, v in PITS])
        return self.image(at)


def _block(half: Array, low: float, high: float) -> Cuboid:
    """A cuboid about the middle, with half sides (2,)."""
    x, y = map(float, half)
    return Cuboid((-x, -y, low), (x, y, high))


def gel(frame: Frame) -> Construction:
    """The gel."""
    return Construction(added=(_block(frame.half, 0.0, frame.height),))


def room(frame: Frame) -> Construction:
    """Where bones may be: off the walls, and off the key."""
    x, y = frame.half - KEY_MM - PLAY_MM
    key = Cuboid((x, y, -BEYOND_MM), (*(frame.half + BEYOND_MM), KEY_HIGH_MM + PLAY_MM))
    return Construction(added=(_block(frame.half - PLAY_MM, 0.0, frame.height),), removed=(key,))


def printed_box(frame: Frame) -> Construction:
    """Floor, walls and rim with numbered pits, two holes for the marker plate and the key of the base."""
    half, top, pits = frame.half, frame.height, frame.local(frame.pits())
    x, y, z = half[0] - KEY_MM, half[1] - KEY_MM, KEY_HIGH_MM
    outside = _block(half + WALL_MM, -WALL_MM, top)
    rim = _block(half + RIM_MM, top - RIM_THICK_MM, top)
    # The key is a corner that the room leaves out.
    room = (Cuboid((-half[0], -half[1], 0), (x, half[1], top + BEYOND_MM)),
            Cuboid((-half[0], -half[1], 0), (half[0], y, top + BEYOND_MM)),
            Cuboid((x, y, z), (half[0], half[1], top + BEYOND_MM)))  # fmt: skip
    bores = (
        Upright((frame.rim()[0], side * HOLES_APART_MM / 2, top - 2 * BEYOND_MM), 3 * BEYOND_MM, HOLE_MM)
        for side in (-1, 1)
    )
    cones = (Upright((p[0], p[1], p[2]), BEYOND_MM, BEYOND_MM, pit=True) for p in pits)
    figures = tuple(stroke for number, pit in enumerate(pits, 1) for stroke in _figure(number, pit, top))
    return Construction(added=(outside, rim), removed=(*room, *bores, *cones), engraved=figures)


def _figure(number: int, pit: Array, top: float) -> tuple[Cuboid, ...]:
    """The number of a pit, beside it along the rim, toward the nearer corner; read with +y up."""
    w, h = FIGURE_MM[0] / 2, FIGURE_MM[1] / 2
    along = int(abs(PITS[number - 1][0]) == 1.0)  # 1: on a side that runs along y
    middle = pit[:2].copy()
    middle[along] += np.copysign(FIGURE_AWAY_MM, pit[along])
    strokes = {
        "a": ((-w, h), (w, h)), "b": ((w, 0), (w, h)), "c": ((w, -h), (w, 0)), "d": ((-w, -h), (w, -h)),
        "e": ((-w, -h), (-w, 0)), "f": ((-w, 0), (-w, h)), "g": ((-w, 0), (w, 0)),
    }  # fmt: skip
    s, low, high = STROKE_MM / 2, top - ENGRAVED_MM, top + BEYOND_MM
    return tuple(
        Cuboid((middle[0] + a[0] - s, middle[1] + a[1] - s, low), (middle[0] + b[0] + s, middle[1] + b[1] + s, high))
        for a, b in (strokes[name] for name in SEGMENTS_OF[number])
    )


def base(frame: Frame, posts: Sequence[Points]) -> Construction:
    """The plate that all bones stand on, as large as the floor, and posts (3,) up to where a bone needs one."""
    notch = KEY_MM + FIT_MM
    corner = Cuboid((frame.half[0] - notch, frame.half[1] - notch, -1), (*(frame.half + 1), BASE_MM + 1))
    columns = tuple(Upright((p[0], p[1], 0.0), float(p[2]), POST_MM) for p in posts)
    return Construction(added=(_block(frame.half - FIT_MM, 0.0, BASE_MM), *columns), removed=(corner,))


def marker_plate() -> Construction:
    """A plate of 70 mm for a printed marker sheet or a reference body, on a foot with two holes, lying on z = 0."""
    plate, foot = Cuboid((0.0, -35.0, 0.0), (70.0, 35.0, 4.0)), Cuboid((-13.0, -30.0, 0.0), (2.0, 30.0, 4.0))
    bores = (Upright((-7.0, side * HOLES_APART_MM / 2, -BEYOND_MM), 3 * BEYOND_MM, HOLE_MM) for side in (-1, 1))
    return Construction(added=(plate, foot), removed=tuple(bores))
