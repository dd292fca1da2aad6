"""The shipped patient, and a ruler for meshes."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from arguide_sim.anatomy.lumbar import Lumbar
from arguide_sim.anatomy.person import person
from numpy.typing import ArrayLike, NDArray

from arguide.geometry.mesh import Mesh, read_mesh
from arguide.settings.scenario import Scenario
from arguide.settings.scenario_file import read_scenario

SHIPPED = Path(__file__).parents[3] / "assets" / "scenarios" / "lumbar-facet"


@pytest.fixture(scope="session")
def anatomy() -> Lumbar:
    return Lumbar(person(0))


@pytest.fixture(scope="session")
def shipped() -> Scenario:
    return read_scenario(SHIPPED / "scenario.toml")


@pytest.fixture(scope="session")
def shipped_meshes(shipped: Scenario) -> dict[str, Mesh]:
    return {structure.name: read_mesh(structure.mesh) for structure in shipped.structures}


def crossings_of(mesh: Mesh, start: ArrayLike, along: ArrayLike) -> NDArray[np.float64]:
    """Where the whole line through `start` along the unit vector `along` crosses the mesh, in mm from `start`, sorted."""
    o, d = np.asarray(start, float), np.asarray(along, float)
    a, b, c = (mesh.vertices[mesh.faces[:, k]] for k in range(3))
    system = np.stack([b - a, c - a, np.broadcast_to(-d, a.shape)], axis=2)
    flat = np.abs(np.linalg.det(system)) < 1e-12
    system[flat] = np.eye(3)
    u, v, t = np.linalg.solve(system, (o - a)[..., None])[..., 0].T
    return np.sort(t[~flat & (u >= 0) & (v >= 0) & (u + v <= 1)])


@pytest.fixture(scope="session")
def crossings() -> Callable[[Mesh, ArrayLike, ArrayLike], NDArray[np.float64]]:
    return crossings_of
