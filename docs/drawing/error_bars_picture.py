"""The picture of the page on error bars: where each error begins, its lever arm, and what it is worth at the tip.

Every ellipse is worked out by the program's own code for the drawn poses; only its size on paper is exaggerated.
"""

import numpy as np

from arguide.geometry.transforms import Array, from_parts, inverse, pose_along
from arguide.geometry.uncertainty import region_scale
from arguide.guidance.inside import largest_variance
from arguide.guidance.uncertainty import NeedleUncertainty
from arguide.registration.alignment import alignment_covariance
from arguide.settings.scenario import Plan
from drawing.svg import Picture

SCALE = 1.85
EXAGGERATED = 14
ORIGIN = np.array([265.0, 390.0])
PLAN = Plan(name="drawn", entry=(-30.0, 0.0, 60.0), target=(0.0, 0.0, 0.0))
TIP = pose_along((-10.0, 0.0, 20.0), (30.0, 0.0, -60.0))
NEEDLE_FROM_TIP = pose_along((0.0, 0.0, 120.0), (0.0, 0.0, 1.0))
REFERENCE = np.array([165.0, 0.0, 75.0])
FIDUCIALS = np.array([(-95.0, 30, 55), (-60, -35, 70), (55, 30, 68), (95, -30, 52)])
TURN, SHIFT, TOUCH = 0.0008, 0.08, 0.3
LATENCY_S, SPEED_MM_S = 0.03, 8.0
NOTHING = np.zeros((6, 6))

SOURCES = (
    ("needle", "needle's jitter", "violet"),
    ("reference", "reference body's jitter", "teal"),
    ("registration", "registration", "orange"),
    ("calibration", "tip calibration", "pink"),
    ("latency", "latency at 8 mm/s", "gold"),
)


def tip_covariance(*sources: str) -> Array:
    """(3, 3) mm² of the drawn tip with only these sources."""
    jitter = np.diag([TURN**2] * 3 + [SHIFT**2] * 3)
    touch = alignment_covariance(FIDUCIALS, np.broadcast_to(np.eye(3) / TOUCH**2, (4, 3, 3)))
    calibration = np.diag([1e-6] * 3 + [0.15**2] * 3)
    bars = NeedleUncertainty(
        PLAN,
        NEEDLE_FROM_TIP,
        touch if "registration" in sources else NOTHING,
        calibration if "calibration" in sources else NOTHING,
        LATENCY_S if "latency" in sources else 0.0,
    )
    velocity = np.concatenate([np.zeros(3), SPEED_MM_S * TIP[:3, 2]])
    motion, _ = bars.covariances(
        from_parts(np.eye(3), REFERENCE),
        np.eye(4),
        from_parts(np.eye(3), -REFERENCE) @ TIP @ inverse(NEEDLE_FROM_TIP),
        jitter if "needle" in sources else NOTHING,
        jitter if "reference" in sources else NOTHING,
        velocity,
    )
    return motion[3:, 3:]


def at(point: Array) -> Array:
    """Pixels (2,) of an image point: x to the right, z up."""
    return ORIGIN + SCALE * np.array([point[0], -point[2]])


def draw() -> str:
    """The SVG text."""
    picture = Picture(
        1000,
        560,
        "Where the error bars come from",
        "A needle over a phantom with its reference body and fiducials; arrows show the lever arms along which small "
        "turns grow, an ellipse at the tip the 95 % region, and bars what each source is worth at the tip.",
    )
    _phantom(picture)
    _needle(picture)
    _ellipse(picture, TIP[:3, 3], tip_covariance(*(name for name, _, _ in SOURCES)), "blue")
    picture.text(at(TIP[:3, 3]) + [-44, 4], "tip, 95 %", "blue", 16, "end", 600, halo="paper")
    picture.text((30, 36), "Small turns grow with the arm", "ink", 20, weight=600)
    picture.text((30, 58), f"ellipse drawn {EXAGGERATED} times as large as it is", "quiet", 14)
    _bars(picture)
    return picture.svg()


def _phantom(picture: Picture) -> None:
    x = np.linspace(-125, 205, 60)
    skin = np.array([at(np.array([v, 0, 70 - 0.001 * v * v])) for v in x])
    picture.polygon(np.vstack([skin, [skin[-1][0], 520], [skin[0][0], 520]]), "skin", opacity=0.35)
    picture.line(skin, "skin", 3)
    for k, point in enumerate(FIDUCIALS, 1):
        picture.circle(at(point), 7, "paper", "orange", 3)
        picture.text(at(point) + [0, -13], f"F{k}", "orange", 14, "middle", 600, halo="paper")
    target = at(np.array(PLAN.target))
    picture.circle(target, 9, "none", "pink", 3)
    picture.text(target + [15, 6], "target", "pink", 16, weight=600, halo="paper")
    _body(picture, at(REFERENCE), "teal")
    picture.text(at(REFERENCE) + [0, -26], "reference", "teal", 16, "middle", 600, halo="paper")
    picture.arrow(at(REFERENCE) + [-14, 6], at(TIP[:3, 3]) + [26, -2], "teal", 2, dash="7 5")
    middle = FIDUCIALS.mean(axis=0)
    picture.arrow(at(middle), at(TIP[:3, 3]) + [6, -24], "orange", 2, dash="7 5")


def _needle(picture: Picture) -> None:
    hub = (TIP @ inverse(NEEDLE_FROM_TIP))[:3, 3]
    picture.line([at(hub), at(TIP[:3, 3])], "steel", 5)
    _body(picture, at(hub), "violet")
    picture.text(at(hub) + [22, 0], "needle", "violet", 16, weight=600, halo="paper")
    side = 15 * np.array([-0.9, 0.45])
    picture.arrow(at(hub) + side + [6, 12], at(TIP[:3, 3]) + side - [16, 30], "violet", 2, dash="7 5")


def _body(picture: Picture, middle: Array, ink: str) -> None:
    ends = [middle + 17 * np.array([np.cos(a), np.sin(a)]) for a in np.radians([-90, 30, 150])]
    for end in ends:
        picture.line([middle, end], "body", 3)
    for end in ends:
        picture.circle(end, 5.5, "paper", ink, 3)


def _ellipse(picture: Picture, middle: Array, covariance: Array, ink: str) -> None:
    flat = covariance[np.ix_([0, 2], [0, 2])]
    root = np.linalg.cholesky(flat)
    turn = np.linspace(0, 2 * np.pi, 80)
    around = region_scale() * EXAGGERATED * (np.column_stack([np.cos(turn), np.sin(turn)]) @ root.T)
    outline = at(middle) + SCALE * around * [1, -1]
    picture.polygon(outline, ink, opacity=0.22)
    picture.line(outline, ink, 2.5)


def _bars(picture: Picture) -> None:
    """Half of the longest axis of each source's ellipsoid, and of all together."""
    left, top, wide = 715.0, 110.0, 150.0
    picture.text((left, 66), "Worth at the tip (95 %)", "ink", 20, weight=600)
    everything = tip_covariance(*(name for name, _, _ in SOURCES))
    rows = [(words, ink, tip_covariance(name)) for name, words, ink in SOURCES] + [("all together", "blue", everything)]
    longest = _half_axis(everything)
    for k, (words, ink, covariance) in enumerate(rows):
        y = top + 66 * k + (12 if k == len(SOURCES) else 0)
        half = _half_axis(covariance)
        picture.text((left, y), words, ink, 16, weight=600)
        picture.rectangle((left, y + 10), (wide * half / longest, 14), ink, 4)
        picture.text((left + wide * half / longest + 9, y + 22), f"± {half:.2f} mm", "ink", 15)


def _half_axis(covariance: Array) -> float:
    return region_scale() * float(np.sqrt(largest_variance(covariance)))
