"""The picture on the page on frames: the bench, the axes of every frame, and the chain of transforms as arrows."""

from html import escape

import numpy as np

from arguide.geometry.transforms import Array, apply, identity
from drawing import bench, solids
from drawing.svg import Picture

EYE = bench.Eye(
    eye=np.array([2300.0, -1250.0, -900.0]),
    target=np.array([0.0, -150.0, 0.0]),
    up=np.array([0.0, -1.0, 0.0]),
    pixels_per_mm=1.22,
    center=(610, 395),
)
# Colour and dash of each kind of transform: told apart without colour too.
MEASURED, FIXED, REGISTERED, RESULT = ("blue", ""), ("orange", "2 7"), ("teal", "14 5"), ("pink", "9 4 2 4")
FLAT_BODY = np.array([[-42.0, -26, 4], [44, -30, 4], [36, 34, 4], [-30, 40, 4]])
HANDLE_BODY = np.array([[0.0, 34, -10], [0, -34, 4], [0, 26, 46], [0, -22, 62]])


def draw() -> str:
    """The picture as SVG text."""
    picture = Picture(
        1200, 900, "Frames of arguide", "Tracker, reference, stylus, needle, tip and image with their axes."
    )
    solids.define(picture)
    _tracker(picture)
    _phantom(picture)
    _tools(picture)
    _frames(picture)
    _chain(picture)
    _legend(picture)
    return picture.svg()


def _slice(z: float) -> Array:
    """Cross-section of the phantom (n, 3) at height z mm: a flat belly and a round back."""
    angle = np.linspace(0, 2 * np.pi, 64)
    x = 135 * np.sign(np.cos(angle)) * np.abs(np.cos(angle)) ** 0.8
    y = -46 + np.where(np.sin(angle) < 0, 96, 80) * np.sign(np.sin(angle)) * np.abs(np.sin(angle)) ** 0.7
    return np.column_stack([x, y, np.full(64, z)])


def _tracker(picture: Picture) -> None:
    pose = bench.image_from_tracker
    solids.box(picture, EYE, pose, (136, 34, 30), "steel", "body")
    for x in (-96, 96):
        angle = np.linspace(0, 2 * np.pi, 40)
        for radius, fill in ((27, "body"), (17, "lens")):
            ring = np.column_stack([x + radius * np.cos(angle), radius * np.sin(angle), np.full(40, -30.5)])
            picture.polygon(EYE(apply(pose, ring)), fill)


def _phantom(picture: Picture) -> None:
    table = np.array([[x, 36.0, z] for x, z in ((-175, -225), (175, -225), (175, 290), (-175, 290))])
    picture.polygon(EYE(table), "rule", opacity=0.55)
    near, far = _slice(-165), _slice(225)
    solids.shaded(picture, solids.outline(EYE, np.vstack([near, far])), "skin", "bone-edge", 0.7)
    for z in range(180, -121, -37):
        solids.vertebra(picture, EYE, np.array([0.0, -46.0, z]))
    picture.polygon(EYE(_slice(0)), "blue", "blue", 1.2, opacity=0.2)
    picture.polygon(EYE(near), "skin", "bone-edge", 1.2, opacity=0.8)


def _tools(picture: Picture) -> None:
    image_from_tracker = bench.image_from_tracker
    reference = image_from_tracker @ bench.tracker_from_reference
    picture.line(EYE(apply(reference, [[0, 0, 0], [0, 0, -22]])), "body", 9)
    solids.tool(picture, EYE, reference, FLAT_BODY)
    for pose, tip in (
        (image_from_tracker @ bench.tracker_from_stylus, bench.stylus_from_tip),
        (image_from_tracker @ bench.tracker_from_needle, bench.needle_from_tip),
    ):
        end = tip[:3, 3]
        picture.line(EYE(apply(pose, [[0, 0, 0], end])), "paper", 7)
        picture.line(EYE(apply(pose, [[0, 0, 0], end])), "body", 3.5)
        picture.line(EYE(apply(pose, [[0, 0, 0], 0.35 * end])), "body", 10)
        solids.tool(picture, EYE, pose, HANDLE_BODY)


PLACES = {
    "tracker": bench.image_from_tracker,
    "reference": bench.image_from_tracker @ bench.tracker_from_reference,
    "stylus": bench.image_from_tracker @ bench.tracker_from_stylus,
    "needle": bench.image_from_tracker @ bench.tracker_from_needle,
    "tip": bench.image_from_tracker @ bench.tracker_from_needle @ bench.needle_from_tip,
    "image": identity(),
}


def _frames(picture: Picture) -> None:
    for name, length, offset in (
        ("tracker", 60, (-14, 100)),
        ("reference", 46, (-96, 40)),
        ("stylus", 46, (66, 8)),
        ("needle", 46, (-68, 16)),
        ("tip", 36, (-30, -8)),
        ("image", 70, (-54, 22)),
    ):
        pose = PLACES[name]
        solids.axes(picture, EYE, pose, length, "RAS" if name == "image" else "xyz")
        picture.text(EYE(pose[:3, 3]) + np.array(offset), name, "ink", 21, "middle", 700, halo="paper")


def _chain(picture: Picture) -> None:
    """Arrows from source to target: each carries points the way it points."""
    for target, source, (ink, dash), bulge, label, anchor in (
        ("tracker", "stylus", MEASURED, 70, (30, -24), "start"),
        ("tracker", "needle", MEASURED, -10, (-4, 36), "end"),
        ("reference", "tracker", MEASURED, 40, (-16, 0), "end"),
        ("needle", "tip", FIXED, 90, (14, 30), "start"),
        ("image", "reference", REGISTERED, 40, (-10, 34), "end"),
        ("image", "tip", RESULT, -30, (20, 34), "start"),
    ):
        start, end = EYE(PLACES[source][:3, 3]), EYE(PLACES[target][:3, 3])
        along = (end - start) / np.linalg.norm(end - start)
        bend = (start + end) / 2 + bulge * np.array([-along[1], along[0]])
        start = start + 16 * (bend - start) / np.linalg.norm(bend - start)
        end = end + 14 * (bend - end) / np.linalg.norm(bend - end)
        picture.curve(start, bend, end, ink, 3, dash)
        middle = start / 4 + bend / 2 + end / 4
        picture.text(middle + np.array(label), f"{target}_from_{source}", ink, 16, anchor, 600, code=True, halo="paper")


def _legend(picture: Picture) -> None:
    picture.rectangle((30, 776), (1140, 96), "panel", 10)
    product = [
        ("image_from_tip", RESULT), (" = ", None), ("image_from_reference", REGISTERED), (" @ ", None),
        ("reference_from_tracker", MEASURED), (" @ ", None), ("tracker_from_needle", MEASURED), (" @ ", None),
        ("needle_from_tip", FIXED),
    ]  # fmt: skip
    spans = (
        f'<tspan class="f-{kind[0] if kind else "quiet"}">{escape(words).replace(" ", chr(160))}</tspan>'
        for words, kind in product
    )
    picture.add(
        "text", "".join(spans), x=600, y=815, class_="code", font_size=17, font_weight=600, text_anchor="middle"
    )
    for x, (ink, dash), words in (
        (56, MEASURED, "measured at every sample"),
        (330, REGISTERED, "found by registration"),
        (580, FIXED, "by drawing or calibration"),
        (850, RESULT, "what the guidance works with"),
    ):
        picture.line([(x, 845), (x + 44, 845)], ink, 3, dash)
        picture.text((x + 54, 850), words, "ink", 15)
