"""Did the tip move to another place while the tool was pivoted about it?

A least-squares pivot hides a slip: tip and pivot share it out between them and the RMS stays modest. So the same
system is solved again with a step in the pivot at each of several moments (Chow, Econometrica 28 (1960) 591–605).
"""

from dataclasses import dataclass

import numpy as np

from arguide.geometry.transforms import Array

SLIP_MM = 1.0
SLIP_STANDARD_ERRORS = 6.0
"""High, because the noise of hand-held poses is alike from one to the next."""
MOMENTS = np.linspace(0.25, 0.75, 11)
"""Of all poses. A slip nearer to the ends leaves a clear majority, and the minority is rejected pose by pose."""


@dataclass(frozen=True)
class Slip:
    """A move of the tip that explains the residuals."""

    pose: int
    distance_mm: float


def slip_of(rotations: Array, positions: Array) -> Slip | None:
    """The step of the pivot that explains most, if one does; poses (n, 3, 3) and (n, 3) mm in order of time."""
    n = len(positions)
    candidates = [_step_at(rotations, positions, int(n * share)) for share in MOMENTS]
    _, error_mm, slip = min(candidates, key=lambda one: one[0])
    return slip if slip.distance_mm > max(SLIP_MM, SLIP_STANDARD_ERRORS * error_mm) else None


def _step_at(rotations: Array, positions: Array, pose: int) -> tuple[float, float, Slip]:
    """Sum of squares, standard error and step if the pivot moved before that pose."""
    n = len(positions)
    after = np.zeros((n, 3, 3))
    after[pose:] = -np.eye(3)
    a = np.concatenate([rotations, np.broadcast_to(-np.eye(3), (n, 3, 3)), after], axis=2).reshape(3 * n, 9)
    b = -(positions - positions.mean(axis=0)).reshape(-1)
    normal = a.T @ a
    x = np.linalg.lstsq(normal, a.T @ b)[0]
    squares = float(((a @ x - b) ** 2).sum())
    variance = np.linalg.pinv(normal, hermitian=True)[6:, 6:] * squares / (3 * n - 9)
    return squares, float(np.sqrt(np.trace(variance))), Slip(pose, float(np.linalg.norm(x[6:])))
