"""Spin calibration: the direction of a needle that was turned about its own axis while the axis stayed where it was.

For every pose R_i · a = A: the axis is one direction a in the tool and one direction A in space. The least-squares
solution under |a| = |A| = 1 is the pair of singular vectors of ΣR_i with the largest singular value, since
Σ|R_i a − A|² = 2n − 2 Aᵀ(ΣR_i)a. (The same idea as "axis of rotation" in Gamage & Lasenby, J. Biomechanics 35 (2002).)
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from arguide.calibration.consensus import REJECT_MEDIANS
from arguide.calibration.poses import checked_poses
from arguide.calibration.scatter import parameter_covariance
from arguide.errors import CalibrationError
from arguide.geometry.transforms import Array, pose_along

MIN_POSES = 30
MIN_SPIN_RAD = np.radians(60.0)
MAX_WOBBLE_RAD = np.radians(3.0)
MIN_AGREEING = 0.6
FLOOR_RAD = 1e-9


@dataclass(frozen=True)
class SpinCalibration:
    """The axis of a tool in its marker frame, and how sure it is."""

    direction: Array
    """(3,) unit vector of advance in the tool's marker frame."""
    direction_covariance: Array
    """(3, 3) rad², of the direction's small tilts; nothing along the direction itself."""
    point_mm: Array
    """(3,) the axis' point nearest to the tool's origin, in its marker frame."""
    fixed_direction: Array
    """(3,) the same direction in the frame the poses are given in, where it stayed."""
    rms_rad: float
    """Root mean square angle between the tool's axis and the axis in space over the poses used."""
    spin_rad: float
    """Arc of the turn that was seen, 0..2π."""
    used: NDArray[np.bool_]
    """(n,) which poses agreed and were used."""

    @property
    def standard_error_rad(self) -> float:
        """Root of the expected square angle between this direction and the true one."""
        return float(np.sqrt(np.trace(self.direction_covariance)))


def spin_calibration(fixed_from_tool: ArrayLike, towards: ArrayLike) -> SpinCalibration:
    """Calibrate from poses (n, 4, 4), mm, in order of time; `towards` (3,) says which end of the axis is the tip's,
    as a rough direction in the tool's marker frame (for instance from the markers to the tip).

    Moving to and fro along the axis does no harm. CalibrationError if the tool turned less than 60°, or wobbled.
    """
    poses = checked_poses(fixed_from_tool, MIN_POSES, "spin")
    rotations, positions = poses[:, :3, :3], poses[:, :3, 3]
    used = _agreeing(rotations)
    inside, outside = _axis(rotations[used])
    if inside @ np.asarray(towards, dtype=float) < 0:
        inside, outside = -inside, -outside
    across, out_across = _frame(inside)[:, :2], _frame(outside)[:, :2]
    arc = _arc(rotations[used] @ across[:, 0] @ out_across)
    off = rotations[used] @ inside - outside
    rms = float(np.sqrt(np.mean((off**2).sum(axis=1))))
    _check(arc, rms, used)
    coefficients = np.concatenate(
        [rotations[used] @ across, np.broadcast_to(-out_across, (int(used.sum()), 3, 2))], axis=2
    )
    covariance = across @ parameter_covariance(coefficients, off)[:2, :2] @ across.T
    point = across @ _nearest_point(rotations[used] @ across, positions[used], out_across)
    return SpinCalibration(inside, covariance, point, outside, rms, arc, used)


def roll_of(fixed_from_tool: ArrayLike, direction: ArrayLike) -> float:
    """How far a tool was rolled about its shaft, roughly: the arc in radians of poses (n, 4, 4), whatever else they did.

    `direction` (3,) is the shaft in the tool's marker frame by its drawing.
    """
    rotations = np.asarray(fixed_from_tool, dtype=float)[:, :3, :3]
    shaft = np.asarray(direction, dtype=float)
    across = _frame(shaft)[:, 0]
    return _arc(rotations @ across @ _frame((rotations @ shaft).mean(axis=0))[:, :2])


def _check(arc: float, rms: float, used: NDArray[np.bool_]) -> None:
    if arc < MIN_SPIN_RAD:
        raise CalibrationError(
            f"spin: the tool turned {np.degrees(arc):.0f}° about its axis, at least {np.degrees(MIN_SPIN_RAD):.0f}° needed;"
            " roll it further between the fingers"
        )
    if rms > MAX_WOBBLE_RAD or used.mean() < MIN_AGREEING:
        raise CalibrationError(
            f"spin: the shaft wobbled by {np.degrees(rms):.1f}° ({used.sum()} of {len(used)} poses agree);"
            " hold it in a straight hole and spin it again"
        )


def _axis(rotations: Array) -> tuple[Array, Array]:
    """Direction in the tool (3,) and in space (3,)."""
    u, _, vt = np.linalg.svd(rotations.sum(axis=0))
    return vt[0], u[:, 0]


def _agreeing(rotations: Array) -> NDArray[np.bool_]:
    used = np.ones(len(rotations), dtype=bool)
    for _ in range(10):
        inside, outside = _axis(rotations[used])
        off = np.linalg.norm(rotations @ inside - outside, axis=1)
        now = off <= REJECT_MEDIANS * max(float(np.median(off)), FLOOR_RAD)
        if np.array_equal(now, used):
            break
        used = now
    return used


def _frame(axis: Array) -> Array:
    return pose_along(np.zeros(3), axis)[:3, :3]


def _arc(flat: Array) -> float:
    """Arc in radians that directions (n, 2) fill: the whole circle less the widest gap."""
    angles = np.sort(np.arctan2(flat[:, 1], flat[:, 0]))
    return float(2 * np.pi - np.diff(np.append(angles, angles[0] + 2 * np.pi)).max())


def _nearest_point(turned: Array, positions: Array, out_across: Array) -> Array:
    """(2,) of the axis' point in the plane across it through the tool's origin, from `turned` (n, 3, 2) = R · across.

    The pivot problem in two dimensions: the point stays where it is when seen along the axis.
    """
    flat_turned, flat = out_across.T @ turned, positions @ out_across
    mean = flat_turned.mean(axis=0)
    left = np.einsum("nij,nik->jk", flat_turned, flat_turned) / len(flat) - mean.T @ mean
    right = np.einsum("nij,ni->j", flat_turned, flat - flat.mean(axis=0)) / len(flat)
    return np.asarray(-np.linalg.solve(left, right))
