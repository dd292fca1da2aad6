"""Signed distances from a closed surface on a regular grid, fast enough to make while the user waits.

Three steps. (1) Every triangle is compared with the grid points in its own small neighbourhood: exact distances in a
thin band around the surface. (2) Farther points take over the closest surface point of the nearest grid point of the
band, found by a feature transform (Maurer 2003, as in SciPy). (3) Inside is where the surface winds around the point,
counted along columns of the grid; so parts that overlap are a union, not a hole.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from arguide.geometry.mesh import Mesh
from arguide.geometry.transforms import Array

BAND = 1.5
"""Half width of the exact band in grid steps; the corners of every cell that the surface crosses must lie in it."""
PAIRS = 400_000
"""Pairs of grid point and triangle compared at once, to stay in the processor's cache."""


def signed_distances(mesh: Mesh, origin: Array, spacing: float, shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Distances in mm at `origin + spacing * (i, j, k)`, negative inside; the mesh is closed and lies in the grid."""
    points = (mesh.vertices - origin) / spacing
    nearest, closest = _band(_small_triangles(points[mesh.faces]), shape)
    distances = _propagate(nearest, closest, shape)
    distances *= np.float32(spacing)
    inside = _winding(points[mesh.faces], mesh.faces, shape) > 0
    np.negative(distances, out=distances, where=inside)
    return distances


def _small_triangles(corners: Array, longest: float = 4.0) -> Array:
    """The same surface (m, 3, 3) halved into triangles of edges up to `longest`, whose neighbourhoods are small."""
    done = []
    while len(corners):
        edges = np.linalg.norm(np.roll(corners, -1, axis=1) - corners, axis=2)
        small = edges.max(axis=1) <= longest
        done.append(corners[small])
        corners, first = corners[~small], edges[~small].argmax(axis=1)
        a, b, c = (corners[np.arange(len(corners)), (first + k) % 3] for k in range(3))
        middle = (a + b) / 2
        corners = np.concatenate([np.stack([a, middle, c], axis=1), np.stack([middle, b, c], axis=1)])
    return np.concatenate(done)


def _band(triangles: Array, shape: tuple[int, ...]) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """Flat indices (k,) of the grid points in the band and their closest surface points (k, 3), in grid units."""
    # Distance and triangle in one number, so that the smallest names the nearest triangle.
    best = np.full(int(np.prod(shape)), np.iinfo(np.uint64).max, dtype=np.uint64)
    for flat, points, owner in _neighbourhoods(triangles, shape):
        squared, _, _ = _closest(points, triangles[owner])
        near = squared <= BAND * BAND
        bits = squared[near].astype(np.float32).view(np.uint32).astype(np.uint64)
        np.minimum.at(best, flat[near], (bits << np.uint64(32)) | owner[near].astype(np.uint64))
    nearest = np.flatnonzero(best != np.iinfo(np.uint64).max)
    corners = triangles[(best[nearest] & np.uint64(0xFFFFFFFF)).astype(np.intp)]
    _, s, t = _closest(np.stack(np.unravel_index(nearest, shape), axis=1).astype(float), corners)
    a, b, c = corners.transpose(1, 0, 2)
    closest = a + s[:, None] * (b - a) + t[:, None] * (c - a)
    return nearest, closest.astype(np.float32)


def _neighbourhoods(
    triangles: Array, shape: tuple[int, ...]
) -> Iterator[tuple[NDArray[np.intp], Array, NDArray[np.intp]]]:
    """Grid points around triangles, in portions: flat index, coordinates (k, 3), and the triangle each belongs to."""
    low = np.ceil(triangles.min(axis=1) - BAND).astype(np.intp)
    size = np.floor(triangles.max(axis=1) + BAND).astype(np.intp) - low + 1
    count = size.prod(axis=1)
    ends = np.cumsum(count)
    first = 0
    while first < len(triangles):
        done = ends[first] - count[first]
        last = max(first + 1, int(np.searchsorted(ends, done + PAIRS)))
        owner = np.repeat(np.arange(first, last), count[first:last])
        number = np.arange(len(owner)) - np.repeat(ends[first:last] - count[first:last] - done, count[first:last])
        number, k = np.divmod(number, size[owner, 2])
        i, j = np.divmod(number, size[owner, 1])
        index = np.stack([i, j, k], axis=1) + low[owner]
        yield (index[:, 0] * shape[1] + index[:, 1]) * shape[2] + index[:, 2], index.astype(float), owner
        first = last


def _closest(points: Array, triangles: Array) -> tuple[Array, Array, Array]:
    """Squared distance (n,) of each point (n, 3) to its triangle (n, 3, 3) a, b, c, and s, t of the closest point.

    The closest point is a + s (b - a) + t (c - a): the foot on the plane where it lies in the triangle, otherwise the
    best of the three edges.
    """
    a = triangles[:, 0]
    ab, ac, ap = triangles[:, 1] - a, triangles[:, 2] - a, points - a
    bb, bc, cc = _dot(ab, ab), _dot(ab, ac), _dot(ac, ac)
    pp, pb, pc = _dot(ap, ap), _dot(ap, ab), _dot(ap, ac)
    with np.errstate(divide="ignore", invalid="ignore"):
        area = bb * cc - bc * bc
        s, t = (cc * pb - bc * pc) / area, (bb * pc - bc * pb) / area
        on_ab = np.clip(np.nan_to_num(pb / bb), 0, 1)
        on_ac = np.clip(np.nan_to_num(pc / cc), 0, 1)
        on_bc = np.clip(np.nan_to_num((pc - pb + bb - bc) / (bb - 2 * bc + cc)), 0, 1)
    squared = pp - s * pb - t * pc
    outside = ~((s >= 0) & (t >= 0) & (s + t <= 1))
    squared[outside] = np.inf
    zero = np.zeros_like(on_ab)
    for edge_s, edge_t in ((on_ab, zero), (zero, on_ac), (1 - on_bc, on_bc)):
        along = pp - 2 * (edge_s * pb + edge_t * pc) + edge_s**2 * bb + 2 * edge_s * edge_t * bc + edge_t**2 * cc
        better = outside & (along < squared)
        squared[better], s[better], t[better] = along[better], edge_s[better], edge_t[better]
    return np.maximum(squared, 0), s, t


def _dot(one: Array, two: Array) -> Array:
    result: Array = np.einsum("ij,ij->i", one, two)
    return result


def _propagate(nearest: NDArray[np.intp], closest: NDArray[np.float32], shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Unsigned distances on the whole grid, in grid units, from the closest points known in the band.

    The nearest grid point of the band does not always know the closest surface point, so those that the neighbours
    were given are tried as well. What is left is an excess of a few hundredths of a step on average, a third at worst.
    """
    from scipy.ndimage import distance_transform_edt

    empty = np.ones(shape, dtype=bool)
    empty.ravel()[nearest] = False
    number = np.zeros(shape, dtype=np.int32)
    number.ravel()[nearest] = np.arange(len(nearest))
    seed = distance_transform_edt(empty, return_distances=False, return_indices=True)
    for i in range(shape[0]):
        number[i] = number[seed[0, i], seed[1, i], seed[2, i]]
    del seed
    distances = np.empty(shape, dtype=np.float32)
    j, k = (np.arange(n, dtype=np.float32) for n in shape[1:])
    for i in range(shape[0]):
        squared = np.full(shape[1:], np.inf, dtype=np.float32)
        for candidates in _with_neighbours(number, i):
            x, y, z = closest[candidates].transpose(2, 0, 1)
            np.minimum(squared, (x - i) ** 2 + (y - j[:, None]) ** 2 + (z - k) ** 2, out=squared)
        np.sqrt(squared, out=distances[i])
    return distances


def _with_neighbours(number: NDArray[np.int32], i: int) -> Iterator[NDArray[np.int32]]:
    """Slab i of the grid, and the same slab moved by a step in each of the six directions (kept at the border)."""
    yield number[i]
    yield number[max(i - 1, 0)]
    yield number[min(i + 1, len(number) - 1)]
    padded = np.pad(number[i], 1, mode="edge")
    yield padded[:-2, 1:-1]
    yield padded[2:, 1:-1]
    yield padded[1:-1, :-2]
    yield padded[1:-1, 2:]


def _winding(corners: Array, faces: NDArray[np.int32], shape: tuple[int, ...]) -> NDArray[np.int16]:
    """How often the surface (m, 3, 3), in grid units, winds around each grid point.

    Counted along z: each triangle adds its sign to all grid points above it in the columns that it covers. Columns
    are moved by an odd millionth of a step, so that none runs exactly through a vertex or along an edge, and an edge
    is judged by the same arithmetic from both its sides, so that neighbouring triangles leave no gap between them.
    """
    flat = corners[:, :, :2] - np.array([1.1e-6, 1.7e-6])
    low = np.ceil(flat.min(axis=1)).astype(np.intp)
    size = np.maximum(np.floor(flat.max(axis=1)).astype(np.intp) - low + 1, 0)
    count = size.prod(axis=1)
    owner = np.repeat(np.arange(len(corners)), count)
    number = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
    column = np.stack(np.divmod(number, size[owner, 1]), axis=1) + low[owner]
    sides = np.stack([_side(column, flat[owner], faces[owner], k) for k in range(3)], axis=1)
    covered = (np.all(sides > 0, axis=1)) | np.all(sides < 0, axis=1)
    owner, column, up = owner[covered], column[covered], sides[covered, 0]
    a = corners[owner, 0]
    normal = np.cross(corners[owner, 1] - a, corners[owner, 2] - a)
    offset = column - flat[owner, 0]
    with np.errstate(divide="ignore", invalid="ignore"):  # a face on edge: its height is clipped to the face below
        height = a[:, 2] - (normal[:, 0] * offset[:, 0] + normal[:, 1] * offset[:, 1]) / normal[:, 2]
    low_z, high_z = corners[owner, :, 2].min(axis=1), corners[owner, :, 2].max(axis=1)
    level = np.ceil(np.clip(np.nan_to_num(height), low_z, high_z)).astype(np.intp)
    winding = np.zeros(shape, dtype=np.int16)
    # Entering from below is through a face that looks down.
    np.add.at(winding.ravel(), (column[:, 0] * shape[1] + column[:, 1]) * shape[2] + level, -up.astype(np.int16))
    return np.cumsum(winding, axis=2, dtype=np.int16, out=winding)


def _side(column: NDArray[np.intp], flat: Array, faces: NDArray[np.int32], k: int) -> NDArray[np.int64]:
    """+1 where the column lies left of edge k of its triangle, -1 right; always worked out from the lower vertex."""
    following = (k + 1) % 3
    turned = faces[:, k] > faces[:, following]
    start = np.where(turned[:, None], flat[:, following], flat[:, k])
    end = np.where(turned[:, None], flat[:, k], flat[:, following])
    along, across = end - start, column - start
    left = along[:, 0] * across[:, 1] - along[:, 1] * across[:, 0] >= 0
    return np.where(left != turned, 1, -1)
