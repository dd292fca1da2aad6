"""The marker bodies of tools as shapes that hide what is behind them, from their definition files."""

import numpy as np
import scipy

from arguide.geometry.transforms import Array
from arguide.scene.shapes import Shape, ball, joined, shape
from arguide.settings.body_file import MarkerBody, read_body
from arguide.settings.profile import TrackerProfile
from arguide.trackers.ndi.rom import read_rom

BALL_MM, ARM_MM = 6.5, 3.0
"""Radii of a sphere and of the arm that holds it."""
ROD_SIDES = np.array([*([k, (k + 1) % 4, (k + 1) % 4 + 4, k + 4] for k in range(4)), [0, 3, 2, 1], [4, 5, 6, 7]])
ROD_FACES = np.concatenate([ROD_SIDES[:, [0, 1, 2]], ROD_SIDES[:, [0, 2, 3]]])
"""A rod's triangles, by its corners: four about its start, then four about its end."""
RIM = 1.25
"""The cube about a marker is so much larger than the marker."""


def occluders_of(profile: TrackerProfile) -> dict[str, Shape]:
    """What hides other things, by tool; nothing for tools of which nobody knows how they look."""
    shapes = {}
    for tool in profile.tools:
        if tool.definition is None:
            continue
        if tool.definition.suffix == ".toml":
            shapes[tool.name] = _printed(read_body(tool.definition))
        else:
            shapes[tool.name] = _spheres(np.array(read_rom(tool.definition).positions))
    return {name: body for name, body in shapes.items() if len(body.faces)}


def _printed(body: MarkerBody) -> Shape:
    corners = np.array(list(body.markers.values()))
    middles = corners.mean(axis=1, keepdims=True)
    points = (middles + RIM * (corners - middles)).reshape(-1, 3)
    if np.linalg.matrix_rank(points - points.mean(axis=0), tol=1.0) < 3:
        return shape(np.zeros((0, 3)), np.zeros((0, 3)), np.zeros((0, 3), dtype=int))
    return shape(points, np.zeros_like(points), scipy.spatial.ConvexHull(points).simplices)


def _spheres(markers: Array) -> Shape:
    middle = markers.mean(axis=0)
    balls = [_moved(ball(BALL_MM, 12), place) for place in markers]
    return joined(*balls, *(_rod(middle, place) for place in markers))


def _moved(drawn: Shape, by: Array) -> Shape:
    return Shape(drawn.vertices + by, drawn.normals, drawn.faces, drawn.colors)


def _rod(start: Array, end: Array) -> Shape:
    """A square rod between two points."""
    way = (end - start) / max(float(np.linalg.norm(end - start)), 1e-9)
    side = np.cross(way, np.eye(3)[int(np.argmin(np.abs(way)))])
    side *= ARM_MM / np.linalg.norm(side)
    other = np.cross(way, side)
    ring = [side, other, -side, -other]
    points = np.array([start + r for r in ring] + [end + r for r in ring])
    return shape(points, np.zeros_like(points), ROD_FACES)
