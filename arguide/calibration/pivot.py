"""Pivot calibration: the tip of a tool that was turned about it while the tip stayed in one place.

For every pose, R_i · tip + p_i = pivot, so all poses together are a linear least-squares problem in tip and
pivot: the algebraic one-step method, e.g. Yaniv, "Which pivot calibration?", Proc. SPIE 9415 (2015), eq. 3. Poses
that do not agree with the others are found and left out first (`consensus`), then the tip's covariance is taken from
how far the others disagree, in which direction and how alike neighbours in time are (`scatter`).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from arguide.calibration import consensus
from arguide.calibration.coverage import cap_coverage
from arguide.calibration.poses import checked_poses
from arguide.calibration.scatter import parameter_covariance
from arguide.calibration.slip import slip_of
from arguide.errors import CalibrationError, Caution
from arguide.geometry.transforms import Array

MIN_POSES = 30
# Ratio of the least to the largest singular value of the system: 0 when the tool never turned or turned about
# one axis only (then the tip is free along that axis); about 0.25 for a 40° cone.
MIN_DETERMINACY = 0.05
MIN_AGREEING = 0.6
CLEAR_MAJORITY = 0.8
MIN_TIP_MM = 2.0
SURE_TIMES = 10.0
WELL_COVERED = 0.6


@dataclass(frozen=True)
class PivotCalibration:
    """Where the tip is in the tool's marker frame, how well the poses agree on it, and how sure it is."""

    tip_mm: Array
    """(3,) tip in the tool's marker frame."""
    pivot_mm: Array
    """(3,) the point that stayed still, in the frame the poses are given in."""
    rms_mm: float
    """Root mean square distance of the tip from the pivot over the poses used. Small does not mean true."""
    cone_rad: float
    """Full opening angle of the cone that the line from marker body to tip has swept."""
    poses: int
    """How many poses were given."""
    tip_covariance: Array
    """(3, 3) mm², of the tip in the tool's marker frame. Knows nothing of a bent tool or a wide divot."""
    pivot_covariance: Array
    """(3, 3) mm², of the pivot in the frame the poses are given in."""
    residuals_mm: Array
    """(n,) distance of the tip from the pivot in every pose, rejected ones too."""
    used: NDArray[np.bool_]
    """(n,) which poses agreed and were used."""
    coverage: float
    """Share 0..1 of a 60° cone of directions that was visited."""
    cautions: tuple[Caution, ...] = ()

    @property
    def standard_error_mm(self) -> float:
        """Root of the expected square distance between this tip and the true one, as far as scatter can tell."""
        return float(np.sqrt(np.trace(self.tip_covariance)))

    @property
    def rejected(self) -> tuple[int, ...]:
        """Which poses were left out, by their place in the list."""
        return tuple(int(k) for k in np.flatnonzero(~self.used))


def pivot_calibration(fixed_from_tool: ArrayLike) -> PivotCalibration:
    """Calibrate from poses of shape (n, 4, 4), mm, in the order of time.

    Raises CalibrationError when there are too few poses, they do not determine the tip, the tip slipped, fewer than
    60 % of them agree on it, or they are in metres.
    """
    poses = checked_poses(fixed_from_tool, MIN_POSES, "pivot")
    rotations, positions = poses[:, :3, :3], poses[:, :3, 3]
    _check_turning(rotations)
    used = consensus.agreeing(rotations, positions)
    _check_tip_stayed(rotations, positions, used)
    _check_turning(rotations[used])
    tip, pivot = consensus.solve(rotations[used], positions[used])
    off = consensus.residuals(rotations, positions, tip, pivot)
    off_mm = np.linalg.norm(off, axis=1)
    rms_mm = float(np.sqrt(np.mean(off_mm[used] ** 2)))
    _check_unit(tip, rms_mm)
    directions = rotations[used] @ (tip / max(float(np.linalg.norm(tip)), 1e-12))
    coverage = cap_coverage(directions).fraction
    covariance = parameter_covariance(system(rotations[used]), off[used])
    return PivotCalibration(
        tip_mm=tip,
        pivot_mm=pivot,
        rms_mm=rms_mm,
        cone_rad=cone_angle(directions),
        poses=len(poses),
        tip_covariance=covariance[:3, :3],
        pivot_covariance=covariance[3:, 3:],
        residuals_mm=off_mm,
        used=used,
        coverage=coverage,
        cautions=_cautions(used, coverage),
    )


def system(rotations: Array) -> Array:
    """Coefficients (n, 3, 6) of tip and pivot for rotations (n, 3, 3): [R | −1]."""
    return np.concatenate([rotations, np.broadcast_to(-np.eye(3), rotations.shape)], axis=2)


def _check_turning(rotations: Array) -> None:
    # The singular values of the stacked [R | -1] are √n √(1 ± s), with s those of the mean rotation.
    s = np.minimum(np.linalg.svd(rotations.mean(axis=0), compute_uv=False), 1.0)
    determinacy = np.sqrt((1 - s) / (1 + s[0]))
    if determinacy[0] >= MIN_DETERMINACY:
        return
    how = "hardly turned" if determinacy[1] < MIN_DETERMINACY else "turned only about one axis"
    raise CalibrationError(
        f"pivot: the tool {how}, so its tip cannot be found; swing it in all directions with the tip held still"
    )


def _check_tip_stayed(rotations: Array, positions: Array, used: NDArray[np.bool_]) -> None:
    # A clear majority is judged by itself: the few others are outliers or a slip near an end, and are left out.
    judged = used if used.mean() >= CLEAR_MAJORITY else np.ones_like(used)
    slip = slip_of(rotations[judged], positions[judged])
    if slip is not None:
        raise CalibrationError(
            f"pivot: the tip slipped by {slip.distance_mm:.1f} mm near pose {np.flatnonzero(judged)[slip.pose]} of {len(used)};"
            " seat it in the divot and pivot again"
        )
    if used.mean() < MIN_AGREEING:
        raise CalibrationError(
            f"pivot: only {used.sum()} of {len(used)} poses agree on a tip; did it leave the divot, or is a marker loose?"
            " Pivot again"
        )


def _check_unit(tip: Array, rms_mm: float) -> None:
    # A tool whose frame lies in its tip has a short one too, but then it is no longer than the noise.
    length = float(np.linalg.norm(tip))
    if SURE_TIMES * rms_mm < length < MIN_TIP_MM:
        raise CalibrationError(
            f"pivot: the tip lies {length:.3g} mm from the markers and fits to {rms_mm:.1g} mm: are the poses in metres?"
            " Give them in mm"
        )


def _cautions(used: NDArray[np.bool_], coverage: float) -> tuple[Caution, ...]:
    found = []
    if coverage < WELL_COVERED:
        found.append(
            Caution("coverage", f"only {coverage:.0%} of the 60° cone was visited; swing wider and in all directions")
        )
    if used.mean() < 0.9:
        found.append(Caution("rejected", f"{(~used).sum()} of {len(used)} poses disagree and were left out"))
    return tuple(found)


def cone_angle(directions: Array) -> float:
    """Largest angle in radians between any two of the unit directions (n, 3); 0 for fewer than two."""
    if len(directions) < 2:
        return 0.0
    # Thinned, because all pairs of a few thousand are slow; neighbours in time hardly differ.
    some = directions[:: max(1, len(directions) // 300)]
    return float(np.arccos(np.clip((some @ some.T).min(), -1.0, 1.0)))
