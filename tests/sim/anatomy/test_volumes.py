"""The label map is the meshes' own, voxel by voxel; the CT has the tissues' values, partial volume, blur and noise."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
from arguide_sim.anatomy.grid import Grid
from arguide_sim.anatomy.materials import MATERIALS, aged
from arguide_sim.anatomy.numbering import numbered
from arguide_sim.anatomy.regions import region_named
from arguide_sim.anatomy.scanner import Scanner
from arguide_sim.anatomy.texture import Texture
from arguide_sim.anatomy.volumes import Body, volumes_of
from arguide_sim.anatomy.workshop import Patient

from arguide.geometry.distance_grid import signed_distances
from arguide.imaging.volume import Volume

SPACING = 1.0
NAMES = ("L4", "disc-L4-L5", "thecal-sac", "nerve-roots", "aorta", "vena-cava")


@dataclass(frozen=True)
class Scan:
    """Around L4."""

    body: Body
    ct: Volume
    labels: Volume

    def mask(self, name: str) -> np.ndarray:
        return np.isin(self.labels.voxels, self.body.numbers.of(name))


@pytest.fixture(scope="module")
def scan() -> Scan:
    region = region_named("lumbar")
    body = Patient(region, region.person(7, age=40), Scanner(SPACING)).body
    body = replace(body, low=(-40.0, -70.0, 25.0), high=(40.0, 45.0, 70.0))
    return Scan(body, *volumes_of(body, Scanner(SPACING)))


@pytest.mark.parametrize("name", NAMES)
def test_labels_and_mesh_are_the_same_body(scan: Scan, name: str) -> None:
    """The mesh is rasterised by its own triangles, which know nothing of the functions.

    What another part is laid over, as bone over muscle, belongs to that part in the map and is left out of both.
    """
    names = [part.name for part in scan.body.parts]
    part = scan.body.parts[names.index(name)]
    mesh = scan.body.anatomy.mesh(part)
    low = np.floor(mesh.bounds[0]) - 3
    shape = tuple((np.ceil(mesh.bounds[1]) + 4 - low).astype(int).tolist())
    whole = signed_distances(mesh, low, SPACING, shape)
    first = np.maximum(low, (*np.asarray(scan.body.low)[:2], 32))
    last = np.minimum(low + shape, (*np.asarray(scan.body.high)[:2], 68))
    seen = _between(first, last, low, whole)
    same = _between(first, last, np.asarray(scan.body.low), scan.mask(name))
    over = [number for later in names[names.index(name) + 1 :] for number in scan.body.numbers.of(later)]
    covered = _between(first, last, np.asarray(scan.body.low), np.isin(scan.labels.voxels, over))
    assert seen.shape == same.shape and same.sum() > 1000
    far = _off(same, seen, covered)
    # Whether a voxel at the surface counts is a coin toss: n of them leave the sum uncertain by a third of their root.
    tossed = 0.3 * np.sqrt(len(far))
    counted = np.count_nonzero((seen < 0) & ~covered)
    assert np.count_nonzero(same) == pytest.approx(counted, rel=0.01, abs=2 * tossed)
    assert far.mean() < 0.3 * SPACING and np.percentile(far, 95) <= 0.5 * SPACING
    # Voxels filled from the mesh itself have faces up to half a voxel from it, at its edges more: no map can do better.
    best = _off(seen < 0, seen, covered)
    assert np.percentile(far, 99) <= np.percentile(best, 99) + 0.05 * SPACING


def _off(mask: np.ndarray, distance: np.ndarray, covered: np.ndarray) -> np.ndarray:
    """How far the voxel faces around a mask lie from the surface of which distances are given, mm."""
    off = []
    for axis in range(3):
        faces = (np.diff(mask.astype(int), axis=axis) != 0) & ~_either(covered, axis)
        off.append(np.abs(np.delete(distance, 0, axis)[faces] + np.delete(distance, -1, axis)[faces]) / 2)
    return np.concatenate(off)


def _either(mask: np.ndarray, axis: int) -> np.ndarray:
    """Where one of two neighbours along an axis is in the mask."""
    return np.asarray(np.delete(mask, 0, axis) | np.delete(mask, -1, axis))


def _between(first: np.ndarray, last: np.ndarray, origin: np.ndarray, array: np.ndarray) -> np.ndarray:
    """The part of an array of 1 mm voxels, the first at `origin`, that lies between two corners."""
    a, b = np.round(first - origin).astype(int), np.round(last - origin).astype(int)
    return array[a[0] : b[0], a[1] : b[1], a[2] : b[2]]


def test_tissues_have_their_values(scan: Scan) -> None:
    from scipy.ndimage import binary_erosion

    hu = {name: scan.ct.voxels[binary_erosion(scan.mask(name), iterations=2)] for name in ("L4", "muscle", "fat")}
    assert all(values.size > 300 for values in hu.values())
    for name, material in (("muscle", "muscle"), ("fat", "fat")):
        assert np.median(hu[name]) == pytest.approx(aged(material, 40).hu, abs=8)
    assert np.median(hu["L4"]) == pytest.approx(aged("bone", 40).hu, abs=25)
    assert np.percentile(scan.ct.voxels[scan.mask("L4")], 97) > 500, "a dense shell"


def test_bone_fades_with_age_as_published() -> None:
    """Jang 2019: 226 HU before 30, 89 HU after 90."""
    assert aged("bone", 25).hu == pytest.approx(226, abs=5) and aged("bone", 90).hu == pytest.approx(89, abs=5)


def test_a_voxel_cut_by_a_surface_has_a_value_between(scan: Scan) -> None:
    air = scan.labels.voxels == 0
    edge = air[:, :-1] & ~air[:, 1:]
    assert edge.sum() > 0.9 * air.shape[0] * air.shape[2], (
        "one in nearly every column: the fixture's box ends in the air"
    )
    assert -950 < np.median(scan.ct.voxels[:, :-1][edge]) < 0


def test_half_the_dose_is_noisier_by_the_square_root() -> None:
    grid = Grid((0, 0, 0), 1.0, (64, 64, 12))
    depth = np.full(grid.shape, 100.0, np.float32)
    sd = {dose: Scanner(1.0, dose).noise(grid, 1, 0, depth, 300.0).std() for dose in (10.0, 5.0)}
    assert sd[10.0] == pytest.approx(12.0, rel=0.05)
    assert sd[5.0] / sd[10.0] == pytest.approx(np.sqrt(2), rel=0.01)
    noise = Scanner(1.0).noise(grid, 1, 0, depth, 300.0)
    neighbours = np.corrcoef(noise[:-1].ravel(), noise[1:].ravel())[0, 1]
    slices = np.corrcoef(noise[:, :, :-1].ravel(), noise[:, :, 1:].ravel())[0, 1]
    assert neighbours > 0.15 and abs(slices) < 0.05


def test_texture_belongs_to_the_patient_and_not_to_the_voxels() -> None:
    texture = Texture(5, 0, 3.0)
    coarse, fine = texture.on(Grid((0, 0, 0), 2.0, (30, 30, 30))), texture.on(Grid((0, 0, 0), 1.0, (59, 59, 59)))
    np.testing.assert_allclose(fine[::2, ::2, ::2], coarse, atol=1e-5)
    assert coarse.std() == pytest.approx(1.0, abs=0.1) and abs(coarse.mean()) < 0.1


def test_numbers_are_totalsegmentators_where_it_has_them() -> None:
    from arguide.imaging.labels import LEVELS, SACRUM

    numbers = numbered(["L1", "L2", "L3", "L4", "L5", "T12", "sacrum", "disc-L4-L5", "disc-L3-L4"])
    assert {name: numbers.of(name) for name in LEVELS} == {name: (number,) for name, number in LEVELS.items()}
    assert numbers.of("sacrum") == (SACRUM,) and numbers.of("disc-L4-L5") != numbers.of("disc-L3-L4")


def test_every_material_can_be_heard_and_seen() -> None:
    bone, muscle, fat = MATERIALS["bone"], MATERIALS["muscle"], MATERIALS["fat"]
    assert bone.impedance_mrayl > 3 * muscle.impedance_mrayl > 3 * fat.impedance_mrayl > 3
    assert bone.attenuation_db_cm_mhz > muscle.attenuation_db_cm_mhz > MATERIALS["fluid"].attenuation_db_cm_mhz
