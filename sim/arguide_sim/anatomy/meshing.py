"""Implicit shapes to closed triangle meshes: sampled where the surface passes, marched, decimated, checked."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from skimage.measure import marching_cubes

from arguide.errors import MeshError
from arguide.geometry.mesh import Mesh, cleaned, decimated
from arguide_sim.anatomy.sdf import Distances, Points, Shape

Corner: TypeAlias = tuple[float, float, float]

BLOCK = 8
"""Voxels along one side of a block; a block far from the surface is not sampled finely."""

REACH = 2.0
"""How many of its own radii a block may be from the surface and still be sampled: the distances are not exact."""


def mesh_of(shape: Shape, low: Corner, high: Corner, spacing: float, triangles: int) -> Mesh:
    """The surface of `shape` inside the box `low`..`high` (mm) as a closed mesh of about `triangles` triangles.

    Raises MeshError when the shape is empty, touches the box or does not close.
    """
    values = sample(shape, np.asarray(low, float), np.asarray(high, float), spacing)
    if values.min() > 0.0:
        raise MeshError(f"no surface in the box {low}..{high}: the shape is empty; check its parameters")
    if min(values[side].min() for k in range(3) for side in (_slice(k, 0), _slice(k, -1))) <= 0.0:
        raise MeshError(f"the shape leaves the box {low}..{high}; give it a larger box")
    vertices, faces, _, _ = marching_cubes(values.astype(np.float32), 0.0, spacing=(spacing,) * 3)
    return _closed(cleaned(vertices + np.asarray(low, float), faces), triangles)


def sample(shape: Shape, low: Points, high: Points, spacing: float) -> Distances:
    """Distances (i, j, k) on a grid over the box, its first voxel at `low`.

    Blocks that the surface cannot reach hold their centre's distance: right in sign, and marching cubes asks no more.
    """
    blocks = np.ceil((high - low) / (spacing * BLOCK)).astype(int)
    centers = _grid(low + spacing * (BLOCK - 1) / 2, blocks, spacing * BLOCK)
    coarse = shape(centers)
    near = np.flatnonzero(np.abs(coarse) < REACH * spacing * BLOCK * np.sqrt(3) / 2)
    values = np.repeat(coarse[:, None], BLOCK**3, axis=1)
    offsets = _grid(np.full(3, -spacing * (BLOCK - 1) / 2), np.full(3, BLOCK), spacing)
    for some in np.array_split(near, len(near) // 100 + 1) if len(near) else ():
        values[some] = shape((centers[some, None] + offsets).reshape(-1, 3)).reshape(len(some), -1)
    # A surface exactly through a grid point would give triangles without area.
    values[np.abs(values) < 1e-2 * spacing] = 1e-2 * spacing
    return values.reshape(*blocks, BLOCK, BLOCK, BLOCK).transpose(0, 3, 1, 4, 2, 5).reshape(blocks * BLOCK)


def is_watertight(mesh: Mesh) -> bool:
    """Whether every edge belongs to exactly two triangles that walk it in opposite directions."""
    edges = np.sort(mesh.faces[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
    return mesh.is_closed and bool(np.all(np.unique(edges, axis=0, return_counts=True)[1] == 2))


def _closed(mesh: Mesh, triangles: int) -> Mesh:
    """As few triangles as asked, or as many more as it takes to stay closed."""
    while True:
        small = decimated(mesh, triangles)
        if is_watertight(small):
            return small
        if triangles >= len(mesh.faces):
            raise MeshError("the mesh does not close: the shape is thinner than the grid; sample it more finely")
        triangles = int(triangles * 1.1) + 1


def _slice(axis: int, index: int) -> tuple[slice | int, ...]:
    return tuple(index if k == axis else slice(None) for k in range(3))


def _grid(first: Points, count: NDArray[np.int64], step: float) -> Points:
    axes = [first[i] + step * np.arange(count[i]) for i in range(3)]
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
