"""Implicit shapes: a shape is a function from points to signed distances, negative inside.

Points are `(n, 3)` float64 in mm, distances `(n,)` in mm. Boxes, half spaces and prisms are exact; the rest are first
order near their surface (the error grows with the distance), which is all that marching cubes and blending need.
Unions, cuts and blends are ordinary functions of shapes, so an anatomy reads as what is joined to what.
"""

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.interpolate import CubicSpline, PchipInterpolator, RBFInterpolator

from arguide_sim.anatomy.outlines import TABLE_MM, Flat, outline_of, smooth_outline, tabled

Array: TypeAlias = NDArray[np.float64]
Points: TypeAlias = Array
Distances: TypeAlias = NDArray[np.float64]
Shape: TypeAlias = Callable[[Points], Distances]
NEAR_MM = 10.0
"""Within this distance shapes are worked out; every blend and gap is smaller."""


TOGETHER = 5
"""Pieces of a tube that share a bounding box."""
AT_ONCE = 3000
"""Points of which all pieces' distances are worked out together: what fits a cache."""


def smooth_max(a: Distances, b: Distances, blend: float) -> Distances:
    """The larger of two distances, with edges rounded over `blend` mm (quadratic, after Quilez)."""
    if blend == 0.0:
        return np.maximum(a, b)
    near = np.maximum(blend - np.abs(a - b), 0.0) / blend
    return np.maximum(a, b) + near * near * (blend / 4)


def smooth_min(a: Distances, b: Distances, blend: float) -> Distances:
    """The smaller of two distances, with the notch between them filled over `blend` mm."""
    return -smooth_max(-a, -b, blend)


def union(shapes: Sequence[Shape], blend: float = 0.0) -> Shape:
    """Everything that lies in any of the shapes."""

    def shape(p: Points) -> Distances:
        d = shapes[0](p)
        for other in shapes[1:]:
            d = smooth_min(d, other(p), blend)
        return d

    return shape


def common(a: Shape, b: Shape, blend: float = 0.0) -> Shape:
    """What lies in both."""
    return lambda p: smooth_max(a(p), b(p), blend)


def cut(a: Shape, b: Shape, gap: float = 0.0, blend: float = 0.0) -> Shape:
    """`a` without `b`, kept `gap` mm away from it; well outside `a`, `b` is not asked."""

    def shape(p: Points) -> Distances:
        d = a(p)
        near = d < NEAR_MM
        d[near] = smooth_max(d[near], gap - b(p[near]), blend)
        return d

    return shape


class Column:
    """Shapes one above the other, each kept `gap` mm clear of the one below it; `each` asks all of them once."""

    def __init__(self, lowest: Shape, gap: float, blend: float) -> None:
        self._whole, self._gap, self._blend = [lowest], gap, blend
        self.shapes = [lowest]
        """As they are cut, from below."""

    def add(self, shape: Shape) -> Shape:
        """One more on top; returns what is left of it."""
        self._whole.append(shape)
        self.shapes.append(cut(shape, self.shapes[-1], self._gap, self._blend))
        return self.shapes[-1]

    def each(self, p: Points) -> list[Distances]:
        """Distances (n,) to each, from below."""
        found = [self._whole[0](p)]
        for whole in self._whole[1:]:
            d = whole(p)
            near = d < NEAR_MM
            d[near] = smooth_max(d[near], self._gap - found[-1][near], self._blend)
            found.append(d)
        return found

    def __call__(self, p: Points) -> Distances:
        """The union."""
        found = self.each(p)
        d = found[0]
        for other in found[1:]:
            np.minimum(d, other, out=d)
        return d


def beside(a: Shape, b: Shape, gap: float = 0.0, blend: float = 0.0) -> Shape:
    """`b`, and what `cut` leaves of `a` beside it; asks `b` once."""

    def shape(p: Points) -> Distances:
        d, other = a(p), b(p)
        return np.minimum(smooth_max(d, gap - other, blend), other)

    return shape


def mirrored(a: Shape) -> Shape:
    """What `a` is at x > 0, on both sides of the plane x = 0."""

    def shape(p: Points) -> Distances:
        q = p.copy()
        np.abs(q[:, 0], out=q[:, 0])
        return a(q)

    return shape


def placed(a: Shape, world_from_local: NDArray[np.float64]) -> Shape:
    """`a`, given in its own frame, seen from the world; `world_from_local` is a rigid (4, 4)."""
    rotation, origin = world_from_local[:3, :3], world_from_local[:3, 3]
    return lambda p: a((p - origin) @ rotation)


def roughened(a: Shape, height: float, wavelength: float, calm: Shape | None = None) -> Shape:
    """`a` with a surface that undulates by up to about `height` mm, as living bone does (two octaves of a gyroid).

    `calm` is the share (0 to 1) of that which points keep; without it, all.
    """
    turn = np.array([[0.36, 0.48, -0.8], [-0.8, 0.6, 0.0], [0.48, 0.64, 0.6]])

    def waves(p: Points, scale: float) -> Distances:
        x, y, z = (p @ turn).T * (2 * np.pi / scale)
        return np.asarray(np.sin(x) * np.cos(y) + np.sin(y) * np.cos(z) + np.sin(z) * np.cos(x))

    def shape(p: Points) -> Distances:
        d = a(p)
        near = np.abs(d) < NEAR_MM
        q = p[near]
        high = height if calm is None else height * calm(q)
        d[near] += high / 2 * (0.7 * waves(q, wavelength) + 0.3 * waves(q, 0.45 * wavelength))
        return d

    return shape


def bounded(a: Shape, low: ArrayLike, high: ArrayLike) -> Shape:
    """`a`, which fits into the box `low`..`high` (3,), asked only near it: far away the distance to the box will do."""
    first, last = np.asarray(low, float), np.asarray(high, float)

    def shape(p: Points) -> Distances:
        beyond = first - p
        np.maximum(beyond, p - last, out=beyond)
        np.maximum(beyond, 0.0, out=beyond)
        d: Distances = np.sqrt(np.einsum("ij,ij->i", beyond, beyond))
        near = d < NEAR_MM
        count = np.count_nonzero(near)
        if count == len(p):
            return a(p)
        if count:
            d[near] = a(p[near])
        return d

    return shape


def half_space(point: ArrayLike, outward: ArrayLike) -> Shape:
    """Everything behind the plane through `point` with unit normal along `outward`."""
    normal = np.asarray(outward, float) / np.linalg.norm(outward)
    return lambda p: (p - np.asarray(point, float)) @ normal


def ellipsoid(center: ArrayLike, radii: ArrayLike) -> Shape:
    """Axis-aligned ellipsoid; first-order distance k0 (k0 - 1) / k1 (Quilez)."""
    c, r = np.asarray(center, float), np.asarray(radii, float)
    middle = float(r.min())

    def shape(p: Points) -> Distances:
        q = (p - c) / r
        k0 = np.sqrt(np.einsum("ij,ij->i", q, q))
        q /= r
        k1 = np.sqrt(np.einsum("ij,ij->i", q, q))
        return _first_order(k0, k1, middle)

    return shape


def _first_order(k0: Distances, k1: Distances, middle: Distances | float) -> Distances:
    """k0 (k0 - 1) / k1, but nowhere deeper than the middle: of something flat the formula says far too much."""
    deepest = -np.asarray(middle)
    return np.where(k1 > 1e-9, np.maximum(k0 * (k0 - 1.0) / np.maximum(k1, 1e-9), deepest), deepest)


def tube(nodes: ArrayLike, radii: ArrayLike, up: ArrayLike = (0.0, 0.0, 1.0), blend: float = 0.0) -> Shape:
    """Elliptic tube through `nodes` (n, 3), its ends rounded.

    `radii` (n, 2): half width across, and half height along `up`, at each node, mm; one pair serves all nodes.
    """
    at = np.asarray(nodes, float)
    size = np.broadcast_to(np.asarray(radii, float), (len(at), 2))
    reach = size.max() + blend

    def stretch(i: int, j: int) -> Shape:
        near = at[i : j + 1]
        whole = _pieces(near, size[i : j + 1], np.asarray(up, float), blend)
        return bounded(whole, near.min(axis=0) - reach, near.max(axis=0) + reach)

    # A long tube is asked for stretch by stretch: a point is near few of them.
    stretches = [stretch(i, min(i + TOGETHER, len(at) - 1)) for i in range(0, len(at) - 1, TOGETHER)]
    return (
        stretches[0]
        if len(stretches) == 1
        else bounded(union(stretches, blend), at.min(axis=0) - reach, at.max(axis=0) + reach)
    )


def curved(
    nodes: ArrayLike, radii: ArrayLike, up: ArrayLike = (0.0, 0.0, 1.0), pieces: int = 4, blend: float = 0.0
) -> Shape:
    """A tube that bends smoothly through its nodes: every stretch between two of them made of `pieces`."""
    at = np.asarray(nodes, float)
    size = np.broadcast_to(np.asarray(radii, float), (len(at), 2))
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(at, axis=0), axis=1))])
    fine = np.interp(np.arange((len(at) - 1) * pieces + 1) / pieces, np.arange(len(at)), along)
    return tube(CubicSpline(along, at)(fine), PchipInterpolator(along, size)(fine), up, blend)


def _pieces(at: Points, size: Points, up: Points, blend: float) -> Shape:
    """The union of what lies between neighbouring nodes (n, 3), all asked at once: most points are near all or none."""
    ways = at[1:] - at[:-1]
    length = np.array([[np.linalg.norm(way)] for way in ways])
    axis = ways / length
    across = np.array([way / np.linalg.norm(way) for way in np.cross(axis, up)])
    basis = np.stack([across, np.cross(across, axis), axis], axis=2)
    wide, high = size[:-1].T[..., None]
    wider, higher = (size[1:] - size[:-1]).T[..., None]

    def some(p: Points) -> Distances:
        u, v, w = np.ascontiguousarray(np.moveaxis((p - at[:-1, None]) @ basis, 2, 0))
        t = np.minimum(np.maximum(w / length, 0.0), 1.0)
        width, height = wide + t * wider, high + t * higher
        least = np.minimum(width, height)
        w -= t * length
        u /= width
        v /= height
        w /= least
        k0 = np.sqrt(u * u + v * v + w * w)
        u /= width
        v /= height
        w /= least
        k1 = np.sqrt(u * u + v * v + w * w)
        each = _first_order(k0, k1, least)
        d: Distances = each[0]
        for other in each[1:]:
            d = smooth_min(d, other, blend)
        return d

    def shape(p: Points) -> Distances:
        if len(p) <= AT_ONCE:
            return some(p)
        return np.concatenate([some(p[i : i + AT_ONCE]) for i in range(0, len(p), AT_ONCE)])

    return shape


def plate(outline: ArrayLike, half_thickness: float | Callable[[Points], Distances], edge: float = 2.0) -> Shape:
    """Plate standing in the y-z plane around x = 0, its outline (n, 2) of (y, z), edges rounded, thinner than `NEAR_MM`."""
    inside = outline_of(outline)

    def shape(p: Points) -> Distances:
        d = inside(p[:, 1], p[:, 2])
        near = d < NEAR_MM
        q = p[near]
        thick = half_thickness(q) if callable(half_thickness) else half_thickness
        d[near] = smooth_max(d[near], np.abs(q[:, 0]) - thick, edge)
        return np.maximum(d, np.abs(p[:, 0]) - NEAR_MM)

    return shape


def sheet(border: ArrayLike, inner: ArrayLike, edge: float = 3.0) -> Shape:
    """A curved plate through landmarks: `border` (n, 4) in order around it, `inner` (m, 4); x, y, z, half thickness.

    Over the plane that fits the landmarks best, height and half thickness are interpolated (thin-plate splines).
    """
    around = np.asarray(border, float)
    known = np.concatenate([around, np.asarray(inner, float)])
    center = known[:, :3].mean(axis=0)
    axes = np.linalg.svd(known[:, :3] - center)[2].T
    flat = (known[:, :3] - center) @ axes
    low, high = flat[:, :2].min(axis=0) - NEAR_MM, flat[:, :2].max(axis=0) + NEAR_MM
    middle, half = (_interpolated(flat[:, :2], values, low, high) for values in (flat[:, 2], known[:, 3]))
    inside = outline_of(smooth_outline(flat[: len(around), :2]), 2 * TABLE_MM)

    def shape(p: Points) -> Distances:
        u, v, w = ((p - center) @ axes).T
        return smooth_max(inside(u, v), 0.8 * (np.abs(w - middle(u, v)) - half(u, v)), edge)

    reach = known[:, 3].max() + 10.0
    return bounded(shape, around[:, :3].min(axis=0) - reach, around[:, :3].max(axis=0) + reach)


def _interpolated(at: Points, values: Distances, low: Points, high: Points) -> Flat:
    """A thin-plate spline through values (n,) known at points (n, 2) of the plane."""
    spline = RBFInterpolator(at, values, smoothing=1.0)
    return tabled(lambda u, v: spline(np.column_stack([u, v])), low, high, 2 * TABLE_MM)


def scaled(a: Shape, factor: ArrayLike) -> Shape:
    """`a`, so many times as large, about the origin; the factor may differ a little between the axes (3,)."""
    by = np.asarray(factor, float)
    mean = float(by.mean())
    return lambda p: mean * a(p / by)


def offset(a: Shape, by: float) -> Shape:
    """`a`, thicker by so many mm."""
    return lambda p: a(p) - by
