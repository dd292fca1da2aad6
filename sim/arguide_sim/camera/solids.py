"""What is only there for looks: the phantom as shaded triangles, shafts as rods, hands as blobs."""

from dataclasses import dataclass
from functools import cached_property

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
SILICONE = np.array([148.0, 172.0, 214.0])
"""Blue, green, red of the phantom's skin."""
STEEL = (150, 146, 142)
SKIN = (118, 142, 205)


@dataclass(frozen=True, eq=False)
class Solid:
    """A mesh that lies still on its body."""

    mesh: Mesh

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
    bright = 0.42 + 0.5 * np.clip(normals[order] @ LIGHT, 0, 1) + 0.12 * np.clip(-normals[order, 2], 0, 1)
    colours = np.clip(bright[:, None] * SILICONE, 0, 255)
    depths = points[faces[order]].mean(axis=1)[:, 2]
    for triangle, colour, far in zip(pixels, colours.tolist(), depths.tolist(), strict=True):
        cv2.fillConvexPoly(picture, triangle, colour, cv2.LINE_8, SHIFT)
        cv2.fillConvexPoly(depth, triangle, far, cv2.LINE_8, SHIFT)


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
