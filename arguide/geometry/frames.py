"""The frames arguide knows, as data: the table on the page docs/frames.md is made from it.

A transform is named target first, `image_from_tip`, so that equal names touch in a product; files and wire say
the same as `TipToImage`. The transforms themselves are plain arrays, see `transforms`.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Frame:
    """One coordinate system. All but `voxel` are right-handed."""

    name: str
    """As it stands in `a_from_b`."""
    origin: str
    axes: str
    unit: str = "mm"


FRAMES = (
    Frame("tracker", "inside the tracker, where its maker puts it", "as its maker defines them"),
    Frame("reference", "reference body, fixed to the phantom", "as its tool definition says"),
    Frame("stylus", "marker body of the stylus", "as its tool definition says"),
    Frame("needle", "marker body of the needle", "as its tool definition says"),
    Frame("tip", "tip of the needle or stylus", "+z is the direction of advance: the hub lies on −z"),
    Frame(
        "image",
        "origin of the patient image in which meshes and plans are given",
        "RAS: +x right, +y anterior, +z superior",
    ),
    Frame("voxel", "centre of a volume's first voxel", "along the volume's axes; `image_from_voxel` scales", "voxels"),
    Frame("plan", "target of the plan", "+z from entry to target, +x in the imaging plane, +y across it"),
    Frame("view", "eye of a camera", "as OpenCV: +x right, +y down, +z forward"),
)


def name_in_files(target: str, source: str) -> str:
    """How files and wire name the transform that Python calls `target_from_source`: `SourceToTarget`."""
    return f"{_pascal(source)}To{_pascal(target)}"


def _pascal(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))
