"""Muscles that fill the room they have: drawn thin along their courses, then grown until they nearly touch."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from arguide_sim.anatomy.sdf import NEAR_MM, Distances, Points, Shape, curved, smooth_max

SEPTUM_MM = 1.6
"""Fat between two muscles."""


def muscle(course: ArrayLike, sizes: ArrayLike) -> Shape:
    """A muscle along its course (n, 3) with half widths and half depths (n, 2), mm; its depth is measured along y."""
    return curved(course, sizes, (0.0, 1.0, 0.0), blend=2.0)


def filling(thin: Mapping[str, Shape], growth_mm: Mapping[str, float], within: Shape) -> dict[str, Shape]:
    """The same muscles grown by so many mm, less where they meet each other, and kept `within` a shape."""
    assert all(growth < NEAR_MM for growth in growth_mm.values()), "shapes are exact only within NEAR_MM"
    return {name: _grown(name, thin, growth_mm.get(name, 0.0), within) for name in thin}


def _grown(name: str, thin: Mapping[str, Shape], growth: float, within: Shape) -> Shape:
    others = [shape for other, shape in thin.items() if other != name]

    def shape(p: Points) -> Distances:
        own = thin[name](p)
        d: Distances = own - growth
        near = d < NEAR_MM
        q, mine = p[near], own[near]
        if len(q):
            nearest = np.min([other(q) for other in others], axis=0)
            inside = smooth_max(d[near], (mine - nearest + SEPTUM_MM) / 2, 2.0)
            d[near] = smooth_max(inside, within(q) + SEPTUM_MM / 2, 2.0)
        return d

    return shape
