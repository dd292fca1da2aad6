"""In the hip's CT the wall of the belly and the bowel end where they are attached, and softly."""

import numpy as np
import pytest
from arguide_sim.anatomy.hip import belly
from arguide_sim.anatomy.hip.muscles import LIGAMENT
from arguide_sim.anatomy.volumes import Place

from arguide.geometry.transforms import Array

FAT_MM, SKIN_Y = 12.0, 72.0
CREST = [(28, 0, 140), (35, 12, 132), (37, 36, 109)]
"""Three points of the iliac crest (x, y, z)."""


def layer(name: str, x: Array, y: Array, z: Array) -> Array:
    """Signed distance of a layer in a belly whose front is flat, at coordinates along each axis; (i, j, k)."""
    x, y, z = x[:, None, None], y[None, :, None], z[None, None, :]
    depth = SKIN_Y - y + 0 * (x + z)
    place = Place(x, y, z, skin=depth, depth=depth, texture=lambda grain: np.zeros_like(depth))
    return np.broadcast_to(dict(belly.filling(FAT_MM, 1.0)(place))[name], depth.shape)


def test_the_wall_ends_at_the_ligament_and_is_thinner_towards_its_end() -> None:
    y, z = np.arange(30, 72, 0.2), np.arange(-40.0, 120.0)
    for x, _, at_z in LIGAMENT[2:4]:
        thick = 0.2 * np.count_nonzero(layer("muscle", np.array([float(x)]), y, z)[0] < 0, axis=0)
        ends = z[thick > 0].min()
        assert abs(ends - at_z) < 8, f"at x = {x}"
        assert thick[z == ends + 40] == pytest.approx(belly.WALL_MM - 1, abs=0.3)
        assert np.all(np.diff(thick[(z > ends) & (z < ends + 20)]) >= 0)
        assert 0 < thick[z == ends + 1] < 0.6 * belly.WALL_MM, "rounded"


def test_nothing_of_wall_or_bowel_lies_behind_the_crest_or_the_ilium() -> None:
    back = np.arange(-110.0, -30.0)
    every = np.arange(-100.0, 60.0, 4.0)
    for name in ("muscle", "bowel"):
        assert layer(name, every, back, every + 60).min() > 0, name
    for x, y, z in CREST:
        beyond = np.array([x + 6.0]), np.array([y - 8.0]), np.array([float(z)])
        assert layer("bowel", *beyond)[0, 0, 0] > 0


def test_the_room_of_the_bowel_has_no_edge() -> None:
    step = 0.5
    x, y, z = np.array([-60.0]), np.arange(-40, 60, step), np.arange(-40, 120, step)
    d = layer("bowel", x, y, z)[0]
    slopes = np.stack(np.gradient(d, step))
    turn = np.linalg.norm(np.diff(slopes, axis=1), axis=0).max()
    assert turn < 0.1, f"the direction of its surface turns by {turn:.2f} within {step} mm"
    assert (d < 0).any() and (d > 0).any()
