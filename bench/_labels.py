"""A label map beside meshes: volumes, and how far the faces of the voxels lie from the surface."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from arguide_sim.anatomy.numbering import Numbers

from arguide.geometry.distance_grid import signed_distances
from arguide.geometry.mesh import Mesh
from arguide.geometry.transforms import Array
from arguide.imaging.volume import Volume


@dataclass(frozen=True)
class Beside:
    """One structure, where nothing else is laid over it."""

    name: str
    labelled: int
    """Voxels in the map …"""
    meshed: int
    """… and in the mesh."""
    far: Array
    """Distance of each voxel face on the map's surface to the mesh, in voxels; (n,)."""
    whole: bool
    """Nothing of it lies outside the map."""


def beside(
    laid: Sequence[str], meshes: Mapping[str, Mesh], numbers: Numbers, labels: Volume, most: float = np.inf
) -> Iterator[Beside]:
    """Every structure but the first, which is the skin; `laid`: all names, each over those before it.

    Those with more than `most` voxels in the box around their mesh are left out, and those outside the map.
    """
    sp = float(labels.spacing_mm[0])
    for k, name in enumerate(laid[1:], 1):
        mesh = meshes[name]
        low = np.floor(labels.to_voxel(mesh.bounds[0])).astype(int) - 3
        high = np.ceil(labels.to_voxel(mesh.bounds[1])).astype(int) + 4
        first, last = np.maximum(low, 0), np.minimum(high, labels.voxels.shape)
        if (last - first).min() < 4 or (high - low).prod() > most:
            continue
        seen = labels.voxels[tuple(slice(a, b) for a, b in zip(first, last, strict=True))]
        whole = signed_distances(mesh, labels.to_image(low), sp, tuple((high - low).tolist()))
        distance = whole[tuple(slice(a - c, b - c) for a, b, c in zip(first, last, low, strict=True))]
        inside = np.isin(seen, numbers.of(name))
        free = ~np.isin(seen, [number for later in laid[k + 1 :] for number in numbers.of(later)])
        between = []
        for axis in range(3):
            faces = np.diff(inside.astype(int), axis=axis) != 0
            faces &= np.delete(free, 0, axis) & np.delete(free, -1, axis)
            between.append(np.abs(np.delete(distance, 0, axis)[faces] + np.delete(distance, -1, axis)[faces]) / 2)
        meshed = int(np.count_nonzero((distance < 0) & free))
        yield Beside(
            name,
            int(inside.sum()),
            meshed,
            np.concatenate(between) / sp,
            bool(np.all(low >= first) and np.all(high <= last)),
        )
