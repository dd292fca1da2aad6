"""Small answers about a scattered point in space, each in a few microseconds: it runs at every reading."""

from math import acos, cos, pi, sqrt

import numpy as np
from scipy import special

from arguide.geometry.transforms import Array

FAR = 5.0
"""Beyond so many standard deviations the answer is yes or no."""


def largest_variance(covariance: Array) -> float:
    """The largest eigenvalue of a symmetric (3, 3), in closed form (Smith, Comm. ACM 4 (1961) 168)."""
    (xx, xy, xz), (_, yy, yz), (_, _, zz) = covariance.tolist()
    mean = (xx + yy + zz) / 3
    x, y, z = xx - mean, yy - mean, zz - mean
    off = xy * xy + xz * xz + yz * yz
    p = sqrt((x * x + y * y + z * z + 2 * off) / 6)
    if p <= 1e-12 * abs(mean):
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
    half = (high - low) / 2
    first = (low + half) + half * NODES
    first_weight = WEIGHTS * np.exp(-0.5 * ((first - x) / sx) ** 2)
    left = radius * radius - first * first
    reach = np.sqrt(left)
    lows, highs = np.maximum(-reach, y - FAR * sy), np.minimum(reach, y + FAR * sy)
    halves = np.maximum(highs - lows, 0.0) / 2
    second = (lows + halves)[:, None] + halves[:, None] * NODES
    density = np.exp(-0.5 * ((second - y) / sy) ** 2)
    third = np.sqrt(np.maximum(left[:, None] - second * second, 0.0))
    density *= special.ndtr((third - z) / sz) - special.ndtr((-third - z) / sz)
    return float(min(1.0, float((first_weight * halves) @ (density @ WEIGHTS)) * half / (2 * pi * sx * sy)))


NODES, WEIGHTS = np.polynomial.legendre.leggauss(10)
THIN = 1e-24
"""Variance in mm² that stands for none."""
