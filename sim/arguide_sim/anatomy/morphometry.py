"""Lumbar dimensions measured on meshes, as on dry bones or a scan: knows nothing of how the meshes were made.

A vertebra is measured in a frame found in its own surface: up is between the normals of its endplates, back is where
the spinal canal lies. So a generated patient and a segmented scan are measured alike. Lengths in mm, angles in degrees.
"""

import numpy as np
from scipy.spatial import cKDTree

from arguide.errors import MeshError
from arguide.geometry.mesh import Mesh
from arguide.geometry.transforms import Array
from arguide_sim.anatomy.pedicles import pedicle, span_around, wall_at
from arguide_sim.anatomy.rulers import Ruler

LEVELS = ("L1", "L2", "L3", "L4", "L5")
SIDES = (1, -1)
CONTACT_MM = 3.2
"""Surfaces that face each other nearer than this behind the canal are a joint's."""
FACING = -0.5
"""Most that the normals of two such faces have in common."""
UPRIGHT = 0.6
"""Most that they look up or down: where the tip of a process comes near the lamina is no joint."""


def _canal(sac: Mesh) -> tuple[Array, Array, Array]:
    """Heights (n,), centres (n, 2) and half depths (n,) of what fills the spinal canal."""
    v = sac.vertices
    rows = np.floor(v[:, 2] / 4.0).astype(int)
    groups = [v[rows == row] for row in np.unique(rows) if np.count_nonzero(rows == row) >= 6]
    z = np.array([group[:, 2].mean() for group in groups])
    middle = np.array([(group[:, :2].min(axis=0) + group[:, :2].max(axis=0)) / 2 for group in groups])
    return z, middle, np.array([np.ptp(group[:, 1]) / 2 for group in groups])


def _faces(mesh: Mesh) -> tuple[Array, Array, Array]:
    """Centres, unit normals and areas of the triangles."""
    a, b, c = (mesh.vertices[mesh.faces[:, k]] for k in range(3))
    cross = np.cross(b - a, c - a)
    double = np.maximum(np.linalg.norm(cross, axis=1), 1e-12)
    return (a + b + c) / 3, cross / double[:, None], double / 2


class Bone:
    """One vertebra, or the sacrum's top, with its own frame."""

    def __init__(self, mesh: Mesh, sac: Mesh, top_only: bool = False) -> None:
        self.mesh = mesh
        z, middle, half = _canal(sac)
        centre, normal, area = _faces(mesh)

        def line(h: Array) -> Array:
            return np.stack([np.interp(h, z, middle[:, 0]), np.interp(h, z, middle[:, 1]), h], axis=-1)

        front = line(centre[:, 2])[:, 1] + np.interp(centre[:, 2], z, half) + 3.0
        ahead = centre[:, 1] > front
        if top_only:
            ahead &= (np.abs(centre[:, 0] - line(centre[:, 2])[:, 0]) < 24) & (centre[:, 2] > mesh.bounds[1][2] - 60)
        if np.count_nonzero(ahead) < 30:
            raise MeshError("a bone has no body before the spinal canal; is it a vertebra, and the sac its own?")
        height = float(centre[ahead][:, 2].mean())
        up = line(np.array([height + 14]))[0] - line(np.array([height - 14]))[0]
        up /= np.linalg.norm(up)
        for _ in range(3):
            self.upper = _plate(centre[ahead], normal[ahead], area[ahead], up)
            self.lower = self.upper if top_only else _plate(centre[ahead], normal[ahead], area[ahead], -up)
            up = self.upper[1] if top_only else self.upper[1] - self.lower[1]
            up = up / np.linalg.norm(up)
        self.origin = (self.upper[0] + self.lower[0]) / 2
        back = line(np.array([self.origin[2]]))[0] - self.origin
        ahead_axis = -(back - (back @ up) * up)
        ahead_axis /= np.linalg.norm(ahead_axis)
        self.axes = np.stack([np.cross(ahead_axis, up), ahead_axis, up], axis=1)
        self.ruler = Ruler((mesh.vertices - self.origin) @ self.axes, mesh.faces)

    def local(self, points: Array) -> Array:
        """Points (n, 3) in the bone's frame: right, anterior, up."""
        return np.asarray((points - self.origin) @ self.axes)


def _plate(centre: Array, normal: Array, area: Array, up: Array) -> tuple[Array, Array]:
    """Middle (3,) and normal (3,) of the faces that look along `up` and lie highest along it."""
    facing = normal @ up > 0.93
    h = centre[facing] @ up
    if not len(h):
        raise MeshError("a vertebral body has no endplate; is the mesh cut short?")
    top = h > np.quantile(h, 0.95) - 9.0
    weight = area[facing][top]
    at = np.average(centre[facing][top], axis=0, weights=weight)
    spread = (centre[facing][top] - at) * np.sqrt(weight)[:, None]
    axis: Array = np.linalg.svd(spread, full_matrices=False)[2][2]
    return at, np.asarray(axis * np.sign(axis @ up))


def body(bone: Bone) -> dict[str, float]:
    """Width and depth at both endplates, height."""
    v, ruler = bone.ruler.vertices, bone.ruler
    top = float(bone.local(bone.upper[0][None])[0, 2])
    found = {}
    for name, z, sign in (("up", top, -1), ("low", -top, 1)):
        # The front half: behind it pedicles begin, and at L5 the transverse processes.
        rim = v[(np.abs(v[:, 2] - z) < 3) & (v[:, 1] > 0)]
        found[f"width_{name}"] = float(np.ptp(rim[:, 0]))
        spans = [_first_span(ruler.along(1, x, z + sign * 3.0)[::-1]) for x in (-3.0, 0.5, 3.0)]
        found[f"depth_{name}"] = float(np.median(spans))
    half = 0.36 * (found["depth_up"] + found["depth_low"]) / 2
    columns = [span_around(ruler.along(2, x, y)) for x in (-4.0, 0.5, 4.0) for y in (-half, half)]
    found["height"] = float(np.mean(columns))
    return found


def _first_span(crossings: Array) -> float:
    return float(abs(crossings[1] - crossings[0])) if len(crossings) > 1 else np.nan


def arch(bone: Bone) -> dict[str, float]:
    """Canal, pedicles, processes."""
    ruler, v = bone.ruler, bone.ruler.vertices
    wall = wall_at(ruler, 0.0)
    depths = []
    for z in np.arange(-11.0, 3.0, 1.0):
        c = ruler.along(1, 0.5, z)[::-1]
        behind = c[c < wall - 6]
        if len(behind):
            depths.append((wall_at(ruler, z) - behind[0], behind[0]))
    depth, front = min(depths) if depths else (np.nan, np.nan)
    sides = [pedicle(ruler, side) for side in SIDES]
    spine = v[np.abs(v[:, 0]) < 7]
    return {
        "canal_depth": float(depth),
        "canal_width": float(sum(one.inner for one in sides)),
        "pedicle_width": float(np.nanmean([one.width for one in sides])),
        "pedicle_angle": float(np.nanmean([one.lean for one in sides])),
        "pedicle_height": float(np.nanmean([one.height for one in sides])),
        "span": float(np.ptp(v[:, 0])),
        "spinous": float(front - spine[:, 1].min()),
    }


def joints(upper: Bone, lower: Mesh) -> dict[str, float]:
    """Between a vertebra and the bone below: spacing, angle to the sagittal plane, area and gap of the facets."""
    pairs = [_facing(upper.mesh, lower), _facing(lower, upper.mesh)]
    wall = wall_at(upper.ruler, 0.0)
    found: dict[str, list[float]] = {"angle": [], "area": [], "gap": [], "middle": []}
    for centre, normal, area, gap in pairs:
        local = upper.local(centre)
        for side in SIDES:
            some = (local[:, 1] < wall - 3) & (side * local[:, 0] > 5) & (np.abs(normal @ upper.axes[:, 2]) < UPRIGHT)
            if np.count_nonzero(some) < 5:
                return dict.fromkeys(("joint_spacing", "joint_angle", "facet_area", "facet_gap"), np.nan)
            weight = area[some]
            x, y, _ = (normal[some] * weight[:, None]).sum(axis=0) @ upper.axes
            found["angle"].append(float(np.degrees(np.arctan2(abs(y), abs(x)))))
            found["middle"].append(float(np.average(side * local[some][:, 0], weights=weight)))
            found["area"].append(float(weight.sum()))
            found["gap"].append(float(np.quantile(gap[some], 0.1)))
    return {
        "joint_spacing": 2 * float(np.mean(found["middle"])),
        "joint_angle": float(np.mean(found["angle"])),
        "facet_area": float(np.mean(found["area"])),
        "facet_gap": float(np.mean(found["gap"])),
    }


def _facing(one: Mesh, other: Mesh) -> tuple[Array, Array, Array, Array]:
    """Centres and normals (n, 3), areas and gaps (n,) of the faces of one bone that look at the other across a joint space."""
    centre, normal, area = _faces(one)
    there, back, _ = _faces(other)
    found = cKDTree(there).query(centre, distance_upper_bound=CONTACT_MM)
    gap, nearest = np.asarray(found[0]), np.asarray(found[1])
    some = np.flatnonzero(np.isfinite(gap))
    some = some[np.einsum("ij,ij->i", normal[some], back[nearest[some]]) < FACING]
    return centre[some], normal[some], area[some], gap[some]


def _dense(mesh: Mesh) -> Array:
    """Corners, middles of edges and centres of the triangles."""
    a, b, c = (mesh.vertices[mesh.faces[:, k]] for k in range(3))
    return np.concatenate([mesh.vertices, (a + b) / 2, (b + c) / 2, (c + a) / 2, (a + b + c) / 3])


def disc_height(upper: Bone, lower: Bone) -> float:
    """Mean of in front and behind, between the rims of two endplates."""
    below = Ruler(upper.local(lower.mesh.vertices), lower.mesh.faces)
    depth = _first_span(upper.ruler.along(1, 0.5, 0.0)[::-1])
    found = []
    for y in (-0.33 * depth, 0.33 * depth):
        for x in (-6.0, 0.5, 6.0):
            bottom = upper.ruler.along(2, x, y)
            bottom = bottom[bottom < 0]
            top = below.along(2, x, y)
            top = top[top < -6]
            if len(bottom) and len(top):
                found.append(bottom[-1] - top[-1])
    return float(np.mean(found)) if found else np.nan


def measure(meshes: dict[str, Mesh]) -> dict[str, dict[str, float]]:
    """All measures by level, and under `whole` those of the person: lordosis, sacral slope, depth of the L4/L5 joints.

    `meshes` has L1 to L5, `sacrum`, `thecal-sac` and `skin`.
    """
    sac = meshes["thecal-sac"]
    bones = {name: Bone(meshes[name], sac) for name in LEVELS} | {"sacrum": Bone(meshes["sacrum"], sac, True)}
    found = {}
    for name, below in zip(LEVELS, [*LEVELS[1:], "sacrum"], strict=True):
        bone = bones[name]
        found[name] = body(bone) | arch(bone) | joints(bone, meshes[below])
        found[name]["disc"] = disc_height(bone, bones[below])
    up, slope = bones["L1"].upper[1], bones["sacrum"].upper[1]
    found["whole"] = {
        "lordosis": _lean_deg(slope) - _lean_deg(up),
        "sacral_slope": _lean_deg(slope),
        "skin_to_joint": _skin_to_joint(meshes, bones["L4"]),
    }
    return found


def _lean_deg(normal: Array) -> float:
    """How far a plate looks forward, seen from the side."""
    return float(np.degrees(np.arctan2(normal[1], normal[2])))


def _skin_to_joint(meshes: dict[str, Mesh], upper: Bone) -> float:
    """Straight behind the L4/L5 joints, the mean of both."""
    centre, _, _ = _faces(upper.mesh)
    gap, _ = cKDTree(_dense(meshes["L5"])).query(centre, distance_upper_bound=CONTACT_MM)
    local = upper.local(centre)
    skin = Ruler(meshes["skin"].vertices, meshes["skin"].faces)
    depths = []
    for side in SIDES:
        some = np.isfinite(gap) & (side * local[:, 0] > 5) & (local[:, 1] < wall_at(upper.ruler, 0.0) - 4)
        if some.any():
            x, y, z = centre[some].mean(axis=0)
            back = skin.along(1, x, z)
            depths += [float(y - back[0])] if len(back) else []
    return float(np.mean(depths)) if depths else np.nan
