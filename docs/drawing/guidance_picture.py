"""The picture on the page on guidance. Every length and number drawn is what `DeviationFrom` says of an example pose.

Left: the plane through path and shaft. Right: the bullseye, which looks along the path.
"""

from math import cos, degrees, radians, sin, tan

import numpy as np

from arguide.geometry.transforms import Array, pose_along
from arguide.guidance.deviation import DeviationFrom
from arguide.planning.path import planned_path
from arguide.settings.scenario import Plan
from drawing import bullseye_picture
from drawing.svg import Picture, arc

PLAN = Plan(name="example", entry=(10.0, -110.0, 50.0), target=(10.0, -40.0, 50.0))
PATH = planned_path(PLAN)
# The example's tip and shaft lie in one plane with the path, so that the section shows true lengths.
AROUND_RAD, LATERAL_MM, DEPTH_MM, TILT_RAD = radians(-38), 7.5, 27.0, radians(17)
SIDE = cos(AROUND_RAD) * PATH.axes[0] + sin(AROUND_RAD) * PATH.axes[1]
SHAFT = sin(TILT_RAD) * SIDE + cos(TILT_RAD) * PATH.axes[2]
NERVE_MM, NERVE_RADIUS_MM, NEEDLE_RADIUS_MM = (29.0, -19.0), 6.0, 0.36


def section(side_mm: float, along_mm: float) -> Array:
    """Point (3,) of the image at `side_mm` beside the target and `along_mm` beyond it."""
    point: Array = PATH.target + side_mm * SIDE + along_mm * PATH.axes[2]
    return point


def clearance(image_from_tip: Array) -> tuple[float, ...]:
    """Distance from the shaft's surface to a round nerve that runs across the section."""
    gap = section(*NERVE_MM) - nearest_on_shaft(image_from_tip)
    return (float(np.linalg.norm(gap)) - NERVE_RADIUS_MM - NEEDLE_RADIUS_MM,)


def nearest_on_shaft(image_from_tip: Array) -> Array:
    """The point (3,) of the shaft's axis, at or behind the tip, that is nearest to the nerve."""
    tip, shaft = image_from_tip[:3, 3], image_from_tip[:3, 2]
    point: Array = tip + min(0.0, float((section(*NERVE_MM) - tip) @ shaft)) * shaft
    return point


POSE = pose_along(section(LATERAL_MM, -DEPTH_MM), SHAFT)
DEVIATION = DeviationFrom(PLAN, clearance)(POSE)
SCALE, ORIGIN = 7.3, np.array([372.0, 706.0])
TIP = np.array([LATERAL_MM, -DEPTH_MM])
FORWARD = np.array([sin(TILT_RAD), cos(TILT_RAD)])
HALF_MM = 45.0


def at(side_mm: float, along_mm: float) -> Array:
    """Pixel of a point of the section: the path points down."""
    return ORIGIN + SCALE * np.array([side_mm, along_mm])


def draw() -> str:
    """The picture as SVG text."""
    picture = Picture(1200, 830, "Deviations", "A needle beside its planned path with every deviation drawn to scale.")
    picture.text((ORIGIN[0], 44), "In the plane of path and needle", "ink", 17, "middle", 600)
    _tissue(picture)
    _plan(picture)
    _needle(picture)
    _lengths(picture)
    _to_the_target_plane(picture)
    bullseye_picture.add_to(picture, PLAN, DEVIATION)
    return picture.svg()


def _tissue(picture: Picture) -> None:
    skin = [at(side, -PATH.length_mm + 0.004 * side * side) for side in np.linspace(-HALF_MM, HALF_MM, 40)]
    picture.polygon([*skin, at(HALF_MM, 13), at(-HALF_MM, 13)], "skin", opacity=0.26)
    picture.line(skin, "skin", 5)
    picture.text(at(HALF_MM - 1, -PATH.length_mm + 12), "skin", "quiet", 15, "end")
    picture.circle(at(*NERVE_MM), SCALE * NERVE_RADIUS_MM, "nerve", "gold", 2)
    picture.text(at(*NERVE_MM) + [0, 5], "nerve", "lens", 15, "middle", 600)


def _plan(picture: Picture) -> None:
    band = PLAN.tolerance.lateral_mm
    for width, opacity in ((band.near, 0.12), (band.within, 0.2)):
        corners = [at(-width, -PATH.length_mm), at(width, -PATH.length_mm), at(width, 4), at(-width, 4)]
        picture.polygon(corners, "blue", opacity=opacity)
    for along, words in ((-PATH.length_mm, "entry plane"), (0.0, "target plane")):
        picture.line([at(-HALF_MM, along), at(HALF_MM, along)], "quiet", 1.3, "7 5")
        picture.text(at(HALF_MM - 1, along) + [0, -9], words, "quiet", 15, "end")
    entry, target = at(0, -PATH.length_mm), at(0, 0)
    picture.line([entry, at(0, 8)], "blue", 2.5)
    picture.arrow(at(0, -47), at(0, -36), "blue", 4.5)
    for point, words, offset in ((entry, "E", (14, -14)), (target, "T", (-30, 28)), (at(0, -40), "d", (-26, 4))):
        picture.text(point + np.array(offset), words, "blue", 22, weight=700, halo="paper")
    for point in (entry, target):
        picture.circle(point, 8, "paper", "blue", 3)
    picture.circle(target, 3, "blue")


def _needle(picture: Picture) -> None:
    hub, ahead = TIP - 63 * FORWARD, TIP + 36 * FORWARD
    across = 0.55 * np.array([FORWARD[1], -FORWARD[0]])
    picture.line([at(*TIP), at(*ahead)], "ink", 1.8, "3 6")
    for ink, width in (("paper", 11), ("body", 7.5), ("steel", 3.5)):
        picture.line([at(*hub), at(*TIP)], ink, width)
    for depth in range(10, 61, 10):
        mark = TIP - depth * FORWARD
        picture.line([at(*(mark - across)), at(*(mark + across))], "ink", 2)
    beside = hub - 4 * across
    picture.arrow(at(*beside), at(*(beside + 9 * FORWARD)), "ink", 3.5)
    picture.text(at(*beside) + [-24, 30], "a", "ink", 22, weight=700, halo="paper")
    picture.circle(at(*TIP), 6, "ink", "paper", 2)
    picture.text(at(*TIP) + [14, -6], "P", "ink", 22, weight=700, halo="paper")


def _lengths(picture: Picture) -> None:
    """Lateral, depth, entry offset and clearance, each as long as the code says it is."""
    d = DEVIATION
    foot = at(0, -d.depth_mm)
    picture.line([at(-35, -d.depth_mm), foot], "quiet", 1.2)
    picture.arrow(foot, at(d.lateral_mm, -d.depth_mm), "teal", 3, both=True)
    _label(picture, foot + [-12, -12], "lateral", d.lateral_mm, "teal", "end")
    picture.arrow(at(-33, -d.depth_mm), at(-33, 0), "violet", 3, both=True)
    _label(picture, at(-32, -0.6 * d.depth_mm), "depth", d.depth_mm, "violet", "start")
    side = np.sign(LATERAL_MM - (PATH.length_mm - DEPTH_MM) * tan(TILT_RAD))
    picture.arrow(at(0, -PATH.length_mm), at(side * d.entry_offset_mm, -PATH.length_mm), "gold", 3, both=True)
    _label(
        picture,
        at(side * d.entry_offset_mm - 2, -PATH.length_mm) + [0, -11],
        "entry offset",
        d.entry_offset_mm,
        "gold",
        "end",
    )
    nearest = nearest_on_shaft(POSE) - PATH.target
    start = np.array([nearest @ SIDE, nearest @ PATH.axes[2]])
    way = (np.array(NERVE_MM) - start) / np.linalg.norm(np.array(NERVE_MM) - start)
    start = start + NEEDLE_RADIUS_MM * way
    picture.arrow(at(*start), at(*(start + d.clearances_mm[0] * way)), "green", 3, both=True)
    _label(
        picture,
        at(*(start + 0.5 * d.clearances_mm[0] * way)) + [2, -14],
        "clearance",
        d.clearances_mm[0],
        "green",
        "start",
    )


def _to_the_target_plane(picture: Picture) -> None:
    """Angle, predicted miss and the straight distance to the target."""
    d = DEVIATION
    tip, target = at(*TIP), at(0, 0)
    picture.line([tip, tip + [0, 150]], "quiet", 1.3, "7 5")
    bend = arc(tip, 132, np.pi / 2 - d.angle_rad, np.pi / 2)
    picture.line(bend, "red", 3)
    picture.text(bend[0] + [10, 4], f"angle {degrees(d.angle_rad):.1f}°", "red", 17, weight=600, halo="paper")
    toward = (target - tip) / np.linalg.norm(target - tip)
    picture.arrow(tip + 9 * toward, tip + (SCALE * d.target_mm - 10) * toward, "orange", 2.6, both=True, dash="2 5")
    _label(picture, at(-2.5, -6), "tip to target", d.target_mm, "orange", "end")
    picture.arrow(target + [9, 0], at(d.predicted_miss_mm, 0), "pink", 3.4, both=True)
    picture.circle(at(d.predicted_miss_mm, 0), 6, "paper", "pink", 3)
    _label(picture, at(HALF_MM - 1, 0) + [0, 27], "predicted miss", d.predicted_miss_mm, "pink", "end")


def _label(picture: Picture, where: Array, name: str, value_mm: float, ink: str, anchor: str) -> None:
    picture.text(where, f"{name} {value_mm:.1f} mm", ink, 17, anchor, 600, halo="paper")
