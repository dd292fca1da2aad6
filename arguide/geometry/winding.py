"""Which way a surface's triangles turn: whether it is closed, and putting right what is not.

Everything is said of faces (m, 3), indices of vertices (n, 3). A surface is closed when every edge that is walked
in one direction is walked as often in the other; then inside and outside are known, and volume and sign of distance
mean something.
"""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from arguide.geometry.transforms import Array

Faces: TypeAlias = NDArray[np.int32]
"""(m, 3) indices of the corners of triangles, counter-clockwise seen from outside."""


def directed_edges(faces: Faces) -> NDArray[np.int64]:
    """The edges (3m, 2) in the direction they are walked, all first edges before all second ones."""
    return np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]).astype(np.int64)


def is_closed(faces: Faces) -> bool:
    """Whether every edge is walked as often in one direction as in the other (and there is any)."""
    if not len(faces):
        return False
    start, end = directed_edges(faces).T
    size = int(faces.max()) + 1
    return bool(np.array_equal(np.sort(start * size + end), np.sort(end * size + start)))


def signed_volumes(vertices: Array, faces: Faces) -> Array:
    """Six times the volume (m,) of the tetrahedra between the origin and each triangle; their sum is 6 V if closed."""
    a, b, c = (vertices[faces[:, k]] for k in range(3))
    result: Array = np.einsum("ij,ij->i", a, np.cross(b, c))
    return result


def repaired(vertices: Array, faces: Faces) -> Faces | None:
    """Faces turned outward, or None where the surface has only one side (a Möbius strip) and no outside.

    A surface that is wound consistently is turned as a whole, so cavities stay cavities; in one of mixed winding each
    connected part is made consistent and turned outward by its own volume. Parts that are open keep their majority.
    """
    if is_closed(faces):
        turned = signed_volumes(vertices, faces).sum() < 0
        return faces[:, ::-1].copy() if turned else faces
    flip, part, conflicts = _consistent(faces)
    if flip is None:
        return None
    if not conflicts:
        return faces
    fixed = np.where(flip[:, None], faces[:, ::-1], faces).astype(np.int32)
    if is_closed(fixed):
        inward = np.bincount(part, weights=signed_volumes(vertices - vertices.mean(axis=0), fixed)) < 0
    else:
        inward = np.bincount(part, weights=flip) * 2 > np.bincount(part)
    return np.where(inward[part][:, None], fixed[:, ::-1], fixed).astype(np.int32)


def pieces(faces: Faces, vertices: int) -> NDArray[np.int32]:
    """The piece, from 0, of each of so many vertices: pieces share no vertex; (n,)."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    edges = directed_edges(faces)
    graph = coo_array((np.ones(len(edges), dtype=np.int8), (edges[:, 0], edges[:, 1])), shape=(vertices, vertices))
    found: NDArray[np.int32] = connected_components(graph, directed=False)[1]
    return found


def _consistent(faces: Faces) -> tuple[NDArray[np.bool_] | None, NDArray[np.intp], bool]:
    """Which faces (m,) to flip so that neighbours agree (None: impossible), the part (m,) each is in, and if any differ.

    Two nodes stand for each face, one kept and one flipped; nodes that agree are joined. Each part then falls into two
    mirrored components, and a face is flipped when its flipped node is in the first of them.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    one, two, same_way = _neighbours(faces)
    count = len(faces)
    rows = np.concatenate([one, one + count])
    columns = np.concatenate([two + count * same_way, two + count * ~same_way])
    graph = coo_array((np.ones(len(rows), dtype=np.int8), (rows, columns)), shape=(2 * count, 2 * count))
    labels = connected_components(graph, directed=False)[1]
    kept, flipped = labels[:count], labels[count:]
    part = np.unique(np.minimum(kept, flipped), return_inverse=True)[1]
    if np.any(kept == flipped):
        return None, part, True
    return flipped < kept, part, bool(np.any(same_way))


def _neighbours(faces: Faces) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.bool_]]:
    """Pairs of faces that share an edge of exactly two faces, and whether both walk it the same way (a conflict)."""
    edges = directed_edges(faces)
    face = np.tile(np.arange(len(faces)), 3)
    forward = edges[:, 0] < edges[:, 1]
    key = edges.min(axis=1) * (int(faces.max()) + 1) + edges.max(axis=1)
    order = np.argsort(key, kind="stable")
    starts = np.flatnonzero(np.diff(key[order], prepend=-1))
    pairs = starts[np.diff(starts, append=len(key)) == 2]
    one, two = order[pairs], order[pairs + 1]
    return face[one], face[two], forward[one] == forward[two]
