"""What is left out on a grid changes nothing near the surface, and a box holds its shape however it was guessed."""

import numpy as np
import pytest
from arguide_sim.anatomy.blocks import asked, extent, lattice, sampled
from arguide_sim.anatomy.lumbar import Lumbar
from arguide_sim.anatomy.sdf import ellipsoid, half_space

from arguide.errors import MeshError

BALL = ellipsoid((1, 2, 3), (10, 20, 30))


@pytest.mark.parametrize(
    "guess", [((-5, -5, -5), (5, 5, 5)), ((-200, -30, -40), (60, 50, 50)), ((15, 0, 0), (90, 9, 9))]
)
def test_an_extent_holds_the_shape_and_little_more(guess: tuple[tuple[float, ...], tuple[float, ...]]) -> None:
    low, high = (np.array(corner) for corner in extent(BALL, *guess))  # type: ignore[arg-type]
    beyond = np.concatenate([(-9, -18, -27) - low, high - (11, 22, 33)])
    assert np.all(beyond >= 0) and np.all(beyond < 16)


def test_the_extent_of_a_mirrored_shape_is_the_same_on_both_sides() -> None:
    low, high = extent(lambda p: BALL(np.abs(p)), (-30, -30, -40), (30, 30, 40), mirror=True)
    assert low[0] == -high[0] < -11


@pytest.mark.parametrize(
    ("shape", "reason"),
    [(half_space((0, 0, 0), (0, 0, 1)), "does not end"), (lambda p: np.full(len(p), 1e3), "the shape is empty")],
)
def test_what_has_no_extent_is_named(shape: object, reason: str) -> None:
    with pytest.raises(MeshError, match=reason):
        extent(shape, (-5, -5, -5), (5, 5, 5))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["L4", "disc-L4-L5"])
def test_left_out_samples_are_far_from_the_surface(anatomy: Lumbar, name: str) -> None:
    """Asked everywhere, the shape has the same signs, and the same distances on both sides of its surface."""
    part = next(part for part in anatomy.parts() if part.name == name)
    low, high = (np.array(corner) for corner in part.extent)
    count, spacing = np.ceil((high - low) / 2.0).astype(int), 2.0
    some = sampled(part.shape, low, count, spacing, (-spacing, spacing))
    every = asked(part.shape, lattice(low, count, spacing)).reshape(count)
    assert np.array_equal(some < 0, every < 0)
    near = np.abs(every) < spacing
    assert near.sum() > 1000 and np.array_equal(some[near], every[near])
    assert (some != every).mean() > 0.2, "nothing was saved"
