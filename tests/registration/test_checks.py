"""What is wrong with the points is told by name: mirrored, another unit, touched twice."""

import numpy as np
import pytest

from arguide.errors import RegistrationError
from arguide.geometry.transforms import Array, apply, rotation_about
from arguide.registration.rigid import register_points


def codes(moving: Array, fixed: Array) -> list[str]:
    return [caution.code for caution in register_points(moving, fixed).cautions]


def test_good_points_raise_no_doubt(layout: Array) -> None:
    noisy = apply(rotation_about([1, 2, 3], 2.0), layout) + np.random.default_rng(1).normal(0, 0.5, layout.shape)
    assert codes(layout, noisy) == []


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_left_handed_list_is_recognised_and_refused(skin: Array, axis: int) -> None:
    mirrored = skin.copy()
    mirrored[:, axis] *= -1
    with pytest.raises(RegistrationError, match="left-handed"):
        register_points(mirrored + np.random.default_rng(2).normal(0, 0.3, skin.shape), skin)


def test_flat_points_are_never_called_mirrored() -> None:
    flat = np.array([[-50.0, 0, -50], [50, 0, -50], [50, 0, 50], [-50, 0, 40]])
    assert codes(flat * [-1, 1, 1], flat) == []


@pytest.mark.parametrize(("factor", "unit"), [(1e-3, "metres"), (1 / 25.4, "inches"), (0.1, "centimetres")])
def test_another_unit_is_recognised_by_the_scale(skin: Array, factor: float, unit: str) -> None:
    with pytest.raises(RegistrationError, match=f"the touched points are .* in {unit}"):
        register_points(skin * factor, skin)
    with pytest.raises(RegistrationError, match=f"the planned points are .* in {unit}"):
        register_points(skin, skin * factor)


def test_another_size_is_a_doubt(skin: Array) -> None:
    assert codes(skin, skin * 1.1) == ["scale"]
    assert codes(skin, skin * 1.01) == []


def test_a_fiducial_touched_twice_is_named(skin: Array) -> None:
    touched = skin.copy()
    touched[4] = touched[1] + 0.3
    with pytest.raises(RegistrationError, match="touched points 2 and 5 are the same place, but their partners"):
        register_points(touched, skin)
    with pytest.raises(RegistrationError, match="planned points 2 and 5"):
        register_points(skin, touched)
    # Repeated in both lists it is no mistake.
    twice = np.vstack([skin, skin[:1]])
    assert register_points(twice, twice).fre_mm < 1e-9
