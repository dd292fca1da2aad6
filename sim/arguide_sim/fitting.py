"""From marker positions to poses, for many tools and frames in one batch.

Closed form by unit quaternions (Horn 1987, sections 3 and 4): the rotation is the eigenvector of the largest
eigenvalue of a symmetric matrix made from the correlation of model and measurement, and the eigenvalue tells what
error remains. Markers weigh 1 or 0; fewer than three, or all in one line, leave a rotation that means little.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from arguide.geometry.transforms import Array


def _horn() -> Array:
    """(16, 9): Horn's matrix, row by row, from the correlations xx xy xz yx yy yz zx zy zz."""
    rows = (
        ("+xx+yy+zz", "+yz-zy", "+zx-xz", "+xy-yx"),
        ("+yz-zy", "+xx-yy-zz", "+xy+yx", "+zx+xz"),
        ("+zx-xz", "+xy+yx", "-xx+yy-zz", "+yz+zy"),
        ("+xy-yx", "+zx+xz", "+yz+zy", "-xx-yy+zz"),
    )
    names = [a + b for a in "xyz" for b in "xyz"]
    matrix = np.zeros((16, 9))
    for n, terms in enumerate(term for row in rows for term in row):
        for at in range(0, len(terms), 3):
            matrix[n, names.index(terms[at + 1 : at + 3])] = 1.0 if terms[at] == "+" else -1.0
    return matrix


def _rotation() -> Array:
    """(9, 16): a rotation matrix, row by row, from the products qi qj of a unit quaternion, scalar first."""
    rows = (
        ("+00+11-22-33", "+12+12-03-03", "+13+13+02+02"),
        ("+12+12+03+03", "+00-11+22-33", "+23+23-01-01"),
        ("+13+13-02-02", "+23+23+01+01", "+00-11-22+33"),
    )
    matrix = np.zeros((9, 16))
    for n, terms in enumerate(term for row in rows for term in row):
        for at in range(0, len(terms), 3):
            matrix[n, 4 * int(terms[at + 1]) + int(terms[at + 2])] += 1.0 if terms[at] == "+" else -1.0
    return matrix


_HORN = np.ascontiguousarray(_horn().T)
_ROTATION = np.ascontiguousarray(_rotation().T)


class Fits(NamedTuple):
    """The poses that lay models on measurements best, n of them."""

    quaternions: Array
    """(n, 4), scalar first and not negative."""
    shifts: Array
    """(n, 3) mm."""
    errors: Array
    """(n,) RMS distance that remains, mm."""
    rotations: Array
    """(n, 3, 3), the same as the quaternions."""


def fit(models: Array, markers: Array, weights: Array) -> Fits:
    """Fit `models` to `markers`, both (n, m, 3) in mm; `weights` (n, m) say which markers count."""
    counts = np.maximum(weights.sum(axis=1), 1.0)
    shares = (weights / counts[:, None])[:, None, :]
    middles, model_middles = shares @ markers, shares @ models
    measured = (markers - middles) * weights[:, :, None]
    centred = (models - model_middles) * weights[:, :, None]
    correlations = (centred.transpose(0, 2, 1) @ measured).reshape(-1, 9)
    values, vectors = np.linalg.eigh((correlations @ _HORN).reshape(-1, 4, 4))
    quaternions = vectors[:, :, 3]
    quaternions *= np.where(quaternions[:, :1] < 0, -1.0, 1.0)
    rotations = rotations_of(quaternions)
    shifts = middles[:, 0] - (rotations @ model_middles.transpose(0, 2, 1))[:, :, 0]
    squares = np.einsum("nmi,nmi->n", measured, measured) + np.einsum("nmi,nmi->n", centred, centred)
    errors = np.sqrt(np.maximum(squares - 2 * values[:, 3], 0.0) / counts)
    return Fits(quaternions, shifts, errors, rotations)


def rotations_of(quaternions: Array) -> Array:
    """Unit quaternions (n, 4), scalar first, as rotation matrices (n, 3, 3)."""
    products = quaternions[:, :, None] * quaternions[:, None, :]
    rotations: Array = (products.reshape(-1, 16) @ _ROTATION).reshape(-1, 3, 3)
    return rotations


def drop_worst(models: Array, markers: Array, weights: Array, most: Array) -> tuple[Fits, NDArray[np.bool_]]:
    """Fit, leaving out one after the other the marker that is farthest off, as long as it is off by more than `most` (n,).

    Returns the fits and which markers (n, m) were left out.
    """
    weights, out = weights.copy(), np.zeros(weights.shape, dtype=bool)
    fits = fit(models, markers, weights)
    rows = np.arange(len(weights))
    while True:
        # No marker can be off by more than all of them together, so usually there is nothing to look at.
        suspicious = fits.errors * np.sqrt(weights.sum(axis=1)) > most
        if not suspicious.any():
            return fits, out
        laid = models @ fits.rotations.transpose(0, 2, 1) + fits.shifts[:, None]
        off = np.linalg.norm(laid - markers, axis=2) * weights
        worst = off.argmax(axis=1)
        bad = suspicious & (off[rows, worst] > most)
        if not bad.any():
            return fits, out
        weights[bad, worst[bad]] = 0.0
        out[bad, worst[bad]] = True
        fits = fit(models, markers, weights)
