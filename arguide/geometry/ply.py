"""Binary PLY, the one layout that arguide writes, as bytes; other layouts are left to a general reader.

Read here because it starts in a millisecond, where the general reader needs half a second to be imported.
"""

import re

import numpy as np
from numpy.typing import NDArray

from arguide.geometry.transforms import Array

_HEADER = """\
ply
format binary_little_endian 1.0
comment RAS, mm
element vertex {vertices}
property float x
property float y
property float z
element face {faces}
property list uchar int vertex_indices
end_header
"""
_PATTERN = re.compile(_HEADER.format(vertices=r"(\d{1,9})", faces=r"(\d{1,9})").replace(".", r"\.").encode())
_VERTEX = np.dtype(("<f4", 3))
_FACE = np.dtype([("count", "u1"), ("corners", "<i4", 3)])


def encode(vertices: Array, faces: NDArray[np.int32]) -> bytes:
    """The file of vertices (n, 3) in mm and faces (m, 3)."""
    body = np.empty(len(faces), dtype=_FACE)
    body["count"], body["corners"] = 3, faces
    header = _HEADER.format(vertices=len(vertices), faces=len(faces)).encode()
    return header + vertices.astype("<f4").tobytes() + body.tobytes()


def decode(data: bytes) -> tuple[Array, NDArray[np.int32]] | None:
    """Vertices (n, 3) and faces (m, 3) of a file that `encode` wrote whole; None for anything else."""
    header = _PATTERN.match(data)
    if header is None:
        return None
    vertices, faces = int(header[1]), int(header[2])
    start = header.end()
    middle = start + vertices * _VERTEX.itemsize
    if len(data) != middle + faces * _FACE.itemsize:
        return None
    body = np.frombuffer(data, _FACE, faces, middle)
    if np.any(body["count"] != 3):
        return None
    points = np.frombuffer(data, "<f4", 3 * vertices, start).reshape(vertices, 3)
    return points.astype(np.float64), body["corners"].astype(np.int32)
