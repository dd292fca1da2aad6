"""Crumbs: what a sharp edge cuts off a part is left out of its mesh, and a muscle's given to what surrounds it."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation, find_objects, label

from arguide.geometry.mesh import Mesh
from arguide.geometry.winding import pieces, signed_volumes
from arguide_sim.anatomy.numbering import FILLING

CRUMB_OF_MESH, CRUMB_OF_MAP = 0.005, 0.002
"""A piece with less than this share of the volume of its mesh, or of all voxels of its number, is a crumb."""


def without_crumbs(mesh: Mesh) -> Mesh:
    """The closed mesh without its crumbs."""
    piece = pieces(mesh.faces, len(mesh.vertices))
    volume = np.bincount(piece[mesh.faces[:, 0]], signed_volumes(mesh.vertices, mesh.faces))
    large = (volume >= CRUMB_OF_MESH * volume.sum())[piece]
    if large.all():
        return mesh
    number = np.cumsum(large, dtype=np.int32) - 1
    return Mesh(mesh.vertices[large], number[mesh.faces[large[mesh.faces[:, 0]]]])


def sweep(labels: NDArray[np.uint8], numbers: Iterable[int]) -> None:
    """Gives the crumbs of these numbers to the filling around them. Voxels of a piece share faces."""
    boxes = find_objects(labels)
    for number in numbers:
        if number > len(boxes) or boxes[number - 1] is None:
            continue
        seen = labels[tuple(slice(max(side.start - 1, 0), side.stop + 1) for side in boxes[number - 1])]
        piece, _ = label(seen == number)
        sizes = np.bincount(piece.ravel())
        sizes[0] = sizes.max()
        crumbs = np.flatnonzero(sizes < CRUMB_OF_MAP * sizes[1:].sum())
        places = find_objects(piece)
        for crumb in crumbs:
            near = tuple(slice(max(side.start - 1, 0), side.stop + 1) for side in places[crumb - 1])
            seen[near][piece[near] == crumb] = _around(seen[near], piece[near] == crumb, number)


def _around(labels: NDArray[np.uint8], crumb: NDArray[np.bool_], number: int) -> int:
    """The filling that is beside most of a crumb; its own number where there is none."""
    beside = np.bincount(labels[binary_dilation(crumb) & ~crumb], minlength=256)
    fillings = sorted(FILLING.values())
    best = max(fillings, key=lambda filling: int(beside[filling]))
    return best if beside[best] else number
