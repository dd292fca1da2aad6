"""What a registration by touch is wrong by: what its residuals show, and what they cannot show."""

import numpy as np
import scipy

from arguide.geometry.transforms import Array, translation
from arguide.geometry.uncertainty import adjoint, motion_of_points, region_scale

SPREAD = 1.6
"""Touches may err up to exp(√2 · 1.6), some ten times, as much along one axis as along another: all ratios up to that are
taken for equally likely before the residuals are seen, on a scale of logarithms …"""
NODES = 11
"""… and so many of them are tried, for each of the two ratios that three axes have."""
HELD = 0.944
"""Share of the posterior that the region is made to hold. Most touches are not as uneven as those that the flat prior allows
for, and 0.95 of it held 95.6 % of simulated errors over many layouts of 6 to 16 fiducials and kinds of touch. So it holds 95 %."""
LEAST = 1e-18
"""mm², for residuals that are none."""


def residual_covariance(fixed: Array, off: Array, about: Array) -> Array:
    """Covariance (..., 6, 6) in the image frame of registrations by touch, from their residuals `off` (..., n, 3) mm.

    A hand slips along the skin or presses into it, so touches err more in one direction than in another, and fiducials on
    one side of the body hide most of what errs across them: of n such residuals all but n − 3 are lost. So each principal
    direction k of the fiducials (n, 3) mm has its own variance σ_k². What the residuals y tell of all three is their
    posterior (Box & Tiao, "Bayesian Inference in Statistical Analysis", 1973, section 2): the scale with Jeffreys' prior,
    the ratios with a flat one within `SPREAD`. ξ = (Jᵀ J)⁻¹ Jᵀ e carries the errors e to the transform, linear in σ_k².

    The error is then a mixture of t distributions with 3n − 6 degrees of freedom; the covariance is widened so that the
    95 % region of the point `about` (3,), taken as if all were known, holds 95 % of it (`_widening`).
    """
    middle = fixed.mean(axis=0)
    axes = np.linalg.svd(fixed - middle)[2]
    rows = np.einsum("ka,nai->nki", axes, motion_of_points(fixed - middle)).reshape(-1, 6)
    ratios = _ratios()
    squares, doubt = _told(rows, ratios, (off @ axes.T).reshape(*off.shape[:-2], -1))
    freedom = len(rows) - 6
    log_chance = -0.5 * (doubt + freedom * np.log(squares))
    chance = np.exp(log_chance - log_chance.max(axis=-1, keepdims=True))
    chance /= chance.sum(axis=-1, keepdims=True)
    variances = (squares / freedom)[..., None] * ratios
    mean = (chance[..., None] * variances).sum(axis=-2)
    answer = (rows @ np.linalg.inv(rows.T @ rows)).reshape(-1, 3, 6)
    one = np.einsum("nki,nkj->kij", answer, answer)
    j = motion_of_points(about - middle)
    widening = _widening(j @ one @ j.T, mean, variances, chance, freedom)
    carry = adjoint(translation(middle))
    return np.asarray(carry @ np.einsum("...k,kij->...ij", mean * widening[..., None], one) @ carry.T)


def _ratios() -> Array:
    """Variances (g, 3) of the three axes against each other, geometric mean 1."""
    steps = np.linspace(-SPREAD, SPREAD, NODES)
    first, second = np.meshgrid(steps / np.sqrt(2), steps / np.sqrt(6))
    return np.asarray(np.exp(2 * np.stack([first + second, second - first, -2 * second], axis=-1).reshape(-1, 3)))


def _told(rows: Array, ratios: Array, off: Array) -> tuple[Array, Array]:
    """For each of the ratios: yᵀ M⁻¹ y (..., g) of residuals (..., 3n), and log |M| (g,).

    y is what J leaves free of them, M its covariance for a scale of 1.
    """
    free = np.linalg.svd(rows)[0][:, 6:]
    spread = np.einsum("ij,gi,ik->gjk", free, np.tile(ratios, (1, len(rows) // 3)), free)
    y = off @ free
    squares = [((y @ inverse) * y).sum(axis=-1) for inverse in np.linalg.inv(spread)]
    return np.maximum(np.stack(squares, axis=-1), LEAST), np.linalg.slogdet(spread)[1]


def _widening(one: Array, mean: Array, variances: Array, chance: Array, freedom: int) -> Array:
    """By how much (...) the covariance Σ_k mean_k one_k of a point must grow for the region of known variances.

    `one` (3, 3, 3) is what each axis' unit variance does to the point; the variances are `mean` (..., 3), or else
    `variances` (..., g, 3) with `chance` (..., g). The square of the error in units of that covariance is taken for c · 3 F(3, ν):
    ν and c are those at which its logarithm has the right mean and variance, since moments of the square itself would hang
    on the far tails.
    """
    inverse = np.linalg.inv(np.einsum("...k,kab->...ab", mean, one))
    part = np.einsum("...ab,kba->...k", inverse, one) / 3
    size = np.log((variances * part[..., None, :]).sum(axis=-1))
    middle = (chance * size).sum(axis=-1)
    scatter = (chance * (size - middle[..., None]) ** 2).sum(axis=-1) + scipy.special.polygamma(1, freedom / 2)
    nu = (1 + np.sqrt(1 + 2 * scatter)) / scatter  # inverts ψ′(ν/2) ≈ 2/ν + 2/ν²
    log_c = (
        middle
        - scipy.special.digamma(freedom / 2)
        + np.log(freedom / 2)
        + scipy.special.digamma(nu / 2)
        - np.log(nu / 2)
    )
    return np.asarray(np.exp(log_c) * 3 * scipy.special.fdtri(3, nu, HELD) / region_scale() ** 2)


def steady_covariance(accuracy_mm: float) -> Array:
    """Covariance (6, 6) of a shift that all touches share, since the tracker errs in the same way for long; no residual
    tells it. `accuracy_mm` is the RMS length of the tracker's steady error."""
    return np.diag([0.0] * 3 + [accuracy_mm**2 / 3] * 3)


def shared_tip_covariance(fixed: Array, weights: Array, image_from_stylus: Array, tip_covariance: Array) -> Array:
    """Covariance (6, 6) in the image frame of what the stylus' own calibration error does to the registration.

    All touches share it. Where the stylus was held alike it shifts all points alike, and no residual tells. `fixed`
    (n, 3) mm are the planned points, `weights` (n,) as used, `image_from_stylus` (n, 3, 3) the stylus' rotations at the
    touches, `tip_covariance` (3, 3) mm² in the stylus' frame. First order: ξ = K Σ w Jᵀ R δ with K = (Σ w Jᵀ J)⁻¹.
    """
    j = motion_of_points(fixed)
    normal = np.einsum("n,nai,naj->ij", weights, j, j)
    answer = np.linalg.solve(normal, np.einsum("n,nai,nab->ib", weights, j, image_from_stylus))
    result: Array = answer @ tip_covariance @ answer.T
    return result
