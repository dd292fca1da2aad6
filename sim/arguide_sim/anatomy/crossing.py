"""Where triangles run through one another: in one mesh (it must not) or between two (then they share room)."""

import numpy as np
from numpy.typing import NDArray

from arguide.geometry.mesh import Mesh
from arguide.geometry.transforms import Array

Index = NDArray[np.int64]


def crossings(one: Mesh, other: Mesh | None = None) -> int:
    """How many edges of `one` pass through triangles of `other`, or of `one` itself where they share no corner.

    Two closed surfaces without crossings either way are apart, or one lies wholly inside the other.
    """
    return len(_crossed(one, other)[0])


def crossed_vertices(mesh: Mesh) -> Index:
    """Numbers (n,) of the vertices at the edges and triangles of a mesh that run through one another."""
    edges, triangles = _crossed(mesh, None)
    return np.unique(np.concatenate([edges.ravel(), triangles.ravel().astype(np.int64)]))


def _crossed(one: Mesh, other: Mesh | None) -> tuple[Index, NDArray[np.int32]]:
    """Edges (n, 2), and the triangles (n, 3) that they pass through."""
    through = one if other is None else other
    edges = _edges(one)
    start, stop = one.vertices[edges[:, 0]], one.vertices[edges[:, 1]]
    corners = through.vertices[through.faces]
    e, t = _close_pairs(np.minimum(start, stop), np.maximum(start, stop), corners.min(axis=1), corners.max(axis=1))
    if other is None:
        shared = (edges[e][:, :, None] == through.faces[t][:, None, :]).any(axis=(1, 2))
        e, t = e[~shared], t[~shared]
    meets = _through(start[e], stop[e], corners[t])
    return edges[e[meets]], through.faces[t[meets]]


def _edges(mesh: Mesh) -> Index:
    """Each edge once, (n, 2)."""
    both = np.sort(mesh.faces[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2).astype(np.int64), axis=1)
    code = np.unique(both[:, 0] * len(mesh.vertices) + both[:, 1])
    return np.stack([code // len(mesh.vertices), code % len(mesh.vertices)], axis=1)


def _close_pairs(low_a: Array, high_a: Array, low_b: Array, high_b: Array) -> tuple[Index, Index]:
    """Pairs of boxes a (n, 3) and b (m, 3) that overlap, found through the cells of a grid that both touch."""
    cell = max(2.0 * float(np.median(np.ptp(np.stack([low_b, high_b]), axis=0).max(axis=1))), 0.5)
    seen = (high_a >= low_b.min(axis=0)).all(axis=1) & (low_a <= high_b.max(axis=0)).all(axis=1)
    kept = np.flatnonzero(seen)
    cells_a, owner_a = _cells(low_a[kept], high_a[kept], cell)
    cells_b, owner_b = _cells(low_b, high_b, cell)
    order = np.argsort(cells_b, kind="stable")
    first, last = (np.searchsorted(cells_b[order], cells_a, side) for side in ("left", "right"))
    count = last - first
    a = np.repeat(kept[owner_a], count)
    b = owner_b[order[np.repeat(first, count) + _ramp(count)]]
    overlap = (low_a[a] <= high_b[b]).all(axis=1) & (high_a[a] >= low_b[b]).all(axis=1)
    pair = np.unique(a[overlap] * len(low_b) + b[overlap])
    return pair // len(low_b), pair % len(low_b)


def _cells(low: Array, high: Array, cell: float) -> tuple[Index, Index]:
    """Numbers of the grid cells that boxes (n, 3) touch, and which box each belongs to."""
    first, last = np.floor(low / cell).astype(np.int64), np.floor(high / cell).astype(np.int64)
    size = last - first + 1
    count = size.prod(axis=1)
    owner = np.repeat(np.arange(len(low)), count)
    at = _ramp(count)
    i, rest = at // (size[owner, 1] * size[owner, 2]), at % (size[owner, 1] * size[owner, 2])
    cells = first[owner] + np.stack([i, rest // size[owner, 2], rest % size[owner, 2]], axis=1)
    return ((cells[:, 0] + 2**19) << 40) + ((cells[:, 1] + 2**19) << 20) + cells[:, 2] + 2**19, owner


def _ramp(count: Index) -> Index:
    """0..n-1 for each n of `count`, one after the other."""
    ends = np.cumsum(count)
    return np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - count, count)


def _through(start: Array, stop: Array, corners: Array) -> NDArray[np.bool_]:
    """Whether segments (n, 3) pass through triangles (n, 3, 3) (Möller and Trumbore, 1997)."""
    a, ab, ac, d = corners[:, 0], corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0], stop - start
    h = np.cross(d, ac)
    det = np.einsum("ij,ij->i", ab, h)
    flat = np.abs(det) < 1e-12
    scale = 1 / np.where(flat, 1.0, det)
    s = start - a
    u = np.einsum("ij,ij->i", s, h) * scale
    q = np.cross(s, ab)
    v, t = np.einsum("ij,ij->i", d, q) * scale, np.einsum("ij,ij->i", ac, q) * scale
    return np.asarray(~flat & (u >= 0) & (v >= 0) & (u + v <= 1) & (t >= 0) & (t <= 1))
