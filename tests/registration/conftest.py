"""Fiducial layouts and painted bones that the tests of this room share, mm."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from arguide.asset_files import find_scenario
from arguide.geometry.mesh import joined, read_mesh
from arguide.geometry.transforms import Array, rotation_about, translation
from arguide.registration.surface import SurfaceTarget

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


@dataclass
class Bone:
    """A surface to paint on."""

    target: SurfaceTarget
    reachable: NDArray[np.bool_]
    """(m,) triangles that the stylus may touch."""

    def painted(self, rng: np.random.Generator, n: int = 500, noise_mm: float = 0.3) -> Array:
        """Points (n, 3) spread evenly over what is reachable, with Gaussian noise along each axis."""
        share = np.where(self.reachable, self.target.areas, 0.0)
        faces = rng.choice(len(share), n, p=share / share.sum())
        cuts = np.sort(rng.uniform(size=(n, 2)), axis=1)
        corners = np.column_stack([cuts[:, 0], cuts[:, 1] - cuts[:, 0], 1 - cuts[:, 1]])
        return np.asarray(
            np.einsum("nk,nki->ni", corners, self.target.corners[faces]) + rng.normal(0, noise_mm, (n, 3))
        )


@pytest.fixture(scope="session")
def vertebrae() -> Bone:
    """The lumbar scenario's L3 to L5, opened from behind: laminae, facets and spinous processes can be touched."""
    folder = find_scenario("lumbar-facet").parent / "meshes"
    target = SurfaceTarget(joined([read_mesh(folder / f"{name}.ply") for name in ("L3", "L4", "L5")]))
    return Bone(target, (target.normals[:, 1] < -0.3) & (target.corners[:, :, 1].mean(axis=1) < -5))


@pytest.fixture(scope="session")
def vertebra() -> Bone:
    """The lumbar scenario's L4 from behind."""
    target = SurfaceTarget(read_mesh(find_scenario("lumbar-facet").parent / "meshes" / "L4.ply"))
    return Bone(target, (target.normals[:, 1] < -0.3) & (target.corners[:, :, 1].mean(axis=1) < -5))


@pytest.fixture(scope="session")
def off_by() -> Callable[..., Array]:
    """A pose (4, 4) turned about `middle` and shifted, up to so many degrees and mm in any direction."""

    def make(rng: np.random.Generator, degrees: float, mm: float, middle: Array) -> Array:
        axis, way = (v / np.linalg.norm(v) for v in rng.normal(size=(2, 3)))
        turn = rotation_about(axis, np.radians(degrees) * rng.uniform())
        return translation(middle + way * mm * rng.uniform()) @ turn @ translation(-middle)

    return make
