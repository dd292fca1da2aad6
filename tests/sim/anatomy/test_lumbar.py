"""The whole anatomy: nothing lies in anything else, every structure on its side, the same seed the same patient."""

from functools import cache

import numpy as np
import pytest
from arguide_sim.anatomy import nerves
from arguide_sim.anatomy.lumbar import Lumbar
from arguide_sim.anatomy.lumbar_landmarks import landmarks
from arguide_sim.anatomy.person import person
from arguide_sim.anatomy.variation import Deformation, varied
from numpy.typing import NDArray

Array = NDArray[np.float64]
SEEDS = (0, 7)


@cache
def patient(seed: int) -> Lumbar:
    return Lumbar(person(seed))


def box(low: tuple[float, ...], high: tuple[float, ...], step: float) -> Array:
    axes = [np.arange(a, b, step) for a, b in zip(low, high, strict=True)]
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)


@cache
def distances(seed: int) -> dict[str, Array]:
    """Signed distances on a grid over the right half, which is all there is of the symmetric bones."""
    anatomy, grid = patient(seed), box((0.4, -72, -60), (66, 40, 215), 2.5)
    return {name: shape(grid) for name, shape in (anatomy.bones | anatomy.soft_tissues).items()}


def apart(seed: int, a: str, b: str) -> float:
    """The least, over all points, of the greater of the two distances: positive when nothing is in both."""
    d = distances(seed)
    return float(np.maximum(d[a], d[b]).min())


@pytest.mark.parametrize("seed", SEEDS)
def test_no_two_bones_overlap(seed: int) -> None:
    bones = list(patient(seed).bones)
    overlaps = {(a, b): apart(seed, a, b) for i, a in enumerate(bones) for b in bones[:i]}
    assert {pair: d for pair, d in overlaps.items() if d < 0.4} == {}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("soft", ["thecal-sac", "nerve-roots", "aorta", "vena-cava"])
def test_nerves_and_vessels_stay_out_of_bone(seed: int, soft: str) -> None:
    assert {bone: d for bone in patient(seed).bones if (d := apart(seed, soft, bone)) <= 0.2} == {}


@pytest.mark.parametrize("seed", SEEDS)
def test_aorta_and_cava_do_not_share_room(seed: int) -> None:
    anatomy = patient(seed)
    grid = box((-70, -10, -100), (70, 80, 210), 2.5)
    artery, vein = (anatomy.soft_tissues[name](grid) for name in ("aorta", "vena-cava"))
    assert np.maximum(artery, vein).min() > 0


@pytest.mark.parametrize("level", ["L1", "L2", "L3", "L4", "L5"])
@pytest.mark.parametrize("back", [-3.0, 0.0, 4.0])
def test_facet_gap(anatomy: Lumbar, level: str, back: float) -> None:
    names = [item.name for item in anatomy.levels] + ["sacrum"]
    above, below = anatomy.bones[level], anatomy.bones[names[names.index(level) + 1]]
    joint, t = anatomy.joints[level], np.arange(-6, 6, 0.02)
    along = joint.on_surface(back, 0)
    normal = np.cross(joint.opening(back), joint.frame[:3, 2])
    normal *= np.sign(normal @ joint.frame[:3, 0])
    line = along + t[:, None] * normal
    gap = t[below(line) < 0].min() - t[above(line) < 0].max()
    assert 1.0 < gap < 4.0


@pytest.mark.parametrize("level", ["L1", "L2", "L3", "L4"])
def test_vessels_lie_before_the_bodies_on_their_sides(anatomy: Lumbar, level: str) -> None:
    """Read off an axial section through the body."""
    body = anatomy.curve.bodies[level][:3, 3]
    section = box((-60, -20, body[2]), (60, 90, body[2] + 1), 1.0)
    bone = section[anatomy.bones[level](section) < 0]
    artery = section[anatomy.soft_tissues["aorta"](section) < 0]
    vein = section[anatomy.soft_tissues["vena-cava"](section) < 0]
    assert artery[:, 0].mean() < 0 < vein[:, 0].mean()
    for vessel, width_mm in ((artery, (14, 24)), (vein, (18, 28))):
        assert vessel[:, 1].mean() > body[1] and np.hypot(*(vessel.mean(axis=0) - body)[:2]) < 50
        assert width_mm[0] < np.ptp(vessel[:, 0]) < width_mm[1]
        assert vessel[:, 1].min() > np.percentile(bone[:, 1], 90)


@pytest.mark.parametrize("level", ["L1", "L2", "L3", "L4", "L5"])
def test_roots_leave_through_their_foramen_below_the_pedicle(anatomy: Lumbar, level: str) -> None:
    item = next(item for item in anatomy.levels if item.name == level)
    frame = anatomy.curve.bodies[level]
    way_out = nerves.in_image(frame, *nerves.foramen(item))
    assert anatomy.soft_tissues["nerve-roots"](way_out[None])[0] < -1.0
    up, down = np.arange(0, 12, 0.2), np.arange(0, 40, 0.2)
    above = anatomy.bones[level](way_out + up[:, None] * frame[:3, 2])
    assert up[above < 0].min() < 8.0, "the pedicle is the roof"
    names = [x.name for x in anatomy.levels] + ["sacrum"]
    lower = anatomy.bones[names[names.index(level) + 1]](way_out - down[:, None] * frame[:3, 2])
    assert 6.0 < down[lower < 0].min() < 22.0, "the pedicle below is the floor"


def test_landmarks_are_where_their_names_say(anatomy: Lumbar) -> None:
    marks = landmarks(anatomy)["levels"]
    heights = [marks[name]["body"][2] for name in ("T12", "L1", "L2", "L3", "L4", "L5")]
    assert np.all(np.diff(heights) < -25)
    for level in marks.values():
        for pair in (level["foramen_below"], level["facet_joint_below"]):
            assert pair["left"][0] < 0 < pair["right"][0]
            assert pair["left"][1] < level["body"][1]


@pytest.mark.parametrize("seed", range(20))
def test_the_deformation_is_small_and_never_folds(seed: int) -> None:
    deformation = Deformation(seed)
    grid = box((-150, -100, -100), (150, 150, 220), 25.0)
    assert np.linalg.norm(deformation(grid) - grid, axis=1).max() < 2.0
    for axis in np.eye(3):
        stretch = np.linalg.norm(deformation(grid + 0.01 * axis) - deformation(grid), axis=1) / 0.01
        assert np.abs(stretch - 1).max() < 0.06


def test_patients_differ_a_little() -> None:
    one, two = varied(1), varied(2)
    sizes = np.array([[level.width_low, level.height, level.span] for level in (*one, *two)])
    assert not np.array_equal(sizes[:6], sizes[6:])
    assert np.abs(sizes[:6] / sizes[6:] - 1).max() < 0.15
