"""What guidance asks of the anatomy: how far the needle is from what it may harm, and how deep under the skin."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np

from arguide.geometry.clearance import ClearanceProbe
from arguide.geometry.distance_field import DistanceField, cached
from arguide.geometry.mesh import read_mesh
from arguide.geometry.transforms import Array
from arguide.planning.path import planned_path
from arguide.settings.scenario import Plan, Scenario

Clearances: TypeAlias = Callable[[Array], tuple[float, ...]]
"""image_from_tip (4, 4) -> nearest distance in mm from needle to each risk structure, negative inside."""
UnderSkin: TypeAlias = Callable[[Array], float]
"""Point (3,) mm in the image frame -> depth under the skin in mm, negative outside."""
Progress: TypeAlias = Callable[[float, str], None]
"""Called with the done part (0..1) and what comes next."""

# The skin is smooth and only decides between outside and inside; a fine grid of a whole torso would be large.
SKIN_SPACING_MM = 3.0
SKIN_POINTS = 3000


@dataclass(frozen=True)
class Anatomy:
    """Two questions about a needle in the image frame, each answered in microseconds."""

    clearances: Clearances
    under_skin: UnderSkin
    skin_points: Array = field(default_factory=lambda: np.empty((0, 3)))
    """(n, 3) mm all over the skin: where one more fiducial could be."""


def load_anatomy(scenario: Scenario, plan: Plan, progress: Progress = lambda done, what: None) -> Anatomy:
    """Read the risk structures and the skin and make their distance fields (seconds the first time, then cached).

    Raises MeshError when a mesh is missing, damaged or not closed. Without a skin, the plane across the planned
    path at the entry takes its place.
    """
    wanted = [*scenario.risks, *([scenario.skin] if scenario.skin else [])]
    fields: list[DistanceField] = []
    for n, structure in enumerate(wanted):
        progress(n / len(wanted), f"distance field of {structure.label}")
        spacing = SKIN_SPACING_MM if structure is scenario.skin else 1.0
        mesh = read_mesh(structure.mesh)
        fields.append(cached(mesh, spacing))
    progress(1.0, "anatomy ready")
    needle = scenario.needle
    probe = ClearanceProbe(fields[: len(scenario.risks)], needle.length_mm, needle.diameter_mm / 2)
    if not scenario.skin:
        return Anatomy(probe, _under_plane(plan))
    return Anatomy(probe, _under_mesh(fields[-1]), mesh.vertices[:: max(1, len(mesh.vertices) // SKIN_POINTS)])


def _under_mesh(skin: DistanceField) -> UnderSkin:
    return lambda point: -skin.distance_at(point)


def _under_plane(plan: Plan) -> UnderSkin:
    path, entry = planned_path(plan), np.array(plan.entry)
    return lambda point: float(path.axes[2] @ (point - entry))
