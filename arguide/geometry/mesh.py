"""Triangle meshes: reading, writing, and the few measures that guidance and drawing need.

`trimesh` and `fast_simplification` are imported where they are needed: they take longer to import than the meshes
that arguide writes itself take to read.
"""

import os
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from arguide.errors import MeshError
from arguide.geometry import ply, winding
from arguide.geometry.transforms import Array, apply
from arguide.geometry.winding import Faces

SUFFIXES = (".ply", ".stl", ".obj", ".off")
"""Formats without a unit of their own, taken as mm. (glTF is in metres by its standard, so it is not in the list.)"""
MAX_BYTES = 256 * 2**20
MAX_FACES = 4_000_000
EDGE_MM = 1.5
"""How long the edges of a thinned mesh are, about, at the size at which it is thinned."""
_ONE_AT_A_TIME = threading.Lock()
"""`fast_simplification` keeps its mesh in global variables and lets other threads run: two at once mix their meshes."""


@dataclass(frozen=True, eq=False)
class Mesh:
    """A triangle mesh; immutable, so measures are worked out once."""

    vertices: Array
    """(n, 3) float64, mm."""
    faces: Faces
    """(m, 3) int32, counter-clockwise seen from outside."""

    def __repr__(self) -> str:
        return f"Mesh({len(self.vertices)} vertices, {len(self.faces)} faces)"

    @cached_property
    def is_closed(self) -> bool:
        """Whether the surface has an inside: every edge is walked as often in one direction as in the other."""
        return winding.is_closed(self.faces)

    @cached_property
    def volume_mm3(self) -> float:
        """Enclosed volume in mm³ by the divergence theorem, positive if normals point out; meant for closed meshes."""
        centred = self.vertices - self.vertices.mean(axis=0)
        return float(winding.signed_volumes(centred, self.faces).sum()) / 6

    @cached_property
    def area_mm2(self) -> float:
        """Of all triangles, mm²."""
        a, b, c = (self.vertices[self.faces[:, k]] for k in range(3))
        return float(np.linalg.norm(np.cross(b - a, c - a), axis=1).sum()) / 2

    @cached_property
    def bounds(self) -> Array:
        """Lowest and highest coordinates (2, 3) in mm."""
        return np.array([self.vertices.min(axis=0), self.vertices.max(axis=0)])

    @cached_property
    def vertex_normals(self) -> Array:
        """Unit normals (n, 3), outward: face normals weighted by the angle at the corner (Thürmer & Wüthrich 1998)."""
        corners = self.vertices[self.faces]
        normals = _unit(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]))
        sums = np.zeros_like(self.vertices)
        for k in range(3):
            one = _unit(corners[:, (k + 1) % 3] - corners[:, k])
            two = _unit(corners[:, (k + 2) % 3] - corners[:, k])
            angle = np.arccos(np.clip(np.einsum("ij,ij->i", one, two), -1, 1))
            for axis in range(3):
                weights = angle * normals[:, axis]
                sums[:, axis] += np.bincount(self.faces[:, k], weights=weights, minlength=len(sums))
        return _unit(sums)


def _unit(vectors: Array) -> Array:
    """Vectors (n, 3) at unit length; those of no length stay zero."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    result: Array = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
    return result


def moved(mesh: Mesh, target_from_mesh: Array) -> Mesh:
    """The mesh in another frame, by a rigid (4, 4) transform."""
    return Mesh(apply(target_from_mesh, mesh.vertices), mesh.faces)


def joined(meshes: list[Mesh]) -> Mesh:
    """One mesh of several; surfaces are not merged where they cut each other."""
    starts = np.cumsum([0, *(len(mesh.vertices) for mesh in meshes)])
    faces = [mesh.faces + start for mesh, start in zip(meshes, starts, strict=False)]
    return Mesh(np.concatenate([mesh.vertices for mesh in meshes]), np.concatenate(faces).astype(np.int32))


def decimated(mesh: Mesh, triangles: int) -> Mesh:
    """About `triangles` faces that look like the mesh, for drawing; the mesh itself if it is as small already.

    Quadric edge collapse, at a size at which it reaches that number: what the decimator may spoil is a length, not a
    share. Measuring is done on the full mesh.
    """
    if len(mesh.faces) <= triangles:
        return mesh
    import fast_simplification

    size = EDGE_MM / float(np.sqrt(max(mesh.area_mm2, 1e-9) / max(triangles, 1)))
    with _ONE_AT_A_TIME:
        vertices, faces = fast_simplification.simplify(
            (mesh.vertices * size).astype(np.float32), mesh.faces, target_count=triangles, agg=5
        )
    small = cleaned(vertices, faces)
    return Mesh(small.vertices / size, small.faces)


def cleaned(vertices: ArrayLike, faces: ArrayLike) -> Mesh:
    """A mesh without doubled vertices, collapsed triangles and vertices that no triangle uses."""
    corners = np.asarray(faces, dtype=np.int64)
    points = np.asarray(vertices, dtype=np.float64) + 0.0  # so that -0.0 and 0.0 have the same bytes
    used, corners = np.unique(corners, return_inverse=True)
    rows = np.ascontiguousarray(points[used]).view("V24").ravel()
    _, first, same = np.unique(rows, return_index=True, return_inverse=True)
    corners = same[corners.reshape(-1, 3)]
    a, b, c = corners.T
    whole = (a != b) & (b != c) & (c != a)
    return Mesh(points[used][first], np.ascontiguousarray(corners[whole], dtype=np.int32))


def read_mesh(path: Path) -> Mesh:
    """Read a PLY, STL, OBJ or OFF file in mm; doubled vertices are merged and inward windings turned outward.

    MeshError if the file is missing, too large, corrupt, empty, not finite, not made of triangles, or has no outside.
    """
    data = _bytes_of(path)
    arrays = ply.decode(data) if path.suffix.lower() == ".ply" else None
    vertices, faces = arrays if arrays is not None else _parse(path)
    if not len(faces):
        raise MeshError(f"{path}: expected triangles, found none; export the surface as a triangle mesh again")
    if len(faces) > MAX_FACES:
        raise MeshError(f"{path}: {len(faces)} triangles, at most {MAX_FACES} are read; decimate the mesh first")
    if not np.all(np.isfinite(vertices)):
        raise MeshError(f"{path}: some vertices are not finite numbers; export the mesh again")
    if faces.min() < 0 or faces.max() >= len(vertices):
        raise MeshError(f"{path}: triangles name vertices that are not there; export the mesh again")
    mesh = cleaned(vertices, faces)
    if not len(mesh.faces):
        raise MeshError(f"{path}: all triangles have collapsed to lines or points; is the unit right (mm)?")
    turned = winding.repaired(mesh.vertices, mesh.faces)
    if turned is None:
        raise MeshError(f"{path}: the surface has only one side, so no outside; repair it in a mesh editor")
    return Mesh(mesh.vertices, turned)


def _bytes_of(path: Path) -> bytes:
    if path.suffix.lower() not in SUFFIXES:
        raise MeshError(f"{path}: expected a mesh in mm ({', '.join(SUFFIXES)}); convert it to one of these")
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise MeshError(f"{path}: {size >> 20} MiB, at most {MAX_BYTES >> 20} are read; decimate the mesh first")
        return path.read_bytes()
    except FileNotFoundError:
        raise MeshError(f"{path}: no such mesh file; check the path in the scenario") from None
    except OSError as error:
        raise MeshError(f"{path}: cannot be read ({error.strerror}); check its permissions") from error


def _parse(path: Path) -> tuple[Array, Faces]:
    """Vertices and faces by trimesh, which knows the dialects."""
    import trimesh

    options: dict[str, object] = {"skip_materials": True} if path.suffix.lower() == ".obj" else {}
    try:
        loaded = trimesh.load(path, process=False, force="mesh", **options)
        return np.asarray(loaded.vertices, dtype=np.float64), np.asarray(loaded.faces, dtype=np.int32).reshape(-1, 3)
    except Exception as error:  # the reader raises whatever its parsing happens to meet
        reason = " ".join(str(error).split()) or type(error).__name__
        raise MeshError(f"{path}: not a readable {path.suffix} mesh ({reason}); export it again") from error


def write_mesh(mesh: Mesh, path: Path) -> None:
    """Write a mesh as binary PLY (float32, mm); the file appears whole or not at all."""
    try:
        write_whole(path, lambda file: file.write_bytes(ply.encode(mesh.vertices, mesh.faces)))
    except OSError as error:
        raise MeshError(f"{path}: cannot be written ({error.strerror}); check the folder and its free space") from error


def write_whole(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` fill a file beside `path`, then give it its name: nobody ever sees half of it. OSError passes."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=path.suffix, dir=path.parent)
    os.close(handle)
    part = Path(name)
    try:
        write(part)
        part.chmod(0o644)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
