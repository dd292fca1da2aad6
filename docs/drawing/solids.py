"""Simple solids in perspective: what stands on the example bench."""

from collections.abc import Sequence

import numpy as np
from scipy.spatial import ConvexHull

from arguide.geometry.transforms import Array, apply
from drawing.bench import Eye
from drawing.svg import Picture

CORNERS = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], float)
FACES = ((0, 1, 3, 2), (4, 5, 7, 6), (0, 1, 5, 4), (2, 3, 7, 6), (0, 2, 6, 4), (1, 3, 7, 5))


def define(picture: Picture) -> None:
    """The gradients that solids use."""
    ball = '<stop offset="0" class="g-shine"/><stop offset=".4" class="g-steel"/><stop offset="1" class="g-body"/>'
    picture.define(f'<radialGradient id="ball" cx=".36" cy=".3" r=".85">{ball}</radialGradient>')
    shade = '<stop offset="0" class="g-shine" stop-opacity=".35"/><stop offset=".45" class="g-shine" stop-opacity="0"/>'
    shade += '<stop offset="1" class="g-body" stop-opacity=".35"/>'
    picture.define(f'<linearGradient id="shade" x1="0" y1="0" x2=".12" y2="1">{shade}</linearGradient>')


def outline(eye: Eye, points: Array) -> Array:
    """The silhouette (m, 2) of a convex solid through points (n, 3)."""
    pixels = eye(points)
    return pixels[ConvexHull(pixels).vertices]


def shaded(picture: Picture, silhouette: Array, fill: str, stroke: str, opacity: float) -> None:
    """A silhouette, lighter above and darker below."""
    picture.polygon(silhouette, fill, opacity=opacity)
    d = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in silhouette) + "Z"
    picture.add("path", d=d, fill="url(#shade)", class_=f"s-{stroke}", stroke_width=1.2, stroke_opacity=0.7)


def box(picture: Picture, eye: Eye, image_from_box: Array, half: Sequence[float], fill: str, edge: str) -> None:
    """A box by its half sizes in mm; the faces that look at the eye, farthest first."""
    corners = apply(image_from_box, CORNERS * half)
    faces = [corners[list(face)] for face in FACES]
    for n, face in sorted(enumerate(faces), key=lambda item: -float(eye.depth(item[1]).mean()))[3:]:
        shaded(picture, eye(face), fill, edge, 1.0) if n % 2 else picture.polygon(eye(face), fill, edge, 1.2)


def vertebra(picture: Picture, eye: Eye, center: Array) -> None:
    """A lumbar vertebra in a few convex strokes, its canal at `center` (3,), mm in the image frame."""
    angle = np.linspace(0, 2 * np.pi, 28)
    ring = np.column_stack([25 * np.cos(angle), 20 + 17 * np.sin(angle), np.zeros(28)])
    body = np.vstack([ring - [0, 0, 13], ring + [0, 0, 13]])
    arch = np.array([[x, y, z] for x in (-17, 17) for y in (-16, 4) for z in (-8, 8)])
    spinous = np.array([[x, y, z] for x in (-3, 3) for y, z in ((-12, -8), (-12, 6), (-46, -14), (-46, 0))])
    right = np.array([[x, y + thick, z] for x, y in ((12, -8), (44, -14)) for thick in (0, 7) for z in (-4, 5)])
    for part in (right * [-1, 1, 1], body, arch, spinous, right):
        picture.polygon(outline(eye, part + center), "bone", "bone-edge", 1.1)


def ball(picture: Picture, eye: Eye, at: Array, radius: float = 9) -> None:
    """A reflecting sphere."""
    x, y = eye(at)
    picture.add("circle", cx=float(x), cy=float(y), r=radius, fill="url(#ball)", class_="s-body", stroke_width=0.8)


def tool(picture: Picture, eye: Eye, image_from_tool: Array, markers: Array) -> None:
    """A marker body: spheres (n, 3) on arms from its origin."""
    places = apply(image_from_tool, markers)
    order = np.argsort(-eye.depth(places))
    for place in places[order]:
        picture.line(eye(np.array([image_from_tool[:3, 3], place])), "body", 6)
    picture.circle(eye(image_from_tool[:3, 3]), 7, "body")
    for place in places[order]:
        ball(picture, eye, place)


def axes(picture: Picture, eye: Eye, image_from_frame: Array, length: float, letters: str = "xyz") -> None:
    """The three axes of a frame: x red, y green, z blue, each with its letter."""
    ends = apply(image_from_frame, np.eye(3) * length)
    origin = image_from_frame[:3, 3]
    for n in np.argsort(-eye.depth(ends)):
        start, end = eye(origin), eye(ends[n])
        ink = ("red", "green", "blue")[n]
        picture.line([start, end], "paper", 6)
        picture.arrow(start, end, ink, 3)
        along = (end - start) / max(1.0, float(np.linalg.norm(end - start)))
        picture.text(end + along * 11 + [0, 5], letters[n], ink, 15, "middle", 700, halo="paper")
    picture.circle(eye(origin), 4, "ink", "paper", 1.5)
