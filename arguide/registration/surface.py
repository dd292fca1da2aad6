"""A surface that points are registered to: its nearest point, exactly, and roughly but sooner.

A k-d tree (SciPy's) over samples of the triangles is built once; large triangles get several samples, so that none of
their points is far from one. The nearest triangle lies among those of the nearest samples, and it is proven so: a
triangle whose samples are all farther than d cannot come nearer than d less the samples' reach.
"""

import numpy as np
import scipy
from numpy.typing import NDArray

from arguide.errors import RegistrationError
from arguide.geometry.mesh import Mesh
from arguide.geometry.transforms import Array

NEIGHBOURS = 5
LEAF = 32
ROUGH = 0.5
MOST_SAMPLES = 1_000_000
SPACING_MEDIANS = 1.5
"""Triangles with sides longer than so many median sides are cut into smaller ones for the tree."""


class SurfaceTarget:
    """Nearest points on a triangle mesh, mm; immutable after it is made (some 50 ms for 80 000 triangles)."""

    def __init__(self, mesh: Mesh) -> None:
        corners = mesh.vertices[mesh.faces]
        across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        area2 = np.linalg.norm(across, axis=1)
        whole = area2 > 0
        if not whole.any():
            raise RegistrationError("surface: the mesh has no triangles with an area; export the surface again")
        self.corners: Array = corners[whole]
        """(m, 3, 3) triangles, three corners each."""
        self.normals: Array = across[whole] / area2[whole, None]
        """(m, 3) unit normals."""
        self.areas: Array = area2[whole] / 2
        """(m,) mm²."""
        self._planes = _planes(self.corners, self.normals)
        self.samples, self.face_of_sample, self.reach_mm = _samples(self.corners)
        self._tree = scipy.spatial.cKDTree(self.samples, leafsize=LEAF)

    def rough_planes(self, points: Array) -> tuple[Array, Array]:
        """A point and unit normal (..., 3) each of the plane of a triangle near points (..., 3): that of a sample
        at most half as far again as the nearest."""
        _, sample = self._tree.query(points, eps=ROUGH)
        return self.samples[sample], self.normals[self.face_of_sample[sample]]

    def nearest(self, points: Array) -> tuple[Array, NDArray[np.intp]]:
        """Nearest points (n, 3) of the surface to points (n, 3), and their triangles (n,)."""
        near = np.empty_like(points)
        face = np.empty(len(points), dtype=np.intp)
        left, k = np.arange(len(points)), NEIGHBOURS
        while len(left):
            k = min(k, len(self.samples))
            faces, horizon = self.candidates(points[left], k)
            near[left], face[left], distance = self.nearest_among(points[left], faces)
            unsure = distance > horizon - self.reach_mm if k < len(self.samples) else np.zeros(len(left), dtype=bool)
            left, k = left[unsure], 4 * k
        return near, face

    def candidates(self, points: Array, k: int = NEIGHBOURS) -> tuple[NDArray[np.intp], Array]:
        """Triangles (n, k) of the k samples nearest to points (n, 3), and the distance (n,) of the last of these."""
        distance, sample = (
            np.asarray(found).reshape(len(points), -1)
            for found in self._tree.query(points, k=min(k, len(self.samples)))
        )
        return self.face_of_sample[sample], distance[:, -1]

    def nearest_among(self, points: Array, faces: NDArray[np.intp]) -> tuple[Array, NDArray[np.intp], Array]:
        """Nearest points (n, 3) on one of triangles (n, k) each, the triangle (n,), and the distance (n,) in mm."""
        homogeneous = np.concatenate([points, np.ones((len(points), 1))], axis=1)
        above = (self._planes[faces] @ homogeneous[:, None, :, None])[..., 0]
        # No nearer than the height over the plane, and what the point lies beyond a side.
        least = np.sqrt(above[..., 0] ** 2 + np.maximum(above[..., 1:].max(axis=2), 0.0) ** 2)
        inside = (above[..., 1:] <= 0).all(axis=2)
        rows, best = np.arange(len(points)), least.argmin(axis=1)
        face = faces[rows, best]
        on = points - above[rows, best, :1] * self.normals[face]
        distance = least[rows, best]
        beside = np.flatnonzero(~inside[rows, best])
        on[beside] = nearest_on_sides(points[beside], self.corners[face[beside]])
        distance[beside] = np.linalg.norm(on[beside] - points[beside], axis=1)
        least[rows, best] = np.inf
        # Beyond a corner the bound is too low, so another triangle may yet be nearer: one pair at a time is tried.
        for _ in range(faces.shape[1] - 1):
            open_ = beside[least[beside].min(axis=1) < distance[beside]]
            if not len(open_):
                break
            pick = least[open_].argmin(axis=1)
            least[open_, pick] = np.inf
            other = faces[open_, pick]
            there = nearest_on_triangles(points[open_], self.corners[other], self.normals[other])
            nearer = np.linalg.norm(there - points[open_], axis=1)
            won = nearer < distance[open_]
            chosen = open_[won]
            on[chosen], face[chosen], distance[chosen] = there[won], other[won], nearer[won]
        return on, face, distance


def nearest_on_triangles(points: Array, corners: Array, normals: Array) -> Array:
    """Nearest points (n, 3) to `points` (n, 3) on one triangle (n, 3, 3) each, with unit normals (n, 3).

    The foot on the plane where it lies inside; otherwise the nearest of the feet on the three sides.
    """
    to_point = points[:, None] - corners
    outward = np.cross(corners[:, [1, 2, 0]] - corners, normals[:, None])
    inside = ((outward * to_point).sum(axis=2) <= 0).all(axis=1)
    height = (to_point[:, 0] * normals).sum(axis=1)
    return np.where(inside[:, None], points - height[:, None] * normals, nearest_on_sides(points, corners))


def nearest_on_sides(points: Array, corners: Array) -> Array:
    """Nearest points (n, 3) to `points` (n, 3) on the three sides of one triangle (n, 3, 3) each."""
    sides = corners[:, [1, 2, 0]] - corners
    to_point = points[:, None] - corners
    share = np.clip((to_point * sides).sum(axis=2) / (sides**2).sum(axis=2), 0.0, 1.0)
    feet = corners + share[..., None] * sides
    off2 = ((feet - points[:, None]) ** 2).sum(axis=2)
    return np.asarray(feet[np.arange(len(points)), off2.argmin(axis=1)])


def _planes(corners: Array, normals: Array) -> Array:
    """(m, 4, 4): the plane of each triangle and the three planes through its sides, outward, as [normal, −offset]."""
    outward = np.cross(corners[:, [1, 2, 0]] - corners, normals[:, None])
    outward /= np.linalg.norm(outward, axis=2, keepdims=True)
    directions = np.concatenate([normals[:, None], outward], axis=1)
    through = np.concatenate([corners[:, :1], corners], axis=1)
    return np.concatenate([directions, -(directions * through).sum(axis=2, keepdims=True)], axis=2)


def _samples(corners: Array) -> tuple[Array, NDArray[np.intp], float]:
    """Samples (s, 3), the triangle (s,) of each, and how far a triangle reaches beyond its nearest sample at most."""
    longest = np.linalg.norm(np.roll(corners, -1, axis=1) - corners, axis=2).max(axis=1)
    spacing = SPACING_MEDIANS * float(np.median(longest))
    spacing = max(spacing, float(np.sqrt((longest**2).sum() / MOST_SAMPLES)))
    cuts = np.maximum(np.ceil(longest / spacing).astype(np.intp), 1)
    points, faces = [], []
    for n in np.unique(cuts):
        chosen = np.flatnonzero(cuts == n)
        weights = _centres_of_parts(int(n))
        points.append((weights @ corners[chosen]).reshape(-1, 3))
        faces.append(np.repeat(chosen, len(weights)))
    # A corner of a triangle is at most 2/3 of its longest median, itself shorter than the longest side, from its middle.
    return np.concatenate(points), np.concatenate(faces), float((longest / cuts).max()) * 2 / 3


def _centres_of_parts(n: int) -> Array:
    """Barycentric coordinates (n², 3) of the middles of the n² parts that cutting each side in n gives."""
    up = [(i + 1 / 3, j + 1 / 3) for i in range(n) for j in range(n - i)]
    down = [(i + 2 / 3, j + 2 / 3) for i in range(n - 1) for j in range(n - 1 - i)]
    flat = np.array(up + down) / n
    return np.column_stack([flat, 1 - flat.sum(axis=1)])
