import numpy as np
import pytest

from arguide.errors import MeshError
from arguide.geometry.transforms import Array, from_parts, rotation_about
from arguide.imaging.skin import skin
from arguide.imaging.surface import surface
from arguide.imaging.volume import Volume


def grid(spacing: tuple[float, float, float], size_mm: float, turn: float = 0.0) -> tuple[Volume, Array]:
    """An empty volume around the origin, oblique by `turn`, and its voxels' positions."""
    shape = np.ceil(size_mm / np.array(spacing)).astype(int)
    affine = from_parts(rotation_about([1, 1, 0], turn)[:3, :3] * spacing, np.zeros(3))
    affine[:3, 3] = -affine[:3, :3] @ ((shape - 1) / 2)
    volume = Volume(np.zeros(shape, np.uint8), affine)
    return volume, volume.to_image(np.moveaxis(np.indices(tuple(shape)), 0, -1))


@pytest.mark.parametrize("spacing", [(3.0, 3.0, 3.0), (1.0, 1.0, 4.0), (0.7, 0.7, 0.7)])
def test_a_ball_keeps_size_place_and_roundness(spacing: tuple[float, float, float]) -> None:
    volume, points = grid(spacing, 60, turn=0.3)
    mask = np.linalg.norm(points - [2, -3, 1], axis=-1) < 18
    ball = surface(mask, volume)
    assert ball.is_closed
    assert ball.volume_mm3 == pytest.approx(mask.sum() * np.prod(spacing), rel=0.03)
    radii = np.linalg.norm(ball.vertices - [2, -3, 1], axis=1)
    assert np.abs(radii - 18).max() < 0.5 * max(spacing)
    np.testing.assert_allclose(ball.vertices.mean(axis=0), [2, -3, 1], atol=0.5)


def test_a_plate_one_voxel_thick_neither_vanishes_nor_doubles() -> None:
    volume, points = grid((3.0, 3.0, 3.0), 70)
    mask = (np.abs(points[..., 0]) < 20) & (np.abs(points[..., 1]) < 20) & (np.abs(points[..., 2] - 1.5) < 1.4)
    plate = surface(mask, volume)
    assert plate.is_closed
    assert mask.sum() * 27 < plate.volume_mm3 < mask.sum() * 27 * 1.6
    assert np.ptp(plate.vertices[:, 2]) < 5


def test_what_the_border_cuts_is_closed_flat() -> None:
    volume, points = grid((2.0, 2.0, 2.0), 40)
    rod = surface(np.hypot(points[..., 0], points[..., 1]) < 10, volume)
    assert rod.is_closed
    assert rod.bounds[1, 2] == pytest.approx(20, abs=1)


def test_specks_go_and_pairs_stay() -> None:
    volume, points = grid((2.0, 2.0, 2.0), 80)
    pair = [np.linalg.norm(points - [x, 0, 0], axis=-1) < 12 for x in (-20, 20)]
    speck = np.linalg.norm(points - [0, 30, 0], axis=-1) < 3
    both = surface(pair[0] | pair[1] | speck, volume)
    assert both.volume_mm3 == pytest.approx(2 * surface(pair[0], volume).volume_mm3, rel=0.01)


def test_an_empty_mask_is_an_error() -> None:
    volume, _ = grid((2.0, 2.0, 2.0), 20)
    with pytest.raises(MeshError, match="this label"):
        surface(volume.voxels > 0, volume)


def phantom() -> tuple[Volume, Array]:
    """An oval body with gas and bone in it, lying on a thin table."""
    volume, points = grid((3.0, 3.0, 3.0), 150)
    x, y = points[..., 0], points[..., 1]
    voxels = np.full(x.shape, -1000, dtype=np.int16)
    voxels[(x / 60) ** 2 + (y / 45) ** 2 < 1] = 40
    voxels[np.hypot(x - 20, y - 10) < 12] = -900
    voxels[np.hypot(x, y + 20) < 10] = 800
    voxels[np.abs(y + 47) < 2] = 100
    return Volume(voxels, volume.image_from_voxel), points


def test_skin_is_the_body_without_table_and_with_its_gas() -> None:
    outline = skin(phantom()[0])
    assert outline.is_closed
    assert outline.volume_mm3 == pytest.approx(np.pi * 60 * 45 * 150, rel=0.04)
    assert np.ptp(outline.vertices[:, 0]) < 125


def test_skin_reaches_the_ends_of_the_scan() -> None:
    outline = skin(phantom()[0])
    assert np.ptp(outline.vertices[:, 2]) == pytest.approx(150, abs=4)


@pytest.mark.parametrize(("values", "reason"), [((0, 255), "Hounsfield"), ((-1000, -900), "Hounsfield")])
def test_what_is_not_a_ct_is_named(values: tuple[int, int], reason: str) -> None:
    voxels = np.random.default_rng(1).integers(*values, (20, 20, 20))
    with pytest.raises(MeshError, match=reason):
        skin(Volume(voxels, np.diag([3.0, 3.0, 3.0, 1.0])))
