"""Calibration against a template: the tip rests where a tracked template body is known to hold it.

Every pair of poses gives the answer by itself, `tool_from_tip = inverse(fixed_from_tool) @ fixed_from_template @
template_from_tip`; many pairs are averaged (rotation: nearest to the mean matrix, Moakher, SIAM J. Matrix Anal. Appl.
24 (2002) 1–16, section 3), and those that disagree are left out.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from arguide.calibration.consensus import REJECT_MEDIANS
from arguide.calibration.poses import checked_poses
from arguide.calibration.scatter import correlation_time
from arguide.errors import CalibrationError
from arguide.geometry.rotations import mean_rotation, rotation_vectors
from arguide.geometry.transforms import Array, from_parts

MIN_POSES = 10
MAX_RMS_MM = 2.0
FLOOR_MM = 1e-6


@dataclass(frozen=True)
class TemplateCalibration:
    """Where the tip is in the tool's marker frame and which way it points, by a template."""

    tool_from_tip: Array
    """(4, 4), mm. Its rotation means something only if the template fixes the tool's direction; a divot does not."""
    covariance: Array
    """(6, 6) of a small motion in the tool's marker frame; see `geometry.uncertainty`. Scatter and the template's own
    tolerance, if that was given."""
    rms_mm: float
    """Root mean square distance of the single tips from their mean, over the pairs used."""
    rms_rad: float
    """Root mean square angle of the single directions from their mean, over the pairs used."""
    used: NDArray[np.bool_]
    """(n,) which pairs of poses agreed and were used."""

    @property
    def tip_mm(self) -> Array:
        """(3,) tip in the tool's marker frame."""
        return np.asarray(self.tool_from_tip[:3, 3])


def template_calibration(
    fixed_from_tool: ArrayLike, fixed_from_template: ArrayLike, template_from_tip: ArrayLike, tolerance_mm: float = 0.0
) -> TemplateCalibration:
    """Calibrate from simultaneous poses (n, 4, 4) of tool and template; `template_from_tip` is (4, 4), mm.

    `tolerance_mm` is the standard deviation, along each axis, of where the template really holds the tip: scatter
    cannot tell it. CalibrationError if there are fewer than 10 pairs or the tip did not rest (RMS above 2 mm).
    """
    tools = checked_poses(fixed_from_tool, MIN_POSES, "template")
    templates = checked_poses(fixed_from_template, MIN_POSES, "template")
    if len(tools) != len(templates):
        raise CalibrationError(
            f"template: {len(tools)} poses of the tool and {len(templates)} of the template; take both at the same times"
        )
    tips = np.linalg.inv(tools) @ templates @ np.asarray(template_from_tip, dtype=float)
    used = _agreeing(tips[:, :3, 3])
    points, rotation = tips[used, :3, 3], mean_rotation(tips[used, :3, :3])
    mean = points.mean(axis=0)
    shifts, turns = points - mean, rotation_vectors(tips[used, :3, :3] @ rotation.T)
    rms = float(np.sqrt(np.mean((shifts**2).sum(axis=1))))
    if rms > MAX_RMS_MM:
        raise CalibrationError(
            f"template: the tip moved by {rms:.1f} mm RMS, at most {MAX_RMS_MM:g} mm is rest; seat it and take it again"
        )
    # Told about the frame's origin, a turn about the tip also shifts by mean x turn.
    motions = np.concatenate([turns, shifts + np.cross(mean, turns)], axis=1)
    covariance = np.cov(motions.T) * correlation_time(motions / motions.std(axis=0).clip(1e-12)) / len(motions)
    covariance[3:, 3:] += np.eye(3) * tolerance_mm**2
    rms_rad = float(np.sqrt(np.mean((turns**2).sum(axis=1))))
    return TemplateCalibration(from_parts(rotation, mean), covariance, rms, rms_rad, used)


def _agreeing(points: Array) -> NDArray[np.bool_]:
    off = np.linalg.norm(points - np.median(points, axis=0), axis=1)
    return np.asarray(off <= REJECT_MEDIANS * max(float(np.median(off)), FLOOR_MM))
