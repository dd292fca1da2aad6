"""Meshes in parallel projection with soft light, drawn back to front by OpenCV: no OpenGL, the same on any machine."""

from collections.abc import Sequence

import cv2
import numpy as np
import trimesh
from numpy.typing import NDArray

from arguide.geometry.mesh import Mesh
from arguide.geometry.transforms import Array

FINER = 3
"""Drawn so many times larger, then made smaller: smooth edges."""
LONGEST_MM = 9.0
"""Larger triangles are divided, so that their middles tell what lies before what."""
LIGHT = np.array([-0.45, 0.55, 0.75])
"""From upper left before the picture; right, up, toward the viewer."""


def axes_of(seen_from: Sequence[float], up: Sequence[float]) -> Array:
    """Rows: right, up, toward the viewer (3, 3)."""
    toward = np.asarray(seen_from, float) / np.linalg.norm(seen_from)
    right = np.cross(up, toward)
    right /= np.linalg.norm(right)
    return np.array([right, np.cross(toward, right), toward])


def drawn(
    things: Sequence[tuple[Mesh, str]], axes: Array, middle: Array, mm: float, size: tuple[int, int], ground: str
) -> NDArray[np.uint8]:
    """Meshes with their colours as a picture (BGR) of `size` pixels, `mm` wide, about `middle` (3,)."""
    width, height = (FINER * n for n in size)
    canvas = np.full((height, width, 3), _bgr(ground), np.uint8)
    corners, colours, depths = [], [], []
    light = LIGHT / np.linalg.norm(LIGHT)
    for mesh, colour in things:
        vertices, faces = trimesh.remesh.subdivide_to_size(mesh.vertices, mesh.faces, LONGEST_MM, max_iter=12)
        triangles = ((vertices - middle) @ axes.T)[faces]
        normals = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])
        normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
        front = normals[:, 2] > 0
        bright = 0.38 + 0.62 * np.clip(normals[front] @ light, 0, 1)
        corners.append(triangles[front])
        colours.append(np.outer(bright, _bgr(colour)))
        depths.append(triangles[front][:, :, 2].mean(axis=1))
    points, shades = np.concatenate(corners), np.concatenate(colours)
    scale = width / mm
    pixels = np.stack([width / 2 + scale * points[..., 0], height / 2 - scale * points[..., 1]], axis=-1)
    fixed = np.round(pixels * 16).astype(np.int32)
    for k in np.argsort(np.concatenate(depths), kind="stable"):
        cv2.fillConvexPoly(canvas, fixed[k], shades[k].tolist(), cv2.LINE_8, 4)
    return np.asarray(cv2.resize(canvas, size, interpolation=cv2.INTER_AREA), np.uint8)


def _bgr(colour: str) -> Array:
    return np.array([int(colour[k : k + 2], 16) for k in (5, 3, 1)], float)
