"""A training phantom of a generated patient: bones in a block of gel in a printed box, with pits at known places.

The box is open toward the trainee; around its opening runs a rim with conical pits that the stylus registers to. The
bones are cut flat where they meet the box and stand on its floor. All of it is the patient's own image frame, so the
plans, the targets and what must not be touched are where they are in the patient. A phantom is a region made of another.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from scipy.ndimage import distance_transform_edt, label

from arguide.errors import MeshError
from arguide.geometry.mesh import Mesh
from arguide.settings.scenario import Fiducial, Tissue
from arguide_sim.anatomy import phantom_box, teaching
from arguide_sim.anatomy.construction import Construction
from arguide_sim.anatomy.grid import bounds_of, undeformed
from arguide_sim.anatomy.materials import material_of
from arguide_sim.anatomy.meshing import mesh_of
from arguide_sim.anatomy.part import Anatomy, Part
from arguide_sim.anatomy.phantom_box import BASE_MM, CRUMB_MM3, PITS, RIM_MM, Frame
from arguide_sim.anatomy.printing import write_parts
from arguide_sim.anatomy.region import Block, Box, Exercise, Person, Region
from arguide_sim.anatomy.sdf import Points, Shape, common, union
from arguide_sim.anatomy.skin_points import rounded
from arguide_sim.anatomy.volumes import Filling, Place

PRINTED = (Tissue.BONE, Tissue.DISC)
SEARCH_MM = 2.0
"""Grid on which pieces are looked for …"""
PEELED_MM = 0.7
"""… less so much of their surface, so that a joint space parts them."""


class Cast:
    """The anatomy of a phantom: what of a patient lies in the block, as it is, in gel instead of flesh."""

    def __init__(self, inner: Anatomy, block: Block, ball_mm: float = 0.0) -> None:
        self.inner, self.ball_mm = inner, ball_mm
        self.frame = Frame(block)

    @property
    def deformation(self) -> Callable[[Points], Points]:
        """Nothing bends a printed box: the bones in it are bent already."""
        return lambda points: points

    def parts(self) -> Iterator[Part]:
        """What is in the block, then box and base, and the gel as what the needle enters."""
        yield from self._inside
        low, high = self.frame.corners(RIM_MM + 3)
        for name, text, tissue, color, opacity in (
            ("box", "Box with pits", Tissue.ORGAN, "#9aa3ad", 0.35),
            ("base", "Base of the bones", Tissue.ORGAN, "#c9c2b0", 1.0),
            ("skin", "Gel", Tissue.SKIN, "#d9c7b0", 0.25),
        ):
            yield Part(
                name=name, label=text, tissue=tissue, color=color, shape=self.frame.seen(self.made[name].distance),
                spacing=1.0, triangles=0, opacity=opacity, low=low, high=high, frame=np.eye(4),
            )  # fmt: skip

    @cached_property
    def made(self) -> dict[str, Construction]:
        """What is no anatomy, by name, in the block's frame."""
        frame = self.frame
        return {
            "box": phantom_box.printed_box(frame),
            "base": phantom_box.base(frame, self.posts),
            "skin": phantom_box.gel(frame),
        }

    @cached_property
    def printed(self) -> Shape:
        """All bones and discs as one, in the block's frame."""
        solid = union([part.shape for part in self._inside if is_printed(part)], 1.0)
        return lambda p: solid(self.frame.image(p))

    @cached_property
    def posts(self) -> list[Points]:
        """The tops (3,) of the posts that bones without another hold stand on, in the block's frame."""
        half = np.array([*self.frame.half, self.frame.height / 2])
        axes = [np.arange(-h, h + SEARCH_MM, SEARCH_MM) for h in half]
        axes[2] = axes[2] + half[2] + SEARCH_MM / 4
        grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
        inside = self.printed(grid.reshape(-1, 3)).reshape(grid.shape[:3]) < -PEELED_MM
        deep = np.asarray(distance_transform_edt(inside)) * SEARCH_MM
        pieces, count = label(inside)
        found = []
        for number in range(1, count + 1):
            piece = pieces == number
            if piece[:, :, axes[2] < BASE_MM].any() or piece.sum() * SEARCH_MM**3 < CRUMB_MM3:
                continue
            at, depth = grid[piece], deep[piece]
            wide = depth >= min(phantom_box.POST_MM, depth.max())
            away = np.hypot(*(at[wide, :2] - at[:, :2].mean(axis=0)).T)
            # Up into the piece, below its middle, where it is thick.
            found.append(at[wide][np.argmin(np.round(away, 6) + 1e-3 * at[wide, 2])])
        return found

    @cached_property
    def _inside(self) -> list[Part]:
        room = self.frame.seen(phantom_box.room(self.frame).distance)
        kept = []
        for part in self.inner.parts():
            if part.tissue in (Tissue.SKIN, Tissue.MUSCLE):
                continue
            low, high = bounds_of(part, self.inner.deformation)
            first, last = self.frame.corners(2.0)
            low, high = np.maximum(low, first), np.minimum(high, last)
            if np.any(high - low < 4.0):
                continue
            shape = common(self._finished(part), room)
            if _is_there(shape, low, high):
                kept.append(replace(part, shape=shape, low=_corner(low), high=_corner(high), frame=np.eye(4)))
        return kept

    def _finished(self, part: Part) -> Shape:
        rotation, origin = part.frame[:3, :3], part.frame[:3, 3]
        return lambda p: part.shape((undeformed(self.inner.deformation, p) - origin) @ rotation)

    def mesh(self, part: Part, detail: float = 1.0) -> Mesh:
        """The mesh of a part, in the image frame."""
        if part.name in self.made:
            exact = self.made[part.name].mesh()
            return Mesh(self.frame.image(exact.vertices), exact.faces)
        return mesh_of(part.shape, *part.extent, part.spacing / detail, int(part.triangles * detail**2))


def is_printed(part: Part) -> bool:
    """Whether a part is of plastic: bones, discs, cartilage and menisci; fascias and tendons, which needles pierce, stay gel."""
    return part.tissue in PRINTED and material_of(part.name, part.tissue) != "tendon"


def _is_there(shape: Shape, low: Points, high: Points) -> bool:
    axes = [np.arange(a, b, 2.5) for a, b in zip(low, high, strict=True)]
    inside = shape(np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)) < -0.4
    return bool(inside.sum() * 2.5**3 > CRUMB_MM3)


def _corner(point: Points) -> tuple[float, float, float]:
    return float(point[0]), float(point[1]), float(point[2])


class Phantom(Region):
    """A region as training phantoms."""

    def __init__(self, inner: Region, ball_mm: float = 0.0) -> None:
        self._inner, self._ball_mm = inner, ball_mm
        self.name, self.title = inner.name, f"Phantom: {inner.title.lower()}"
        self.parameters, self.source = inner.parameters, inner.source

    def person(self, seed: int, **wanted: Any) -> Person:
        return self._inner.person(seed, **wanted)

    def anatomy(self, person: Any) -> Cast:
        whole = self._inner.anatomy(person)
        return Cast(whole, self._inner.block(whole), self._ball_mm)

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
                made.append(
                    replace(
                        exercise,
                        plans=inside,
                        title=f"{exercise.title} on a phantom",
                        teaching=(teaching.PHANTOM, *exercise.teaching),
                    )
                )
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
            Fiducial(name=f"P{n}", position=rounded(pit), hint=f"bottom of the pit numbered {n}, {side} of the rim")
            for n, (pit, side) in enumerate(
                zip(anatomy.frame.pits(anatomy.ball_mm), sides(anatomy.frame), strict=True), 1
            )
        )

    def extras(self, anatomy: Cast, folder: Path, detail: float) -> None:
        """What to print."""
        write_parts(anatomy, folder / "print", detail)

    def landmarks(self, anatomy: Cast) -> dict[str, Any]:
        return self._inner.landmarks(anatomy.inner)

    def block(self, anatomy: Cast) -> Block:
        return self._inner.block(anatomy.inner)

    def materials(self, anatomy: Cast) -> dict[str, str]:
        """Bones and discs are printed, all else is gel: what must not be touched is known, not felt."""
        plastic = ("box", "base")
        return {p.name: "polymer" if is_printed(p) or p.name in plastic else "gel" for p in anatomy.parts()}


def sides(frame: Frame) -> tuple[str, ...]:
    """On which side of the rim each pit lies, in the words of the body."""
    words = np.array([("left side", "right side"), ("back side", "front side"), ("foot end", "head end")])
    axes = np.abs(frame.rotation[:, :2]).argmax(axis=0)
    found = []
    for u, v in PITS:
        local = int(abs(u) < 1.0)  # the local axis across the side
        outward = frame.rotation[axes[local], local] * (u, v)[local]
        found.append(str(words[axes[local], int(outward > 0)]))
    return tuple(found)
