"""Pivot calibration: the tip of a tool that was turned about it while the tip stayed in one place.

For every pose, R_i · tip + p_i = pivot, so all poses together are a linear least-squares problem in tip and
pivot: the algebraic one-step method, e.g. Yaniv, "Which pivot calibration?", Proc. SPIE 9415 (2015), eq. 3.
"""

from dataclasses import dataclass

import numpy as np

from arguide.errors import CalibrationError
from arguide.geometry.transforms import Array

MIN_POSES = 30
# Ratio of the least to the largest singular value of the system: 0 when the tool never turned or turned about
# one axis only (then the tip is free along that axis); about 0.25 for a 40° cone.
MIN_DETERMINACY = 0.05


@dataclass(frozen=True)
class PivotCalibration:
    """Where the tip is in the tool's marker frame, and how well the poses agree on it."""

    tip_mm: Array
    """(3,) tip in the tool's marker frame."""
    pivot_mm: Array
    """(3,) the point that stayed still, in the frame the poses are given in."""
    rms_mm: float
    """Root mean square distance of the tip from the pivot over all poses. Small does not mean true."""
    cone_rad: float
    """Full opening angle of the cone that the line from marker body to tip has swept."""
    poses: int


def pivot_calibration(fixed_from_tool: Array) -> PivotCalibration:
    """Calibrate from poses of shape (n, 4, 4), mm.

    Raises CalibrationError when there are too few poses or they do not determine the tip.
    """
    n = len(fixed_from_tool)
    if n < MIN_POSES:
        raise CalibrationError(
            f"pivot: {n} poses, at least {MIN_POSES} needed; keep the tool visible and turn it longer"
        )
    rotations, positions = fixed_from_tool[:, :3, :3], fixed_from_tool[:, :3, 3]
    system = np.concatenate([rotations, np.broadcast_to(-np.eye(3), (n, 3, 3))], axis=2).reshape(3 * n, 6)
    u, singular, vt = np.linalg.svd(system, full_matrices=False)
    if singular[-1] < MIN_DETERMINACY * singular[0]:
        raise CalibrationError(
            "pivot: the tool hardly turned, or only about one axis, so its tip cannot be found;"
            " swing it in all directions with the tip held still"
        )
    solution = vt.T @ ((u.T @ -positions.reshape(-1)) / singular)
    tip, pivot = solution[:3], solution[3:]
    residuals = np.linalg.norm(rotations @ tip + positions - pivot, axis=1)
    return PivotCalibration(
        tip_mm=tip,
        pivot_mm=pivot,
        rms_mm=float(np.sqrt(np.mean(residuals**2))),
        cone_rad=cone_angle(rotations @ (tip / np.linalg.norm(tip))),
        poses=n,
    )


def cone_angle(directions: Array) -> float:
    """Largest angle in radians between any two of the unit directions (n, 3); 0 for fewer than two."""
    if len(directions) < 2:
        return 0.0
    # Thinned, because all pairs of a few thousand are slow; neighbours in time hardly differ.
    some = directions[:: max(1, len(directions) // 300)]
    return float(np.arccos(np.clip((some @ some.T).min(), -1.0, 1.0)))
