"""Hips and knees measure what was drawn for them, on their meshes; and break no rule."""

import numpy as np
import pytest
from arguide_sim.anatomy import limb_morphometry as morphometry
from arguide_sim.anatomy.hip.anatomy import Hip
from arguide_sim.anatomy.hip.region import HIP
from arguide_sim.anatomy.knee.region import KNEE
from arguide_sim.anatomy.limb import LimbAnatomy
from arguide_sim.anatomy.limb_norms import HIP as HIP_NORMS
from arguide_sim.anatomy.limb_norms import KNEE as KNEE_NORMS
from arguide_sim.anatomy.limb_norms import SOURCES, dimensions
from arguide_sim.anatomy.limb_validity import broken_rules
from arguide_sim.anatomy.sdf import Shape

from arguide.geometry.mesh import Mesh

WITHIN_MM = {"offset": 4.0, "artery": 0.3, "nerve": 0.6, "nerve_gap": 0.5}
"""How far the mesh may be from what was drawn; else 1.5 mm."""


def meshes(limb: LimbAnatomy, *names: str) -> dict[str, Mesh]:
    return {part.name: limb.mesh(part, 0.6) for part in limb.parts() if part.name in names}


@pytest.mark.parametrize("seed", [1, 4])
def test_a_knee_measures_what_was_drawn(seed: int) -> None:
    knee = KNEE.anatomy(KNEE.person(seed))
    found = morphometry.knee(meshes(knee, "femur", "tibia", "patella"))
    for name, drawn in knee.sizes.items():
        assert found[name] == pytest.approx(drawn, abs=1.5), name
    assert found["medial_depth"] == pytest.approx(found["lateral_depth"], abs=3)
    assert 0.85 < found["tibia_width"] / found["bicondylar_width"] < 0.95
    assert 1.5 < found["tibia_width"] / found["tibia_depth"] < 1.75, "1.61 ± 0.08 in men, 1.54 ± 0.07 in women"


@pytest.mark.parametrize("seed", [1, 4])
def test_a_hip_measures_what_was_drawn(seed: int) -> None:
    person = HIP.person(seed)
    hip = HIP.anatomy(person)
    found = morphometry.hip(meshes(hip, "femur", "femoral-artery", "femoral-nerve"), hip.place((0, 0, 0)))
    for name, drawn in hip.sizes.items():
        assert found[name] == pytest.approx(drawn, abs=WITHIN_MM.get(name, 1.5)), name
    assert found["neck_shaft"] == pytest.approx(person.neck_shaft, abs=4)


def test_the_nerve_is_as_wide_as_dissections_found_it_and_narrower_at_the_ligament() -> None:
    hip = Hip(HIP.person(0, stature=1760))
    wide = [across(hip.shapes["femoral-nerve"], z) * hip.nerve_wide**-1 for z in (0.0, 42.0)]
    assert wide == pytest.approx([14.0, 9.8], abs=0.8), "Vloka 1999: at the crease, and at the ligament"
    thick = across(hip.shapes["femoral-nerve"], 0.0, axis=1)
    assert thick < wide[0] / 2, "flat"


def across(shape: Shape, z: float, axis: int = 0) -> float:
    """How far a shape reaches along x, or y, at a height of the groin, mm."""
    x, y = np.meshgrid(np.arange(-40, 20, 0.2), np.arange(30, 60, 0.2), indexing="ij")
    inside = shape(np.column_stack([x.ravel(), y.ravel(), np.full(x.size, z)])).reshape(x.shape) < 0
    return 0.2 * np.count_nonzero(inside.any(axis=1 - axis))


@pytest.mark.parametrize(("region", "norms"), [(KNEE, KNEE_NORMS), (HIP, HIP_NORMS)], ids=["knee", "hip"])
def test_a_crowd_has_the_means_and_spreads_that_were_published(region, norms) -> None:  # type: ignore[no-untyped-def]
    people = [region.person(seed) for seed in range(600)]
    for sex in "fm":
        some = [person for person in people if person.sex == sex]
        drawn = [dimensions(norms, person) for person in some]
        for name, measure in norms.items():
            values = np.array([row[name] for row in drawn])
            mean, spread = measure.women if sex == "f" else measure.men
            assert values.mean() == pytest.approx(mean, rel=0.02), name
            assert values.std() == pytest.approx(spread, rel=0.15), name
        tall = np.array([person.stature for person in some])
        for name, measure in norms.items():
            found = np.corrcoef(tall, [row[name] for row in drawn])[0, 1]
            assert found == pytest.approx(measure.with_height, abs=0.15), name
        assert {measure.source for measure in norms.values()} <= set(SOURCES)


@pytest.mark.parametrize("region", [KNEE, HIP], ids=lambda region: region.name)
def test_limbs_break_no_rule_and_a_broken_one_is_named(region) -> None:  # type: ignore[no-untyped-def]
    limb = region.anatomy(region.person(11))
    assert broken_rules(limb) == []
    whole = dict(limb.shapes)
    if region is KNEE:
        limb.shapes["patella"] = lambda p: whole["patella"](p + (0, 9, 0))
        limb.shapes["menisci"] = lambda p: whole["menisci"](p - (0, 40, 0))
        expected = ("patella", "meniscus")
    else:
        limb.shapes["femoral-nerve"] = lambda p: whole["femoral-nerve"](p + (25, 0, 0))
        expected = ("share a point", "nerve, artery and vein")
    said = " | ".join(broken_rules(limb))
    assert all(words in said for words in expected), said


def test_a_shaft_has_a_thick_shell_and_marrow_within() -> None:
    femur = next(part for part in HIP.anatomy(HIP.person(1)).parts() if part.name == "femur")
    assert femur.shaft is not None and femur.shaft[0] > femur.shaft[1] and 5 < femur.shaft[2] < 9
