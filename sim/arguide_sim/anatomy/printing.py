"""What of a phantom is printed: bones on their base, the box, the marker plate; each lying as it is printed, as STL."""

import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import numpy as np
from manifold3d import Manifold

from arguide.errors import MeshError
from arguide.geometry.mesh import Mesh
from arguide_sim.anatomy import phantom_box
from arguide_sim.anatomy.construction import Construction, mesh_of_solid, solid_of
from arguide_sim.anatomy.meshing import mesh_of
from arguide_sim.anatomy.phantom_box import CRUMB_MM3, Frame
from arguide_sim.anatomy.sdf import Shape

SPACING_MM = 1.0
TRIANGLES = 40000


class Cast(Protocol):
    """What is asked of a phantom."""

    @property
    def frame(self) -> Frame:
        """Of its block."""

    @property
    def printed(self) -> Shape:
        """All bones and discs as one, in the block's frame."""

    @property
    def made(self) -> Mapping[str, Construction]:
        """Box and base among what is no anatomy, by name, in the block's frame."""


def printed_parts(cast: Cast, detail: float = 1.0) -> dict[str, Mesh]:
    """The parts by name, mm, their floors at z = 0. MeshError if a bone would stand alone."""
    solids = {
        "bones": _bones(cast, detail),
        "box": cast.made["box"].solid(),
        "marker-plate": phantom_box.marker_plate().solid(),
    }
    return {name: mesh_of_solid(solid.translate((0, 0, -solid.bounding_box()[2]))) for name, solid in solids.items()}


def _bones(cast: Cast, detail: float) -> Manifold:
    """All bones on their base, one piece, less what are crumbs."""
    frame = cast.frame
    x, y = (float(half) + 2 for half in frame.half)
    low, high = (-x, -y, -2.0), (x, y, frame.height + 2)
    mesh = mesh_of(cast.printed, low, high, SPACING_MM / detail, int(TRIANGLES * detail**2))
    pieces = sorted((solid_of(mesh) + cast.made["base"].solid()).decompose(), key=lambda piece: -piece.volume())
    if lost := [piece.volume() for piece in pieces[1:] if piece.volume() > CRUMB_MM3]:
        raise MeshError(f"pieces of {', '.join(f'{v:.0f}' for v in lost)} mm³ would stand alone; take another patient")
    return pieces[0]


def write_parts(cast: Cast, folder: Path, detail: float = 1.0, prefix: str = "") -> dict[str, Mesh]:
    """Write the parts as `prefix` + name + `.stl` into a folder, and return them."""
    folder.mkdir(parents=True, exist_ok=True)
    parts = printed_parts(cast, detail)
    for name, mesh in parts.items():
        (folder / f"{prefix}{name}.stl").write_bytes(stl(mesh))
    return parts


def stl(mesh: Mesh) -> bytes:
    """Binary STL, normals from the triangles."""
    corners = mesh.vertices[mesh.faces].astype("<f4")
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
    rows = np.zeros(len(corners), dtype=[("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("none", "<u2")])
    rows["normal"], rows["corners"] = normals, corners
    return bytes(b"arguide phantom part, mm".ljust(80, b" ") + struct.pack("<I", len(rows)) + rows.tobytes())
