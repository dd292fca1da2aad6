"""When is a pivot enough? When the cone was visited and the tip is known well enough; no button needed."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from arguide.calibration.coverage import Coverage, cap_coverage
from arguide.calibration.pivot import MIN_POSES, pivot_calibration
from arguide.errors import CalibrationError
from arguide.geometry.transforms import Array


@dataclass(frozen=True)
class PivotGoal:
    """What must be reached before collecting stops by itself."""

    coverage: float = 0.8
    """Share 0..1 of the 60° cone."""
    standard_error_mm: float = 0.15
    poses: int = 150


@dataclass(frozen=True)
class PivotProgress:
    """How far a pivot has come."""

    coverage: Coverage
    standard_error_mm: float
    """Of the tip; infinite while it cannot be worked out."""
    enough: bool
    advice: str
    """What is still missing, one line; empty when nothing is."""


def pivot_progress(fixed_from_tool: ArrayLike, direction: ArrayLike, goal: PivotGoal | None = None) -> PivotProgress:
    """Judge the poses (n, 4, 4) collected so far; `direction` (3,) is the tool's shaft in its marker frame, nominally.

    Costs a whole calibration (some ms for hundreds of poses), so ask once in a while and not at every pose.
    """
    goal = goal or PivotGoal()
    poses = np.asarray(fixed_from_tool, dtype=float).reshape(-1, 4, 4)
    shaft = np.asarray(direction, dtype=float) / np.linalg.norm(direction)
    coverage = cap_coverage(poses[:, :3, :3] @ shaft)
    error_mm, trouble = _standard_error(poses)
    enough = len(poses) >= goal.poses and coverage.fraction >= goal.coverage and error_mm <= goal.standard_error_mm
    return PivotProgress(coverage, error_mm, enough, "" if enough else trouble or _advice(poses, coverage, goal))


def _standard_error(poses: Array) -> tuple[float, str]:
    if len(poses) < MIN_POSES:
        return np.inf, ""
    try:
        return pivot_calibration(poses).standard_error_mm, ""
    except CalibrationError as error:
        return np.inf, str(error)


def _advice(poses: Array, coverage: Coverage, goal: PivotGoal) -> str:
    if coverage.fraction < goal.coverage:
        return f"swing wider: {coverage.fraction:.0%} of the cone visited, {goal.coverage:.0%} wanted"
    if len(poses) < goal.poses:
        return f"go on: {len(poses)} of {goal.poses} poses"
    return f"go on until the tip is known to {goal.standard_error_mm:g} mm"
