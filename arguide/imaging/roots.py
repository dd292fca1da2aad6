"""Nerve roots: not in a CT label map, but the bone shows the only way they can go.

A root leaves the sac beside its vertebra's pedicle, passes close under it through the foramen, and goes on outward,
forward and down. The way is the cheapest one through a grid where nearness to bone costs, and then drawn smooth.
"""

from typing import TypeAlias

import numpy as np

from arguide.errors import MeshError
from arguide.geometry.distance_field import DistanceField
from arguide.geometry.mesh import Mesh
from arguide.geometry.transforms import Array
from arguide.geometry.tube import tube
from arguide.imaging.spine import Spine

RADIUS_MM = 2.0
STEP_MM = 1.5
CLEAR_MM = 2.4
"""Wanted between a root's middle and bone."""

Fields: TypeAlias = list[DistanceField]


def root(spine: Spine, upper: int, lower: int, side: int, discs: Fields) -> Mesh:
    """The root that leaves between two vertebrae given by their labels, on one side, as a tube in RAS mm."""
    return tube(root_line(spine, upper, lower, side, discs), RADIUS_MM)


def root_line(spine: Spine, upper: int, lower: int, side: int, discs: Fields) -> Array:
    """The middle (n, 3) of a root in mm, from inside the sac outward, a point every millimetre."""
    start, goal, above, below = _ends(spine, upper, lower, side)
    room = _room(spine, np.minimum(start, goal) - 15.0, np.maximum(start, goal) + 12.0, discs)
    cost = _cost(spine, room, above, below, side)
    way = _cheapest(cost, (start - room.origin) / STEP_MM, (goal - room.origin) / STEP_MM)
    if way is None:
        raise MeshError(
            f"no way for the nerve root between labels {upper} and {lower} on the {'right' if side > 0 else 'left'};"
            " check the label map there"
        )
    return _smooth(room.origin + STEP_MM * way, room)


def _room(spine: Spine, low: Array, high: Array, discs: Fields) -> DistanceField:
    """Distance to the nearest bone or disc in a box, as one field."""
    shape = np.ceil((high - low) / STEP_MM).astype(int) + 1
    points = low + STEP_MM * np.stack(np.meshgrid(*map(np.arange, shape), indexing="ij"), axis=-1).reshape(-1, 3)
    free = np.min([spine.to_bone(points), *(field.distance(points) for field in discs)], axis=0)
    return DistanceField(free.astype(np.float32).reshape(shape), low, STEP_MM, 0.0)


def _ends(spine: Spine, upper: int, lower: int, side: int) -> tuple[Array, Array, float, float]:
    """Start in the sac, end outside, and the heights of the pedicles between which the root must leave."""
    over, under = spine.pedicle(upper, side), spine.pedicle(lower, side)
    start_height = np.array([over.centre[2]])
    start = spine.canal.at(start_height)[0]
    start[0] += side * 0.45 * spine.canal.half_at(start_height)[0, 0]
    goal = over.centre + np.array([side * 24.0, 14.0, over.lower - over.centre[2] - 20.0])
    return start, goal, float(over.centre[2]), float(under.centre[2])


def _cost(spine: Spine, room: DistanceField, above: float, below: float, side: int) -> Array:
    """What a millimetre costs at each grid point of the room; negative: no way there."""
    free = room.values.astype(float)
    points = room.origin + STEP_MM * np.moveaxis(np.indices(free.shape), 0, -1)
    cost = (1 / np.maximum(free, 0.2) ** 2 + 0.02).ravel()
    points, free = points.reshape(-1, 3), free.ravel()
    canal, half = spine.canal.at(points[:, 2]), spine.canal.half_at(points[:, 2])
    outward = side * (points[:, 0] - canal[:, 0]) - half[:, 0]
    # Just under the upper pedicle, not in the middle of the foramen.
    in_foramen = (outward > 0) & (outward < 14)
    cost[in_foramen] *= 1 + np.maximum(0, above - 11 - points[in_foramen, 2]) / 4
    beyond = (outward > 0) & (outward < 14) & ((points[:, 2] > above) | (points[:, 2] < below))
    # The facet joints close the foramen behind; what is open there leads between the laminae to the back.
    behind = points[:, 1] < canal[:, 1] - np.where(outward > -2, 0, half[:, 1])
    cost[(free < 0.5) | beyond | behind] = -1
    shaped: Array = cost.reshape(room.values.shape)
    return shaped


def _cheapest(cost: Array, start: Array, goal: Array) -> Array | None:
    """Grid indices (k, 3) along the cheapest way, or None where there is none."""
    from skimage.graph import MCP_Geometric

    ways = MCP_Geometric(cost)
    first, last = tuple(np.round(start).astype(int).tolist()), tuple(np.round(goal).astype(int).tolist())
    total, _ = ways.find_costs([first], [last])
    return np.array(ways.traceback(last), dtype=float) if np.isfinite(total[last]) else None


def _smooth(line: Array, room: DistanceField, rounds: int = 60) -> Array:
    """The line with even steps of a millimetre, relaxed, and held off the bone while it relaxes."""
    line = _even(line, 1.0)
    for _ in range(rounds):
        line[1:-1] += 0.5 * ((line[:-2] + line[2:]) / 2 - line[1:-1])
        slope = np.stack([room.distance(line + step) - room.distance(line - step) for step in 0.7 * np.eye(3)], axis=1)
        slope /= np.maximum(np.linalg.norm(slope, axis=1, keepdims=True), 1e-9)
        line[1:-1] += (np.clip(CLEAR_MM - room.distance(line), 0, 0.5)[:, None] * slope)[1:-1]
    return _even(line, 1.0)


def _even(line: Array, step: float) -> Array:
    """The same line (k, 3) with points at about `step` mm from each other."""
    way = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    places = np.linspace(0, way[-1], max(4, round(way[-1] / step) + 1))
    return np.stack([np.interp(places, way, line[:, axis]) for axis in range(3)], axis=1)
