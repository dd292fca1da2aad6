import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arguide.geometry.tube import tube


def test_a_straight_tube_has_its_volume() -> None:
    line = np.stack([np.zeros(41), np.zeros(41), np.arange(41.0)], axis=1)
    mesh = tube(line, 2.0, sides=64)
    assert mesh.is_closed
    assert mesh.volume_mm3 == pytest.approx(np.pi * 4 * 40 + 4 / 3 * np.pi * 8, rel=0.01)


@given(st.floats(0, 2 * np.pi), st.floats(0, 1.2), st.floats(-8, 8))
@settings(max_examples=25, deadline=None)
def test_a_winding_tube_is_closed_outward_and_everywhere_as_thick(turn: float, bend: float, rise: float) -> None:
    way = np.linspace(0, 1, 60)[:, None]
    arc = np.concatenate([np.sin(bend * way), 1 - np.cos(bend * way), 0.01 * rise * way], axis=1) * 40 / max(bend, 0.3)
    cos, sin = np.cos(turn), np.sin(turn)
    line = arc @ np.array([[cos, 0, sin], [0, 1, 0], [-sin, 0, cos]])
    if np.linalg.norm(line[-1] - line[0]) < 1:
        return
    mesh = tube(line, 2.0)
    assert mesh.is_closed and mesh.volume_mm3 > 0
    to_line = np.min(np.linalg.norm(mesh.vertices[:, None] - line[None], axis=2), axis=1)
    assert np.abs(to_line - 2).max() < 0.1
