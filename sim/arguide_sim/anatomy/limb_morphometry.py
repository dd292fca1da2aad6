"""Measures hips and knees again on their finished meshes, as somebody with callipers would."""

from collections.abc import Mapping

import numpy as np
from scipy.optimize import least_squares

from arguide.geometry.mesh import Mesh
from arguide.geometry.transforms import Array


def knee(meshes: Mapping[str, Mesh]) -> dict[str, float]:
    """Of femur, tibia and patella, mm; names as in `limb_norms.KNEE`, and more."""
    femur, tibia, patella = (meshes[name].vertices for name in ("femur", "tibia", "patella"))
    size = np.ptp(femur[:, 0])
    low = femur[:, 2].min()
    ends = femur[femur[:, 2] < low + 0.45 * size]
    middle = (ends[:, 0].min() + ends[:, 0].max()) / 2
    inner, outer = (ends[side * (ends[:, 0] - middle) > 0.12 * size] for side in (-1, 1))
    plateau = tibia[tibia[:, 2] > tibia[:, 2].max() - 0.3 * size]
    return {
        "bicondylar_width": _extent(ends, 0),
        "condyle_depth": (_extent(inner, 1) + _extent(outer, 1)) / 2,
        "medial_depth": _extent(inner, 1),
        "lateral_depth": _extent(outer, 1),
        "tibia_width": _extent(plateau, 0),
        "tibia_depth": _extent(plateau, 1),
        "patella_width": _extent(patella, 0),
        "patella_height": _extent(patella, 2),
        "patella_thickness": _extent(patella, 1),
    }


def hip(meshes: Mapping[str, Mesh], head_at: Array) -> dict[str, float]:
    """Of femur, femoral artery and nerve; `head_at` (3,): a point in the head. Names as in `limb_norms`, and more."""
    femur = meshes["femur"].vertices
    centre, radius = _sphere(femur, head_at)
    axis_at, axis = _shaft(femur)
    foot = axis_at + ((centre - axis_at) @ axis) * axis
    neck = _neck(femur, centre, radius, foot, axis)
    return {
        "head": 2 * radius,
        "offset": float(np.linalg.norm(centre - foot)),
        "neck_shaft": float(180 - np.degrees(np.arccos(np.clip(neck @ axis, -1, 1)))),
        **_groin(meshes, float(centre[2])),
    }


def _extent(points: Array, axis: int) -> float:
    return float(np.ptp(points[:, axis]))


def _widths(ring: Array) -> Array:
    """Between two parallel lines of the plane that hold the ring, turned by 3° each; (60,)."""
    angles = np.radians(np.arange(0.0, 180.0, 3.0))
    return np.asarray(np.ptp(ring[:, :2] @ np.array([np.cos(angles), np.sin(angles)]), axis=0))


def _sphere(femur: Array, near: Array) -> tuple[Array, float]:
    """Centre and radius of the sphere that fits the inner upper half of the head."""
    away = np.linalg.norm(femur - near, axis=1)
    reach = float(np.percentile(away, 1)) * 1.35
    cap = femur[(away < reach) & ((femur - near) @ (-0.7, 0.0, 0.7) > 0)]

    def off(x: Array) -> Array:
        return np.asarray(np.linalg.norm(cap - x[:3], axis=1) - x[3])

    fit = least_squares(off, [*near, reach / 1.3], loss="soft_l1")
    return np.asarray(fit.x[:3]), float(fit.x[3])


def _shaft(femur: Array) -> tuple[Array, Array]:
    """A point on the axis of the shaft and its direction downward."""
    low = femur[:, 2].min()
    levels = low + np.arange(8.0, 70.0, 6.0)
    middles = [_middle(femur[np.abs(femur[:, 2] - z) < 4.0]) for z in levels]
    at = np.array(middles)
    axis = np.linalg.svd(at - at.mean(axis=0))[2][0]
    return at.mean(axis=0), axis if axis[2] < 0 else -axis


def _middle(ring: Array) -> Array:
    return np.asarray((ring.min(axis=0) + ring.max(axis=0)) / 2)


def _neck(femur: Array, centre: Array, radius: float, foot: Array, axis: Array) -> Array:
    """Unit direction of the neck's axis in the plane of head and shaft: through the middles of its narrow part."""
    aside = (foot - centre) / np.linalg.norm(foot - centre)
    plane = np.array([aside, axis])
    best = None
    for angle in np.radians(np.arange(25.0, 75.0, 1.0)):
        way = np.array([np.cos(angle), np.sin(angle)]) @ plane
        across = np.array([-np.sin(angle), np.cos(angle)]) @ plane
        along = (femur - centre) @ way
        narrow = femur[np.abs(along - 1.15 * radius) < 2.5]
        ring = (narrow - centre) @ across
        ring = ring[np.abs(ring) < 1.1 * radius]
        lopsided = abs(ring.max() + ring.min())
        if best is None or lopsided < best[0]:
            best = (lopsided, way)
    assert best is not None
    return np.asarray(best[1])


def _section(mesh: Mesh, z: float) -> Array:
    """Where the edges of a mesh cross a height; (n, 3)."""
    edges = mesh.vertices[mesh.faces[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2)]
    a, b = edges[:, 0], edges[:, 1]
    crossing = (a[:, 2] < z) != (b[:, 2] < z)
    a, b = a[crossing], b[crossing]
    share = (z - a[:, 2]) / (b[:, 2] - a[:, 2])
    return np.asarray(a + share[:, None] * (b - a))


def _groin(meshes: Mapping[str, Mesh], z: float) -> dict[str, float]:
    """At the height of the head's middle: diameter of the artery, width of the nerve, and what lies between them, mm.

    The artery runs slantwise through that plane: its diameter is the least width of what is cut, not that from side to side.
    The nerve is flat: its width is the greatest.
    """
    if not {"femoral-artery", "femoral-nerve"} <= set(meshes):
        return {}
    artery, nerve = (_section(meshes[name], z) for name in ("femoral-artery", "femoral-nerve"))
    gap = float(np.linalg.norm(artery[:, None, :2] - nerve[:, :2], axis=-1).min())
    return {"artery": float(_widths(artery).min()), "nerve": float(_widths(nerve).max()), "nerve_gap": gap}
