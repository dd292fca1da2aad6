"""A patient's anatomy out of a CT and its label map: every surface that a lumbar scenario shows or measures."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from arguide.errors import MeshError
from arguide.geometry.distance_field import DistanceField, build
from arguide.geometry.mesh import Mesh, decimated, joined
from arguide.imaging import labels as names
from arguide.imaging.discs import disc
from arguide.imaging.labels import PARTS, Part
from arguide.imaging.roots import root
from arguide.imaging.skin import skin
from arguide.imaging.spine import LEFT, RIGHT, Spine, find_spine
from arguide.imaging.surface import surface
from arguide.imaging.volume import Volume
from arguide.settings.scenario import Tissue

Progress: TypeAlias = Callable[[float, str], None]
"""Called with the done part (0..1) and what comes next."""

MOST_TRIANGLES = 30_000
HIGHEST_LABEL = 255
LEVELS = {**names.LEVELS, "S1": names.S1}
NEEDED = {"L4": names.L4, "L5": names.L5, "sacrum": names.SACRUM, "spinal canal": names.CANAL}
ROOTS = Part("nerve-roots", "nerve roots", Tissue.NERVE, names.ROOT, (), 3.0)
SKIN = Part("skin", "skin", Tissue.SKIN, names.SKIN, ())


@dataclass(frozen=True)
class Patient:
    """All surfaces in RAS mm, with what was found in them."""

    surfaces: tuple[tuple[Part, Mesh], ...]
    spine: Spine
    skin: Mesh

    def search_fields(self) -> list[DistanceField]:
        """Distance fields, for searching, of the structures that have a risk margin."""
        risky = [mesh for part, mesh in self.surfaces if part.risk_margin_mm is not None]
        return [_search_field(mesh) for mesh in risky]


def read_patient(ct: Volume, labels: Volume, progress: Progress) -> Patient:
    """Make the surfaces; MeshError if the two volumes do not belong together or lack what is needed."""
    _check(ct, labels)
    progress(0.0, "skin")
    outline = decimated(skin(ct), MOST_TRIANGLES)
    labels = _cropped(labels)
    parts: list[tuple[Part, Mesh]] = []
    for number, part in enumerate(PARTS):
        progress(0.1 + 0.4 * number / len(PARTS), part.label)
        mask = np.isin(labels.voxels, part.numbers)
        if mask.any():
            parts.append((part, decimated(surface(mask, labels, part.smoothing_mm), MOST_TRIANGLES)))
    progress(0.5, "finding the spine")
    spine = find_spine(labels, _bone_fields(parts))
    progress(0.6, "discs and nerve roots")
    discs, roots = _soft_parts(spine)
    return Patient((*parts, *discs, (ROOTS, joined(roots)), (SKIN, outline)), spine, outline)


def _check(ct: Volume, labels: Volume) -> None:
    low, high = labels.voxels.min(), labels.voxels.max()
    if low < 0 or high > HIGHEST_LABEL or not np.all(np.mod(labels.voxels, 1) == 0):
        raise MeshError(
            f"the label map's values reach from {low:g} to {high:g}; expected whole numbers from 0 to {HIGHEST_LABEL};"
            " are CT and label map given in this order?"
        )
    for name, number in NEEDED.items():
        if not np.any(labels.voxels == number):
            raise MeshError(
                f"the label map has no {name} (label {number} of TotalSegmentator's `total` task); it has"
                f" {', '.join(map(str, np.unique(labels.voxels)[:40]))}; segment the whole lumbar spine"
            )
    overlap = np.minimum(ct.bounds[1], labels.bounds[1]) - np.maximum(ct.bounds[0], labels.bounds[0])
    extent = labels.bounds[1] - labels.bounds[0]
    if np.any(overlap < 0.8 * extent):
        raise MeshError("the CT and the label map do not lie in the same place; give the CT that was segmented")


def _cropped(labels: Volume) -> Volume:
    """The part of a label map that holds what scenarios use."""
    wanted = np.isin(labels.voxels, [number for part in PARTS for number in part.numbers])
    spans = [np.flatnonzero(wanted.any(axis=tuple({0, 1, 2} - {axis}))) for axis in range(3)]
    box = tuple(slice(span[0], span[-1] + 1) for span in spans)
    image_from_voxel = labels.image_from_voxel.copy()
    image_from_voxel[:3, 3] = labels.to_image([span[0] for span in spans])
    return Volume(labels.voxels[box], image_from_voxel)


def _search_field(mesh: Mesh) -> DistanceField:
    """A field to find places with, not to measure by: coarse, with a thin margin, in a fraction of the time."""
    return build(decimated(mesh, 6000), spacing_mm=1.5, margin_mm=15.0)


def _bone_fields(parts: list[tuple[Part, Mesh]]) -> dict[int, DistanceField]:
    """Fields of the vertebrae and the sacrum, by label."""
    wanted = {*names.LEVELS.values(), names.SACRUM}
    return {part.numbers[0]: _search_field(mesh) for part, mesh in parts if part.numbers[0] in wanted}


def _soft_parts(spine: Spine) -> tuple[list[tuple[Part, Mesh]], list[Mesh]]:
    """The discs between all neighbouring vertebrae that are there, and the roots below each lumbar one."""
    pairs = [
        (upper, lower)
        for upper, lower in zip(LEVELS, list(LEVELS)[1:], strict=False)
        if LEVELS[upper] in spine.points and LEVELS[lower] in spine.points
    ]
    discs = [
        (Part(f"disc-{a}-{b}", f"disc {a}/{b}", Tissue.DISC, names.DISC, ()), disc(spine, LEVELS[a], LEVELS[b]))
        for a, b in pairs
    ]
    in_the_way = [_search_field(mesh) for _, mesh in discs]
    roots = [
        root(spine, LEVELS[a], LEVELS[b], side, in_the_way) for a, b in pairs if a != "T12" for side in (RIGHT, LEFT)
    ]
    return discs, roots
