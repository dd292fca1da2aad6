"""The frame of a needle plan: origin at the target, z along the path, x in the imaging plane."""

from dataclasses import dataclass

import numpy as np

from arguide.errors import SettingsError
from arguide.geometry.transforms import Array
from arguide.settings.scenario import Plan


@dataclass(frozen=True, eq=False)
class PlannedPath:
    """A plan as the guidance maths needs it."""

    axes: Array
    """(3, 3): rows are x (in the imaging plane), y (across it) and z (entry to target), in the image frame."""
    target: Array
    """(3,) mm in the image frame."""
    length_mm: float
    """From entry to target."""


def planned_path(plan: Plan) -> PlannedPath:
    """Work out the frame of a plan. Raises SettingsError for a plan without length."""
    entry, target = np.array(plan.entry), np.array(plan.target)
    length = float(np.linalg.norm(target - entry))
    if length < 1e-6:
        raise SettingsError(
            f"plan {plan.name!r}: entry and target are the same point, so it has no direction; move one"
        )
    z = (target - entry) / length
    x = in_plane_direction(z, np.array(plan.image_plane_normal))
    return PlannedPath(np.vstack([x, np.cross(z, x), z]), target, length)


def in_plane_direction(path: Array, normal: Array) -> Array:
    """Unit vector (3,) across the unit direction `path` that lies in the imaging plane with that normal.

    A path along the normal lies across the imaging plane, where every direction would do: the image axis least
    along the path is taken, so that the answer is at least always the same.
    """
    x = np.cross(normal, path)
    if np.linalg.norm(x) < 1e-6:
        x = np.cross(np.cross(path, np.eye(3)[int(np.argmin(np.abs(path)))]), path)
    return np.asarray(x / np.linalg.norm(x))
