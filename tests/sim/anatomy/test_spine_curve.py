"""The lordosis adds up, frames are rigid, neighbours stand as far apart as disc and bodies are high."""

import numpy as np
import pytest
from arguide_sim.anatomy.joints import RADIUS_MM, joint_below
from arguide_sim.anatomy.person import person
from arguide_sim.anatomy.spine_curve import lordosis
from arguide_sim.anatomy.variation import levels_of

from arguide.geometry.transforms import is_rigid

SOMEBODY = person(0, lordosis=48.0, sacral_slope=38.0)
LEVELS = levels_of(SOMEBODY)
CURVE = lordosis(LEVELS, SOMEBODY.sacral_slope)
NAMES = [level.name for level in LEVELS]


def lean_deg(frame: np.ndarray) -> float:
    """Positive: the axis leans backward."""
    return float(np.degrees(np.arctan2(-frame[1, 2], frame[2, 2])))


def test_frames_are_rigid_and_sagittal() -> None:
    for frame in (CURVE.sacrum, *CURVE.bodies.values(), *CURVE.discs.values()):
        assert is_rigid(frame) and frame[0, 3] == 0 and frame[0, 0] == 1


def test_lordosis_from_l1_to_s1() -> None:
    top_of_l1 = lean_deg(CURVE.bodies["L1"]) + LEVELS[1].wedge_deg / 2
    assert lean_deg(CURVE.sacrum) == pytest.approx(-38.0)
    assert top_of_l1 + 38.0 == pytest.approx(48.0, abs=0.6)


@pytest.mark.parametrize("upper", LEVELS[:-1], ids=NAMES[:-1])
def test_neighbours_stand_a_disc_apart(upper: object) -> None:
    at = LEVELS.index(upper)  # type: ignore[arg-type]
    lower = LEVELS[at + 1]
    apart = CURVE.bodies[LEVELS[at].name][:3, 3] - CURVE.bodies[lower.name][:3, 3]
    stacked = LEVELS[at].height / 2 + LEVELS[at].disc + lower.height / 2
    assert apart[2] > 0 and stacked * 0.99 < np.linalg.norm(apart) <= stacked


@pytest.mark.parametrize("level", LEVELS, ids=NAMES)
def test_joints_open_backward_and_outward(level: object) -> None:
    joint = joint_below(level, CURVE.discs[level.name])  # type: ignore[arg-type, attr-defined]
    surface = np.array([joint.on_surface(back, 3.0) for back in np.linspace(-8, 8, 9)])
    np.testing.assert_allclose(joint.inside(surface), 0, atol=1e-9)
    out = joint.opening(5.0)
    assert out[0] > 0 and out[1] < 0 and np.linalg.norm(out) == pytest.approx(1)
    step = joint.on_surface(5.001, 0) - joint.on_surface(5.0, 0)
    np.testing.assert_allclose(step / 0.001, out, atol=1e-3)
    assert joint.inside(joint.point(2.0, 0, 0)[None])[0] == pytest.approx(2.0)
    assert RADIUS_MM > 0
