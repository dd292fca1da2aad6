"""Printed parts: closed, thick enough, on the bed; the pits are where the phantom's scenario says."""

import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import trimesh
from arguide_sim.anatomy.phantom import Frame, Phantom, marker_plate, printed_box
from arguide_sim.anatomy.region import Block
from arguide_sim.anatomy.regions import region_named
from scipy.ndimage import distance_transform_edt

ROOT = Path(__file__).parents[2]
SHIPPED = sorted((ROOT / "hardware" / "phantom").glob("*.stl"))
BED_MM = (220.0, 220.0, 250.0)
FRAME = Frame(Block(low=(-75, -78, -35), high=(75, 18, 95), up=(0, -1, 0)))


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_phantom", ROOT / "hardware" / "make_phantom.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_a_shipped_part_is_closed_and_fits_the_bed(file: Path) -> None:
    part = trimesh.load(file)
    assert part.is_watertight and part.is_winding_consistent and part.volume > 1000
    assert np.all(part.extents <= BED_MM) and part.bounds[0, 2] == pytest.approx(0, abs=0.05)
    assert part.body_count == 1


def test_three_parts_ship() -> None:
    assert [file.stem.split("-", 1)[1] for file in SHIPPED] == ["bones", "box", "marker-plate"]


@pytest.mark.parametrize("shape", ["box", "plate"])
def test_walls_are_at_least_two_millimetres(shape: str) -> None:
    """Every point of the solid lies in some ball of 2 mm diameter that is all solid, but for edges and pit rims."""
    step = 0.5
    if shape == "box":
        solid, low, high = printed_box(FRAME), np.array([50.0, 0, -5]), np.array([92.0, 68, 12])
    else:
        solid, low, high = marker_plate(), np.array([-16.0, -38, -2]), np.array([30.0, 0, 6])
    axes = [np.arange(a, b, step) for a, b in zip(low, high, strict=True)]
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
    inside = solid(grid.reshape(-1, 3)).reshape(grid.shape[:3]) < 0
    core = distance_transform_edt(inside) * step >= 1.0
    opened = distance_transform_edt(~core) * step < 1.0 + step
    inner = inside[4:-4, 4:-4, 4:-4]
    assert inner.sum() > 1000 and (inner & ~opened[4:-4, 4:-4, 4:-4]).sum() < 0.01 * inner.sum()


def test_pits_are_cones_in_the_rim_and_of_uneven_distances() -> None:
    pits = FRAME.local(FRAME.pits())
    box = printed_box(FRAME)
    up, aside = np.array([0, 0, 1.0]), np.array([1.0, 0, 0])
    assert np.abs(box(pits)).max() < 0.05, "the tip rests on the bottom of the cone"
    assert np.all(box(pits + 1.0 * up) > 0.4) and np.all(box(pits + up + 1.6 * aside) < -0.2)
    apart = np.linalg.norm(pits[:, None] - pits, axis=2)[np.triu_indices(len(pits), 1)]
    nearest = np.diff(np.sort(apart)).min()
    assert apart.min() > 40 and nearest > 0.05


@pytest.mark.parametrize("up", [(0, -1, 0), (0, 0, 1), (1, 0, 0), (0, 1, 0)])
def test_the_frame_of_a_block_is_right_handed_whichever_way_is_up(up: tuple[float, float, float]) -> None:
    frame = Frame(Block(low=(-10, -20, -30), high=(40, 50, 60), up=up))
    assert np.linalg.det(frame.rotation) == pytest.approx(1) and np.allclose(frame.rotation[:, 2], up)
    points = np.random.default_rng(1).normal(size=(5, 3)) * 50
    np.testing.assert_allclose(frame.image(frame.local(points)), points, atol=1e-9)
    low, high = frame.corners(0.0)
    np.testing.assert_allclose((low, high), ((-10, -20, -30), (40, 50, 60)), atol=1e-9)


def test_bones_stand_on_the_floor_and_plans_enter_through_the_gel() -> None:
    phantom = Phantom(region_named("lumbar"))
    person = phantom.person(0)
    cast = phantom.anatomy(person)
    names = [part.name for part in cast.parts()]
    assert {"L4", "L5", "box", "skin"} <= set(names) and "ribs" not in names
    by_name = {part.name: part for part in cast.parts()}
    x, z = np.arange(-20.0, 21), np.full(41, 0.5)
    floor = cast.frame.image(
        np.column_stack([np.concatenate([x, 0 * x]), np.concatenate([0 * x, x]), np.concatenate([z, z])])
    )
    assert min(by_name[name].shape(floor).min() for name in ("L3", "L4", "L5", "sacrum") if name in by_name) < 0
    gel = {"skin": cast.mesh(by_name["skin"])}
    plans = [plan for exercise in phantom.exercises(person, cast, gel) for plan in exercise.plans]
    assert plans and all(abs(FRAME.local(np.array([plan.entry]))[0, 2]) > 0 for plan in plans)
    entries = cast.frame.local(np.array([plan.entry for plan in plans]))
    np.testing.assert_allclose(entries[:, 2], cast.frame.height, atol=0.6)
