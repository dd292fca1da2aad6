import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arguide.geometry.mesh import Mesh
from arguide.geometry.rays import first_hit, hit_distances


@given(st.tuples(*[st.floats(-1, 1)] * 3).filter(lambda v: np.linalg.norm(v) > 0.1))
@settings(max_examples=50, deadline=None)
def test_from_the_middle_of_a_ball_every_ray_hits_at_its_radius(ball, direction) -> None:  # type: ignore[no-untyped-def]
    hit = first_hit(ball, [0, 0, 0], direction)
    assert hit is not None
    assert np.linalg.norm(hit) == pytest.approx(20, abs=0.05)
    assert np.linalg.norm(np.cross(hit, direction)) < 1e-9 * 20


def test_the_first_of_two_hits_and_misses(box: Mesh) -> None:
    assert first_hit(box, [-50, 0, 0], [3, 0, 0]) == pytest.approx([-5, 0, 0])
    assert first_hit(box, [-50, 0, 0], [-1, 0, 0]) is None
    assert first_hit(box, [-50, 10.001, 0], [1, 0, 0]) is None


def test_through_edges_and_corners_nothing_slips(box: Mesh) -> None:
    aims = np.array([[5, 0, 0], [5, 10, 0], [5, 10, 15], [-5, -10, 15]], dtype=float)
    lengths = np.linalg.norm(aims, axis=1)
    np.testing.assert_allclose(hit_distances(box, np.zeros(3), aims / lengths[:, None]), lengths)
