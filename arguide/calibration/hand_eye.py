"""Hand-eye calibration: where the camera is on the body whose markers the tracker sees.

From pairs of poses with A_ij X = X B_ij, where X = body_from_camera, A = motions of the body, B = motions of the camera.
Three solvers, each with its own weakness, are judged on poses that they have not seen, and the best one is then refined:

- Tsai & Lenz, IEEE Trans. Robotics and Automation 5 (1989) 345–358: rotation first, by its tangent vector, eq. 11–15.
- Park & Martin, IEEE Trans. Robotics and Automation 10 (1994) 717–721: rotation first, by rotation vectors, eq. 20.
- Daniilidis, Int. J. Robotics Research 18 (1999) 286–298: both at once, by dual quaternions, eq. 31–36.

(Written out here because OpenCV 5 no longer offers its own to Python.)
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import least_squares

from arguide.calibration.hand_eye_solvers import daniilidis, park_martin, tsai_lenz
from arguide.calibration.poses import checked_poses
from arguide.errors import CalibrationError
from arguide.geometry.rotations import mean_rotation, rotation_vectors, rotations_from
from arguide.geometry.transforms import Array, from_parts, inverse

MIN_POSES = 6
MIN_TURN_RAD = np.radians(10.0)
FOLDS = 5
MOST_PAIRS = 400
MIN_SECOND_AXIS = 0.1
Solver: TypeAlias = Callable[[Array, Array], Array]
SOLVERS: dict[str, Solver] = {"tsai": tsai_lenz, "park": park_martin, "daniilidis": daniilidis}


@dataclass(frozen=True)
class HandEyeCalibration:
    """The camera on its marker body, the board in the tracker's frame, and the error on poses left out."""

    body_from_camera: Array
    """(4, 4), mm."""
    tracker_from_board: Array
    """(4, 4), mm: where the board stood still."""
    method: str
    """Solver that did best on poses left out; its answer was then refined over all poses."""
    error_mm: float
    """RMS error of the board's position in poses left out, as seen through body and camera."""
    error_rad: float
    """RMS error of the board's direction in poses left out."""
    covariance: Array
    """(6, 6) of a small motion of `body_from_camera` in the body's frame; see `geometry.uncertainty`."""
    residuals_mm: Array
    """(n,) distance of the board in each pose from where it is on the whole."""


def hand_eye_calibration(tracker_from_body: ArrayLike, camera_from_board: ArrayLike) -> HandEyeCalibration:
    """Calibrate from simultaneous poses (n, 4, 4), mm, of the body by the tracker and of a still board by the camera.

    CalibrationError if there are fewer than six, or the camera hardly turned, or about one axis only.
    """
    bodies = checked_poses(tracker_from_body, MIN_POSES, "hand-eye")
    boards = checked_poses(camera_from_board, MIN_POSES, "hand-eye")
    if len(bodies) != len(boards):
        raise CalibrationError(
            f"hand-eye: {len(bodies)} poses of the body and {len(boards)} of the board; take both at the same times"
        )
    _check_turning(bodies)
    scores = {name: _cross_validated(solve, bodies, boards) for name, solve in SOLVERS.items()}
    # Millimetres and radians in one score: a turn counts at the board's distance from the camera.
    reach = float(np.median(np.linalg.norm(boards[:, :3, 3], axis=1)))
    method = min(scores, key=lambda name: scores[name][0] + reach * scores[name][1])
    x, world, covariance = _refined(bodies, boards, SOLVERS[method](*_motions(bodies, boards)))
    seen = bodies @ x @ boards
    error_mm, error_rad = _cross_validated(SOLVERS[method], bodies, boards, refine=True)
    return HandEyeCalibration(
        body_from_camera=x,
        tracker_from_board=world,
        method=method,
        error_mm=error_mm,
        error_rad=error_rad,
        covariance=covariance,
        residuals_mm=np.linalg.norm(seen[:, :3, 3] - world[:3, 3], axis=1),
    )


def _check_turning(bodies: Array) -> None:
    turns = rotation_vectors(np.swapaxes(bodies[:1, :3, :3], 1, 2) @ bodies[:, :3, :3])
    if np.linalg.norm(turns, axis=1).max() < MIN_TURN_RAD:
        raise CalibrationError(
            f"hand-eye: the camera turned by {np.degrees(np.linalg.norm(turns, axis=1).max()):.0f}°, at least"
            f" {np.degrees(MIN_TURN_RAD):.0f}° needed; look at the board from other directions"
        )
    singular = np.linalg.svd(turns, compute_uv=False)
    if singular[1] < MIN_SECOND_AXIS * singular[0]:
        raise CalibrationError(
            "hand-eye: the camera turned about one axis only, so its place along that axis cannot be found; tilt it in"
            " other directions too"
        )


def _motions(bodies: Array, boards: Array) -> tuple[Array, Array]:
    """Motions A (m, 4, 4) of the body and B of the camera between pairs of poses, those with the largest turns."""
    i, j = np.array(list(combinations(range(len(bodies)), 2))).T
    a = np.linalg.inv(bodies[i]) @ bodies[j]
    b = boards[i] @ np.linalg.inv(boards[j])
    angle = np.linalg.norm(rotation_vectors(a[:, :3, :3]), axis=1)
    # Half turns have no one rotation vector.
    chosen = np.argsort(-np.where(angle < np.radians(170), angle, 0.0))[:MOST_PAIRS]
    return a[chosen], b[chosen]


def _world(bodies: Array, boards: Array, x: Array) -> Array:
    seen = bodies @ x @ boards
    return from_parts(mean_rotation(seen[:, :3, :3]), seen[:, :3, 3].mean(axis=0))


def _cross_validated(solve: Solver, bodies: Array, boards: Array, refine: bool = False) -> tuple[float, float]:
    """RMS error in mm and rad of the board in poses left out, each fold in turn."""
    n = len(bodies)
    folds = min(FOLDS, n - 3)
    off_mm, off_rad = [], []
    for k in range(folds):
        out = np.arange(n) % folds == k
        x = solve(*_motions(bodies[~out], boards[~out]))
        if refine:
            x = _refined(bodies[~out], boards[~out], x)[0]
        expected = _world(bodies[~out], boards[~out], x)
        off = inverse(expected) @ bodies[out] @ x @ boards[out]
        off_mm.append((off[:, :3, 3] ** 2).sum(axis=1))
        off_rad.append((rotation_vectors(off[:, :3, :3]) ** 2).sum(axis=1))
    return float(np.sqrt(np.concatenate(off_mm).mean())), float(np.sqrt(np.concatenate(off_rad).mean()))


def _refined(bodies: Array, boards: Array, x: Array) -> tuple[Array, Array, Array]:
    """Camera, board and the camera's covariance after minimising the disagreement on the board in all poses.

    Small motions of X in the body's frame and of the board in the tracker's frame; turns weigh at the board's distance
    (the simultaneous form of Strobl & Hirzinger, IROS 2006).
    """
    world = _world(bodies, boards, x)
    reach = float(np.median(np.linalg.norm(boards[:, :3, 3], axis=1)))

    def moved(transform: Array, motion: Array) -> Array:
        return from_parts(rotations_from(motion[:3]) @ transform[:3, :3], transform[:3, 3] + motion[3:])

    def residuals(motion: Array) -> Array:
        off = inverse(moved(world, motion[6:])) @ bodies @ moved(x, motion[:6]) @ boards
        return np.concatenate([reach * rotation_vectors(off[:, :3, :3]), off[:, :3, 3]], axis=1).ravel()

    scale = np.tile(np.repeat([1 / reach, 1.0], 3), 2)
    found = least_squares(residuals, np.zeros(12), x_scale=scale, xtol=1e-14, ftol=1e-14, gtol=1e-14, method="lm")
    variance = 2 * found.cost / max(6 * len(bodies) - 12, 1)
    jacobian = np.asarray(found.jac)
    covariance = np.linalg.inv(jacobian.T @ jacobian)[:6, :6] * variance
    # A turn was taken about the camera's own place; told about the body's origin it also shifts.
    carry = np.eye(6)
    carry[3:, :3] = -np.cross(np.eye(3), x[:3, 3]).T
    return moved(x, found.x[:6]), moved(world, found.x[6:]), carry @ covariance @ carry.T
