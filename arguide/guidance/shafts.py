"""Where tips are and which way shafts point: by the drawing in the profile, or by a stored calibration."""

from dataclasses import dataclass

import numpy as np

from arguide.errors import SettingsError
from arguide.geometry.transforms import Array, pose_along
from arguide.guidance.pivot_step import ToolTip
from arguide.settings.calibration_file import ToolCalibration
from arguide.settings.profile import TrackerProfile
from arguide.settings.scenario import Vec3


@dataclass(frozen=True)
class Shaft:
    """A tool's tip and direction in its marker frame, and how sure both are."""

    tip_mm: Vec3
    direction: Vec3
    tip_covariance: Array
    """(3, 3) mm²."""
    direction_covariance: Array
    """(3, 3) rad², of the direction's small tilts."""

    @property
    def tool_from_tip(self) -> Array:
        """(4, 4); the turn about the shaft is arbitrary but fixed."""
        return pose_along(self.tip_mm, self.direction)

    @property
    def covariance(self) -> Array:
        """(6, 6) of a small motion in the tool's axes about the tip: turn, then shift."""
        result = np.zeros((6, 6))
        # A direction d tilted by δ was turned by d × δ.
        d = np.cross(np.eye(3), np.array(self.direction))
        result[:3, :3] = d @ self.direction_covariance @ d.T
        result[3:, 3:] = self.tip_covariance
        return result


def shaft(profile: TrackerProfile, name: str) -> Shaft:
    """The nominal shaft of a tool. Raises SettingsError for a tool without one."""
    tool = profile.tool(name)
    if tool is None or tool.tip_mm is None or tool.direction is None:
        raise SettingsError(
            f"{profile.file}: a tool {name!r} with tip_mm and direction is needed; add [[tool]] name = {name!r}"
        )
    along = np.outer(tool.direction, tool.direction)
    return Shaft(
        tool.tip_mm, tool.direction, tool.tip_sd_mm**2 * np.eye(3), tool.direction_sd_rad**2 * (np.eye(3) - along)
    )


def needle_shaft(profile: TrackerProfile, stored: ToolCalibration | None) -> Shaft:
    """The needle's shaft by its calibration; what that does not tell is as on the drawing."""
    drawn = shaft(profile, "needle")
    if stored is None:
        return drawn
    turned = stored.direction is not None and stored.direction_covariance_rad2 is not None
    return Shaft(
        stored.tip_mm,
        stored.direction if turned and stored.direction else drawn.direction,
        np.array(stored.tip_covariance_mm2),
        np.array(stored.direction_covariance_rad2) if turned else drawn.direction_covariance,
    )


def stored_tip(stored: ToolCalibration) -> ToolTip:
    """A stored calibration as the session uses it."""
    return ToolTip(np.array(stored.tip_mm), np.array(stored.tip_covariance_mm2), None, made=stored.made)
