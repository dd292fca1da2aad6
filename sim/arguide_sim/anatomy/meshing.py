"""Implicit shapes to closed triangle meshes: sampled where the surface passes, marched, decimated, checked."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from skimage.measure import marching_cubes

from arguide.errors import MeshError
from arguide.geometry.mesh import Mesh, cleaned, decimated
from arguide_sim.anatomy.blocks import Corner, sampled
from arguide_sim.anatomy.crossing import crossed_vertices
from arguide_sim.anatomy.sdf import Distances, Points, Shape

Finish: TypeAlias = Callable[[Points], Points]
"""What moves the vertices of a mesh to where they are in the patient."""

RAMP = 0.4
"""Width of the step from outside to inside when the volume of a shape is counted, in samples."""

COARSER = (1.0, 0.75, 1.2, 0.55, 1.5)
"""Grids that are tried one after the other, as multiples of the spacing: a fin that is thinner than one grid does not
survive being thinned, and is not in the next."""
MOST = 1.4
"""How many times the triangles asked for a mesh may have."""

UNFILLED = 3
"""How many times triangles that cross are moved back and looked at again."""

GRAIN_MM = 2.0**-10
"""Coordinates and distances are rounded to this, so that the last bits of a machine's arithmetic never show."""


def mesh_of(
    shape: Shape, low: Corner, high: Corner, spacing: float, triangles: int, mirror: bool = False,
    finish: Finish = lambda points: points,
) -> Mesh:  # fmt: skip
    """The surface of `shape` inside the box `low`..`high` (mm) as a closed mesh of about `triangles` triangles, finished.

    `mirror` tells that the shape and its box are the same on both sides of x = 0: only the right half is sampled.
    The finished mesh is what is tested: a needle of two triangles back to back may cross itself when it is bent.
    Raises MeshError when the shape is empty or touches the box.
    """
    for coarser in COARSER:
        whole, volume = _marched(shape, low, high, spacing * coarser, mirror)
        if mesh := _thinned(whole, triangles, volume, finish):
            return mesh
    # What thinning always tears keeps more triangles; marched and not thinned, every surface is closed.
    whole, volume = _marched(shape, low, high, spacing, mirror)
    more = len(whole.faces) / triangles
    return _thinned(whole, int(MOST * triangles), volume, finish, more) or _finished(whole, finish)


def _marched(shape: Shape, low: Corner, high: Corner, spacing: float, mirror: bool) -> tuple[Mesh, float]:
    """The mesh, and the volume of the shape in mm³."""
    first, last = np.asarray(low, float), np.asarray(high, float)
    if mirror:
        first = np.array([spacing / 2, *low[1:]])
    values = sample(shape, first, last, spacing)
    inside = values < 0
    found = [np.flatnonzero(inside.any(axis=others)) for others in ((1, 2), (0, 2), (0, 1))]
    if not len(found[0]):
        raise MeshError(f"no surface in the box {low}..{high}: the shape is empty; check its parameters")
    at_end = [at[-1] == n - 1 for at, n in zip(found, values.shape, strict=True)]
    if any(at_end) or any(at[0] == 0 for at in found[mirror:]):
        raise MeshError(f"the shape leaves the box {low}..{high}; give it a larger box")
    start = [0 if mirror and k == 0 else int(found[k][0]) - 1 for k in range(3)]
    values = values[tuple(slice(a, at[-1] + 2) for a, at in zip(start, found, strict=True))]
    first = first + spacing * np.array(start)
    # A steep ramp: one as wide as a voxel would find a thin tube too thick, by h² / 12 for its r².
    volume = float(np.clip(0.5 - values / (RAMP * spacing), 0.0, 1.0).sum()) * spacing**3 * (1 + mirror)
    if mirror:
        first = first - (spacing * len(values), 0, 0)
        values = np.concatenate([values[::-1], values])
    vertices, faces, _, _ = marching_cubes(values.astype(np.float32), 0.0, spacing=(spacing,) * 3)
    return cleaned(rounded(vertices + first), faces), volume


def rounded(vertices: Points) -> Points:
    """Coordinates (n, 3) to about a thousandth of a millimetre, exact in single precision."""
    return np.round(np.asarray(vertices, float) / GRAIN_MM) * GRAIN_MM


def sample(shape: Shape, low: Points, high: Points, spacing: float) -> Distances:
    """Distances (i, j, k) on a grid over the box, its first sample at `low`: exact on both sides of the surface."""
    count = np.ceil((high - low) / spacing).astype(int) + 1
    values = sampled(shape, low, count, spacing, (-spacing, spacing))
    # A surface exactly through a grid point would give triangles without area.
    values = np.round(values / GRAIN_MM * 8) * (GRAIN_MM / 8)
    values[np.abs(values) < 1e-2 * spacing] = 1e-2 * spacing
    return values


def is_watertight(mesh: Mesh) -> bool:
    """Whether every edge belongs to exactly two triangles that walk it in opposite directions."""
    edges = np.sort(mesh.faces[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
    return mesh.is_closed and bool(np.all(np.unique(edges, axis=0, return_counts=True)[1] == 2))


def without_fins(mesh: Mesh) -> Mesh:
    """The mesh without triangles that lie back to back, which thinning leaves where something was very thin."""
    vertices, faces = mesh.vertices, mesh.faces
    while True:
        _, of, count = np.unique(np.sort(faces, axis=1), axis=0, return_inverse=True, return_counts=True)
        single = count[of.ravel()] % 2 == 1
        if single.all():
            break
        faces = faces[single]
    if faces is mesh.faces or not len(faces):
        return mesh
    used, corners = np.unique(faces, return_inverse=True)
    return Mesh(vertices[used], np.ascontiguousarray(corners.reshape(-1, 3), dtype=np.int32))


def filled(mesh: Mesh, volume_mm3: float, most_mm: float = 0.1) -> Mesh:
    """The mesh moved along its normals until it holds the volume of its shape: chords of a round surface lie inside it."""
    shift = np.clip((volume_mm3 - mesh.volume_mm3) / mesh.area_mm2, -most_mm, most_mm)
    return Mesh(rounded(mesh.vertices + shift * mesh.vertex_normals), mesh.faces)


def _thinned(mesh: Mesh, triangles: int, volume_mm3: float, finish: Finish, most: float = MOST) -> Mesh | None:
    """As few triangles as asked, or some more if it takes them to stay closed and free of crossings; None: far more."""
    more = 1.0
    while more <= most:
        small = without_fins(decimated(mesh, int(triangles * more)))
        near = len(small.faces) <= most * triangles
        if near and is_watertight(small) and (whole := _uncrossed(small, filled(small, volume_mm3), finish)):
            return whole
        more *= 1.1
    return None


def _uncrossed(small: Mesh, full: Mesh, finish: Finish) -> Mesh | None:
    """The filled mesh, finished; where filling made triangles cross they stay as they were."""
    for _ in range(UNFILLED):
        done = _finished(full, finish)
        if not len(crossed := crossed_vertices(done)):
            return done
        vertices = full.vertices.copy()
        vertices[crossed] = small.vertices[crossed]
        full = Mesh(rounded(vertices), full.faces)
    return None


def _finished(mesh: Mesh, finish: Finish) -> Mesh:
    return Mesh(rounded(finish(mesh.vertices)), mesh.faces)
