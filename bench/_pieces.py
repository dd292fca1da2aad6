"""Loose pieces: a mesh that falls into more of them than it should."""

from collections.abc import Iterator, Mapping

from arguide.geometry.mesh import Mesh
from arguide.geometry.winding import pieces

LOOSE = "pieces"
PIECES = {
    "ilia": 2, "ribs": 2, "kidneys": 2, "nerve-roots": 14, "medial-branches": 12, "psoas": 2, "multifidus": 2,
    "erector-spinae": 2, "quadratus-lumborum": 2, "femoral-cartilage": 3, "tibial-cartilage": 2, "menisci": 2,
}  # fmt: skip
"""So many a mesh has; where it is not named, one."""


def loose(meshes: Mapping[str, Mesh]) -> Iterator[str]:
    """What is in other pieces than it should."""
    for name, mesh in meshes.items():
        if (count := int(pieces(mesh.faces, len(mesh.vertices)).max()) + 1) != (wanted := PIECES.get(name, 1)):
            yield f"{name}: {count} instead of {wanted} {LOOSE}"
