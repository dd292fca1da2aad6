"""The scenario that ships: readable, closed, plausible, and its plans do what they say on the meshes themselves."""

import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from arguide_sim.anatomy.crossing import crossings as crossings_between
from arguide_sim.anatomy.lumbar import Lumbar
from arguide_sim.anatomy.lumbar_landmarks import landmarks
from arguide_sim.anatomy.meshing import is_watertight
from arguide_sim.anatomy.plans import approach
from numpy.typing import ArrayLike, NDArray

from arguide.geometry.distance_field import build
from arguide.geometry.mesh import Mesh
from arguide.settings.scenario import Plan, Scenario, Tissue

Crossings = Callable[[Mesh, ArrayLike, ArrayLike], NDArray[np.float64]]
FOLDER = Path(__file__).parents[3] / "assets" / "scenarios" / "lumbar-facet"
PLANS = ("Right L4/L5", "Left L4/L5", "Right L3/L4")


@pytest.fixture(scope="module")
def marks() -> dict[str, Any]:
    levels: dict[str, Any] = json.loads((FOLDER / "landmarks.json").read_text("utf-8"))["levels"]
    return levels


@pytest.fixture(params=PLANS)
def plan(request: pytest.FixtureRequest, shipped: Scenario) -> Plan:
    return next(plan for plan in shipped.plans if plan.name == request.param)


def test_it_has_what_the_exercise_needs(shipped: Scenario) -> None:
    assert [plan.name for plan in shipped.plans] == list(PLANS)
    bones = {s.name for s in shipped.structures if s.tissue is Tissue.BONE}
    assert bones == {"T12", "L1", "L2", "L3", "L4", "L5", "sacrum", "ilia", "ribs"}
    margins = {s.name: s.risk_margin_mm for s in shipped.risks}
    assert margins == {"thecal-sac": 3.0, "nerve-roots": 2.0, "aorta": 5.0, "vena-cava": 5.0}
    assert shipped.skin is not None and shipped.skin.opacity == 0.25
    assert 3 <= len(shipped.teaching) <= 5 and all(source.licence == "Apache-2.0" for source in shipped.sources)
    assert "seed 0" in shipped.sources[0].source


def test_every_mesh_is_closed_and_faces_outward(shipped_meshes: dict[str, Mesh]) -> None:
    assert [name for name, mesh in shipped_meshes.items() if not is_watertight(mesh)] == []
    assert [name for name, mesh in shipped_meshes.items() if mesh.volume_mm3 <= 0] == []


def test_it_is_small(shipped_meshes: dict[str, Mesh]) -> None:
    assert sum(file.stat().st_size for file in FOLDER.rglob("*.*")) < 5 * 2**20
    # How many triangles they have at least says little: how near they come to their shape is asked in test_vertebra.
    assert all(len(shipped_meshes[name].faces) <= 16000 for name in ("L1", "L2", "L3", "L4", "L5"))


def test_it_is_light_enough_to_draw(shipped_meshes: dict[str, Mesh]) -> None:
    assert sum(len(mesh.faces) for mesh in shipped_meshes.values()) <= 120_000


def test_no_mesh_runs_through_itself(shipped_meshes: dict[str, Mesh]) -> None:
    assert {name: n for name, mesh in shipped_meshes.items() if (n := crossings_between(mesh))} == {}


def test_no_bone_runs_through_its_neighbour(shipped_meshes: dict[str, Mesh]) -> None:
    bones = ("ribs", "T12", "L1", "L2", "L3", "L4", "L5", "sacrum", "ilia")
    pairs = [*pairwise(bones), ("L5", "ilia")]
    assert {(a, b): n for a, b in pairs if (n := crossings_between(shipped_meshes[a], shipped_meshes[b]))} == {}


def test_the_path_fits_the_needle(plan: Plan, shipped: Scenario) -> None:
    way = np.array(plan.entry) - plan.target
    assert 45 <= np.linalg.norm(way) <= 80 and shipped.needle.length_mm >= np.linalg.norm(way) + 10
    assert shipped.needle.gauge == 22 and shipped.needle.diameter_mm == 0.72
    assert 15 <= np.degrees(np.arctan2(abs(way[0]), -way[1])) <= 30
    assert abs(way[2]) < 2.0, "in the axial plane"
    assert (way[0] > 0) == plan.name.startswith("Right")


def test_the_entry_lies_on_the_skin(plan: Plan, shipped_meshes: dict[str, Mesh], crossings: Crossings) -> None:
    way = np.array(plan.entry) - plan.target
    hits = crossings(shipped_meshes["skin"], plan.entry, way / np.linalg.norm(way))
    assert np.abs(hits).min() < 1.0
    assert np.all(hits < 1.0), "nothing of the skin lies beyond the entry"


def test_the_path_meets_no_bone(plan: Plan, shipped_meshes: dict[str, Mesh], crossings: Crossings) -> None:
    way = np.array(plan.entry) - plan.target
    length = np.linalg.norm(way)
    for name in ("T12", "L1", "L2", "L3", "L4", "L5", "sacrum", "ilia", "ribs"):
        hits = crossings(shipped_meshes[name], plan.target, way / length)
        assert not np.any((hits > 0) & (hits < length)), name


def test_the_target_lies_in_the_joint(plan: Plan, shipped_meshes: dict[str, Mesh], marks: dict[str, Any]) -> None:
    upper, lower = plan.name.split()[1].split("/")
    near = {name: float(build_near(shipped_meshes[name], plan.target)) for name in (upper, lower)}
    assert all(0.4 < d < 2.5 for d in near.values()), near
    center = marks[upper]["facet_joint_below"]["right" if plan.target[0] > 0 else "left"]
    assert np.linalg.norm(np.subtract(plan.target, center)) < 9.0


def build_near(mesh: Mesh, point: ArrayLike) -> float:
    """Signed distance of a point to the part of a mesh around it, negative inside."""
    return float(build(mesh, spacing_mm=0.8, margin_mm=4.0).distance(np.array([point]))[0])


def test_the_path_stays_clear_of_the_risks(plan: Plan, shipped: Scenario, shipped_meshes: dict[str, Mesh]) -> None:
    entry, target = np.array(plan.entry), np.array(plan.target)
    path = target + np.linspace(0, 1, 60)[:, None] * (entry - target)
    for risk in shipped.risks:
        apart = np.linalg.norm(shipped_meshes[risk.name].vertices[:, None] - path, axis=2).min()
        assert risk.risk_margin_mm is not None and apart > risk.risk_margin_mm + 2.0, risk.name


def test_fiducials_lie_spread_on_the_skin_behind(
    shipped: Scenario, shipped_meshes: dict[str, Mesh], crossings: Crossings
) -> None:
    at = np.array([fiducial.position for fiducial in shipped.fiducials])
    assert 6 <= len(at) <= 8 and all(fiducial.hint for fiducial in shipped.fiducials)
    for point in at:
        hits = crossings(shipped_meshes["skin"], point, (0, -1, 0))
        assert np.abs(hits).min() < 0.1 and np.all(hits < 0.1), "free from behind"
    spread = np.linalg.svd(at - at.mean(axis=0), compute_uv=False) / np.sqrt(len(at))
    assert spread[0] > 50 and spread[1] > 40 and spread[2] > 10, "wide, and not all in one plane"
    entries = np.array([plan.entry for plan in shipped.plans])
    assert np.linalg.norm(at[:, None] - entries, axis=2).min() > 20, "out of the way of the needle"


def test_bones_of_the_meshes_do_not_overlap(shipped_meshes: dict[str, Mesh]) -> None:
    names = ("L3", "L4", "L5", "sacrum")
    for upper, lower in pairwise(names):
        field = build(shipped_meshes[lower], spacing_mm=1.0, margin_mm=3.0)
        assert field.distance(shipped_meshes[upper].vertices).min() > 0.3


def test_what_ships_is_what_the_generator_makes(shipped: Scenario, marks: dict[str, Any], anatomy: Lumbar) -> None:
    made = json.loads(json.dumps(landmarks(anatomy)["levels"]))
    for name, level in made.items():
        np.testing.assert_allclose(marks[name]["body"], level["body"], atol=0.05)
        np.testing.assert_allclose(
            marks[name]["facet_joint_below"]["left"], level["facet_joint_below"]["left"], atol=0.05
        )
    target = anatomy.place(approach(anatomy, "L4").target)
    np.testing.assert_allclose(shipped.plans[0].target, target, atol=0.05)
    assert {s.name: (s.label, s.color) for s in shipped.structures} == {
        p.name: (p.label, p.color) for p in anatomy.parts()
    }
