"""The held-out check: a calibrated tip touches a point that is known by other means and was not used to calibrate.

The RMS of a calibration only says how well the tool agreed with itself. This says how far the tip is from the truth.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from arguide.calibration.poses import checked_poses
from arguide.errors import CalibrationError
from arguide.geometry.transforms import Array
from arguide.geometry.uncertainty import region_scale

FEWEST = 5
MOST_MOTION_MM = 2.0


@dataclass(frozen=True)
class HeldOutCheck:
    """How far the calibrated tip came from a known point."""

    error_mm: float
    offset_mm: Array
    """(3,) from the known point to the mean tip, in the frame of the point."""
    motion_mm: float
    """Farthest that the tip was from its mean while it touched."""
    expected_mm: float
    """Error below which 95 % of checks stay if the stated covariances are right; 0 if none was given."""

    @property
    def surprising(self) -> bool:
        """Whether the error is larger than the calibration's own error bar allows."""
        return self.error_mm > self.expected_mm > 0


def held_out_check(
    fixed_from_tool: ArrayLike, tip_mm: ArrayLike, known_mm: ArrayLike, tip_covariance: ArrayLike | None = None
) -> HeldOutCheck:
    """Compare the tip (3,) of a tool seen in poses (n, 4, 4) with a known point (3,), both frames mm.

    `tip_covariance` (3, 3) mm² is the calibration's. `expected_mm` is the 95 % ellipsoid's longest half axis, the
    scatter of the touch included. CalibrationError with fewer than 5 poses, or if the tip moved by more than 2 mm.
    """
    poses = checked_poses(fixed_from_tool, FEWEST, "held-out check")
    tips = poses[:, :3, :3] @ np.asarray(tip_mm, dtype=float) + poses[:, :3, 3]
    mean = tips.mean(axis=0)
    motion = float(np.linalg.norm(tips - mean, axis=1).max())
    if motion > MOST_MOTION_MM:
        raise CalibrationError(f"held-out check: the tip moved {motion:.1f} mm while it touched; hold still and repeat")
    offset = mean - np.asarray(known_mm, dtype=float)
    expected = 0.0
    if tip_covariance is not None:
        touch = float(np.linalg.eigvalsh(np.cov(tips.T))[-1]) / len(tips)
        calibration = float(np.linalg.eigvalsh(np.asarray(tip_covariance, dtype=float))[-1])
        expected = region_scale() * float(np.sqrt(touch + calibration))
    return HeldOutCheck(float(np.linalg.norm(offset)), offset, motion, expected)
