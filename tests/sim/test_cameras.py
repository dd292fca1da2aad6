"""The fit finds what is there; the noise has its size, and depends on nothing but seed and frame."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from arguide_sim.cameras import Body, Cameras, Moment
from arguide_sim.ndi.models import MODELS
from arguide_sim.noise import MarkerNoise
from hypothesis import given
from hypothesis import strategies as st

from arguide.geometry.transforms import angle_between, apply, from_quaternion, inverse, translation

MODEL = np.array([[-44.0, 30, 0], [50, 50, 0], [-46, -42, 0], [59, -31, 10]])
SPECTRA = MODELS["spectra"]
quaternions = st.tuples(*[st.floats(-1, 1)] * 4).filter(lambda q: np.linalg.norm(q) > 0.1)
places = st.tuples(*[st.floats(-2000, 2000)] * 3)


@given(quaternions, places)
def test_the_fit_finds_the_pose(q: Any, place: Any) -> None:
    true = from_quaternion(*q, place)
    found = Body(MODEL).fit(apply(true, MODEL))
    assert np.linalg.norm(found[:4]) == pytest.approx(1) and found[0] >= 0
    pose = from_quaternion(*found[:4], found[4:7])
    assert np.allclose(pose, true, atol=1e-6)
    assert found[7] < 1e-3


@given(st.integers(0, 2**32 - 1))
def test_the_error_is_the_rms_distance_of_the_markers(seed: int) -> None:
    noisy = MODEL + np.random.default_rng(seed).normal(0, 0.3, MODEL.shape)
    found = Body(MODEL).fit(noisy)
    left = apply(from_quaternion(*found[:4], found[4:7]), MODEL) - noisy
    assert found[7] == pytest.approx(np.sqrt((left**2).sum(axis=1).mean()), abs=1e-6)
    # No small displacement fits better.
    for shift in 0.01 * np.vstack([np.eye(3), -np.eye(3)]):
        assert ((left + shift) ** 2).sum() >= (left**2).sum()


class Still:
    def __init__(self, **moment: Any) -> None:
        self.moment = Moment(**moment)

    def at(self, time_s: float) -> Moment:
        return self.moment


@pytest.fixture
def world(emulation: Callable[..., Any]) -> Any:
    return emulation(motion="idle").world


def looks(world: Any, pose: Any, noise: MarkerNoise, frames: int = 400) -> Any:
    cameras = Cameras(world, Still(poses={"needle": pose}), SPECTRA.volume, noise)
    found = [cameras.look(n, 0.0)["needle"].measured.pose for n in range(frames)]
    return np.array([from_quaternion(*p[:4], p[4:7]) for p in found]), np.array([p[7] for p in found])


def test_noise_has_the_size_of_a_real_tracker(world: Any) -> None:
    true = translation(SPECTRA.volume.centre)
    poses, errors = looks(world, true, MarkerNoise(1))
    turned = np.degrees([angle_between(pose, true) for pose in poses])
    middle = world.tools["needle"].definition.markers.mean(axis=0)
    moved = (poses @ [*middle, 1.0])[:, :3] - (true @ [*middle, 1.0])[:3]
    assert moved.std(axis=0) == pytest.approx([0.03, 0.03, 0.05], rel=0.2)
    assert 0.02 < np.sqrt((turned**2).mean()) < 0.12
    assert 0.05 < errors.mean() < 0.25


def test_noise_grows_away_from_the_middle(world: Any) -> None:
    near, far = (
        looks(world, translation(p), MarkerNoise(1))[1].mean() for p in (SPECTRA.volume.centre, (500, 400, -2300))
    )
    assert far > 1.4 * near


def test_a_frame_looks_the_same_whenever_it_is_asked_for(emulation: Callable[..., Any]) -> None:
    eyes = emulation()
    cameras = Cameras(eyes.world, eyes.actor, SPECTRA.volume, MarkerNoise(5))
    forwards = [cameras.look(n, n / 60)["stylus"].measured.pose for n in range(20)]
    backwards = [cameras.look(n, n / 60)["stylus"].measured.pose for n in reversed(range(20))]
    assert forwards == backwards[::-1]
    other = Cameras(eyes.world, eyes.actor, SPECTRA.volume, MarkerNoise(6))
    assert other.look(0, 0.0)["stylus"].measured.pose != forwards[0]


def test_hidden_tools_and_buttons(world: Any) -> None:
    pose = translation(SPECTRA.volume.centre)
    actor = Still(poses={"needle": pose, "stylus": pose}, hidden=frozenset({"stylus"}), buttons={"stylus": 1})
    sightings = Cameras(world, actor, SPECTRA.volume, MarkerNoise(1)).look(0, 0.0)
    assert sightings["stylus"].measured is None and sightings["stylus"].buttons == 1
    assert sightings["needle"].measured and sightings["needle"].buttons == 0
    assert sightings["reference"].measured is None, "a tool without a pose is not there"
    nobody = Cameras(world, Still(poses={}), SPECTRA.volume, MarkerNoise(1)).look(0, 0.0)
    assert all(s.measured is None for s in nobody.values())


def test_what_leaves_the_volume_is_marked(world: Any) -> None:
    border = translation((0.0, 0.0, SPECTRA.volume.far_z))
    markers = world.tools["needle"].definition.markers
    inside = SPECTRA.volume.contains(apply(border, markers))
    seen = Cameras(world, Still(poses={"needle": border}), SPECTRA.volume, MarkerNoise(1)).look(0, 0.0)["needle"]
    assert seen.measured.outside == tuple(~inside) and any(~inside) and any(inside)
    assert np.allclose(inverse(border) @ border, np.eye(4))
