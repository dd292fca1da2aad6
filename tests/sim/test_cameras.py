"""The fit finds what is there; the noise has its size, and depends on nothing but seed and frame."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from arguide_sim.cameras import Cameras, Moment
from arguide_sim.company import Company
from arguide_sim.fitting import drop_worst, fit
from arguide_sim.ndi.models import MODELS
from arguide_sim.ndi.sensor import Marker, Status
from arguide_sim.noise import MarkerNoise
from hypothesis import given
from hypothesis import strategies as st

from arguide.geometry.transforms import angle_between, apply, from_quaternion, rotation_about, translation

MODEL = np.array([[-44.0, 30, 0], [50, 50, 0], [-46, -42, 0], [59, -31, 10]])
VOLUME = MODELS["spectra"].volumes[0]
quaternions = st.tuples(*[st.floats(-1, 1)] * 4).filter(lambda q: np.linalg.norm(q) > 0.1)
places = st.tuples(*[st.floats(-2000, 2000)] * 3)


def fitted(markers: Any) -> Any:
    """The pose and its error as a device reports them."""
    fits = fit(MODEL[None], markers[None], np.ones((1, len(MODEL))))
    return [*fits.quaternions[0], *fits.shifts[0], fits.errors[0]]


def cameras(world: Any, actor: Any, noise: MarkerNoise, ahead: int = 1) -> Cameras:
    return Cameras(Company(world.tools, actor, VOLUME.centre), VOLUME, noise, ahead)


@given(quaternions, places)
def test_the_fit_finds_the_pose(q: Any, place: Any) -> None:
    true = from_quaternion(*q, place)
    found = fitted(apply(true, MODEL))
    assert np.linalg.norm(found[:4]) == pytest.approx(1) and found[0] >= 0
    pose = from_quaternion(*found[:4], found[4:7])
    assert np.allclose(pose, true, atol=1e-6)
    assert found[7] < 1e-3


@given(st.integers(0, 2**32 - 1))
def test_the_error_is_the_rms_distance_of_the_markers(seed: int) -> None:
    noisy = MODEL + np.random.default_rng(seed).normal(0, 0.3, MODEL.shape)
    found = fitted(noisy)
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
    eyes = cameras(world, Still(poses={"needle": pose}), noise)
    found = [eyes.look(n, 60.0).sightings["needle"].pose for n in range(frames)]
    return np.array([from_quaternion(*p[:4], p[4:7]) for p in found]), np.array([p[7] for p in found])


def test_noise_has_the_size_of_a_real_tracker(world: Any) -> None:
    true = translation(VOLUME.centre)
    poses, errors = looks(world, true, MarkerNoise(1))
    turned = np.degrees([angle_between(pose, true) for pose in poses])
    middle = world.tools["needle"].definition.markers.mean(axis=0)
    moved = (poses @ [*middle, 1.0])[:, :3] - (true @ [*middle, 1.0])[:3]
    assert moved.std(axis=0) == pytest.approx([0.03, 0.03, 0.05], rel=0.2)
    assert 0.02 < np.sqrt((turned**2).mean()) < 0.12
    assert 0.05 < errors.mean() < 0.25


def test_noise_grows_away_from_the_middle(world: Any) -> None:
    near, far = (looks(world, translation(p), MarkerNoise(1))[1].mean() for p in (VOLUME.centre, (500, 400, -2300)))
    assert far > 1.4 * near


@pytest.mark.parametrize("ahead", [1, 7, 32])
def test_a_frame_looks_the_same_whenever_it_is_asked_for(emulation: Callable[..., Any], ahead: int) -> None:
    run = emulation()
    forwards, backwards, other = (
        cameras(run.world, run.actor, MarkerNoise(seed), n) for seed, n in ((5, 1), (5, ahead), (6, 1))
    )
    poses = [forwards.look(n, 60.0).sightings["stylus"].pose for n in range(70)]
    again = {n: backwards.look(n, 60.0).sightings["stylus"].pose for n in reversed(range(70))}
    assert np.allclose(poses, [again[n] for n in range(70)], atol=1e-9, rtol=0)
    assert other.look(0, 60.0).sightings["stylus"].pose != poses[0]


def test_hidden_tools_and_buttons(world: Any) -> None:
    pose = translation(VOLUME.centre)
    actor = Still(poses={"needle": pose, "stylus": pose}, hidden=frozenset({"stylus"}), buttons={"stylus": 1})
    sightings = cameras(world, actor, MarkerNoise(1)).look(0, 60.0).sightings
    assert sightings["stylus"].pose is None and sightings["stylus"].buttons == 1
    assert sightings["needle"].pose and sightings["needle"].buttons == 0
    assert sightings["reference"].pose is None, "a tool without a pose is not there"
    nobody = cameras(world, Still(poses={}), MarkerNoise(1)).look(0, 60.0).sightings
    assert all(s.pose is None and s.status == Status.MISSING for s in nobody.values())


def test_what_leaves_the_volume_is_marked(world: Any) -> None:
    border = translation((0.0, 0.0, VOLUME.far_z))
    markers = world.tools["needle"].definition.markers
    inside = VOLUME.contains(apply(border, markers))
    seen = cameras(world, Still(poses={"needle": border}), MarkerNoise(1)).look(0, 60.0).sightings["needle"]
    assert [code == Marker.OUT_USED for code in seen.codes] == list(~inside) and any(~inside) and any(inside)
    assert seen.status == Status.PARTLY_OUT


def test_light_hides_everything(world: Any) -> None:
    pose = translation(VOLUME.centre)
    view = cameras(world, Still(poses={"needle": pose}, flooded=True), MarkerNoise(1)).look(0, 60.0)
    assert view.flooded and not view.sightings


FACING = translation(VOLUME.centre)  # its normals are +z: towards the tracker


@pytest.mark.parametrize(("turned_deg", "visible"), [(0, True), (60, True), (85, True), (95, False), (180, False)])
def test_a_marker_turned_away_is_not_seen(world: Any, turned_deg: float, visible: bool) -> None:
    pose = FACING @ rotation_about([1.0, 0.0, 0.0], np.radians(turned_deg))
    seen = cameras(world, Still(poses={"reference": pose}), MarkerNoise(1)).look(0, 60.0).sightings["reference"]
    assert (seen.pose is not None) == visible
    assert set(seen.codes) == {Marker.USED if visible else Marker.TURNED_AWAY}
    assert seen.status == (Status.OK if visible else Status.MISSING)


def test_single_markers_hide_and_three_are_enough(world: Any) -> None:
    def look(*hidden: int) -> Any:
        actor = Still(poses={"needle": FACING}, hidden_markers={"needle": hidden})
        return [cameras(world, actor, MarkerNoise(1)).look(n, 60.0).sightings["needle"] for n in range(300)]

    def spread(sightings: Any) -> float:
        tips = [(from_quaternion(*s.pose[:4], s.pose[4:7]) @ [0, 0, 190, 1])[:3] for s in sightings]
        return float(np.linalg.norm(np.std(tips, axis=0)))

    whole, three, two = look(), look(0), look(0, 3)
    assert three[0].codes[0] == Marker.MISSING and set(three[0].codes[1:]) == {Marker.USED}
    assert spread(three) > 1.1 * spread(whole), "a pose from fewer markers is noisier"
    assert two[0].pose is None and two[0].status == Status.TOO_FEW


def test_a_bent_tool_loses_the_marker_that_does_not_fit(world: Any) -> None:
    def look(*offset: float) -> Any:
        bent = np.zeros((4, 3))
        bent[1] = offset
        return cameras(world, Still(poses={"needle": FACING}, bent={"needle": bent}), MarkerNoise(1)).look(0, 60.0)

    little, much = look(0.0, 0.0, 1.0).sightings["needle"], look(25.0, 25.0, 0.0).sightings["needle"]
    straight = look(0.0, 0.0, 0.0).sightings["needle"]
    assert little.pose[7] > 1.5 * straight.pose[7] and set(little.codes) == {Marker.USED}
    assert Marker.BAD_FIT in much.codes
    assert much.pose is None or np.linalg.norm(np.subtract(much.pose[4:7], VOLUME.centre)) < 2.0


@given(st.integers(0, 2**32 - 1), st.integers(0, 4))
def test_leaving_out_the_worst_marker_finds_the_pose(seed: int, which: int) -> None:
    random = np.random.default_rng(seed)
    model = random.uniform(-60, 60, (1, 5, 3))
    off = random.standard_normal(3)
    markers = model + 0.0
    markers[0, which] += 40 * off / np.linalg.norm(off)
    fits, out = drop_worst(model, markers, np.ones((1, 5)), np.array([2.0]))
    kept = np.delete(np.arange(5), which)
    if out[0].sum() == 1 and out[0, which]:
        laid = model[0] @ fits.rotations[0].T + fits.shifts[0]
        assert np.allclose(laid[kept], markers[0, kept], atol=1e-6)
    else:
        assert out.any(), "something had to go"


def test_a_stranger_gets_a_tool_to_look_at(world: Any) -> None:
    own = world.tools["needle"].definition
    strange = replace(own, markers=own.markers * 1.5)
    eyes = cameras(world, Still(poses={}), MarkerNoise(1))
    assert eyes.identify(own, ()) == "needle"
    guest = eyes.identify(strange, ())
    assert guest == "guest 1" and eyes.identify(strange, (guest,)) == "guest 2"
    assert eyes.look(0, 60.0).sightings[guest].pose is not None
    strict = Cameras(Company(world.tools, Still(poses={}), VOLUME.centre, guests=False), VOLUME, MarkerNoise(1))
    assert strict.identify(strange, ()) is None


def test_a_definition_without_markers_gets_some(world: Any) -> None:
    own = world.tools["needle"].definition
    eyes = cameras(world, Still(poses={}), MarkerNoise(1))
    name = eyes.identify(replace(own, markers=np.empty((0, 3)), normals=np.empty((0, 3))), ())
    assert name is not None
    assert all(eyes.look(n, 20.0).sightings[name].pose for n in range(100))


def test_another_guest_changes_nobodys_noise(world: Any) -> None:
    own = world.tools["needle"].definition
    eyes = cameras(world, Still(poses={"needle": FACING}), MarkerNoise(1))
    before = eyes.look(3, 60.0).sightings["needle"].pose
    eyes.identify(replace(own, markers=np.vstack([own.markers * 1.5, [[0, 9, 0]]]), normals=np.zeros((5, 3))), ())
    assert np.allclose(eyes.look(3, 60.0).sightings["needle"].pose, before, atol=1e-12)
