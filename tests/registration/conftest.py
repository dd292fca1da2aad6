"""Fiducial layouts that the tests of this room share, mm."""

import numpy as np
import pytest

from arguide.geometry.transforms import Array

LAYOUTS = {
    "skin": [[-60.0, -80, 40], [55, -82, 45], [-70, -75, -60], [65, -78, -55], [0, -95, 0], [30, -90, 80]],
    "flat": [[-50.0, 0, -50], [50, 0, -50], [50, 0, 50], [-50, 0, 50], [0, 0, 10], [-20, 0, 30]],
    "slim": [[-10.0, 0, -80], [12, 3, -40], [-8, 10, 0], [10, -8, 40], [-12, 2, 80], [4, 9, 60]],
    "few": [[0.0, 0, 0], [80, 0, 0], [0, 80, 0], [0, 0, 80]],
}
TARGETS = np.array([[0.0, -40, 0], [20, -30, 100], [-80, 60, -30]])


@pytest.fixture(params=LAYOUTS)
def layout(request: pytest.FixtureRequest) -> Array:
    return np.array(LAYOUTS[request.param])


@pytest.fixture
def skin() -> Array:
    """Six fiducials on a back."""
    return np.array(LAYOUTS["skin"])


@pytest.fixture
def targets() -> Array:
    return TARGETS
