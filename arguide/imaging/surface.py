"""A label becomes a surface: smooth, closed, outward, and of the label's own volume."""

import numpy as np
from numpy.typing import NDArray

from arguide.errors import MeshError
from arguide.geometry import winding
from arguide.geometry.mesh import Mesh, cleaned
from arguide.geometry.transforms import Array
from arguide.imaging.volume import Volume

FINEST_MM = 1.5
"""Coarser voxels are divided to about this, so that the surface can follow the smoothed shape between them."""
SMALLEST_PART = 0.05
"""Pieces of less than this part of the whole volume are left out as specks."""


def surface(mask: NDArray[np.bool_], volume: Volume, smoothing_mm: float = 1.5, finest_mm: float = FINEST_MM) -> Mesh:
    """The closed surface around a mask on a volume's grid, in RAS mm; MeshError if the mask is empty.

    The mask is blurred and cut at the height at which it keeps its volume, so that thin bone neither vanishes nor
    swells. A part cut by the volume's border is closed flat there.
    """
    from skimage.measure import marching_cubes

    found = np.argwhere(mask)
    if not len(found):
        raise MeshError("nothing in the label map has this label; use a map of the whole lumbar spine")
    pad = np.ceil(3 * smoothing_mm / volume.spacing_mm).astype(int) + 2
    low = found.min(axis=0)
    inner = mask[tuple(slice(a, b + 1) for a, b in zip(low, found.max(axis=0), strict=True))]
    padded = np.pad(inner, [(p, p) for p in pad])
    blurred, step, shift = _blurred(padded, volume.spacing_mm, smoothing_mm, finest_mm)
    level = _level(blurred, float(inner.sum() / np.prod(step)))
    # A surface exactly through a grid point collapses triangles there, and closedness with them.
    blurred[np.abs(blurred - level) < 1e-3] = level + 1e-3
    vertices, faces, _, _ = marching_cubes(blurred, level, gradient_direction="ascent")
    mesh = cleaned(volume.to_image(vertices * step + shift + low - pad), faces)
    return relaxed(without_specks(mesh))


def _blurred(
    mask: NDArray[np.bool_], spacing: Array, smoothing_mm: float, finest_mm: float
) -> tuple[NDArray[np.float32], Array, Array]:
    """The blurred mask on a grid of about `finest_mm`, and its step (3,) and first point (3,) in the mask's indices."""
    from scipy.ndimage import gaussian_filter

    divide = np.maximum(1, np.round(spacing / finest_mm)).astype(int)
    finer = mask.astype(np.float32)
    for axis, times in enumerate(divide):
        finer = np.repeat(finer, times, axis=axis)
    blurred = gaussian_filter(finer, smoothing_mm * divide / spacing, truncate=3)
    skip = np.maximum(1, np.floor(finest_mm / spacing)).astype(int)
    return blurred[:: skip[0], :: skip[1], :: skip[2]].copy(), skip / divide, (1 / divide - 1) / 2


def _level(blurred: NDArray[np.float32], count: float) -> float:
    """The height above which lie `count` voxels, kept away from the extremes."""
    values = blurred.ravel()
    place = len(values) - 1 - min(int(count), len(values) - 1)
    return float(np.clip(np.partition(values, place)[place], 0.2, 0.6))


def without_specks(mesh: Mesh) -> Mesh:
    """The mesh without its small separate pieces and without bubbles inside."""
    piece = winding.pieces(mesh.faces, len(mesh.vertices))[mesh.faces[:, 0]]
    centred = mesh.vertices - mesh.vertices.mean(axis=0)
    volumes = np.bincount(piece, weights=winding.signed_volumes(centred, mesh.faces))
    keep = volumes > SMALLEST_PART * volumes.max()
    return cleaned(mesh.vertices, mesh.faces[keep[piece]])


def relaxed(mesh: Mesh, rounds: int = 10) -> Mesh:
    """The mesh without the steps of its voxels, at unchanged size: Taubin 1995, λ 0.5 and μ -0.53 in turn."""
    from scipy.sparse import csr_array, diags_array

    edges = winding.directed_edges(mesh.faces)
    size = len(mesh.vertices)
    ones = np.ones(len(edges))
    neighbours = csr_array((ones, (edges[:, 0], edges[:, 1])), shape=(size, size))
    mean = diags_array(1 / np.maximum(neighbours.sum(axis=1), 1)) @ neighbours
    points = mesh.vertices
    for step in [0.5, -0.53] * rounds:
        points = points + step * (mean @ points - points)
    return Mesh(points, mesh.faces)
