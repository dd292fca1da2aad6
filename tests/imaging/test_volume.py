from collections.abc import Callable
from itertools import permutations, product
from pathlib import Path

import nibabel
import numpy as np
import pytest

from arguide.errors import MeshError
from arguide.geometry.transforms import from_parts, rotation_about
from arguide.imaging.volume import Volume, read_nifti, write_nifti

AFFINE = from_parts(rotation_about([1, 2, 3], 0.2)[:3, :3] * [1.0, 2.0, 3.0], [-20.0, 5.0, 300.0])


def write(path: Path, voxels: np.ndarray, affine: np.ndarray = AFFINE, unit: str = "mm") -> Path:
    image = nibabel.Nifti1Image(voxels, affine)
    image.header.set_xyzt_units(unit)
    nibabel.save(image, path)
    return path


@pytest.mark.parametrize("axes", list(permutations(range(3))))
@pytest.mark.parametrize("signs", [(1, 1, 1), (-1, 1, -1), (-1, -1, -1)])
def test_the_order_of_axes_in_the_file_changes_nothing(
    tmp_path: Path, axes: tuple[int, int, int], signs: tuple[int, int, int]
) -> None:
    voxels = np.zeros((5, 6, 7), dtype=np.uint8)
    voxels[1, 4, 2] = 9
    stored = nibabel.as_closest_canonical(nibabel.Nifti1Image(voxels, AFFINE))
    orientation = np.array([[axis, sign] for axis, sign in zip(axes, signs, strict=True)])
    volume = read_nifti(write(tmp_path / "v.nii", *_turned(stored, orientation)))
    np.testing.assert_allclose(
        volume.to_image(np.argwhere(volume.voxels == 9)[0]), (AFFINE @ [1, 4, 2, 1])[:3], atol=1e-4
    )
    assert np.linalg.det(volume.image_from_voxel[:3, :3]) > 0
    assert np.abs(volume.image_from_voxel[:3, :3] / volume.spacing_mm).argmax(axis=0).tolist() == [0, 1, 2]


def _turned(image: nibabel.Nifti1Image, orientation: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    turned = image.as_reoriented(orientation)
    return np.asarray(turned.dataobj), turned.affine


def test_voxels_and_points_map_both_ways() -> None:
    volume = Volume(np.zeros((4, 5, 6)), AFFINE)
    points = np.array([[0.0, 0, 0], [3, 4, 5], [1.5, 2.25, -1]])
    np.testing.assert_allclose(volume.to_voxel(volume.to_image(points)), points, atol=1e-12)
    np.testing.assert_allclose(volume.spacing_mm, [1, 2, 3])


def test_bounds_hold_the_outer_faces_of_the_voxels() -> None:
    volume = Volume(np.zeros((4, 5, 6)), np.diag([1.0, 2.0, 3.0, 1.0]))
    np.testing.assert_allclose(volume.bounds, [[-0.5, -1, -1.5], [3.5, 9, 16.5]])


def test_metres_become_millimetres(tmp_path: Path) -> None:
    path = write(tmp_path / "v.nii.gz", np.zeros((3, 3, 3), np.int16), np.diag([0.001, 0.001, 0.002, 1]), "meter")
    np.testing.assert_allclose(read_nifti(path).spacing_mm, [1, 1, 2], rtol=1e-6)


def test_labels_stay_whole_numbers_and_scaled_values_become_floats(tmp_path: Path) -> None:
    assert read_nifti(write(tmp_path / "a.nii", np.ones((3, 3, 3), np.uint8))).voxels.dtype == np.uint8
    image = nibabel.Nifti1Image(np.ones((3, 3, 3), np.int16), AFFINE)
    image.header.set_slope_inter(2, -1024)
    nibabel.save(image, tmp_path / "b.nii")
    assert read_nifti(tmp_path / "b.nii").voxels.dtype.kind == "f"


def test_a_real_file_whose_axes_run_posterior_inferior_right(real_data: Callable[[str], Path]) -> None:
    path = real_data("facet-ct-tptbox") / "sub-ct_seg-vert_label-22_msk.nii.gz"
    assert nibabel.aff2axcodes(nibabel.load(path).affine) == ("P", "I", "R")
    volume = read_nifti(path)
    heights = [volume.to_image(np.argwhere(volume.voxels == label))[:, 2].mean() for label in (21, 22, 23)]
    assert heights[0] > heights[1] + 20 > heights[2] + 40  # L2 over L3 over L4


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("gone.nii", None, "no such file"),
        ("scan.mha", b"", "expected a NIfTI file"),
        ("junk.nii", b"not an image", "not a readable NIfTI"),
        ("junk.nii.gz", b"\x1f\x8bnot gzip", "not a readable NIfTI"),
    ],
)
def test_bad_files_are_named(tmp_path: Path, name: str, content: bytes | None, message: str) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(MeshError, match=f"{name}: {message}"):
        read_nifti(path)


@pytest.mark.parametrize("name", ["cut.nii", "cut.nii.gz"])
def test_a_file_cut_short_is_named(tmp_path: Path, name: str) -> None:
    voxels = np.random.default_rng(1).integers(0, 255, (20, 20, 20)).astype(np.uint8)
    path = write(tmp_path / name, voxels)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(MeshError, match=f"{name}: the voxels cannot be read"):
        read_nifti(path)


def test_volumes_that_will_not_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(MeshError, match="three axes"):
        read_nifti(write(tmp_path / "four.nii", np.zeros((3, 3, 3, 2), np.uint8)))
    with pytest.raises(MeshError, match="spacing"):
        read_nifti(write(tmp_path / "far.nii", np.zeros((3, 3, 3), np.uint8), np.diag([1, 1, 500.0, 1])))
    monkeypatch.setattr("arguide.imaging.volume.MAX_VOXELS", 20)
    with pytest.raises(MeshError, match="crop or resample"):
        read_nifti(write(tmp_path / "big.nii", np.zeros((3, 3, 3), np.uint8)))


def test_written_is_read_back_and_always_the_same_bytes(tmp_path: Path) -> None:
    voxels = np.random.default_rng(3).integers(-1024, 2000, (9, 8, 7)).astype(np.int16)
    volume = Volume(voxels, from_parts(np.diag([0.5, 0.5, 2.0]), [-20.0, 5.0, 300.25]))
    files = [tmp_path / "a.nii.gz", tmp_path / "b.nii.gz"]
    for file in files:
        write_nifti(volume, file)
    assert files[0].read_bytes() == files[1].read_bytes()
    read = read_nifti(files[0])
    assert read.voxels.dtype == np.int16 and np.array_equal(read.voxels, voxels)
    np.testing.assert_allclose(read.image_from_voxel, volume.image_from_voxel)
    assert nibabel.load(files[0]).header.get_xyzt_units()[0] == "mm"


def test_pieces_that_are_packed_apart_are_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("arguide.imaging.volume.PIECE_BYTES", 500)
    voxels = np.arange(1000, dtype=np.int16).reshape(10, 10, 10)
    write_nifti(Volume(voxels, np.eye(4)), tmp_path / "v.nii.gz")
    assert np.array_equal(read_nifti(tmp_path / "v.nii.gz").voxels, voxels)


def test_every_corner_is_inside_the_bounds() -> None:
    volume = Volume(np.zeros((4, 5, 6)), AFFINE)
    corners = volume.to_image(list(product((0, 3), (0, 4), (0, 5))))
    assert np.all(corners > volume.bounds[0]) and np.all(corners < volume.bounds[1])
