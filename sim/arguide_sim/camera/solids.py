"""What is only there for looks: the phantom as shaded triangles, shafts as rods, hands as blobs."""

from dataclasses import dataclass
from functools import cached_property, lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from arguide.geometry.mesh import Mesh
from arguide.geometry.transforms import Array
from arguide_sim.camera.lens import Lens, Moving, Shutter, seen_at

SHIFT = 4
"""Binary places of the coordinates that OpenCV draws with."""
LIGHT = np.array([-0.35, -0.5, -0.8]) / np.linalg.norm([0.35, 0.5, 0.8])
"""Towards the lamp, view frame."""
SILICONE, PLASTIC = (148.0, 172.0, 214.0), (190.0, 184.0, 176.0)
"""Blue, green, red of the phantom's skin, and of what was printed about it."""
STEEL = (150, 146, 142)
SKIN = (118, 142, 205)
ARM = (52, 48, 46)
BALL_MM = 12.0
SMOOTH_PX = 4.0
SHADOW = np.array([[1.0, 0.0, 10.0], [0.0, 1.0, 14.0]])
"""How the shadow lies beside what casts it, as an affine map of pixels."""


@dataclass(frozen=True, eq=False)
class Solid:
    """A mesh that lies still on its body."""

    mesh: Mesh
    colour: tuple[float, float, float] = SILICONE

    @cached_property
    def normals(self) -> Array:
        """(m, 3) unit normals of the triangles."""
        a, b, c = (self.mesh.vertices[self.mesh.faces[:, n]] for n in range(3))
        across = np.cross(b - a, c - a)
        unit: Array = across / np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-12)
        return unit


def draw_solid(
    picture: NDArray[np.uint8], depth: NDArray[np.float32], solid: Solid, lens: Lens, shutter: Shutter, moving: Moving
) -> None:
    """Draw the near side of a solid, far triangles first; `depth` (height, width) in mm learns where it is."""
    pose, faces = moving.middle, solid.mesh.faces
    points = solid.mesh.vertices @ pose[:3, :3].T + pose[:3, 3]
    if points[:, 2].min() < 30.0:
        return
    normals = solid.normals @ pose[:3, :3].T
    near = np.einsum("ij,ij->i", normals, points[faces[:, 0]]) < 0
    order = np.flatnonzero(near)[np.argsort(-points[faces[near]].mean(axis=1)[:, 2])]
    pixels = np.round(seen_at(lens, shutter, moving, solid.mesh.vertices)[faces[order]] * (1 << SHIFT)).astype(np.int32)
    bright = 0.34 + 0.56 * np.clip(normals[order] @ LIGHT, 0, 1) + 0.14 * np.clip(-normals[order, 2], 0, 1)
    depths = points[faces[order]].mean(axis=1)[:, 2]
    light = np.zeros(picture.shape[:2], np.float32)
    body = np.full_like(depth, np.inf)
    for triangle, colour, far in zip(pixels, bright.tolist(), depths.tolist(), strict=True):
        cv2.fillConvexPoly(light, triangle, colour, cv2.LINE_8, SHIFT)
        cv2.fillConvexPoly(body, triangle, far, cv2.LINE_8, SHIFT)
    seen = (body < depth).astype(np.float32)
    picture[:] = _painted(picture, seen, light, solid.colour)
    np.minimum(depth, body, out=depth)


def _painted(
    picture: NDArray[np.uint8],
    seen: NDArray[np.float32],
    light: NDArray[np.float32],
    material: tuple[float, float, float],
) -> NDArray[np.uint8]:
    """The solid over its soft shadow: facets smoothed within its outline, silicone mottled as it comes from the mould."""
    # A triangle's edge is drawn a pixel wide on both sides; smoothing only within keeps the outline sharp.
    smooth = cv2.GaussianBlur(light * seen, (0, 0), SMOOTH_PX) / np.maximum(
        cv2.GaussianBlur(seen, (0, 0), SMOOTH_PX), 1e-3
    )
    shadow = cv2.GaussianBlur(cv2.warpAffine(seen, SHADOW, seen.shape[::-1]), (0, 0), 16.0)
    colour = (smooth * (1 + 0.03 * _mottles(*seen.shape)))[..., None] * np.array(material)
    edge = cv2.GaussianBlur(seen, (0, 0), 0.6)[..., None]
    ground = picture * (1 - 0.55 * shadow[..., None])
    return np.asarray(np.clip(ground * (1 - edge) + colour * edge, 0, 255), dtype=np.uint8)


@lru_cache(maxsize=2)
def _mottles(height: int, width: int) -> NDArray[np.float32]:
    random = np.random.default_rng(8)
    coarse = [
        cv2.resize(random.standard_normal((height // size + 1, width // size + 1)).astype(np.float32), (width, height))
        for size in (48, 14)
    ]
    return np.asarray(0.7 * coarse[0] + 0.4 * coarse[1], dtype=np.float32)


def draw_star(picture: NDArray[np.uint8], balls: Array, lens: Lens, shutter: Shutter, moving: Moving) -> None:
    """Draw a tracker's marker body: spheres (n, 3) on dark arms."""
    middle = balls.mean(axis=0)
    pixels = seen_at(lens, shutter, moving, np.concatenate([balls, middle[None]]))
    far = (balls @ moving.middle[:3, :3].T + moving.middle[:3, 3])[:, 2]
    if far.min() < 30.0 or not np.isfinite(pixels).all() or np.abs(pixels).max() > 1e4:
        return
    fixed = np.round(pixels * (1 << SHIFT)).astype(int).tolist()
    scale = lens.matrix[0, 0] / far
    for end in fixed[:-1]:
        cv2.line(picture, fixed[-1], end, ARM, max(round(5.0 * float(scale.mean())), 1), cv2.LINE_AA, SHIFT)
    for k in np.argsort(-far):
        r = BALL_MM / 2 * float(scale[k])
        for share, grey, shift in ((1.0, 132, 0.0), (0.86, 172, 0.08), (0.6, 205, 0.2), (0.25, 236, 0.32)):
            at = np.round((pixels[k] + LIGHT[:2] * shift * r * 1.6) * (1 << SHIFT)).astype(int).tolist()
            cv2.circle(picture, at, max(round(share * r * (1 << SHIFT)), 1), (grey,) * 3, -1, cv2.LINE_AA, SHIFT)


def draw_rod(
    picture: NDArray[np.uint8],
    depth: NDArray[np.float32],
    ends: Array,
    diameter_mm: float,
    lens: Lens,
    shutter: Shutter,
    moving: Moving,
) -> None:
    """Draw a thin straight rod between two points (2, 3) of its body, where it is not inside a solid."""
    points = np.linspace(ends[0], ends[1], 49)
    pixels = seen_at(lens, shutter, moving, points)
    far = (points @ moving.middle[:3, :3].T + moving.middle[:3, 3])[:, 2]
    columns, rows = np.round(pixels).astype(int).T
    inside = (columns >= 0) & (rows >= 0) & (columns < lens.width) & (rows < lens.height)
    hidden = np.zeros(len(points), bool)
    hidden[inside] = far[inside] > depth[rows[inside], columns[inside]] + 1.0
    thick = max(round(diameter_mm * lens.matrix[0, 0] / float(far.mean())), 1)
    fixed = np.round(pixels * (1 << SHIFT)).astype(int)
    for n in np.flatnonzero(~(hidden[1:] | hidden[:-1])):
        cv2.line(picture, fixed[n].tolist(), fixed[n + 1].tolist(), STEEL, thick, cv2.LINE_AA, SHIFT)


def cover(picture: NDArray[np.uint8], centre: Array, radius_px: float) -> None:
    """Hold a hand before something: four fingers and a palm."""
    x, y = np.round(centre).astype(int).tolist()
    r = max(round(radius_px), 3)
    cv2.ellipse(picture, (x, y), (r, round(1.2 * r)), 20, 0, 360, SKIN, -1, cv2.LINE_AA)
    for finger in range(4):
        at = (x - r + finger * r // 2 + r // 4, y - r)
        cv2.ellipse(picture, at, (max(r // 4, 1), r // 2), 10, 0, 360, [0.94 * v for v in SKIN], -1, cv2.LINE_AA)
