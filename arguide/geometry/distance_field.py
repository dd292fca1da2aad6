"""Signed distance to a closed surface, worked out once on a grid and then read in microseconds.

A field costs a second or two to make, so it is kept in the user's cache folder under the mesh's own content hash
(environment variable ARGUIDE_CACHE names another folder). The cache is never needed: what is damaged is made again,
and what cannot be written is only slower next time.
"""

import hashlib
import os
from dataclasses import dataclass, replace
from math import dist, hypot
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import ArrayLike, NDArray

from arguide.errors import MeshError
from arguide.geometry.distance_grid import signed_distances
from arguide.geometry.mesh import Mesh, write_whole
from arguide.geometry.transforms import Array

MARGIN_MM = 30.0
MAX_POINTS = 10_000_000
VERSION = 2
"""Part of the cache key: raise it when the same mesh would give other numbers."""


@dataclass(frozen=True, eq=False)
class DistanceField:
    """Signed distances in mm on a grid around a closed surface, negative inside; immutable."""

    values: NDArray[np.float32] | NDArray[np.float16]
    """(nx, ny, nz) distances in mm at `origin + spacing_mm * (i, j, k)`, C order."""
    origin: Array
    """(3,) mm, in the mesh's frame."""
    spacing_mm: float
    margin_mm: float
    """Nearest that the box's border comes to the surface: up to this far out, distances are those of the surface."""

    def __repr__(self) -> str:
        return f"DistanceField({self.values.shape}, spacing_mm={self.spacing_mm:.3g}, margin_mm={self.margin_mm:.3g})"

    def distance(self, points: ArrayLike) -> Array:
        """Signed distances (n,) in mm of points (n, 3) in mm, negative inside, by trilinear interpolation.

        Outside the box it is a lower bound: sqrt(to_box² + distance at the box's nearest point²), since the surface
        lies wholly in the box and a box is convex. It grows with the distance from the box and is continuous.
        """
        grid = (np.asarray(points, dtype=float) - self.origin) / self.spacing_mm
        top = np.array(self.values.shape) - 1.0
        within = np.clip(grid, 0.0, top)
        to_box = np.linalg.norm(grid - within, axis=1) * self.spacing_mm
        near = self._interpolate(within)
        return np.where(to_box > 0, np.hypot(to_box, near), near)

    def distance_at(self, point: Array) -> float:
        """The distance of one point (3,), the same as `distance` but in a few microseconds: no arrays are made."""
        grid = [(p - o) / self.spacing_mm for p, o in zip(point.tolist(), self.origin.tolist(), strict=True)]
        within = [min(max(g, 0.0), n - 1.0) for g, n in zip(grid, self.values.shape, strict=True)]
        cell = [min(int(w), n - 2) for w, n in zip(within, self.values.shape, strict=True)]
        x, y, z = (w - c for w, c in zip(within, cell, strict=True))
        i, j, k = cell
        (a, b), (c, d) = self.values[i, j : j + 2, k : k + 2].tolist()
        (e, f), (g, h) = self.values[i + 1, j : j + 2, k : k + 2].tolist()
        low = (a * (1 - y) + c * y) * (1 - z) + (b * (1 - y) + d * y) * z
        high = (e * (1 - y) + g * y) * (1 - z) + (f * (1 - y) + h * y) * z
        near = low * (1 - x) + high * x
        outside = dist(grid, within) * self.spacing_mm
        return hypot(outside, near) if outside > 0 else near

    def _interpolate(self, grid: Array) -> Array:
        """Values (n,) at grid coordinates (n, 3) within the box."""
        low = np.minimum(grid.astype(np.intp), np.array(self.values.shape) - 2)
        x, y, z = (grid - low).T
        i, j, k = low.T
        v = self.values
        low_face = (v[i, j, k] * (1 - y) + v[i, j + 1, k] * y) * (1 - z)
        low_face += (v[i, j, k + 1] * (1 - y) + v[i, j + 1, k + 1] * y) * z
        high_face = (v[i + 1, j, k] * (1 - y) + v[i + 1, j + 1, k] * y) * (1 - z)
        high_face += (v[i + 1, j, k + 1] * (1 - y) + v[i + 1, j + 1, k + 1] * y) * z
        result: Array = low_face * (1 - x) + high_face * x
        return result


def build(mesh: Mesh, spacing_mm: float = 1.0, margin_mm: float = MARGIN_MM) -> DistanceField:
    """Make the field of a closed mesh with outward normals; MeshError if it has no inside.

    The spacing grows for a box of more than ten million grid points, so that no mesh, whatever its unit, fills the
    memory. Near the surface the error is about a tenth of the spacing.
    """
    if not mesh.is_closed or mesh.volume_mm3 <= 0:
        what = "is not closed" if not mesh.is_closed else "is turned inside out"
        raise MeshError(
            f"a mesh of {len(mesh.faces)} triangles {what}, so it has no inside; repair it in a mesh editor"
        )
    low, high = mesh.bounds + np.array([[-margin_mm], [margin_mm]])
    spacing = max(spacing_mm, float(np.prod(high - low) / MAX_POINTS) ** (1 / 3))
    shape = tuple(int(n) for n in np.ceil((high - low) / spacing) + 1)
    return DistanceField(signed_distances(mesh, low, spacing, shape), low, spacing, margin_mm)


def cached(mesh: Mesh, spacing_mm: float = 1.0, margin_mm: float = MARGIN_MM) -> DistanceField:
    """The field of a closed mesh, from the cache if it was made before; otherwise `build`, and kept for next time.

    In half precision: within 0.02 mm at the border and far finer near the surface, for half the memory and time to load.
    """
    file = cache_folder() / f"field-{_key(mesh, spacing_mm, margin_mm)}.npz"
    field = _load(file, margin_mm)
    if field is None:
        field = _halved(build(mesh, spacing_mm, margin_mm))
        _save(field, file)
    return field


def _halved(field: DistanceField) -> DistanceField:
    most = float(np.finfo(np.float16).max)
    return replace(field, values=np.clip(field.values, -most, most).astype(np.float16))


def cache_folder() -> Path:
    """Where fields are kept: $ARGUIDE_CACHE, or the user's cache folder."""
    from platformdirs import user_cache_path

    given = os.environ.get("ARGUIDE_CACHE")
    return Path(given) if given else user_cache_path("arguide", appauthor=False)


def _key(mesh: Mesh, spacing_mm: float, margin_mm: float) -> str:
    digest = hashlib.blake2b(digest_size=16)
    digest.update(repr((VERSION, float(spacing_mm), float(margin_mm), mesh.vertices.shape)).encode())
    digest.update(np.ascontiguousarray(mesh.vertices, dtype="<f8").tobytes())
    digest.update(np.ascontiguousarray(mesh.faces, dtype="<i4").tobytes())
    return digest.hexdigest()


def _load(file: Path, margin_mm: float) -> DistanceField | None:
    """The field in a cache file, or None if there is none or it is damaged."""
    try:
        with file.open("rb") as stream, np.load(stream, allow_pickle=False) as data:
            values, origin, spacing = data["values"], data["origin"], float(data["spacing_mm"])
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return None
    whole = values.ndim == 3 and values.dtype == np.float16 and values.size <= 2 * MAX_POINTS and min(values.shape) > 1
    if not whole or origin.shape != (3,) or not spacing > 0 or not np.all(np.isfinite(origin)):
        return None
    return DistanceField(values, origin, spacing, margin_mm)


def _save(field: DistanceField, file: Path) -> None:
    """Keep a field; a folder that cannot be written is no reason to stop."""

    def write(part: Path) -> None:
        with part.open("wb") as stream:
            np.savez(stream, values=field.values, origin=field.origin, spacing_mm=field.spacing_mm)

    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, write)
    except OSError:
        return
