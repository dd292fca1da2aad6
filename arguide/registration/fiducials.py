"""Which fiducial is wrong? Each is judged by the others.

A fiducial's own residual is a poor witness: a wrong one pulls the transform toward itself and spreads its error over
its neighbours. So each is left out in turn; a fiducial is suspect when leaving it out makes the rest agree far better
than chance allows (the F test for one outlier, e.g. Cook & Weisberg, "Residuals and Influence in Regression", 1982,
section 2.2.2, for three coordinates at once, with Bonferroni's bound for looking at all of them).
"""

from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import ArrayLike

from arguide.errors import RegistrationError
from arguide.geometry.transforms import Array
from arguide.registration.alignment import align, moved
from arguide.registration.checks import MIN_SPREAD_MM, paired, rms_off_line

SUSPICION = 0.01
"""Chance, for good fiducials, that one of them is called suspect."""
EXACT_MM = 1e-6


@dataclass(frozen=True)
class FiducialJudgement:
    """What each fiducial looks like from the others. NaN where the others alone do not determine a transform."""

    left_out_mm: Array
    """(n,) error at each fiducial when it is registered by the others: a target error at a known point."""
    fre_without_mm: Array
    """(n,) RMS residual of the others."""
    chance: Array
    """(n,) probability, 0..1, that good fiducials look as bad as this; corrected for looking at all n."""
    suspect: int | None
    """The fiducial to touch again or exclude, by its place in the list; None when all look good."""


def judge_fiducials(moving: ArrayLike, fixed: ArrayLike, fle_mm: float | None = None) -> FiducialJudgement:
    """Leave out each of the paired fiducials (n, 3), mm, in turn; `fle_mm` is the RMS localisation error, if known.

    RegistrationError as from `register_points`, and with fewer than four.
    """
    a, b = paired(moving, fixed)
    n = len(a)
    if n < 4:
        raise RegistrationError(
            f"registration: {n} fiducials, at least 4 needed to judge one by the others; touch one more"
        )
    others = 1.0 - np.eye(n)
    off2 = ((moved(align(a, b, others), a) - b) ** 2).sum(axis=2)
    rest = (off2 * others).sum(axis=1)
    whole = ((moved(align(a, b), a) - b) ** 2).sum()
    chance = np.minimum(1.0, n * _tail(np.maximum(whole - rest, 0.0), rest, n, fle_mm))
    weak = [rms_off_line(np.delete(b, k, axis=0)) < MIN_SPREAD_MM for k in range(n)]
    left_out, without = np.sqrt(np.diag(off2)), np.sqrt(rest / (n - 1))
    for values in (left_out, without, chance):
        values[weak] = np.nan
    # Among several that look bad, the one without which the others agree best.
    bad = np.flatnonzero(np.nan_to_num(chance, nan=1.0) < SUSPICION)
    suspect = int(bad[np.argmin(without[bad])]) if len(bad) and np.sqrt(whole / n) > EXACT_MM else None
    return FiducialJudgement(left_out, without, chance, suspect)


def _tail(gain: Array, rest: Array, n: int, fle_mm: float | None) -> Array:
    """Probability (n,) that leaving out one good fiducial takes so much (mm²) off the sum of squares."""
    if fle_mm is not None:
        return np.asarray(scipy.special.chdtrc(3, gain / (fle_mm**2 / 3)))
    freedom = 3 * (n - 1) - 6
    ratio = (gain / 3) / np.maximum(rest / freedom, EXACT_MM**2)
    return np.asarray(scipy.special.fdtrc(3, freedom, ratio))
