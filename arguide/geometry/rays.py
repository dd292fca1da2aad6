"""Where straight lines meet a mesh: entry points on the skin, and whether anything is in the way."""

import numpy as np
from numpy.typing import ArrayLike

from arguide.geometry.mesh import Mesh
from arguide.geometry.transforms import Array


def first_hit(mesh: Mesh, origin: ArrayLike, direction: ArrayLike) -> Array | None:
    """The first point (3,) in mm where the ray from `origin` (3,) along `direction` (3,) meets the mesh, or None."""
    start, along = np.asarray(origin, dtype=float), np.asarray(direction, dtype=float)
    along = along / np.linalg.norm(along)
    distance = float(hit_distances(mesh, start, along[None])[0])
    return start + distance * along if np.isfinite(distance) else None


def hit_distances(mesh: Mesh, origin: Array, directions: Array) -> Array:
    """Distances (n,) in mm from `origin` (3,) along unit directions (n, 3) to the mesh, from either side; inf: missed.

    Möller & Trumbore 1997, all triangles at once. The borders of triangles are widened by a billionth, so that a ray
    through an edge does not slip between two of them.
    """
    a, b, c = (mesh.vertices[mesh.faces[:, k]] for k in range(3))
    ab, ac, offset = b - a, c - a, origin - a
    across = np.cross(offset, ab)
    height = np.einsum("ij,ij->i", ac, across)
    found = np.full(len(directions), np.inf)
    for number, direction in enumerate(directions):
        normal = np.cross(direction, ac)
        determinant = np.einsum("ij,ij->i", ab, normal)
        with np.errstate(all="ignore"):  # in the plane of a triangle: nan, which is no hit
            s = np.einsum("ij,ij->i", offset, normal) / determinant
            t = across @ direction / determinant
            distance = height / determinant
            hit = (s >= -1e-9) & (t >= -1e-9) & (s + t <= 1 + 1e-9) & (distance >= 0)
        found[number] = distance[hit].min(initial=np.inf)
    return found
