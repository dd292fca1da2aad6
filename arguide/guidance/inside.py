"""Small answers about a scattered point in space, each in a few microseconds: it runs at every reading."""

from math import acos, cos, pi, sqrt

import numpy as np
import scipy

from arguide.geometry.transforms import Array

FAR = 4.0
"""Beyond so many standard deviations the answer is yes or no."""


def largest_variance(covariance: Array) -> float:
    """The largest eigenvalue of a symmetric (3, 3), in closed form (Smith, Comm. ACM 4 (1961) 168)."""
    (xx, xy, xz), (_, yy, yz), (_, _, zz) = covariance.tolist()
    mean = (xx + yy + zz) / 3
    x, y, z = xx - mean, yy - mean, zz - mean
    off = xy * xy + xz * xz + yz * yz
    p = sqrt((x * x + y * y + z * z + 2 * off) / 6)
    if p <= 1e-12 * abs(mean) + 1e-100:
        return float(max(mean, 0.0))
    determinant = x * (y * z - yz * yz) - xy * (xy * z - yz * xz) + xz * (xy * yz - y * xz)
    angle = acos(min(1.0, max(-1.0, determinant / (2 * p**3)))) / 3
    return float(max(mean + 2 * p * cos(angle), 0.0))


def probability_in_ball(middle: Array, covariance: Array, radius: float) -> float:
    """That a normal point with that `middle` (3,) and (3, 3) covariance lies within `radius` of the origin.

    Along the covariance's longest axis in closed form, over the other two by Gauss's quadrature; right to 0.001.
    """
    distance, spread = sqrt(float(middle @ middle)), sqrt(max(float(covariance.trace()), 0.0))
    if distance - FAR * spread > radius:
        return 0.0
    if distance + FAR * spread < radius:
        return 1.0
    variances, axes = np.linalg.eigh(covariance)
    x, y, z = (middle @ axes).tolist()
    sx, sy, sz = (sqrt(max(v, THIN)) for v in variances.tolist())
    low, high = max(-radius, x - FAR * sx), min(radius, x + FAR * sx)
    if low >= high:
        return 0.0
    first = low + (high - low) * NODES[:, None]
    left = radius * radius - first * first
    reach = np.sqrt(left)
    lows = np.maximum(-reach, y - FAR * sy)
    widths = np.maximum(np.minimum(reach, y + FAR * sy) - lows, 0.0)
    second = lows + widths * NODES
    third = np.sqrt(np.maximum(left - second * second, 0.0)) * (1 / sz)
    u, v, w = (first - x) * (1 / sx), (second - y) * (1 / sy), z / sz
    density = (scipy.special.ndtr(third - w) - scipy.special.ndtr(-third - w)) * np.exp(-0.5 * (u * u + v * v))
    chance = (WEIGHTS @ (widths * density) @ WEIGHTS).item() * (high - low) / (2 * pi * sx * sy)
    return float(min(1.0, chance))


NODES, WEIGHTS = np.polynomial.legendre.leggauss(9)
NODES, WEIGHTS = (NODES + 1) / 2, WEIGHTS / 2
"""Gauss's nodes and weights (9,) for the interval from 0 to 1."""
THIN = 1e-24
"""Variance in mm² that stands for none."""
