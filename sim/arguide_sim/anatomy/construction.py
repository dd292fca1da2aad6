"""Things with flat faces and round holes: as signed distances for the CT, and as exact triangles for the printer.

Sampled shapes round off what is finer than their grid: the bottom of a pit would lie half a millimetre too high, and every
registration by it with it. So what is measured against is made of triangles directly (Manifold's booleans).
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from manifold3d import Manifold, OpType
from manifold3d import Mesh as ManifoldMesh

from arguide.geometry.mesh import Mesh
from arguide_sim.anatomy.blocks import Corner
from arguide_sim.anatomy.sdf import Distances, Points

SEGMENTS = 48
"""Sides of a circle."""


class Body(Protocol):
    """A simple body; mm."""

    def distance(self, p: Points) -> Distances:
        """Signed distances (n,) of points (n, 3), negative inside."""

    def solid(self) -> Manifold:
        """The same in triangles."""


@dataclass(frozen=True)
class Cuboid:
    """From one corner to the other, along the axes."""

    low: Corner
    high: Corner

    def distance(self, p: Points) -> Distances:
        """Exact."""
        low, high = np.array(self.low), np.array(self.high)
        q = np.abs(p - (low + high) / 2) - (high - low) / 2
        return np.asarray(np.linalg.norm(np.maximum(q, 0), axis=1) + np.minimum(q.max(axis=1), 0))

    def solid(self) -> Manifold:
        """Twelve triangles."""
        return Manifold.cube(tuple(np.subtract(self.high, self.low))).translate(self.low)


@dataclass(frozen=True)
class Upright:
    """A cylinder standing on the middle of its foot; with radius 0 at the foot and as wide as high above: a pit of 90°."""

    foot: Corner
    height: float
    radius: float
    pit: bool = False

    def distance(self, p: Points) -> Distances:
        """Exact in the pit, and where the nearest point is not an edge."""
        across, up = np.hypot(p[:, 0] - self.foot[0], p[:, 1] - self.foot[1]), p[:, 2] - self.foot[2]
        wall = (across - up) * np.sqrt(0.5) if self.pit else across - self.radius
        return np.asarray(np.maximum(np.maximum(wall, -up), up - self.height))

    def solid(self) -> Manifold:
        """With `SEGMENTS` sides."""
        low = 0.0 if self.pit else self.radius
        return Manifold.cylinder(self.height, low, self.radius, SEGMENTS).translate(self.foot)


@dataclass(frozen=True, kw_only=True)
class Construction:
    """What is added, less what is removed."""

    added: tuple[Body, ...]
    removed: tuple[Body, ...] = ()
    engraved: tuple[Body, ...] = ()
    """Removed too, but too fine for a CT to see."""

    def distance(self, p: Points) -> Distances:
        """Signed distances (n,), negative inside; the engraving is left out."""
        d: Distances = np.minimum.reduce([body.distance(p) for body in self.added])
        for body in self.removed:
            d = np.maximum(d, -body.distance(p))
        return d

    def solid(self) -> Manifold:
        """Exactly, engraving and all."""
        whole = Manifold.batch_boolean([body.solid() for body in self.added], OpType.Add)
        gone = [body.solid() for body in (*self.removed, *self.engraved)]
        return whole - Manifold.batch_boolean(gone, OpType.Add) if gone else whole

    def mesh(self) -> Mesh:
        """The solid as a mesh."""
        return mesh_of_solid(self.solid())


def solid_of(mesh: Mesh) -> Manifold:
    """A closed mesh as a solid."""
    return Manifold(ManifoldMesh(mesh.vertices.astype(np.float32), mesh.faces.astype(np.uint32)))


def mesh_of_solid(solid: Manifold) -> Mesh:
    """A solid as a mesh; coordinates in single precision."""
    made = solid.to_mesh()
    return Mesh(np.asarray(made.vert_properties, float)[:, :3], np.asarray(made.tri_verts, np.int64))
