"""Printed parts: closed, thick enough, on the bed; the pits are where the phantom's scenario says."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import trimesh
from arguide_sim.anatomy.part import Part
from arguide_sim.anatomy.phantom import Cast, Phantom, sides
from arguide_sim.anatomy.phantom_box import FIT_MM, HOLE_MM, PIT_MM, WALL_MM, Frame, base, marker_plate, printed_box
from arguide_sim.anatomy.region import Block
from arguide_sim.anatomy.regions import region_named
from arguide_sim.anatomy.rulers import Ruler
from scipy.ndimage import distance_transform_edt

from arguide.geometry.distance_field import build
from arguide.geometry.mesh import read_mesh
from arguide.registration.rigid import register_points
from arguide.settings.scenario import Tissue

ROOT = Path(__file__).parents[2]
SHIPPED = sorted((ROOT / "hardware" / "phantom").glob("*.stl"))
BED_MM = (220.0, 220.0, 250.0)
FRAME = Frame(Block(low=(-75, -78, -35), high=(75, 18, 95), up=(0, -1, 0)))


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_a_shipped_part_is_closed_and_fits_the_bed(file: Path) -> None:
    part = trimesh.load(file)
    assert part.is_watertight and part.is_winding_consistent and part.volume > 1000
    assert np.all(part.extents <= BED_MM) and part.bounds[0, 2] == pytest.approx(0, abs=0.05)
    assert part.body_count == 1


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_the_guide_tells_the_size_of_each_part(file: Path) -> None:
    guide = (file.parent / "BUILD.md").read_text("utf-8")
    row = next(line for line in guide.splitlines() if f"]({file.name})" in line)
    told = re.search(r"(\d+) × (\d+) × (\d+) mm", row)
    assert told is not None
    assert [float(text) for text in told.groups()] == pytest.approx(trimesh.load(file).extents, abs=2)


def test_three_parts_ship() -> None:
    assert [file.stem.split("-", 1)[1] for file in SHIPPED] == ["bones", "box", "marker-plate"]


@pytest.mark.parametrize("shape", ["box", "plate"])
def test_walls_are_at_least_two_millimetres(shape: str) -> None:
    """Every point of the solid lies in some ball of 2 mm diameter that is all solid, but for edges and pit rims."""
    step = 0.5
    if shape == "box":
        solid, low, high = printed_box(FRAME).distance, np.array([50.0, 0, -5]), np.array([92.0, 68, 12])
    else:
        solid, low, high = marker_plate().distance, np.array([-16.0, -38, -2]), np.array([30.0, 0, 6])
    axes = [np.arange(a, b, step) for a, b in zip(low, high, strict=True)]
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
    inside = solid(grid.reshape(-1, 3)).reshape(grid.shape[:3]) < 0
    core = distance_transform_edt(inside) * step >= 1.0
    opened = distance_transform_edt(~core) * step < 1.0 + step
    inner = inside[4:-4, 4:-4, 4:-4]
    assert inner.sum() > 1000 and (inner & ~opened[4:-4, 4:-4, 4:-4]).sum() < 0.01 * inner.sum()


def test_pits_are_cones_in_the_rim_and_of_uneven_distances() -> None:
    pits = FRAME.local(FRAME.pits())
    box = printed_box(FRAME).distance
    up, aside = np.array([0, 0, 1.0]), np.array([1.0, 0, 0])
    assert np.abs(box(pits)).max() < 0.05, "the tip rests on the bottom of the cone"
    assert np.all(box(pits + 1.0 * up) > 0.4) and np.all(box(pits + up + 1.6 * aside) < -0.2)
    apart = np.linalg.norm(pits[:, None] - pits, axis=2)[np.triu_indices(len(pits), 1)]
    nearest = np.diff(np.sort(apart)).min()
    assert apart.min() > 40 and nearest > 0.05


@pytest.mark.parametrize(
    ("region", "plan"), [("knee", "Suprapatellar, outer side"), ("inguinal", "Above the ligament")]
)
def test_phantoms_of_limbs_are_open_to_where_the_needle_comes_from(region: str, plan: str) -> None:
    phantom = Phantom(region_named(region))
    person = phantom.person(3)
    cast = phantom.anatomy(person)
    made = phantom.exercises(person, cast, {"skin": cast.mesh(by_name(cast)["skin"])})
    assert plan in [plan.name for exercise in made for plan in exercise.plans]


@pytest.mark.parametrize("region", ["knee", "hip", "inguinal"])
def test_pits_in_the_box_of_a_limb_are_as_deep_as_its_fiducials_say(region: str) -> None:
    """Felt on the printed triangles themselves: the bottom to 0.02 mm, walls of 45°, 2.5 mm below the rim."""
    phantom = Phantom(region_named(region))
    cast = phantom.anatomy(phantom.person(0))
    box = printed_box(cast.frame).mesh()
    felt = Ruler(box.vertices, box.faces)
    found = phantom.fiducials(cast, box)
    aside = [(np.cos(angle), np.sin(angle)) for angle in (0.3, 1.9, 3.4, 5.1)]
    assert len(found) == 8
    for x, y, bottom in cast.frame.local(np.array([fiducial.position for fiducial in found])):
        beside = [felt.along(2, x + 0.5 * u, y + 0.5 * v)[-1] for u, v in aside]
        assert np.allclose(np.array(beside) - 0.5, bottom, atol=0.02)
        assert bottom == pytest.approx(box.vertices[:, 2].max() - PIT_MM, abs=0.02)
        assert felt.along(2, x + 2.9 * 0.6, y + 2.9 * 0.8)[-1] == pytest.approx(bottom + PIT_MM, abs=0.02)


@pytest.mark.parametrize("up", [(0, -1, 0), (0, 0, 1), (1, 0, 0), (0, 1, 0)])
def test_the_frame_of_a_block_is_right_handed_whichever_way_is_up(up: tuple[float, float, float]) -> None:
    frame = Frame(Block(low=(-10, -20, -30), high=(40, 50, 60), up=up))
    assert np.linalg.det(frame.rotation) == pytest.approx(1) and np.allclose(frame.rotation[:, 2], up)
    points = np.random.default_rng(1).normal(size=(5, 3)) * 50
    np.testing.assert_allclose(frame.image(frame.local(points)), points, atol=1e-9)
    low, high = frame.corners(0.0)
    np.testing.assert_allclose((low, high), ((-10, -20, -30), (40, 50, 60)), atol=1e-9)


@pytest.fixture(scope="module")
def cast() -> Cast:
    phantom = Phantom(region_named("lumbar"))
    return phantom.anatomy(phantom.person(0))


def by_name(cast: Cast) -> dict[str, Part]:
    return {part.name: part for part in cast.parts()}


def test_bones_stand_on_the_base_and_plans_enter_through_the_gel(cast: Cast) -> None:
    phantom, parts = Phantom(region_named("lumbar")), by_name(cast)
    assert {"L4", "L5", "box", "base", "skin"} <= set(parts) and "ribs" not in parts
    gel = {"skin": cast.mesh(parts["skin"])}
    plans = [plan for exercise in phantom.exercises(phantom.person(0), cast, gel) for plan in exercise.plans]
    entries = cast.frame.local(np.array([plan.entry for plan in plans]))
    assert len(plans) >= 3
    np.testing.assert_allclose(entries[:, 2], cast.frame.height, atol=0.02)


def test_the_bottoms_of_the_printed_pits_are_the_fiducials(cast: Cast) -> None:
    """To a hundredth: a shallower pit would shift every registration, and no FRE would tell."""
    box = read_mesh(ROOT / "hardware" / "phantom" / "lumbar-box.stl")
    lifted = cast.frame.local(cast.frame.pits()) + (0, 0, WALL_MM)
    for pit in lifted:
        assert np.linalg.norm(box.vertices - pit, axis=1).min() < 0.01
    assert np.allclose(lifted[:, 2], box.bounds[1, 2] - PIT_MM, atol=0.01)


def test_touching_the_pits_registers_the_phantom_where_it_is(cast: Cast) -> None:
    """The bottoms in the scene's own mesh, somewhere in the room, against the fiducials of the scenario."""
    box, pits = cast.mesh(by_name(cast)["box"]), cast.frame.pits()
    touched = np.array([box.vertices[np.linalg.norm(box.vertices - pit, axis=1).argmin()] for pit in pits])
    turn = np.linalg.qr(np.random.default_rng(4).normal(size=(3, 3)))[0]
    turn *= np.linalg.det(turn)
    found = register_points(touched @ turn.T + (200, -90, 1200), pits)
    assert found.fre_mm < 0.02
    np.testing.assert_allclose(found.fixed_from_moving[:3, :3] @ turn, np.eye(3), atol=2e-4)


def test_a_ball_rests_higher_and_the_scenario_may_say_so() -> None:
    point, ball = FRAME.local(FRAME.pits()), FRAME.local(FRAME.pits(1.5))
    np.testing.assert_allclose(ball - point, np.tile((0, 0, 0.75 * np.sqrt(2)), (8, 1)), atol=1e-9)
    off = -np.max(-printed_box(FRAME).distance(ball[:, None].repeat(1, axis=1).reshape(-1, 3)))
    assert off == pytest.approx(0.75, abs=0.01), "its middle is its radius away from the cone"


def test_each_pit_has_its_own_number_beside_it() -> None:
    plain, engraved = (printed_box(FRAME).mesh().volume_mm3, 0.0)
    engraved = replace(printed_box(FRAME), engraved=()).mesh().volume_mm3
    assert 8 * 3 < engraved - plain < 8 * 25
    hints = sides(FRAME)
    assert len(hints) == 8 and {"left side", "right side", "head end", "foot end"} == set(hints)


def test_what_is_printed_is_what_the_scenario_shows(cast: Cast) -> None:
    """All bones and discs of the scenario are in the one printed piece, to a few tenths of a millimetre."""
    field = build(read_mesh(ROOT / "hardware" / "phantom" / "lumbar-bones.stl"), spacing_mm=2.0, margin_mm=6.0)
    for part in by_name(cast).values():
        if part.tissue in (Tissue.BONE, Tissue.DISC):
            axes = [np.arange(a, b, 5.0) for a, b in zip(part.low, part.high, strict=True)]
            grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
            inside = cast.frame.local(grid[part.shape(grid) < -1.5])
            assert len(inside) > 10 and field.distance(inside).max() < 0.3, part.name


def test_the_base_goes_into_the_box_in_one_way_only(cast: Cast) -> None:
    box, plate = printed_box(cast.frame).solid(), base(cast.frame, cast.posts).solid()
    up = (0, 0, 0.01)
    assert (box ^ plate.translate(up)).volume() < 0.5
    assert (box ^ plate.translate((FIT_MM - 0.02, 0, 0.01))).volume() < 0.5
    assert (box ^ plate.translate((FIT_MM + 0.2, 0, 0.01))).volume() > 10, "it has no more play than it is said to have"
    turned = plate.rotate((0, 0, 180)).translate(up)
    assert (box ^ turned).volume() > 50, "turned by half, it stands on the key"


def test_screws_meet_their_holes() -> None:
    """The plate's two holes lie over the rim's, as wide as M4 needs."""
    plate = marker_plate().mesh()
    seen = trimesh.Trimesh(plate.vertices, plate.faces)
    rim = printed_box(FRAME)
    for side in (-20.0, 20.0):
        shank = np.array(
            [[FRAME.rim()[0] + 2.05 * np.cos(a), side + 2.05 * np.sin(a), FRAME.height - 2.5] for a in range(6)]
        )
        assert np.all(rim.distance(shank) > 0.05) and HOLE_MM > 2.1
        ring = np.hypot(seen.vertices[:, 0] + 7, seen.vertices[:, 1] - side)
        assert ring.min() == pytest.approx(HOLE_MM, abs=0.01)
