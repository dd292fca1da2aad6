"""Point registration when the localisation error differs from direction to direction and from point to point.

Minimise Σ r_iᵀ W_i r_i with r_i = R a_i + t − b_i and W_i = (R A_i Rᵀ + B_i)⁻¹, the inverse covariance of r_i: e.g.
Balachandran & Fitzpatrick, "Iterative solution for rigid-body point-based registration with anisotropic weighting",
Proc. SPIE 7261 (2009). Solved by Gauss–Newton steps on small motions, W_i following the rotation; the covariance is
the inverse of Σ Jᵀ W J (Moghari & Abolmaesumi, IEEE TMI 26 (2007) 1687–1704, eq. 22: the maximum-likelihood bound).
"""

import numpy as np
from numpy.typing import ArrayLike

from arguide.errors import RegistrationError
from arguide.geometry.transforms import Array, apply
from arguide.geometry.uncertainty import motion_of_points, small_motion
from arguide.registration.alignment import align, alignment_covariance
from arguide.registration.checks import check_handedness, doubts, paired
from arguide.registration.rigid import Registration

ROUNDS = 50
CLOSE_MM = 1e-12


def register_anisotropic(
    moving: ArrayLike, fixed: ArrayLike, moving_fle: ArrayLike, fixed_fle: ArrayLike | None = None
) -> Registration:
    """Find the likeliest rigid transform that takes `moving` (n, 3) onto `fixed` (n, 3), mm, row by row.

    `moving_fle` and `fixed_fle` are covariances in mm² of the localisation errors, (3, 3) for all or (n, 3, 3), each
    in its own frame; the fixed points are taken as exact without. Trackers are worse in depth: give their covariance
    in the tracker's frame. RegistrationError as from `register_points`, or if a covariance is none.
    """
    a, b = paired(moving, fixed)
    cov_a = _covariances(moving_fle, len(a), "moving")
    cov_b = _covariances(fixed_fle, len(b), "fixed") if fixed_fle is not None else np.zeros((len(b), 3, 3))
    fixed_from_moving, precisions = _iterate(a, b, cov_a, cov_b)
    off = apply(fixed_from_moving, a) - b
    residuals = np.linalg.norm(off, axis=1)
    fre = float(np.sqrt(np.mean(residuals**2)))
    check_handedness(a, b, fre)
    fle2 = np.trace(cov_a + cov_b, axis1=1, axis2=2).mean()
    return Registration(
        fixed_from_moving=fixed_from_moving,
        residuals_mm=residuals,
        fre_mm=fre,
        covariance=alignment_covariance(b, precisions),
        fle_mm=float(np.sqrt(fle2)),
        degrees_of_freedom=np.inf,
        cautions=doubts(a, b),
    )


def _iterate(a: Array, b: Array, cov_a: Array, cov_b: Array) -> tuple[Array, Array]:
    """The transform (4, 4) and the inverse covariances (n, 3, 3) of its residuals."""
    middle = b.mean(axis=0)  # so that turn and shift hardly mix
    transform = align(a, b - middle)
    for _ in range(ROUNDS):
        r = transform[:3, :3]
        precisions = np.asarray(np.linalg.inv(r @ cov_a @ r.T + cov_b), dtype=float)
        mapped = apply(transform, a)
        j = motion_of_points(mapped)
        jw = np.einsum("nai,nab->nib", j, precisions)
        step = np.linalg.solve(np.einsum("nib,nbj->ij", jw, j), np.einsum("nib,nb->i", jw, b - middle - mapped))
        transform = small_motion(step) @ transform
        if np.linalg.norm(step[3:]) + np.linalg.norm(step[:3]) * np.abs(mapped).max() < CLOSE_MM:
            break
    transform[:3, 3] += middle
    return transform, precisions


def _covariances(given: ArrayLike, n: int, which: str) -> Array:
    c = np.asarray(given, dtype=float)
    if c.shape not in ((3, 3), (n, 3, 3)) or not np.all(np.isfinite(c)):
        raise RegistrationError(
            f"registration: the {which} points' covariances have shape {c.shape}, expected (3, 3) or ({n}, 3, 3)"
        )
    c = np.broadcast_to(c, (n, 3, 3))
    if not np.allclose(c, c.swapaxes(1, 2)) or np.linalg.eigvalsh(c).min() <= 0:
        raise RegistrationError(
            f"registration: a covariance of the {which} points is not symmetric and positive; give variances in mm²"
        )
    return c
