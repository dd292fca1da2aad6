"""Knee, hip and groin: what lies where, what keeps clear of what, and ways that reach their targets."""

import numpy as np
import pytest
from arguide_sim.anatomy.hip.anatomy import Hip
from arguide_sim.anatomy.hip.region import HIP, INGUINAL
from arguide_sim.anatomy.knee.anatomy import Knee
from arguide_sim.anatomy.knee.region import KNEE
from arguide_sim.anatomy.limb import LimbAnatomy
from arguide_sim.anatomy.meshing import is_watertight
from arguide_sim.anatomy.part import Part
from arguide_sim.anatomy.phantom import is_printed
from arguide_sim.anatomy.region import Region

from arguide.errors import SettingsError
from arguide.geometry.mesh import Mesh
from arguide.geometry.transforms import Array
from arguide.settings.scenario import Plan, Tissue

SEEDS = (0, 7)
LIMBS = [(KNEE, seed) for seed in SEEDS] + [(HIP, seed) for seed in SEEDS]


def made(region: Region, seed: int) -> LimbAnatomy:
    anatomy: LimbAnatomy = region.anatomy(region.person(seed))
    return anatomy


def parts(anatomy: LimbAnatomy) -> dict[str, Part]:
    return {part.name: part for part in anatomy.parts()}


def grid(part: Part, step: float) -> Array:
    axes = [np.arange(low, high, step) for low, high in zip(part.low, part.high, strict=True)]
    return np.stack(np.meshgrid(*axes, indexing="ij"), -1).reshape(-1, 3)


def skin_of(anatomy: LimbAnatomy) -> Mesh:
    return anatomy.mesh(parts(anatomy)["skin"], 0.5)


@pytest.mark.parametrize(("region", "seed"), LIMBS, ids=lambda value: getattr(value, "name", value))
def test_no_bone_shares_a_point_with_another_nor_a_nerve_or_vessel_with_bone(region: Region, seed: int) -> None:
    all_parts = parts(made(region, seed))
    bones = [part for part in all_parts.values() if part.tissue is Tissue.BONE]
    tubes = [part for part in all_parts.values() if part.tissue in (Tissue.NERVE, Tissue.VESSEL)]
    for number, bone in enumerate(bones):
        points = grid(bone, 3.0)
        points = points[bone.shape(points) < 0]
        assert len(points) > 100, f"{bone.name} is hardly there"
        for other in bones[number + 1 :] + tubes:
            assert other.shape(points).min() > 0, f"{bone.name} and {other.name} share a point"


@pytest.mark.parametrize(("region", "seed"), LIMBS, ids=lambda value: getattr(value, "name", value))
def test_everything_lies_below_the_skin(region: Region, seed: int) -> None:
    all_parts = parts(made(region, seed))
    for part in all_parts.values():
        if part.name != "skin":
            points = grid(part, 6.0)
            inside = points[part.shape(points) < 0]
            assert all_parts["skin"].shape(inside).max(initial=-9) < 0, f"{part.name} leaves the skin"


@pytest.mark.parametrize("name", ["patella", "menisci", "popliteal-artery"])
def test_meshes_of_the_knee_close(name: str) -> None:
    knee = made(KNEE, 1)
    assert is_watertight(knee.mesh(parts(knee)[name], 0.8))


@pytest.mark.parametrize("name", ["femur", "femoral-nerve"])
def test_meshes_of_the_hip_close(name: str) -> None:
    hip = made(HIP, 1)
    assert is_watertight(hip.mesh(parts(hip)[name], 0.7))


def test_in_the_groin_nerve_artery_and_vein_lie_from_outside_inward() -> None:
    hip = Hip(HIP.person(0, stature=1760))
    line = np.column_stack([np.arange(-60, 30, 0.5), np.full(180, 45.5), np.zeros(180)])
    middles = [
        line[hip.shapes[name](line) < 0, 0].mean() for name in ("femoral-nerve", "femoral-artery", "femoral-vein")
    ]
    assert middles[0] > middles[1] + 8 and middles[1] > middles[2] + 8


def test_the_angles_of_the_femur_are_those_of_the_person() -> None:
    hip = Hip(HIP.person(0, neck_shaft=135, anteversion=20))
    end = hip.femur.neck_end
    assert np.degrees(np.arctan2(-end[1], end[0])) == pytest.approx(20)
    assert np.degrees(np.arccos(-end[2] / np.linalg.norm(end))) == pytest.approx(180 - 135)


def test_an_effusion_makes_the_recess_deeper() -> None:
    depth = []
    for effusion in (4, 12):
        knee = Knee(KNEE.person(0, effusion=effusion, stature=1760))
        line = np.column_stack([np.full(300, 5.0), np.arange(10, 70, 0.2), np.full(300, 70.0)])
        depth.append(0.2 * np.count_nonzero(knee.shapes["recess"](line) < 0))
    assert depth[0] == pytest.approx(4, abs=1.2)
    assert depth[1] > depth[0] + 4


@pytest.mark.parametrize("region", [KNEE, HIP, INGUINAL], ids=lambda region: region.name)
@pytest.mark.parametrize("seed", SEEDS[1:])
def test_every_way_leaves_the_skin_and_keeps_off_bone_vessel_and_nerve(region: Region, seed: int) -> None:
    person = region.person(seed)
    anatomy = region.anatomy(person)
    for exercise in region.exercises(person, anatomy, {"skin": skin_of(anatomy)}):
        for plan in exercise.plans:
            assert 20 < np.linalg.norm(np.subtract(plan.entry, plan.target)) < exercise.needle.length_mm
            assert_clear(plan, anatomy)


def assert_clear(plan: Plan, anatomy: LimbAnatomy) -> None:
    target, entry = np.array(plan.target), np.array(plan.entry)
    way = target + np.linspace(0.06, 1, 60)[:, None] * (entry - target)
    for part in anatomy.parts():
        if part.tissue in (Tissue.BONE, Tissue.NERVE, Tissue.VESSEL):
            # The deformation moves a point by less than 2 mm; it is the same for all, and so nearly cancels.
            assert part.shape(way).min() > 0.5, f"{plan.name} comes too near {part.name}"


@pytest.mark.parametrize("region", [KNEE, HIP, INGUINAL], ids=lambda region: region.name)
def test_fiducials_lie_on_the_skin_and_far_apart(region: Region) -> None:
    anatomy = region.anatomy(region.person(0))
    skin = skin_of(anatomy)
    points = np.array([fiducial.position for fiducial in region.fiducials(anatomy, skin)])
    off = np.abs(parts(anatomy)["skin"].shape(points))  # of the shape before its deformation, which is below 2 mm
    apart = np.linalg.norm(points[:, None] - points, axis=-1) + 1000 * np.eye(len(points))
    assert len(points) >= 6 and off.max() < 4 and apart.min() > 25


def test_of_a_phantom_bones_and_cartilage_are_printed_and_nothing_that_a_needle_pierces() -> None:
    printed = {region.name: {p.name for p in made(region, 0).parts() if is_printed(p)} for region in (KNEE, HIP)}
    cartilage = {"femoral-cartilage", "tibial-cartilage", "patellar-cartilage", "menisci"}
    assert printed == {"knee": {"femur", "tibia", "fibula", "patella"} | cartilage, "hip": {"hip-bone", "femur"}}


def test_a_person_is_drawn_from_the_seed_and_changed_by_name() -> None:
    assert KNEE.person(5) == KNEE.person(5) != KNEE.person(6)
    changed = KNEE.person(5, bmi=40)
    assert changed.bmi == 40 and changed.stature == KNEE.person(5).stature


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({"bmi": 90}, "16 to 50"),
        ({"sex": "x"}, "expected one of f, m"),
        ({"tail": 1}, "no tail"),
        ({"age": "old"}, "18 to 95"),
    ],
)
def test_what_no_person_has_is_refused_with_the_range(wanted: dict[str, object], words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        HIP.person(0, **wanted)
