"""The robust core of pivot calibration: which poses agree on one tip and one pivot.

Least median of squares over small random subsets (Rousseeuw, J. Am. Stat. Assoc. 79 (1984) 871–880) finds the
agreement even when a third of the poses are wrong; least squares over those that agree then finds the tip.
"""

import numpy as np
from numpy.typing import NDArray

from arguide.geometry.transforms import Array

SUBSETS = 96
SUBSET_SIZE = 4
"""With 30 % bad poses a subset is clean with probability 0.24: all 96 are bad once in 10^11."""
SCORED_POSES = 400
REJECT_MEDIANS = 3.5
"""A pose is rejected when its residual exceeds so many median residuals. For noise alike in all directions that is 5.4
standard deviations; for noise along one line, 2.4: no kind loses more than a few poses."""
FLOOR_MM = 1e-6
ROUNDS = 20


def solve(rotations: Array, positions: Array) -> tuple[Array, Array]:
    """Tip and pivot, (..., 3) each, from poses (..., n, 3, 3) and (..., n, 3): least squares of R tip − pivot = −p.

    Yaniv, "Which pivot calibration?", Proc. SPIE 9415 (2015), eq. 3, by its normal equations with the mean position
    taken out (they are well conditioned wherever the tip can be found at all).
    """
    centre = positions.mean(axis=-2, keepdims=True)
    p = positions - centre
    rt = rotations.swapaxes(-1, -2)
    mean_r = rotations.mean(axis=-3)
    mean_rtp = (rt @ p[..., None])[..., 0].mean(axis=-2)
    # The pivot is mean_r @ tip + mean of p (zero), so only the tip is left: (I - mean_rᵀ mean_r) tip = -mean(Rᵀ p).
    left = np.eye(3) - mean_r.swapaxes(-1, -2) @ mean_r
    tip = -(np.linalg.pinv(left, hermitian=True) @ mean_rtp[..., None])[..., 0]
    pivot = (mean_r @ tip[..., None])[..., 0] + centre[..., 0, :]
    return tip, pivot


def residuals(rotations: Array, positions: Array, tip: Array, pivot: Array) -> Array:
    """Vectors (n, 3) in mm from the pivot to the tip of every pose, in the frame the poses are given in."""
    return np.asarray(rotations @ tip + positions - pivot)


def agreeing(rotations: Array, positions: Array, seed: int = 0) -> NDArray[np.bool_]:
    """Which poses (n,) agree on one tip and one pivot."""
    tip, pivot = _least_median(rotations, positions, np.random.default_rng(seed))
    used = np.zeros(len(positions), dtype=bool)
    for _ in range(ROUNDS):
        off = np.linalg.norm(residuals(rotations, positions, tip, pivot), axis=1)
        now = off <= REJECT_MEDIANS * max(float(np.median(off)), FLOOR_MM)
        if np.array_equal(now, used):
            break
        used = now
        tip, pivot = solve(rotations[used], positions[used])
    return used


def _least_median(rotations: Array, positions: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    n = len(positions)
    subsets = rng.integers(0, n, (SUBSETS, SUBSET_SIZE))
    tips, pivots = solve(rotations[subsets], positions[subsets])
    some = rng.permutation(n)[:SCORED_POSES]
    spread = np.einsum("nij,kj->kni", rotations[some], tips) + positions[some] - pivots[:, None]
    best = int(np.argmin(np.median((spread**2).sum(axis=2), axis=1)))
    return tips[best], pivots[best]
