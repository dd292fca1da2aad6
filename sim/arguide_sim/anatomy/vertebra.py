"""One lumbar vertebra in its own frame (origin at the centre of the body, +y anterior, +z up), from its level's numbers.

Everything is described on the right side, to be mirrored. Lengths that are not in `Level` are proportions seen on dry
bones.
"""

import numpy as np

from arguide_sim.anatomy.joints import Joint
from arguide_sim.anatomy.outlines import outline_of, smooth_outline
from arguide_sim.anatomy.sdf import (
    Distances,
    Points,
    Shape,
    bounded,
    common,
    curved,
    cut,
    ellipsoid,
    half_space,
    plate,
    smooth_max,
    tube,
    union,
)
from arguide_sim.anatomy.spine_curve import Level

LAMINA = {"T12": (4.0, -20.0), "L1": (4.0, -21.5), "L2": (3.5, -22.0), "L3": (3.0, -21.0), "L4": (2.0, -18.5),
          "L5": (1.5, -15.5)}  # fmt: skip
"""Upper and lower border at the midline, as z."""
LAMINA_MM = 5.6
"""Thickness."""
PEDICLE_MM = 7.5
"""How far behind the wall of the body the pedicle reaches, before the room of the joint above."""
NOTCH_MM, NOTCH_LEANS = 6.5, 0.25
"""How far behind the wall of the body the superior process rises, before it the pedicle's upper notch is open; and how
far the front of the process leans back, mm for each mm."""
LEFT_MM = 0.6
"""So much bone the notch leaves before the joint surface: in narrow canals the joint lies near the pedicle."""
FORAMEN_MM = 6.5
"""So far behind the wall of the body there is no lamina: before the root's passage it would be a loose splinter."""
SMOOTH, SMOOTH_MM = 0.85, 12.0
"""How much smoother than other bone a pedicle is, as a share, and how far around its middle: waves as long as itself would
turn it by a degree or two."""
HOLLOW_MM = 1.6
"""How far the middle of the body's back lies before its sides."""


def body(level: Level, osteophytes: float = 0.0, waist: float = 0.13, cup: float = 1.8) -> Shape:
    """Kidney-shaped body: waisted by the fraction `waist`, endplates hollowed by `cup` mm inside their raised rim."""
    slope = np.tan(np.radians(level.wedge_deg / 2))
    half = level.height / 2

    def shape(p: Points) -> Distances:
        x, y, z = p[:, 0], p[:, 1], p[:, 2]
        top = half + y * slope
        t = np.clip(z / top, -1.0, 1.0)
        narrow = 1.0 - waist * (1.0 - t * t) ** 1.3
        a = (level.width_low + level.width_up + t * (level.width_up - level.width_low)) / 4 * narrow
        b = (level.depth_low + level.depth_up + t * (level.depth_up - level.depth_low)) / 4
        b = np.where(y > 0, b * narrow, b + HOLLOW_MM)
        hollow = np.where(y < 0, HOLLOW_MM * np.exp(-((x / (0.35 * a)) ** 2)), 0.0)
        y = y - hollow * np.clip(-y / b, 0.0, 1.0)
        # Round in front, squarer behind, where the pedicles leave it.
        n = 2.05 + 0.55 * np.clip(0.5 - y / b, 0.0, 1.0)
        r = (np.abs(x / a) ** n + np.abs(y / b) ** n) ** (1 / n)
        wall = (r - 1.0) * np.minimum((np.hypot(x, y) + 1e-6 * b) / (r + 1e-6), b)
        if osteophytes > 0:
            # Spurs at the rims, in front and at the sides, here more and there less.
            around = np.arctan2(y + 4, np.abs(x))
            uneven = 0.6 + 0.4 * np.sin(5 * around + level.height)
            ahead = np.clip((y + 0.3 * b) / b, 0, 1)
            wall = wall - 3.4 * osteophytes * uneven * ahead * np.exp(-(((1 - np.abs(t)) * half / 3.2) ** 2))
        plate_at = top - cup * np.clip(1.0 - (r / 0.85) ** 2, 0.0, 1.0)
        return smooth_max(wall, np.abs(z) - plate_at, 2.0)

    return shape


def arch(level: Level, below: Joint, above: Joint) -> Shape:
    """Right half of everything behind the body, given the right joints below and above in the vertebra's frame."""
    wall = level.wall
    x = level.canal_width / 2 + level.pedicle_width / 2
    z = pedicle_z(level)
    ring = union([pedicle(level, x, z), transverse(level, x, wall, z), superior_process(level, x, z, above)], 3.0)
    ring = union([ring, lamina(level, below)], 3.0)
    ring = cut(cut(ring, canal(level, wall), blend=1.2), below.superior_side(), blend=1.2)
    ring = union([ring, spinous(level, wall - level.canal_depth)], 2.5)
    room = common(above.room(), half_space((0, wall - PEDICLE_MM, 0), (0, 1, 0)), 1.0)
    return cut(union([ring, inferior_process(level, below)], 4.0), room, blend=1.2)


def pedicle(level: Level, x: float, z: float) -> Shape:
    """The bridge from the body, pointing toward the midline in front; thinnest behind the wall of the body."""
    lean = np.tan(np.radians(level.pedicle_angle_deg))
    half = level.pedicle_width / 2, level.pedicle_height / 2
    wall = level.wall
    # That of L5 leans so much that its inner side leaves the canal before the body does.
    x += 1.0 if level.name == "L5" else 0.0
    return tube(
        [(x - 7.5 * lean, wall + 6, z), (x, wall - 1.5, z), (x + 7 * lean, wall - 8.5, z - 0.5)],
        [(half[0] + 0.6, half[1]), half, half],
    )


def smooth_pedicle(level: Level) -> Shape:
    """How much of the bone's roughness points of the right half keep (0 to 1): no muscle holds on to a pedicle."""
    center = np.array([level.canal_width / 2 + level.pedicle_width / 2, level.wall - 2.5, pedicle_z(level)])

    def share(p: Points) -> Distances:
        away = p - center
        return np.asarray(1.0 - SMOOTH * np.exp(-np.einsum("ij,ij->i", away, away) / SMOOTH_MM**2))

    return share


def pedicle_z(level: Level) -> float:
    """z of the middle of the pedicle."""
    return level.height / 2 - level.pedicle_height / 2 - 1.5


def roof(level: Level) -> tuple[float, float]:
    """How far the laminae rise to the side, and how far they lean back downward, mm for each mm."""
    return 0.50 * level.canal_depth / (level.canal_width / 2), 0.20


def lamina_front(level: Level, x: Distances | float, z: Distances | float) -> Distances:
    """y of the surface of the lamina that looks into the canal."""
    side, lean = roof(level)
    back = level.wall - level.canal_depth
    return np.asarray(back + side * np.maximum(np.sqrt(np.square(x) + 4.0) - 3.0, 0.0) + lean * (np.asarray(z) + 6.0))


def lamina(level: Level, below: Joint) -> Shape:
    """The plate from the pars to the midline, waisted at the pars, running down towards the joint."""
    x = level.canal_width / 2 + level.pedicle_width / 2
    z = pedicle_z(level)
    top, low = LAMINA[level.name]
    foot = below.point(-5.6, 0, 0.30 * below.height)
    # The laminae of L5 meet in an upturned V and run down broad towards their joints.
    aside = low - 3.0 if level.name == "L5" else low + 4.0
    waist = min(x - 0.5, 0.45 * x + 0.55 * foot[0] + 3.0)
    outline = [
        (-9, top - 5), (1, top - 5), (0.35 * x, top - 2), (0.62 * x, top + 1.5), (0.85 * x, top + 5), (x + 1, z + 1),
        (x + 3.0, z - 2), (x + 1.5, z - 7), (waist, z - 11), (foot[0] + 5.5, foot[2] + 2), (foot[0] + 4.5, foot[2] - 4),
        (foot[0] - 2.5, foot[2] - 7), (0.55 * foot[0], aside), (2, low), (-9, low),
    ]  # fmt: skip
    inside = outline_of(smooth_outline(outline))
    side, lean = roof(level)
    steep = float(np.sqrt(1 + side**2 + lean**2))

    def shape(p: Points) -> Distances:
        depth = (lamina_front(level, p[:, 0], p[:, 2]) - LAMINA_MM / 2 - p[:, 1]) / steep
        whole = smooth_max(inside(p[:, 0], p[:, 2]), np.abs(depth) - LAMINA_MM / 2, 2.6)
        return smooth_max(whole, p[:, 1] - (level.wall - FORAMEN_MM), 1.0)

    return shape


def canal(level: Level, wall: float) -> Shape:
    """Right half of the room for the spinal canal: wide in front, narrowing to the root of the spinous process."""
    wide, depth = level.canal_width / 2, level.canal_depth
    outline = [(-wide, 2), (wide, 2), (wide, -0.48 * depth), (2.5, -depth), (-2.5, -depth), (-wide, -0.48 * depth)]
    across = outline_of(smooth_outline([(x, wall + y) for x, y in outline], 3))
    return lambda p: across(p[:, 0], p[:, 1])


def superior_process(level: Level, x: float, z: float, above: Joint) -> Shape:
    """Right superior articular process, hollow behind, with the mamillary process on its rear edge."""
    normal = above.frame[:3, 0]
    wide, tall, fat = above.width / 2, above.height / 2, 1.0 + 0.25 * above.wear
    root = np.array([x + 1.0, level.wall - 9.5, z - 2])
    stem = tube([root, above.point(5.2 * fat, 0, -tall + 2)], [(5.4, 5.4), (wide, 5.4 * fat)], up=normal)
    ear = tube(
        [above.point(4.8 * fat, 0.2, -tall + 2), above.point(3.9 * fat, 0.2, tall - 2.2)],
        [(wide + 1.4, 5.4 * fat), (0.92 * wide, 4.3 * fat)],
        up=normal,
    )
    mamillary = ellipsoid(above.point(6.0 * fat, wide + 0.2, -2.0), (3.2, 3.8 * fat, 4.8))
    return common(union([stem, ear, mamillary], 2.5), notch(level, z, above), 2.0)


def notch(level: Level, z: float, above: Joint) -> Shape:
    """What lies behind the notch over the pedicle; the notch gives way to the joint surface."""
    behind = half_space((0, level.wall - NOTCH_MM, z + level.pedicle_height / 2), (0, 1, NOTCH_LEANS))
    places = [(back * above.width, up * above.height) for back in (-0.3, 0.0, 0.3) for up in (-0.25, 0.25)]
    surface = np.array([above.on_surface(*place) for place in places]) + above.gap / 2 * above.frame[:3, 0]
    yields = max(float(behind(surface).max()) + LEFT_MM, 0.0)
    return lambda p: behind(p) - yields


def inferior_process(level: Level, below: Joint) -> Shape:
    """Right inferior articular process, from the lamina down to the joint, its surface cut to the joint's curve."""
    normal = below.frame[:3, 0]
    wide, tall, fat = below.width / 2, below.height / 2, 1.0 + 0.25 * below.wear
    top = below.point(-4.5, 0, tall)
    start = np.array([0.62 * top[0], 0.0, top[2] + 6.0])
    start[1] = float(lamina_front(level, start[0], start[2])) - LAMINA_MM / 2
    stem = tube([start, below.point(-3.5 * fat, 0.2, tall - 2.5)], [(5.0, 2.8), (wide, 4.3 * fat)], up=normal)
    tongue = tube(
        [below.point(-3.5 * fat, 0.2, tall - 2.5), below.point(-2.9 * fat, 0, -tall + 2.6)],
        [(wide, 4.3 * fat), (0.84 * wide, 3.8 * fat)],
        up=normal,
    )
    return common(union([stem, tongue], 2.0), below.inferior_side(), 0.6)


def transverse(level: Level, x: float, wall: float, z: float) -> Shape:
    """Right transverse process: thin and flat from L1 to L4, stout and conical at L5, a stub at T12."""
    end = level.span / 2 - 2.5
    if level.name == "L5":
        return tube(
            [(x, wall - 9, z - 1), (x + 0.4 * (end - x), wall - 10, z + 1), (end, wall - 13, z + 4)],
            [(5.5, min(7.5, level.pedicle_height / 2 + 1.0)), (4.8, 5.6), (3.2, 4.2)],
        )
    if level.name == "T12":
        knobs = [(x + 4, wall - 15, z + 4, 3.2), (end - 1, wall - 14, z, 3.4), (x + 4, wall - 16, z - 6, 2.8)]
        return union([ellipsoid((a, b, c), (r, r, 1.2 * r)) for a, b, c, r in knobs], 4.0)
    rise = {"L1": -1.5, "L2": 0.0, "L3": 1.0, "L4": 4.0}[level.name]
    middle = 0.5 * (x + end)
    blade = curved(
        [
            (x + 1, wall - 9, z - 2.5),
            (middle, wall - 12.5, z - 2.5 + 0.3 * rise),
            (end - 4, wall - 15.5, z - 2 + rise),
            (end, wall - 16.0, z - 1.5 + rise),
        ],
        [(3.6, 5.6), (1.9, 4.3), (1.9, 4.6), (1.5, 3.0)],
        blend=0.8,
    )
    accessory = ellipsoid((x + 4, wall - 13.5, z - 5), (2.0, 2.8, 2.6))
    return union([blade, accessory], 2.5)


HATCHET = [
    (0.5, 1.0), (4, 0.0), (13, -2.0), (21, -4.5), (26.5, -5.0), (29.6, -8.5), (30.8, -14), (30.6, -20), (28.8, -24.2),
    (25, -25.6), (19, -23.0), (12, -20.5), (5, -20), (0.5, -19),
]  # fmt: skip
"""Outline of a spinous process 30 mm long: distance behind the back of the canal, and z."""
KNOB = [
    (0.5, 1.5), (5, 0.5), (14, -3), (23, -8), (29, -12), (30.6, -16), (29, -20.5), (24, -21.5), (16, -18), (8, -15),
    (0.5, -12.5),
]  # fmt: skip
"""That of L5: short, round, pointing down."""


def spinous(level: Level, root: float) -> Shape:
    """The hatchet behind the arch, in the sagittal plane: a thin blade with a thick rear edge and lower corner."""
    s = level.spinous / 30.0
    tall = {"T12": 0.86, "L1": 0.95, "L4": 0.93, "L5": 0.92}.get(level.name, 1.0)
    corners = smooth_outline([(root - y * s, z * tall) for y, z in (KNOB if level.name == "L5" else HATCHET)])

    def thick(p: Points) -> Distances:
        along = np.clip((root - p[:, 1]) / (30 * s), 0.0, 1.0)
        low = np.clip(-p[:, 2] / (22 * tall), 0.0, 1.0)
        edge = np.clip((along - 0.62) / 0.38, 0, 1) ** 1.5
        waist = 0.6 * np.exp(-(((along - 0.5) / 0.2) ** 2))
        return 2.5 + 1.8 * (1 - along) ** 3 - waist + edge * (0.7 + 1.9 * low) + 0.9 * low**1.5

    return plate(corners, thick, edge=2.2)


def half_bone(level: Level, below: Joint, above: Joint, osteophytes: float = 0.0) -> Shape:
    """The right half of the whole vertebra."""
    beyond = 6.0 + 4.0 * osteophytes
    high = np.array([max(level.width_low, level.width_up) / 2, -level.wall, level.height / 2]) + beyond
    whole = bounded(body(level, osteophytes), -high, high)
    return union([whole, arch(level, below, above)], 3.0)
