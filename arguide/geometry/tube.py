"""A round tube along a line: nerve roots, catheters, needles."""

import numpy as np

from arguide.geometry.mesh import Mesh
from arguide.geometry.transforms import Array


def tube(line: Array, radius_mm: float, sides: int = 16) -> Mesh:
    """The closed surface around a line (n, 3) in mm, with round ends; the line must not turn sharper than its radius.

    The rings do not twist: each one's first point is carried on from the ring before (parallel transport).
    """
    tangents = np.gradient(line, axis=0)
    tangents /= np.linalg.norm(tangents, axis=1, keepdims=True)
    across = np.eye(3)[int(np.argmin(np.abs(tangents[0])))]
    rings = []
    turn = 2 * np.pi * np.arange(sides) / sides
    for centre, tangent, radius in _stations(line, tangents, radius_mm):
        across = across - tangent * (across @ tangent)
        across /= np.linalg.norm(across)
        rings.append(
            centre + radius * (np.cos(turn)[:, None] * across + np.sin(turn)[:, None] * np.cross(tangent, across))
        )
    poles = [line[0] - radius_mm * tangents[0], line[-1] + radius_mm * tangents[-1]]
    return Mesh(np.concatenate([*rings, poles]), _faces(len(rings), sides))


def _stations(line: Array, tangents: Array, radius: float) -> list[tuple[Array, Array, float]]:
    """Centre, direction and radius of every ring, with two more towards each round end."""
    caps = [(radius * np.sin(angle), radius * np.cos(angle)) for angle in np.radians([60, 30])]
    first = [(line[0] - back * tangents[0], tangents[0], width) for back, width in caps]
    last = [(line[-1] + on * tangents[-1], tangents[-1], width) for on, width in reversed(caps)]
    return [*first, *((centre, tangent, radius) for centre, tangent in zip(line, tangents, strict=True)), *last]


def _faces(rings: int, sides: int) -> np.ndarray[tuple[int, int], np.dtype[np.int32]]:
    """Triangles between neighbouring rings, and two fans around the poles, which follow the rings."""
    here = np.arange(sides)
    following = (here + 1) % sides
    start = sides * np.arange(rings - 1)[:, None]
    a, b, c, d = (x.ravel() for x in (start + here, start + following, start + sides + here, start + sides + following))
    low, high = np.full(sides, rings * sides), np.full(sides, rings * sides + 1)
    top = (rings - 1) * sides
    triangles = [(a, b, d), (a, d, c), (low, following, here), (high, top + here, top + following)]
    return np.concatenate([np.stack(corners, axis=1) for corners in triangles]).astype(np.int32)
