"""Find a body's pose from the pixels of its points: all markers of a body together, by least squares in the picture.

The start is closed: IPPE for points of one plane (Collins & Bartoli 2014), SQPnP otherwise (Terzakis & Lourakis 2020);
Levenberg–Marquardt on the reprojection error makes it exact. A plane seen from far away has two poses that look nearly
alike, mirrored at the line of sight: the better fit is taken if it is clearly better, else the one near the last pose.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from arguide.geometry.camera_model import CameraModel
from arguide.geometry.transforms import Array, angle_between, from_parts

FLAT = 1e-3
"""Points are of one plane when they leave it by less than this share of their extent."""
CLEARLY = 2.0
"""A pose whose error is this many times the other's is out of the question,"""
NOISE_PX = 0.25
"""unless its error is no larger than noise."""
LEAST_NOISE_PX = 0.03
"""No corner is found more exactly; keeps the stated jitter of few points honest."""
LEAST_POINTS = 4


@dataclass(frozen=True)
class Fit:
    """A pose and how sure it is."""

    view_from_body: Array
    """(4, 4), mm."""
    rms_px: float
    """Root mean square distance of the points from where the pose puts them."""
    error_mm: float
    """The same at the body's distance."""
    jitter_mm: float
    """Expected standard deviation of the body's origin, root mean square of the three axes."""
    jitter_rad: float
    """Expected standard deviation of the rotation about its least sure axis."""
    ambiguous: bool
    """Whether a mirrored pose fits nearly as well."""


def fit_pose(points: Array, pixels: Array, camera: CameraModel, last: Array | None = None) -> Fit | None:
    """The pose that puts `points` (n, 3) in mm on `pixels` (n, 2); None when there is none before the camera.

    `last`: the body's pose (4, 4) shortly before; decides only between poses that fit alike.
    """
    if len(points) < LEAST_POINTS:
        return None
    found = [_refined(start, points, pixels, camera) for start in _starts(points, pixels, camera)]
    poses = sorted((one for one in found if one is not None), key=lambda one: one[1])
    if not poses:
        return None
    alike = [one for one in poses if one[1] <= max(CLEARLY * poses[0][1], NOISE_PX)]
    ambiguous = any(angle_between(poses[0][0], one[0]) > 0.05 for one in alike[1:])
    pose, rms = poses[0]
    if ambiguous and last is not None:
        pose, rms = min(alike, key=lambda one: angle_between(last, one[0]))
    jitter_mm, jitter_rad = _jitter(pose, points, rms, camera)
    return Fit(pose, rms, rms * float(pose[2, 3]) / camera.focal_px, jitter_mm, jitter_rad, ambiguous)


def _starts(points: Array, pixels: Array, camera: CameraModel) -> list[tuple[Array, Array]]:
    centred = points - points.mean(axis=0)
    extent = np.linalg.svd(centred, compute_uv=False)
    flat = extent[2] < FLAT * extent[0]
    method = cv2.SOLVEPNP_IPPE if flat else cv2.SOLVEPNP_SQPNP
    try:
        _, turns, shifts, _ = cv2.solvePnPGeneric(points, pixels, camera.matrix, camera.distortion, flags=method)
    except cv2.error:  # points on one line, or a picture that no camera can take
        return []
    return [(np.asarray(t, dtype=float), np.asarray(s, dtype=float)) for t, s in zip(turns, shifts, strict=True)]


def _refined(
    start: tuple[Array, Array], points: Array, pixels: Array, camera: CameraModel
) -> tuple[Array, float] | None:
    turn, shift = cv2.solvePnPRefineLM(
        points, pixels, camera.matrix, camera.distortion, start[0].copy(), start[1].copy()
    )
    pose = from_parts(cv2.Rodrigues(turn)[0], np.ravel(shift))
    if not np.isfinite(pose).all() or (points @ pose[2, :3] + pose[2, 3]).min() <= 0:
        return None
    off = camera.project(points @ pose[:3, :3].T + pose[:3, 3]) - pixels
    rms = float(np.sqrt((off * off).sum(axis=1).mean()))
    return (pose, rms) if np.isfinite(rms) else None


def _jitter(pose: Array, points: Array, rms_px: float, camera: CameraModel) -> tuple[float, float]:
    """Standard deviations of position (mm) and rotation (rad) by the covariance of least squares, s² (JᵀJ)⁻¹."""
    turned = points @ pose[:3, :3].T
    _, slopes = cv2.projectPoints(turned, np.zeros(3), pose[:3, 3].copy(), camera.matrix, camera.distortion)
    freedom = max(2 * len(points) - 6, 1)
    variance = max(rms_px**2 * len(points) / freedom, LEAST_NOISE_PX**2)
    covariance = variance * np.linalg.pinv(slopes[:, :6].T @ slopes[:, :6])
    return float(np.sqrt(np.trace(covariance[3:, 3:]) / 3)), float(np.sqrt(np.linalg.eigvalsh(covariance[:3, :3])[-1]))
