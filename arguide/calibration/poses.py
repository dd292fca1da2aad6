"""Checks that every calibration from poses begins with."""

import numpy as np
from numpy.typing import ArrayLike

from arguide.errors import CalibrationError
from arguide.geometry.transforms import Array

RIGID_TOLERANCE = 1e-4
"""What trackers that print six digits still keep."""


def checked_poses(poses: ArrayLike, fewest: int, what: str) -> Array:
    """The poses as (n, 4, 4) float64; CalibrationError if too few, not finite, not rigid or left-handed."""
    t = np.asarray(poses, dtype=float)
    if t.ndim != 3 or t.shape[1:] != (4, 4):
        raise CalibrationError(f"{what}: expected poses of shape (n, 4, 4), got {t.shape}; check the input")
    if len(t) < fewest:
        raise CalibrationError(
            f"{what}: {len(t)} poses, at least {fewest} needed; keep the tool visible and move it longer"
        )
    bad = np.flatnonzero(~np.isfinite(t).all(axis=(1, 2)))
    if len(bad):
        raise CalibrationError(f"{what}: pose {bad[0]} is not finite; leave out the readings where the tool was hidden")
    r = t[:, :3, :3]
    off = np.abs(r @ r.swapaxes(1, 2) - np.eye(3)).max(axis=(1, 2))
    worst = int(np.argmax(off))
    if off[worst] > RIGID_TOLERANCE:
        raise CalibrationError(
            f"{what}: pose {worst} is no rotation and translation (off by {off[worst]:.2g}); is it transposed or scaled?"
        )
    left = np.flatnonzero(np.linalg.det(r) < 0)
    if len(left):
        raise CalibrationError(
            f"{what}: pose {left[0]} is left-handed (mirrored); flip one axis where the poses come from"
        )
    return t
