"""What every registration can say about the error at a target."""

import numpy as np
from numpy.typing import ArrayLike

from arguide.geometry.transforms import Array
from arguide.geometry.uncertainty import point_covariances, region_scale


class TargetErrors:
    """Target errors of a registration that carries a covariance."""

    covariance: Array
    degrees_of_freedom: float

    def tre_covariances(self, targets: ArrayLike) -> Array:
        """Covariances (..., 3, 3) in mm² of the error at targets (..., 3) of the fixed frame (first order)."""
        return point_covariances(self.covariance, targets)

    def tre_mm(self, targets: ArrayLike) -> Array:
        """Expected RMS error (...) in mm at targets (..., 3) of the fixed frame."""
        return np.asarray(np.sqrt(np.trace(self.tre_covariances(targets), axis1=-2, axis2=-1)))

    @property
    def region_scale(self) -> float:
        """By which the standard deviations of `tre_covariances` are multiplied to bound 95 % of errors."""
        return region_scale(0.95, self.degrees_of_freedom)
