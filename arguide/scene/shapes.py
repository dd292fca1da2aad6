"""Geometry out of arrays: triangles for Panda3D, and the few round shapes the scene is made of."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from panda3d.core import Geom, GeomNode, GeomTriangles, GeomVertexArrayFormat, GeomVertexData, GeomVertexFormat

from arguide.geometry.transforms import Array

Faces = NDArray[np.integer]


@dataclass(frozen=True)
class Shape:
    """Triangles: vertices (n, 3), normals (n, 3), faces (m, 3), colours (n, 4) whose meaning the shader decides."""

    vertices: Array
    normals: Array
    faces: Faces
    colors: Array

    def colored(self, colors: ArrayLike) -> "Shape":
        """The same with a colour for all or one (n, 4) a vertex."""
        return Shape(self.vertices, self.normals, self.faces, np.broadcast_to(colors, (len(self.vertices), 4)))

    def moved(self, transform: Array) -> "Shape":
        """The same, moved by a (4, 4) rigid transform."""
        rotation = transform[:3, :3].T
        return Shape(self.vertices @ rotation + transform[:3, 3], self.normals @ rotation, self.faces, self.colors)


def shape(vertices: ArrayLike, normals: ArrayLike, faces: ArrayLike, colors: ArrayLike = (1, 1, 1, 1)) -> Shape:
    """A shape from anything array-like; one colour or one a vertex."""
    points = np.asarray(vertices, dtype=float).reshape(-1, 3)
    tints = np.broadcast_to(np.asarray(colors, dtype=float), (len(points), 4))
    return Shape(points, np.asarray(normals, dtype=float).reshape(-1, 3), np.asarray(faces).reshape(-1, 3), tints)


def joined(*shapes: Shape) -> Shape:
    """All of them as one."""
    starts = np.cumsum([0, *(len(s.vertices) for s in shapes[:-1])])
    return Shape(
        np.concatenate([s.vertices for s in shapes]),
        np.concatenate([s.normals for s in shapes]),
        np.concatenate([s.faces + start for s, start in zip(shapes, starts, strict=True)]),
        np.concatenate([s.colors for s in shapes]),
    )


def _columns(name: str, count: int, contents: int) -> tuple[str, int, int, int]:
    return name, count, Geom.NT_float32, contents


def _format() -> GeomVertexFormat:
    columns = GeomVertexArrayFormat()
    columns.add_column("vertex", 3, Geom.NT_float32, Geom.C_point)
    columns.add_column("normal", 3, Geom.NT_float32, Geom.C_normal)
    columns.add_column("color", 4, Geom.NT_float32, Geom.C_color)
    return GeomVertexFormat.register_format(GeomVertexFormat(columns))


def geometry(name: str, shape: Shape, piece: int = 1 << 30) -> GeomNode:
    """A Panda3D node of a shape, in compact pieces of at most so many triangles: those out of sight are not drawn."""
    data = GeomVertexData(name, _format(), Geom.UH_static)
    data.unclean_set_num_rows(len(shape.vertices))
    rows = np.empty((len(shape.vertices), 10), np.float32)
    rows[:, :3], rows[:, 3:6], rows[:, 6:] = shape.vertices, shape.normals, shape.colors
    memoryview(data.modify_array(0)).cast("B")[:] = rows.tobytes()
    node = GeomNode(name)
    for faces in _pieces(shape.faces, shape.vertices, piece):
        triangles = GeomTriangles(Geom.UH_static)
        triangles.set_index_type(Geom.NT_uint32)
        triangles.add_vertices(0, 0, 0)
        indices = triangles.modify_vertices()
        indices.unclean_set_num_rows(faces.size)
        memoryview(indices).cast("B")[:] = np.ascontiguousarray(faces, dtype=np.uint32).tobytes()
        geom = Geom(data)
        geom.add_primitive(triangles)
        node.add_geom(geom)
    return node


def _pieces(faces: Faces, vertices: Array, most: int) -> list[Faces]:
    """The faces (m, 3) cut in halves across their longest side until each piece has at most so many."""
    if len(faces) <= most:
        return [faces]
    middles = vertices[faces].sum(axis=1)
    along = middles[:, int(np.ptp(middles, axis=0).argmax())]
    order = np.argpartition(along, len(faces) // 2)
    halves = faces[np.sort(order[: len(faces) // 2])], faces[np.sort(order[len(faces) // 2 :])]
    return [piece for half in halves for piece in _pieces(half, vertices, most)]


def _grid_faces(rows: int, columns: int) -> Faces:
    """Two triangles for each cell of a grid of vertices whose columns close on themselves."""
    i, j = np.meshgrid(np.arange(rows - 1), np.arange(columns), indexing="ij")
    a, b = i * columns + j, i * columns + (j + 1) % columns
    return np.concatenate([np.stack([a, b, a + columns], -1), np.stack([b, b + columns, a + columns], -1)]).reshape(
        -1, 3
    )


def lathe(profile: ArrayLike, segments: int = 24) -> Shape:
    """A (n, 2) profile of radius and z turned about the z axis, smooth; go upwards in z on the outside."""
    radius, z = np.asarray(profile, dtype=float).T
    slope = np.stack([np.gradient(z), -np.gradient(radius)], -1)
    slope /= np.maximum(np.linalg.norm(slope, axis=1, keepdims=True), 1e-9)
    angle = np.arange(segments) * 2 * np.pi / segments
    around = np.stack([np.cos(angle), np.sin(angle)], -1)
    vertices = np.concatenate(
        [radius[:, None, None] * around, np.broadcast_to(z[:, None, None], (len(z), segments, 1))], -1
    )
    normals = np.concatenate(
        [slope[:, :1, None] * around, np.broadcast_to(slope[:, 1:, None], (len(z), segments, 1))], -1
    )
    return shape(vertices, normals, _grid_faces(len(z), segments))


def ball(radius: float, segments: int = 20) -> Shape:
    """A sphere about the origin."""
    angle = np.linspace(-np.pi / 2, np.pi / 2, segments // 2 + 1)
    sphere = lathe(np.stack([radius * np.cos(angle), radius * np.sin(angle)], -1), segments)
    return Shape(sphere.vertices, sphere.vertices / radius, sphere.faces, sphere.colors)


def ellipsoid(center: ArrayLike, radii: ArrayLike, segments: int = 20) -> Shape:
    """An ellipsoid with axes along x, y, z."""
    sphere, half = ball(1.0, segments), np.asarray(radii, dtype=float)
    normals = sphere.vertices / half
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    return shape(sphere.vertices * half + center, normals, sphere.faces)


def wire(points: ArrayLike, radius_mm: ArrayLike, closed: bool = False, segments: int = 10) -> Shape:
    """A tube for the wire shader: vertices lie *on* the line, normals point out, colour is (radius, length along, 0, 1).

    The shader gives it its thickness, so that it can be kept at a least number of pixels.
    """
    line = np.asarray(points, dtype=float)
    radii = np.broadcast_to(np.asarray(radius_mm, dtype=float), len(line))
    ahead = np.roll(line, -1, axis=0) - np.roll(line, 1, axis=0) if closed else _ahead(line)
    across, other = _across(ahead)
    # Each is turned to its forerunner, else the tube twists.
    turns = np.arctan2(
        (across[1:] * other[:-1] - other[1:] * across[:-1]).sum(axis=1),
        (across[1:] * across[:-1] + other[1:] * other[:-1]).sum(axis=1),
    )
    angle = np.arange(segments) * 2 * np.pi / segments - np.concatenate([[0.0], np.cumsum(turns)])[:, None]
    normals = np.cos(angle)[..., None] * across[:, None] + np.sin(angle)[..., None] * other[:, None]
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    rows = np.repeat(line[:, None], segments, axis=1)
    colors = np.stack([radii, along, np.zeros(len(line)), np.ones(len(line))], -1)
    tube = shape(rows, normals, _grid_faces(len(line), segments), np.repeat(colors, segments, axis=0))
    if not closed:
        return tube
    last = (len(line) - 1) * segments
    k = np.arange(segments)
    n = (k + 1) % segments
    seam = np.concatenate([np.stack([last + k, last + n, k], -1), np.stack([last + n, n, k], -1)])
    return Shape(tube.vertices, tube.normals, np.concatenate([tube.faces, seam]), tube.colors)


def _ahead(line: Array) -> Array:
    steps = np.diff(line, axis=0)
    return np.concatenate([steps[:1], (steps[1:] + steps[:-1]) / 2, steps[-1:]])


def _across(ways: Array) -> tuple[Array, Array]:
    """Two unit vectors (n, 3) across each of the ways (n, 3) and one another, as `pose_along` has them."""
    z = ways / np.linalg.norm(ways, axis=1, keepdims=True)
    x = np.cross(np.eye(3)[np.abs(z).argmin(axis=1)], z)
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    return x, np.cross(z, x)


def circle(radius: float, points: int = 64) -> Array:
    """(n, 3) points of a circle in the xy plane."""
    angle = np.arange(points) * 2 * np.pi / points
    return np.stack([radius * np.cos(angle), radius * np.sin(angle), np.zeros(points)], -1)
