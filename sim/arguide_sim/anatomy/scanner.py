"""The scanner: blur by its resolution, and noise by dose with the grain of a soft-tissue kernel.

Noise grows as the square root of lost photons: with 1 / sqrt(dose), 1 / sqrt(slice), and exp(μ d / 2) behind d of
tissue (Brooks and Di Chiro, Med Phys 3 (1976) 237). Its spectrum is a band: a ramp cut by the kernel (Boedeker et al.,
Phys Med Biol 52 (2007) 4027), here a difference of two Gaussians within the slice.
"""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter, gaussian_filter1d

from arguide_sim.anatomy.grid import Field, Grid

NOISE_HU = 12.0
"""In the middle of a trunk of 300 mm, 1 mm slices, 10 mGy."""

NARROW_MM, WIDE_MM, WIDE_PART = 0.55, 1.4, 0.75
"""The noise's grain."""

WATER_PER_MM = 0.019
"""Linear attenuation of water at 120 kV, 1/mm."""


@dataclass(frozen=True)
class Scanner:
    """How a patient is scanned."""

    spacing_mm: float = 1.0
    dose_mgy: float = 10.0
    """CTDIvol."""
    resolution_mm: float = 1.1
    """Full width at half maximum of a point."""
    step_hu: int = 1
    """Hounsfield units are rounded to this."""

    @property
    def halo(self) -> int:
        """Slices that a slice is blurred with, on each side."""
        return int(np.ceil(3 * self.resolution_mm / 2.355 / self.spacing_mm)) + 1

    def blurred(self, hu: Field) -> Field:
        """What the scanner's resolution leaves."""
        result: Field = gaussian_filter(hu, self.resolution_mm / 2.355 / self.spacing_mm, truncate=3.0, mode="nearest")
        return result

    def noise(self, grid: Grid, seed: int, first_slice: int, depth: Field, width_mm: float) -> Field:
        """Noise on a slab that starts at slice `first_slice` of the whole; `depth` (mm below the skin) makes the middle
        noisier, `width_mm` is the mean diameter of the trunk."""
        white = np.empty(grid.shape, np.float32)
        for k in range(grid.shape[2]):
            random = np.random.default_rng([seed, 78, first_slice + k])
            white[:, :, k] = random.random(grid.shape[:2], dtype=np.float32) - 0.5
        narrow, wide = (self._smooth(white, width) for width in (NARROW_MM, WIDE_MM))
        band = narrow - np.float32(WIDE_PART) * wide
        sd = NOISE_HU / np.sqrt(self.dose_mgy / 10 * self.spacing_mm) * np.exp(WATER_PER_MM * (width_mm - 300) / 2)
        band *= np.float32(sd / self._strength())
        return band * (0.6 + 0.4 * np.clip(depth / 80, 0, 1)).astype(np.float32)

    def _smooth(self, white: Field, width_mm: float) -> Field:
        sigma = width_mm / self.spacing_mm
        for axis in (0, 1):
            white = gaussian_filter1d(white, sigma, axis=axis, truncate=3.0, mode="wrap")
        return white

    def _strength(self) -> float:
        """Standard deviation of the band before it is scaled, from the kernel itself."""
        point = np.zeros((41, 41, 1), np.float32)
        point[20, 20] = 1.0
        kernel = self._smooth(point, NARROW_MM) - np.float32(WIDE_PART) * self._smooth(point, WIDE_MM)
        return float(np.sqrt((kernel.astype(float) ** 2).sum() / 12))
