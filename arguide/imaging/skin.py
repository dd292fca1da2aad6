"""The patient's outline from a CT: everything denser than air that hangs together, without the table."""

import numpy as np
from numpy.typing import NDArray

from arguide.errors import MeshError
from arguide.geometry.mesh import Mesh
from arguide.imaging.surface import surface
from arguide.imaging.volume import Volume

AIR_BELOW_HU = -300.0
COARSE_MM = 2.5
"""The skin is smooth: finer voxels are skipped."""
TABLE_MM = 6.0
"""Thinner things beside the body (table top, sheets, tubes) are taken off."""


def skin(ct: Volume) -> Mesh:
    """The closed outer surface of the body in RAS mm, flat where the scan ends; MeshError if there is no body."""
    coarse = _coarser(ct)
    if coarse.voxels.min() > -500 or coarse.voxels.max() < 200:
        raise MeshError(
            f"the CT's values reach from {coarse.voxels.min():.0f} to {coarse.voxels.max():.0f}; expected Hounsfield"
            " units (air about -1000, bone above 200); export the CT with its rescale slope and intercept"
        )
    return surface(_body(coarse), coarse, 3.0, COARSE_MM)


def _coarser(ct: Volume) -> Volume:
    step = np.maximum(1, np.floor(COARSE_MM / ct.spacing_mm)).astype(int)
    voxels = ct.voxels[:: step[0], :: step[1], :: step[2]]
    return Volume(voxels, ct.image_from_voxel @ np.diag([*step, 1.0]))


def _body(ct: Volume) -> NDArray[np.bool_]:
    """The voxels inside the skin, gas in the bowel included."""
    from scipy.ndimage import binary_fill_holes, binary_opening, generate_binary_structure, iterate_structure, label

    dense = ct.voxels > AIR_BELOW_HU
    rounds = max(1, round(TABLE_MM / 2 / ct.spacing_mm.min()))
    brush = iterate_structure(generate_binary_structure(3, 1), rounds)
    pad = rounds + 1  # as if the body went on beyond the scan: its ends are not rounded off
    opened = binary_opening(np.pad(dense, pad, mode="edge"), brush)[pad:-pad, pad:-pad, pad:-pad]
    pieces, count = label(opened)
    if not count:
        raise MeshError("no body in the CT: nothing is denser than air; is it the right volume?")
    body = pieces == 1 + int(np.argmax(np.bincount(pieces.ravel())[1:]))
    filled = np.stack([binary_fill_holes(body[:, :, k]) for k in range(body.shape[2])], axis=2)
    return np.asarray(filled, dtype=bool)
