"""Write the printable parts of a phantom as STL: `python hardware/make_phantom.py [--region lumbar] [--seed 0] [-o DIR]`.

Same seed, same bytes. Sizes in mm; every part lies as it is printed. The build guide is `phantom/BUILD.md`.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
from arguide_sim.anatomy.meshing import mesh_of
from arguide_sim.anatomy.phantom import Phantom, printable
from arguide_sim.anatomy.regions import region_named
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from arguide.geometry import winding
from arguide.geometry.mesh import Mesh, cleaned, write_whole

FOLDER = Path(__file__).parent / "phantom"
SPACING_MM = 1.0
TRIANGLES = {"bones": 40000, "box": 12000, "marker-plate": 4000}


def parts_of(region: str, seed: int, spacing_mm: float = SPACING_MM) -> dict[str, Mesh]:
    """The parts of one patient's phantom, floor at z = 0; of the bones only pieces that are not crumbs."""
    made = Phantom(region_named(region))
    cast = made.anatomy(made.person(seed))
    meshes = {}
    for name, (shape, low, high) in printable(cast).items():
        mesh = mesh_of(shape, tuple(map(float, low)), tuple(map(float, high)), spacing_mm, TRIANGLES[name])
        whole = largest(mesh) if name == "bones" else mesh
        meshes[name] = Mesh(whole.vertices - (0, 0, whole.bounds[0, 2]), whole.faces)
    return meshes


def largest(mesh: Mesh) -> Mesh:
    """The largest connected piece."""
    edges = winding.directed_edges(mesh.faces)
    size = len(mesh.vertices)
    graph = coo_array((np.ones(len(edges), dtype=np.int8), (edges[:, 0], edges[:, 1])), shape=(size, size))
    piece = connected_components(graph, directed=False)[1][mesh.faces[:, 0]]
    middle = mesh.vertices.mean(axis=0)
    volumes = np.bincount(piece, weights=winding.signed_volumes(mesh.vertices - middle, mesh.faces))
    return cleaned(mesh.vertices, mesh.faces[piece == volumes.argmax()])


def stl(mesh: Mesh) -> bytes:
    """Binary STL, normals from the triangles."""
    corners = mesh.vertices[mesh.faces].astype("<f4")
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
    rows = np.zeros(len(corners), dtype=[("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("none", "<u2")])
    rows["normal"], rows["corners"] = normals, corners
    return b"arguide phantom part, mm".ljust(80, b" ") + np.uint32(len(rows)).astype("<u4").tobytes() + rows.tobytes()


def main() -> int:
    """Write all parts."""
    parser = argparse.ArgumentParser(description="Write the printable parts of a phantom.")
    parser.add_argument("--region", default="lumbar")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("-o", "--out", type=Path, default=FOLDER)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    for name, mesh in parts_of(given.region, given.seed).items():
        file = given.out / f"{given.region}-{name}.stl"
        write_whole(file, lambda part, mesh=mesh: part.write_bytes(stl(mesh)))
        size = np.ptp(mesh.bounds, axis=0)
        print(f"{file}: {size[0]:.0f} × {size[1]:.0f} × {size[2]:.0f} mm, {len(mesh.faces)} triangles")
    return 0


if __name__ == "__main__":
    sys.exit(main())
