"""Solids whose volume and distance are known by formula."""

from collections.abc import Callable

import numpy as np
import pytest
import trimesh.creation

from arguide.geometry.mesh import Mesh


@pytest.fixture(scope="session")
def as_mesh() -> Callable[..., Mesh]:
    def convert(solid: trimesh.Trimesh, offset: tuple[float, float, float] = (0.0, 0.0, 0.0)) -> Mesh:
        return Mesh(np.asarray(solid.vertices, float) + offset, np.asarray(solid.faces, np.int32))

    return convert


@pytest.fixture(scope="session")
def ball(as_mesh: Callable[..., Mesh]) -> Mesh:
    """Radius 20 mm; the facets lie at most 0.03 mm below the sphere."""
    return as_mesh(trimesh.creation.icosphere(4, 20.0))


@pytest.fixture(scope="session")
def box(as_mesh: Callable[..., Mesh]) -> Mesh:
    """10 x 20 x 30 mm, centred: every face and edge runs along the axes, the hardest case for counting crossings."""
    return as_mesh(trimesh.creation.box((10.0, 20.0, 30.0)))
