"""The whole way from a real CT with its label map to a scenario, made once and then looked at from many sides."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import nibabel
import numpy as np
import pytest
from scipy.spatial import KDTree

from arguide.errors import MeshError, SettingsError
from arguide.geometry.clearance import ClearanceProbe
from arguide.geometry.distance_field import DistanceField, build
from arguide.geometry.mesh import Mesh, decimated, read_mesh
from arguide.geometry.transforms import Array, pose_along
from arguide.imaging import from_labels
from arguide.imaging.facets import joint
from arguide.imaging.from_labels import scenario_from_labels
from arguide.imaging.labels import CANAL, L2, L3, L4, PARTS
from arguide.imaging.spine import LEFT, RIGHT, find_spine
from arguide.imaging.surface import surface
from arguide.imaging.volume import Volume, read_nifti
from arguide.settings.scenario import Scenario, Tissue
from arguide.settings.scenario_file import read_scenario


@dataclass(frozen=True)
class Made:
    scenario: Scenario
    meshes: dict[str, Mesh]
    labels: Volume
    told: list[tuple[float, str]]


@pytest.fixture(scope="module")
def sources(real_data: Callable[[str], Path]) -> tuple[Path, Path]:
    folder = real_data("lumbar-ct-totalsegmentator")
    return folder / "example_ct.nii.gz", folder / "example_seg_full.nii.gz"


@pytest.fixture(scope="module")
def made(sources: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Made:
    told: list[tuple[float, str]] = []
    out = tmp_path_factory.mktemp("made") / "My Patient"
    file = scenario_from_labels(*sources, out, lambda done, what: told.append((done, what)))
    scenario = read_scenario(file)
    return Made(scenario, {s.name: read_mesh(s.mesh) for s in scenario.structures}, read_nifti(sources[1]), told)


@pytest.fixture(scope="module")
def fields(made: Made) -> dict[str, DistanceField]:
    spacings = {"L4": 1.5, "L5": 1.5, "thecal-sac": 1.5, "skin": 4.0}
    return {name: build(decimated(made.meshes[name], 8000), step, 8) for name, step in spacings.items()}


def test_every_surface_is_closed_outward_and_not_too_heavy(made: Made) -> None:
    for name, mesh in made.meshes.items():
        assert mesh.is_closed and mesh.volume_mm3 > 0, name
        assert len(mesh.faces) <= 30_000, name


def test_surfaces_keep_the_volume_and_place_of_their_labels(made: Made) -> None:
    for part in PARTS:
        voxels = np.argwhere(np.isin(made.labels.voxels, part.numbers))
        mesh = made.meshes[part.name]
        assert mesh.volume_mm3 == pytest.approx(len(voxels) * 27, rel=0.04), part.name
        points = made.labels.to_image(voxels)
        assert np.abs(mesh.bounds - [points.min(axis=0), points.max(axis=0)]).max() < 6, part.name


def test_everything_but_what_the_scan_cuts_lies_under_the_skin(made: Made, fields: dict[str, DistanceField]) -> None:
    for structure in made.scenario.structures:
        if structure.tissue is not Tissue.SKIN:
            assert fields["skin"].distance(made.meshes[structure.name].vertices[::20]).max() < 3, structure.name


def test_discs_lie_between_their_vertebrae(made: Made) -> None:
    for upper, lower in (("L1", "L2"), ("L4", "L5")):
        disc = made.meshes[f"disc-{upper}-{lower}"]
        heights = [made.meshes[name].vertices[:, 2].mean() for name in (upper, f"disc-{upper}-{lower}", lower)]
        assert heights[0] > heights[1] > heights[2]
        assert 5_000 < disc.volume_mm3 < 30_000


def pieces(mesh: Mesh) -> Iterator[Array]:
    """The vertices of each separate part."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    edges = mesh.faces[:, [0, 1, 1, 2]].reshape(-1, 2)
    graph = coo_array((np.ones(len(edges)), edges.T), shape=(len(mesh.vertices),) * 2)
    count, part = connected_components(graph, directed=False)
    return (mesh.vertices[part == number] for number in range(count))


def test_ten_roots_leave_the_sac_and_go_out_forward_and_down(made: Made, fields: dict[str, DistanceField]) -> None:
    roots = list(pieces(made.meshes["nerve-roots"]))
    assert len(roots) == 10
    for root in roots:
        inner, outer = root[np.abs(root[:, 0] + 3).argmin()], root[np.abs(root[:, 0] + 3).argmax()]
        assert fields["thecal-sac"].distance(inner[None])[0] < 0
        assert abs(outer[0] - inner[0]) > 25 and outer[1] > inner[1] + 8 and outer[2] < inner[2] - 15
    sides = [root[:, 0].mean() > -3 for root in roots]
    assert sum(sides) == 5


def test_roots_pass_through_the_foramina_and_not_through_bone(made: Made) -> None:
    bones = [made.meshes[name] for name in ("L1", "L2", "L3", "L4", "L5", "sacrum")]
    distances = [build(decimated(bone, 8000), 1.5, 6).distance(made.meshes["nerve-roots"].vertices) for bone in bones]
    assert np.min(distances) > -0.6
    # In a foramen a root runs under its own vertebra's pedicle and over the next one's: near to both.
    for upper in range(5):
        near = (np.array(distances[upper]) < 4) & (np.array(distances[upper + 1]) < 14)
        assert near.sum() > 20


def test_targets_lie_in_the_joints_and_entries_on_the_skin(made: Made, fields: dict[str, DistanceField]) -> None:
    assert [plan.name for plan in made.scenario.plans] == ["right-L4-L5", "left-L4-L5"]
    for plan, side in zip(made.scenario.plans, (RIGHT, LEFT), strict=True):
        entry, target = np.array(plan.entry), np.array(plan.target)
        assert max(abs(fields[name].distance(target[None])[0]) for name in ("L4", "L5")) < 2.5
        assert 15 < side * (target[0] + 3) < 35
        assert abs(fields["skin"].distance(entry[None])[0]) < 1.5
        away = (entry - target) / np.linalg.norm(entry - target)
        assert 8 <= np.degrees(np.arctan2(side * away[0], -away[1])) <= 45
        assert np.linalg.norm(entry - target) + 15 <= made.scenario.needle.length_mm


def test_the_way_is_free(made: Made) -> None:
    bones = [s for s in made.scenario.structures if s.name in ("L3", "L4", "L5", "sacrum")]
    probes = [build(decimated(made.meshes[s.name], 8000), 1.5, 8) for s in (*bones, *made.scenario.risks)]
    for plan in made.scenario.plans:
        entry, target = np.array(plan.entry), np.array(plan.target)
        along = (target - entry) / np.linalg.norm(target - entry)
        before_joint = pose_along(target - 5 * along, along)
        clear = ClearanceProbe(probes, float(np.linalg.norm(target - entry)), 0.36)(before_joint)
        assert min(clear[: len(bones)]) > 1
        for distance, risk in zip(clear[len(bones) :], made.scenario.risks, strict=True):
            assert risk.risk_margin_mm is not None and distance > risk.risk_margin_mm, risk.name


def test_fiducials_lie_on_the_back_and_determine_a_rotation(made: Made, fields: dict[str, DistanceField]) -> None:
    points = np.array([fiducial.position for fiducial in made.scenario.fiducials])
    assert len(points) == 8 and all(fiducial.hint for fiducial in made.scenario.fiducials)
    assert np.abs(fields["skin"].distance(points)).max() < 1.5
    spread = np.linalg.svd(points - points.mean(axis=0), compute_uv=False)
    assert spread[1] > 80
    gaps = np.linalg.norm(points[:, None] - points[None], axis=2) + 999 * np.eye(8)
    assert gaps.min() > 30


def test_nothing_names_the_patient_and_the_licence_is_open(made: Made) -> None:
    text = made.scenario.file.read_text()
    assert "example" not in text and "nii" not in text
    assert made.scenario.name == "my-patient"
    assert any("no licence" in source.licence for source in made.scenario.sources)


def test_progress_only_rises_and_ends(made: Made) -> None:
    done = [part for part, _ in made.told]
    assert done == sorted(done) and done[0] == 0 and done[-1] == 1


def test_without_a_needed_label_nothing_is_left_behind(sources: tuple[Path, Path], tmp_path: Path) -> None:
    image = nibabel.load(sources[1])
    voxels = np.asarray(image.dataobj).copy()
    voxels[voxels == CANAL] = 0
    nibabel.save(nibabel.Nifti1Image(voxels, image.affine), tmp_path / "labels.nii.gz")
    with pytest.raises(MeshError, match="no spinal canal"):
        scenario_from_labels(sources[0], tmp_path / "labels.nii.gz", tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["labels.nii.gz"]


def test_ct_and_labels_in_the_wrong_order(sources: tuple[Path, Path], tmp_path: Path) -> None:
    with pytest.raises(MeshError, match="given in this order"):
        scenario_from_labels(sources[1], sources[0], tmp_path / "out")


def test_a_ct_of_another_place_is_refused(sources: tuple[Path, Path], tmp_path: Path) -> None:
    image = nibabel.load(sources[1])
    affine = image.affine.copy()
    affine[2, 3] += 400
    nibabel.save(nibabel.Nifti1Image(np.asarray(image.dataobj), affine), tmp_path / "labels.nii.gz")
    with pytest.raises(MeshError, match="same place"):
        scenario_from_labels(sources[0], tmp_path / "labels.nii.gz", tmp_path / "out")


def test_a_folder_that_is_there_is_not_touched(sources: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with pytest.raises(SettingsError, match="exists already"):
        scenario_from_labels(*sources, tmp_path / "out")


def test_a_full_disk_leaves_nothing(made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(from_labels, "write_mesh", full)
    monkeypatch.setattr(from_labels, "read_patient", lambda *_: None)
    monkeypatch.setattr(from_labels, "_scenario", lambda *_: made.scenario)
    monkeypatch.setattr(from_labels, "write_scenario", lambda *_: None)
    monkeypatch.setattr(from_labels, "_structures", lambda *_: made.scenario.structures)
    patient = type("Patient", (), {"surfaces": list(enumerate(made.meshes.values()))})
    with pytest.raises(SettingsError, match="No space left"):
        from_labels._write(patient, {}, tmp_path / "out")  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


def test_joints_are_where_another_map_has_the_articular_processes(real_data: Callable[[str], Path]) -> None:
    """Second witness: a scan whose inferior (47, 48) and superior (45, 46) processes were labelled each for itself."""
    folder = real_data("facet-ct-tptbox")
    vertebrae = read_nifti(folder / "sub-ct_seg-vert_label-22_msk.nii.gz")
    parts = read_nifti(folder / "sub-ct_seg-subreg_label-22_msk.nii.gz").voxels
    numbers = {21: L2, 22: L3, 23: L4}
    labels = np.zeros(parts.shape, np.uint8)
    for theirs, ours in numbers.items():
        labels[vertebrae.voxels == theirs] = ours
    points = vertebrae.to_image(np.moveaxis(np.indices(parts.shape), 0, -1))
    bodies = points[np.isin(parts, (49, 50))]
    middle, back = bodies[:, 0].mean(), np.quantile(bodies[:, 1], 0.02)
    canal = np.hypot(points[..., 0] - middle, points[..., 1] - back + 8.5) < 7.5  # this map has none
    labels[canal & (labels == 0)] = CANAL
    fields = {ours: build(surface(labels == ours, vertebrae, 1.0), 1.0, 12) for ours in numbers.values()}
    spine = find_spine(Volume(labels, vertebrae.image_from_voxel), fields)
    for upper, lower in ((21, 22), (22, 23)):
        for side in (RIGHT, LEFT):
            beside = side * (points[..., 0] - middle) > 0
            above = points[(vertebrae.voxels == upper) & np.isin(parts, (47, 48)) & beside]
            below = points[(vertebrae.voxels == lower) & np.isin(parts, (45, 46)) & beside]
            gap, partner = KDTree(below).query(above)
            expected = (above[gap < 3.5] + below[partner[gap < 3.5]]).mean(axis=0) / 2
            found = joint(spine, numbers[upper], numbers[lower], side).mean(axis=0)
            assert np.linalg.norm(found - expected) < 2.5


def test_scratch_is_gone(made: Made) -> None:
    folder = made.scenario.file.parent
    assert sorted(path.name for path in folder.parent.iterdir()) == [folder.name]
    assert sorted(path.name for path in folder.iterdir()) == ["meshes", "scenario.toml"]
