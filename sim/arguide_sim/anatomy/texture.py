"""Random fields that belong to the patient and not to the voxels: any spacing sees the same grain at the same place."""

import numpy as np

from arguide_sim.anatomy.grid import Field, Grid

NODES = 64
"""Random values along each side of the lattice, which then repeats."""

SPREAD = np.sqrt((151 / 315) ** 3 / 3)
"""Standard deviation that a cubic B-spline leaves of values even in -1..1: 151/315 is the sum of its squared weights,
averaged over where between the nodes one looks."""


class Texture:
    """A smooth random field of mean 0 and standard deviation 1, its grain `grain_mm` wide."""

    def __init__(self, seed: int, number: int, grain_mm: float) -> None:
        random = np.random.default_rng([seed, 77, number])
        self._lattice = random.random((NODES,) * 3, dtype=np.float32) * 2 - 1
        self._step = grain_mm

    def on(self, grid: Grid) -> Field:
        """The field at the voxels of a grid."""
        values = self._lattice
        for axis, along in enumerate(grid.axes()):
            at = along / self._step
            node = np.floor(at).astype(int)
            values = _blend(values, axis, node, (at - node).astype(np.float32))
        return values / np.float32(SPREAD)


def _blend(values: Field, axis: int, node: "np.ndarray[tuple[int], np.dtype[np.int64]]", t: Field) -> Field:
    """Cubic B-spline along one axis."""
    u, square, cube = 1 - t, t * t, t * t * t  # products are the same on any processor, powers are not
    weights = (u * u * u / 6, (3 * cube - 6 * square + 4) / 6, (-3 * cube + 3 * square + 3 * t + 1) / 6, cube / 6)
    shape = [1, 1, 1]
    shape[axis] = len(t)
    total: Field | None = None
    for offset, weight in enumerate(weights):
        term = np.take(values, (node + offset - 1) % NODES, axis=axis)
        term *= weight.astype(np.float32).reshape(shape)
        if total is None:
            total = term
        else:
            total += term
    assert total is not None
    return total
