"""Tools that carry printed markers instead of spheres, as the simulated world knows tools."""

from math import inf, pi

import numpy as np

from arguide.geometry.transforms import Array
from arguide.settings.body_file import MarkerBody
from arguide_sim.ndi.definition import Definition


def printed(body: MarkerBody) -> Definition:
    """The tool that carries these markers: its points are their corners."""
    corners = np.array(list(body.markers.values()))
    normals = outward(corners)
    return Definition(
        main_type=2,
        revision=0,
        serial=0,
        manufacturer="",
        part=body.title,
        marker_type=0,
        markers=corners.reshape(-1, 3),
        normals=np.repeat(normals, 4, axis=0),
        normal=_best_side(normals),
        most_rad=pi / 2,
        least=4,
        most_error_mm=inf,
    )


def outward(corners: Array) -> Array:
    """Unit vectors (n, 3) in which markers with corners (n, 4, 3) look."""
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 0] - corners[:, 3])
    unit: Array = normals / np.linalg.norm(normals, axis=1, keepdims=True)
    return unit


def _best_side(normals: Array) -> Array:
    """Where a hand turns the tool's best side from: between the first two faces, so that a camera sees both."""
    side = next((normals[0] + other for other in normals[1:] if abs(other @ normals[0]) < 0.5), normals[0])
    unit: Array = side / np.linalg.norm(side)
    return unit
