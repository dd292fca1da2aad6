"""Label map and CT of a patient, from the same functions as the meshes.

Every structure is a signed distance, so every voxel knows how much of it lies inside (partial volume). Structures are
laid over one another in order: air, skin, what fills the body, soft parts, bones. Slabs of slices are made one by one,
or side by side (`workshop.py`): none depends on another.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from arguide.imaging.volume import Volume
from arguide.settings.scenario import Tissue
from arguide_sim.anatomy.crumbs import sweep
from arguide_sim.anatomy.grid import Box, Field, Grid, Unbent, bounds_of, distances, grid_around, undeformed
from arguide_sim.anatomy.materials import COMPACT_HU, MATERIALS, Material, aged, material_of
from arguide_sim.anatomy.numbering import Numbers
from arguide_sim.anatomy.part import Anatomy, Part
from arguide_sim.anatomy.scanner import Scanner
from arguide_sim.anatomy.sdf import Points, Shape
from arguide_sim.anatomy.texture import Texture

Span: TypeAlias = tuple[int, int]
"""First slice and the one after the last."""
Slab: TypeAlias = tuple[NDArray[np.int16], NDArray[np.uint8]]
"""Hounsfield units and labels, each (i, j, slices)."""

SLAB_VOXELS = 6_000_000
MARGIN_MM = 8.0
LATTICE_MM = 4.0
"""Depth below the skin is worked out this finely and interpolated: skin is smooth."""

GRAINS = {1.6: 0, 3.0: 1, 5.0: 2, 9.0: 3}
"""Grain sizes, mm, of which each material takes the nearest."""


@dataclass(frozen=True)
class Place:
    """Where the filling of a body is asked for: coordinates along each axis, and depths (i, j, k), mm."""

    x: Field
    y: Field
    z: Field
    skin: Field
    """How deep below the skin, mm."""
    depth: Field
    """How deep below the region's cover, mm: the skin without its ends, or what the region takes for it."""
    texture: Callable[[float], Field]
    """A random field of that grain in mm, standard deviation 1."""


Filling: TypeAlias = Callable[[Place], Iterator[tuple[str, NDArray[np.floating]]]]
"""Materials between skin and parts with their signed distances, mm; the later lie over the earlier."""


@dataclass(frozen=True)
class Body:
    """What is scanned."""

    anatomy: Anatomy
    filling: Filling
    numbers: Numbers
    seed: int
    age: float
    low: tuple[float, float, float]
    high: tuple[float, float, float]
    """The field of view, mm."""
    cover: Shape | None = None
    """From where depth counts, undeformed: the skin without the cuts at its ends, or what the region takes for it."""
    materials: dict[str, str] = field(default_factory=dict)
    """Part name: material, where it is not what its tissue says."""

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """Soft before hard, the skin first."""
        return tuple(sorted(self.anatomy.parts(), key=lambda part: (laid_at(part.tissue), "lesion" in part.name)))

    @cached_property
    def bounds(self) -> dict[str, tuple[Points, Points]]:
        """Box of each finished part in the image."""
        return {part.name: bounds_of(part, self.anatomy.deformation) for part in self.parts}

    @cached_property
    def textures(self) -> dict[int, Texture]:
        """One for each grain."""
        return {number: Texture(self.seed, number, grain) for grain, number in GRAINS.items()}

    def material(self, part: Part) -> Material:
        """What a part is made of."""
        return aged(self.made_of(part), self.age)

    def made_of(self, part: Part) -> str:
        """The name of a part's material."""
        return self.materials.get(part.name) or material_of(part.name, part.tissue)


def laid_at(tissue: Tissue) -> int:
    """The later lie over the earlier."""
    return {Tissue.SKIN: 0, Tissue.MUSCLE: 1, Tissue.ORGAN: 2, Tissue.BONE: 9}.get(tissue, 3)


def slabs(body: Body, scanner: Scanner) -> list[Span]:
    """The slices of the volume in pieces that are made one at a time."""
    shape = _grid_of(body, scanner).shape
    thick = max(4, SLAB_VOXELS // (shape[0] * shape[1]))
    return [(start, min(start + thick, shape[2])) for start in range(0, shape[2], thick)]


def volumes_of(
    body: Body,
    scanner: Scanner,
    made: Iterable[Slab] | None = None,
    progress: Callable[[float], None] = lambda done: None,
) -> tuple[Volume, Volume]:
    """CT in Hounsfield units (int16) and label map (uint8) on one grid, from all slabs in order, or made here."""
    grid = _grid_of(body, scanner)
    ct, labels = np.empty(grid.shape, np.int16), np.empty(grid.shape, np.uint8)
    spans = slabs(body, scanner)
    made = made or (slab(body, scanner, span) for span in spans)
    for (start, stop), piece in zip(spans, made, strict=True):
        ct[:, :, start:stop], labels[:, :, start:stop] = piece
        progress(stop / grid.shape[2])
    sweep(
        labels, (number for part in body.parts if part.tissue is Tissue.MUSCLE for number in body.numbers.of(part.name))
    )
    return Volume(ct, grid.image_from_voxel), Volume(labels, grid.image_from_voxel)


def _grid_of(body: Body, scanner: Scanner) -> Grid:
    return grid_around(np.asarray(body.low), np.asarray(body.high), scanner.spacing_mm)


def slab(body: Body, scanner: Scanner, span: Span) -> Slab:
    """CT and labels of some slices."""
    (start, stop), whole = span, _grid_of(body, scanner)
    halo = scanner.halo
    grid = whole.slab(start - halo, stop + halo)
    canvas = _Canvas(body, grid)
    skin = next(part for part in body.parts if part.tissue is Tissue.SKIN)
    surface = _smoothly(skin.shape, body, grid)
    depth = -(surface if body.cover is None else _smoothly(body.cover, body, grid))
    canvas.lay(np.s_[:, :, :], surface, body.material(skin), body.numbers.of("skin"))
    x, y, z = (axis.astype(np.float32) for axis in grid.axes())
    place = Place(x[:, None, None], y[None, :, None], z[None, None, :], -surface, depth, canvas.texture)
    for name, distance in body.filling(place):
        within = np.maximum(distance, surface).astype(np.float32)
        canvas.lay(np.s_[:, :, :], within, aged(name, body.age), body.numbers.of(name))
    unbent = Unbent(body.anatomy.deformation, grid)
    for part in body.parts:
        if part is not skin and (box := grid.box(*body.bounds[part.name])) is not None:
            material, half = body.material(part), grid.spacing / 2
            thickest = max(material.shell_mm, part.shaft[2] if part.shaft else 0.0)
            found = distances(part, unbent, box, grid, (-thickest - half, half))
            canvas.lay(box, found, material, body.numbers.of(part.name), part.shaft)
    hu = scanner.blurred(canvas.hu)
    width_mm = 2 * np.sqrt((surface[:, :, halo] < 0).sum() * grid.spacing**2 / np.pi)
    hu += scanner.noise(grid, body.seed, start, -surface, float(width_mm))
    kept = np.s_[:, :, halo : halo + stop - start]
    step = scanner.step_hu
    return (np.round(np.maximum(hu[kept], -1024) / step) * step).astype(np.int16), canvas.labels[kept]


class _Canvas:
    """Hounsfield units and labels of a slab, layer upon layer."""

    def __init__(self, body: Body, grid: Grid) -> None:
        self._body, self._grid = body, grid
        self.hu = np.full(grid.shape, -1000, np.float32)
        self.labels = np.zeros(grid.shape, np.uint8)
        self._textures: dict[int, Field] = {}

    def texture(self, grain_mm: float) -> Field:
        """The patient's random field of the nearest grain."""
        number = GRAINS[min(GRAINS, key=lambda grain: abs(grain - grain_mm))]
        if number not in self._textures:
            self._textures[number] = self._body.textures[number].on(self._grid)
        return self._textures[number]

    def _of(self, material: Material, box: Box) -> Field:
        """Hounsfield units of the inside of a material, with its texture."""
        return np.float32(material.hu) + np.float32(material.spread) * self.texture(material.grain_mm)[box]

    def lay(
        self,
        box: Box,
        distance: Field,
        material: Material,
        numbers: Sequence[int],
        shaft: tuple[float, float, float] | None = None,
    ) -> None:
        """Put a structure over what is there: as much of it in each voxel as lies inside."""
        h = np.float32(self._grid.spacing)
        inside = np.clip(0.5 - distance / h, 0, 1)
        value = self._of(material, box)
        if material.shell_mm:
            thick, hard = np.full(1, material.shell_mm, np.float32), np.full(1, material.shell_hu, np.float32)
            if shaft is not None:
                begins, full, most = shaft
                z = self._grid.axes()[2][box[2]]
                share = np.clip((z - begins) / (full - begins), 0, 1).astype(np.float32)
                value = value + share * (self._of(MATERIALS["marrow"], box) - value)
                thick, hard = thick + share * (np.float32(most) - thick), hard + share * np.float32(COMPACT_HU)
            core = np.clip(0.5 - (distance + thick) / h, 0, 1)
            shell = hard * (1 + np.float32(0.12) * self.texture(3.0)[box])
            value = shell + core * (value - shell)
        hu = self.hu[box]
        hu += inside * (value - hu)
        labels = self.labels[box]
        within = distance < 0
        left, right = numbers[0], numbers[-1]
        labels[within] = right
        if left != right:
            middle = int(np.searchsorted(self._grid.axes()[0][box[0]], 0.0))
            labels[:middle][within[:middle]] = left


def _smoothly(shape: Shape, body: Body, grid: Grid) -> Field:
    """Signed distance to a smooth shape everywhere, from a coarse lattice."""
    stride = max(1, int(LATTICE_MM / grid.spacing))
    count = [-(-(n - 1) // stride) + 1 for n in grid.shape]
    coarse = Grid(grid.first, grid.spacing * stride, (count[0], count[1], count[2]))
    points = np.stack(np.meshgrid(*coarse.axes(), indexing="ij"), axis=-1).reshape(-1, 3)
    values: Field = shape(undeformed(body.anatomy.deformation, points)).astype(np.float32).reshape(coarse.shape)
    for axis, n in enumerate(grid.shape):
        at = np.arange(n) / stride
        node = np.minimum(at.astype(int), max(values.shape[axis] - 2, 0))
        t = (at - node).astype(np.float32).reshape([-1 if k == axis else 1 for k in range(3)])
        values = np.take(values, node, axis=axis) * (1 - t) + np.take(values, node + 1, axis=axis) * t
    return values
