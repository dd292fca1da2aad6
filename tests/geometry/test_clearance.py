from collections.abc import Callable

import numpy as np
import pytest
import trimesh
from hypothesis import given, settings
from hypothesis import strategies as st

from arguide.geometry.clearance import ClearanceProbe
from arguide.geometry.distance_field import DistanceField, build
from arguide.geometry.mesh import Mesh
from arguide.geometry.transforms import pose_along

COORDINATE = st.floats(-40, 40)


@pytest.fixture(scope="module")
def fields(ball: Mesh, as_mesh: Callable[..., Mesh]) -> tuple[DistanceField, ...]:
    tube = as_mesh(trimesh.creation.capsule(40, 2.0, count=[24, 24]), (25, 0, -20))
    return build(ball), build(tube), build(as_mesh(trimesh.creation.box((6, 6, 6)), (0, -35, 10)), 0.8, 20)


@given(
    tip=st.tuples(COORDINATE, COORDINATE, COORDINATE),
    direction=st.tuples(*[st.floats(-1, 1)] * 3).filter(lambda v: np.linalg.norm(v) > 0.1),
)
@settings(max_examples=150, deadline=None)
def test_as_good_as_looking_at_every_twentieth_of_a_millimetre(fields, tip, direction) -> None:  # type: ignore[no-untyped-def]
    pose = pose_along(tip, direction)
    shaft = pose[:3, 3] - np.linspace(0, 120, 2401)[:, None] * pose[:3, 2]
    for got, field in zip(ClearanceProbe(fields, 120, 0.36)(pose), fields, strict=True):
        want = min(field.distance(shaft).min(), field.margin_mm - 2.2) - 0.36
        # Deep inside, where the nearest surface changes sides, the field has a crease.
        assert got == pytest.approx(want, abs=0.1 if want > -2 else 0.2)


def test_known_distances(fields: tuple[DistanceField, ...]) -> None:
    probe = ClearanceProbe(fields, 120, 0.5)
    past_ball = probe(pose_along([0, 26, 60], [0, 0, 1]))
    assert past_ball[0] == pytest.approx(26 - 20 - 0.5, abs=0.1)
    pierced = probe(pose_along([32, 0, 0], [1, 0, 0]))
    assert pierced[1] == pytest.approx(-2.5, abs=0.3)
    assert pierced[0] == pytest.approx(-20.5, abs=0.4)


def test_the_tip_ends_the_needle(fields: tuple[DistanceField, ...]) -> None:
    probe = ClearanceProbe(fields, 50, 0.0)
    assert probe(pose_along([0, 0, 27], [0, 0, -1]))[0] == pytest.approx(7, abs=0.1)
    assert probe(pose_along([0, 0, 27], [0, 0, 1]))[0] < -19


def test_far_away_it_stays_at_the_margin(fields: tuple[DistanceField, ...]) -> None:
    assert ClearanceProbe(fields, 120, 0.0)(pose_along([0, 900, 0], [1, 0, 0])) == pytest.approx((27.8, 27.8, 17.8))


def test_any_number_of_fields_and_the_same_answer_for_each(fields: tuple[DistanceField, ...]) -> None:
    pose = pose_along([10, 5, 22], [1, 2, -1])
    together = ClearanceProbe(fields, 100, 0.4)(pose)
    assert together == tuple(ClearanceProbe([field], 100, 0.4)(pose)[0] for field in fields)
    assert ClearanceProbe([], 100, 0.4)(pose) == ()
