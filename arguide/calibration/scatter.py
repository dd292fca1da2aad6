"""How sure least-squares parameters are, told by the residuals themselves.

The sandwich estimator (White, Econometrica 48 (1980) 817–838): it assumes neither that the noise is alike in all
directions nor that all poses are equally good. Hand-held data are also alike from one instant to the next (tremor,
a tip that creeps), so that a thousand poses tell less than a thousand independent ones; the covariance is widened by
the residuals' integrated autocorrelation time (Sokal, "Monte Carlo methods in statistical mechanics", 1997, eq. 2.20).
"""

import numpy as np

from arguide.geometry.transforms import Array


def parameter_covariance(coefficients: Array, residuals: Array) -> Array:
    """Covariance (k, k) of parameters x, from `coefficients` (n, d, k) and `residuals` (n, d) = A x − b, in time order.

    White's covariance times n d / (n d − k) for the residuals' lost freedom, times the correlation time in samples.
    """
    n, d, k = coefficients.shape
    inverse = np.linalg.inv(np.einsum("ndi,ndj->ij", coefficients, coefficients))
    scores = np.einsum("ndi,nd->ni", coefficients, residuals)
    widening = n * d / (n * d - k) * correlation_time(residuals)
    result: Array = inverse @ (scores.T @ scores) @ inverse * widening
    return result


def correlation_time(series: Array) -> float:
    """How many samples of a series (n, d) tell as much as one independent one: 1 + 2 Σ ρ, at least 1.

    The sum runs over lags until the autocorrelation, taken over all d components together, is no longer significant.
    """
    n = len(series)
    centred = series - series.mean(axis=0)
    power = np.abs(np.fft.rfft(centred, 2 * n, axis=0)) ** 2
    correlation = np.fft.irfft(power.sum(axis=1))[: n // 2]
    if correlation[0] <= 0:
        return 1.0
    rho = correlation / correlation[0]
    quiet = np.flatnonzero(rho < 2 / np.sqrt(centred.size))
    until = int(quiet[0]) if len(quiet) else len(rho)
    return float(1 + 2 * rho[1:until].sum())
