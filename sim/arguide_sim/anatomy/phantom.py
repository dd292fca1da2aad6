"""A training phantom of a generated patient: bones in a block of gel in a printed box, with pits at known places.

The box is open toward the trainee; around its opening runs a rim with conical pits that the stylus registers to. The
bones are cut flat where they meet the box and stand on its floor. All of it is the patient's own image frame, so the
plans, the targets and what must not be touched are where they are in the patient. A phantom is a region made of another.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np

from arguide.errors import MeshError
from arguide.geometry.mesh import Mesh
from arguide.geometry.transforms import Array
from arguide.settings.scenario import Fiducial, Tissue
from arguide_sim.anatomy.grid import bounds_of, undeformed
from arguide_sim.anatomy.meshing import mesh_of
from arguide_sim.anatomy.part import Anatomy, Part
from arguide_sim.anatomy.region import Block, Box, Exercise, Person, Region
from arguide_sim.anatomy.sdf import Distances, Points, Shape, common, cut, union
from arguide_sim.anatomy.skin_points import rounded
from arguide_sim.anatomy.volumes import Filling, Place

WALL_MM = 3.0
RIM_MM, RIM_THICK_MM = 14.0, 5.0
PIT_MM = 2.5
"""Radius and depth of a pit: a cone of 90° that a stylus ball or tip centres itself in."""
PLAY_MM = 1.0
"""Between bones and walls, so that printed parts go together."""
HOLE_MM, HOLES_APART_MM = 2.15, 40.0
"""Radius of the two M4 holes that carry the marker plate, and their distance."""
PITS = (
    (-1.0, -0.93), (-1.0, -0.12), (-1.0, 0.78), (1.0, -0.63), (1.0, 0.54), (0.62, 1.0), (-0.37, 1.0), (0.43, -1.0),
)  # fmt: skip
"""Around the rim, as shares of its half sides: uneven, so that no other order of them fits."""


class Frame:
    """The block's own frame: origin in the middle of its floor, +z up toward the trainee."""

    def __init__(self, block: Block) -> None:
        low, high, up = (np.asarray(value, float) for value in (block.low, block.high, block.up))
        axis = int(np.abs(up).argmax())
        first, second = ((axis + 1) % 3, (axis + 2) % 3)
        x, y = np.eye(3)[first], np.eye(3)[second]
        if np.cross(x, y) @ up < 0:
            first, second, x, y = second, first, y, x
        self.rotation = np.column_stack([x, y, up])
        size = high - low
        self.half = np.array([size[first], size[second]]) / 2
        self.height = float(size[axis])
        self.origin = (low + high) / 2 - up * self.height / 2

    def local(self, points: Points) -> Points:
        """Image to block."""
        return np.asarray((points - self.origin) @ self.rotation)

    def image(self, points: Points) -> Points:
        """Block to image."""
        return np.asarray(points @ self.rotation.T + self.origin)

    def seen(self, shape: Shape) -> Shape:
        """A shape of this frame, asked in the image."""
        return lambda p: shape(self.local(p))

    def corners(self, beyond: float) -> Box:
        """A box in the image that is `beyond` larger on every side."""
        low = np.array([*(-self.half - beyond), -beyond])
        high = np.array([*(self.half + beyond), self.height + beyond])
        ends = np.sort(self.image(np.array([low, high])), axis=0)
        return tuple(map(float, ends[0])), tuple(map(float, ends[1]))  # type: ignore[return-value]

    def pits(self) -> Array:
        """Deepest points (n, 3) of the pits, image frame: what the tip touches."""
        reach = self.half + WALL_MM + (RIM_MM - WALL_MM) / 2
        at = np.array([[u * reach[0], v * reach[1], self.height - PIT_MM] for u, v in PITS])
        return self.image(at)


def cuboid(low: Points, high: Points) -> Shape:
    """An exact box."""
    middle, half = (low + high) / 2, (high - low) / 2

    def shape(p: Points) -> Distances:
        q = np.abs(p - middle) - half
        return np.asarray(np.linalg.norm(np.maximum(q, 0), axis=1) + np.minimum(q.max(axis=1), 0))

    return shape


def block_of_gel(frame: Frame) -> Shape:
    """The gel, in the block's frame."""
    return cuboid(np.array([*-frame.half, 0.0]), np.array([*frame.half, frame.height]))


def printed_box(frame: Frame) -> Shape:
    """Floor, walls and rim with pits and two holes for the marker plate, in the block's frame."""
    half, top = frame.half, frame.height
    outside = cuboid(np.array([*(-half - WALL_MM), -WALL_MM]), np.array([*(half + WALL_MM), top]))
    rim = cuboid(np.array([*(-half - RIM_MM), top - RIM_THICK_MM]), np.array([*(half + RIM_MM), top]))
    room = cuboid(np.array([*-half, 0.0]), np.array([*half, top + 50]))
    box = cut(union([outside, rim]), room)
    pits, middle = frame.local(frame.pits()), half[0] + WALL_MM + (RIM_MM - WALL_MM) / 2

    def holes(p: Points) -> Distances:
        cones = [np.hypot(*(p[:, :2] - pit[:2]).T) - (p[:, 2] - pit[2]) for pit in pits]
        bores = [np.hypot(p[:, 0] - middle, p[:, 1] - side * HOLES_APART_MM / 2) - HOLE_MM for side in (-1, 1)]
        return np.asarray(np.minimum(np.minimum.reduce(cones) * np.sqrt(0.5), np.minimum.reduce(bores)))

    return lambda p: np.maximum(box(p), -holes(p))


def marker_plate() -> Shape:
    """A plate of 70 mm for a printed marker sheet or a reference body, on a foot with two holes, lying on z = 0."""
    plate = cuboid(np.array([0.0, -35, 0]), np.array([70.0, 35, 4]))
    foot = cuboid(np.array([-13.0, -30, 0]), np.array([2.0, 30, 4]))
    joined = union([plate, foot])

    def shape(p: Points) -> Distances:
        bores = [np.hypot(p[:, 0] + 7, p[:, 1] - side * HOLES_APART_MM / 2) - HOLE_MM for side in (-1, 1)]
        return np.asarray(np.maximum(joined(p), -np.minimum.reduce(bores)))

    return shape


class Cast:
    """The anatomy of a phantom: what of a patient lies in the block, as it is, in gel instead of flesh."""

    def __init__(self, inner: Anatomy, block: Block) -> None:
        self.inner, self.frame = inner, Frame(block)

    @property
    def deformation(self) -> Callable[[Points], Points]:
        """Nothing bends a printed box: the bones in it are bent already."""
        return lambda points: points

    def parts(self) -> Iterator[Part]:
        """What is in the block, then the box, and the gel as what the needle enters."""
        yield from self._inside
        low, high = self.frame.corners(RIM_MM + 3)
        box, gel = self.frame.seen(printed_box(self.frame)), self.frame.seen(block_of_gel(self.frame))
        yield Part(
            name="box", label="Box with pits", tissue=Tissue.ORGAN, color="#9aa3ad", shape=box, spacing=1.0,
            triangles=20000, opacity=0.35,
            low=low, high=high, frame=np.eye(4),
        )  # fmt: skip
        yield Part(
            name="skin", label="Gel", tissue=Tissue.SKIN, color="#d9c7b0", shape=gel, spacing=3.0, triangles=4000,
            opacity=0.25, low=low, high=high, frame=np.eye(4),
        )  # fmt: skip

    @cached_property
    def _inside(self) -> list[Part]:
        room = cuboid(
            np.array([*(-self.frame.half + PLAY_MM), 0.0]), np.array([*(self.frame.half - PLAY_MM), self.frame.height])
        )
        kept = []
        for part in self.inner.parts():
            if part.tissue in (Tissue.SKIN, Tissue.MUSCLE):
                continue
            low, high = bounds_of(part, self.inner.deformation)
            first, last = self.frame.corners(2.0)
            low, high = np.maximum(low, first), np.minimum(high, last)
            if np.any(high - low < 4.0):
                continue
            shape = common(self._finished(part), self.frame.seen(room))
            if _is_there(shape, low, high):
                kept.append(replace(part, shape=shape, low=_corner(low), high=_corner(high), frame=np.eye(4)))
        return kept

    def _finished(self, part: Part) -> Shape:
        rotation, origin = part.frame[:3, :3], part.frame[:3, 3]
        return lambda p: part.shape((undeformed(self.inner.deformation, p) - origin) @ rotation)

    def mesh(self, part: Part, detail: float = 1.0) -> Mesh:
        """The mesh of a part, in the image frame."""
        return mesh_of(part.shape, *part.extent, part.spacing / detail, int(part.triangles * detail**2))


def _is_there(shape: Shape, low: Points, high: Points) -> bool:
    axes = [np.arange(a, b, 2.5) for a, b in zip(low, high, strict=True)]
    return bool(shape(np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)).min() < -0.8)


def _corner(point: Points) -> tuple[float, float, float]:
    return float(point[0]), float(point[1]), float(point[2])


class Phantom(Region):
    """A region as training phantoms."""

    def __init__(self, inner: Region) -> None:
        self._inner = inner
        self.name, self.title = inner.name, f"Phantom: {inner.title.lower()}"
        self.parameters, self.source = inner.parameters, inner.source

    def person(self, seed: int, **wanted: Any) -> Person:
        return self._inner.person(seed, **wanted)

    def anatomy(self, person: Any) -> Cast:
        whole = self._inner.anatomy(person)
        return Cast(whole, self._inner.block(whole))

    def filling(self, person: Any, anatomy: Cast) -> Filling:
        def gel(place: Place) -> Iterator[tuple[str, Any]]:
            yield "gel", -place.depth

        return gel

    def view(self, anatomy: Cast) -> Box:
        return anatomy.frame.corners(RIM_MM + 8)

    def exercises(self, person: Any, anatomy: Cast, meshes: Mapping[str, Mesh]) -> tuple[Exercise, ...]:
        """The patient's own, entered through the gel; those whose way does not lie in the block are left out."""
        made = []
        for exercise in self._inner.exercises(person, anatomy.inner, meshes):
            inside = tuple(plan for plan in exercise.plans if self._holds(anatomy.frame, plan.entry, plan.target))
            if inside:
                made.append(replace(exercise, plans=inside, title=f"{exercise.title} on a phantom"))
        if not made:
            raise MeshError("no plan lies within the phantom's block; choose another patient or procedure")
        return tuple(made)

    @staticmethod
    def _holds(frame: Frame, entry: Any, target: Any) -> bool:
        entered, aimed = frame.local(np.array([entry, target]))
        inside = np.all(np.abs(aimed[:2]) < frame.half) and 0 < aimed[2] < frame.height
        return bool(inside and abs(entered[2] - frame.height) < 2.0 and np.all(np.abs(entered[:2]) < frame.half - 2))

    def fiducials(self, anatomy: Cast, skin: Mesh) -> tuple[Fiducial, ...]:
        return tuple(
            Fiducial(name=f"P{n}", position=rounded(pit), hint=f"pit {n} on the rim")
            for n, pit in enumerate(anatomy.frame.pits(), 1)
        )

    def landmarks(self, anatomy: Cast) -> dict[str, Any]:
        return self._inner.landmarks(anatomy.inner)

    def block(self, anatomy: Cast) -> Block:
        return self._inner.block(anatomy.inner)

    def materials(self, anatomy: Cast) -> dict[str, str]:
        """Bones and discs are printed, all else is gel: what must not be touched is known, not felt."""
        printed = (Tissue.BONE, Tissue.DISC)
        return {p.name: "polymer" if p.tissue in printed or p.name == "box" else "gel" for p in anatomy.parts()}


def printable(cast: Cast) -> dict[str, tuple[Shape, Points, Points]]:
    """What is printed: name, shape and box around it, each lying as it is printed, floor down; mm."""
    frame = cast.frame
    solid = [part.shape for part in cast.parts() if part.tissue in (Tissue.BONE, Tissue.DISC)]
    bones: Shape = lambda p: union(solid, 1.0)(frame.image(p))
    low, high = np.array([*-frame.half, -0.0]) - 2, np.array([*frame.half, frame.height]) + 2
    beyond = RIM_MM + 3
    return {
        "bones": (bones, low, high),
        "box": (printed_box(frame), np.array([*(-frame.half - beyond), -WALL_MM - 3]), high + beyond),
        "marker-plate": (marker_plate(), np.array([-16.0, -38, -3]), np.array([73.0, 38, 7])),
    }
