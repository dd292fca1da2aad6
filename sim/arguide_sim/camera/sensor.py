"""What the sensor adds: the blur of the optics, darker corners, noise of light and of electronics.

The variance of a pixel grows with its brightness and has a floor: the Poisson-Gaussian model of Foi et al. (2008),
"Practical Poissonian-Gaussian noise modeling and fitting for single-image raw-data". The gain and floor here are those
of an indoor webcam: about 2 grey levels of 255 in the dark and 3.5 on white paper.
"""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

LEVELS = 32
"""Steps of brightness for which the noise is scaled."""
MARGIN = 64


@dataclass(frozen=True)
class Sensor:
    """How pictures are made worse. Brightness in grey levels 0..255."""

    seed: int = 0
    floor: float = 2.0
    """Standard deviation in the dark."""
    gain: float = 0.036
    """Variance added per grey level."""
    blur_px: float = 0.7
    """Standard deviation of the optics' blur."""
    vignette: float = 0.18
    """Share of light that the corners lose."""

    def expose(self, ideal: NDArray[np.uint8], number: int) -> NDArray[np.uint8]:
        """The picture number `number` as the sensor gives it; the same number gets the same noise."""
        height, width = ideal.shape[:2]
        seen = cv2.GaussianBlur(ideal, (0, 0), self.blur_px) if self.blur_px else ideal
        noise = self._noise(height, width, number)
        grey = cv2.cvtColor(seen, cv2.COLOR_BGR2GRAY)
        scale = cv2.LUT(grey, np.sqrt(self.floor**2 + self.gain * np.arange(256)).astype(np.float32))
        bright = cv2.multiply(seen, _corners(height, width, self.vignette), dtype=cv2.CV_32F)
        noisy = cv2.add(bright, cv2.merge([cv2.multiply(scale, noise)] * 3))
        # To bytes by rounding and clipping.
        return np.asarray(cv2.convertScaleAbs(np.maximum(noisy, 0.0)), dtype=np.uint8)

    def _noise(self, height: int, width: int, number: int) -> NDArray[np.float32]:
        # A new place in one large field costs a hundredth of new random numbers.
        x, y = np.random.default_rng([self.seed, 11, number]).integers(0, MARGIN, 2)
        return _field(self.seed, height + MARGIN, width + MARGIN)[y : y + height, x : x + width]


@lru_cache(maxsize=4)
def _field(seed: int, height: int, width: int) -> NDArray[np.float32]:
    return np.random.default_rng([seed, 12]).standard_normal((height, width), dtype=np.float32)


@lru_cache(maxsize=4)
def _corners(height: int, width: int, loss: float) -> NDArray[np.float32]:
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    return np.repeat(np.asarray(1 - loss * (x * x + y * y) / 2, dtype=np.float32)[..., None], 3, axis=2)
