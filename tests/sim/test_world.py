"""The truth before anybody moves: everything visible, tools a little off their drawings, all of it seeded."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from arguide_sim.ndi.models import MODELS
from arguide_sim.world import build_world, identify

from arguide.asset_files import find_profile, find_scenario
from arguide.errors import SettingsError
from arguide.geometry.transforms import apply, is_rigid
from arguide.settings.profile import ToolProfile, TrackerProfile
from arguide.settings.profile_file import read_profile
from arguide.settings.scenario import Plan
from arguide.settings.scenario_file import read_scenario

OPTICAL = [name for name, model in MODELS.items() if model.optical]


@pytest.fixture(scope="module")
def profile() -> TrackerProfile:
    return read_profile(find_profile("emulated"))


@pytest.mark.parametrize("seed", range(5))
def test_tools_differ_from_their_drawings_by_what_is_promised(profile: TrackerProfile, seed: int) -> None:
    world = build_world(profile, None, None, seed)
    off = {t.name: np.linalg.norm(world.tools[t.name].tip_mm - t.tip_mm) for t in profile.tools if t.tip_mm}
    assert 1.0 <= off["stylus"] <= 2.0
    assert off["needle"] <= 0.2
    for name, tool in world.tools.items():
        if (nominal := profile.tool(name)) and nominal.direction:
            assert np.allclose(tool.tool_from_tip[:3, 2], nominal.direction)


def test_the_seed_is_the_world(profile: TrackerProfile) -> None:
    first, again, other = (build_world(profile, None, None, seed) for seed in (1, 1, 2))
    assert np.array_equal(first.tracker_from_image, again.tracker_from_image)
    assert np.array_equal(first.reference_from_image, again.reference_from_image)
    assert not np.allclose(first.tracker_from_image, other.tracker_from_image)
    assert not np.allclose(first.reference_from_image, other.reference_from_image)
    assert is_rigid(first.tracker_from_image) and is_rigid(first.reference_from_image)


@pytest.mark.parametrize("outward", [(0.3, -1, 0.1), (0, 1, 0.2), (-1, 0.2, 0), (0.1, 0.1, 1), (0, 0, -1)])
def test_the_phantom_lies_so_that_the_plan_goes_down(profile: TrackerProfile, outward: Any) -> None:
    plan = Plan(name="p", entry=tuple(60.0 * c for c in outward), target=(0.0, 0.0, 0.0))
    world = build_world(profile, None, plan, 1)
    to_tracker = world.tracker_from_image[:3, :3] @ world.up
    assert to_tracker[2] > np.cos(np.radians(33)), "the tracker looks down along -z, at most 32 degrees oblique"
    assert world.face @ world.up > 0.8
    assert abs(world.up @ world.along) < 1e-12
    assert np.abs(np.linalg.norm(world.place(3, 4, 12) - world.centre) - 13) < 1e-9


def test_a_patient_is_not_turned_over_for_a_path_hardly_steeper_from_the_side(profile: TrackerProfile) -> None:
    """Else the tools would lie in the belly, and the needle come through it: both roots are reached from the back."""
    scenario = read_scenario(find_scenario("lumbar-root"))
    ups = [build_world(profile, scenario, plan, 1).up for plan in scenario.plans]
    np.testing.assert_array_equal(ups, [[0, -1, 0]] * len(scenario.plans))


@pytest.mark.parametrize("model", OPTICAL)
def test_everything_at_rest_is_inside_the_volume_and_apart(emulation: Callable[..., Any], model: str) -> None:
    world = emulation(model=model).world
    places = []
    for name, tool in world.tools.items():
        if name == "reference":
            pose = world.tracker_from_image @ world.image_from_reference
        else:
            pose = world.tracker_from_image @ world.resting_place(name) @ tool.tip_from_tool
        markers = apply(pose, tool.definition.markers)
        assert MODELS[model].volumes[0].contains(markers).all(), name
        places.append(markers.mean(axis=0))
    apart = [np.linalg.norm(a - b) for n, a in enumerate(places) for b in places[:n]]
    assert min(apart) > 40


@pytest.mark.parametrize("model", OPTICAL)
def test_volumes(model: str) -> None:
    volume = MODELS[model].volumes[0]
    middle = volume.centre
    assert volume.contains(middle[None]).all()
    far = np.array([*volume.far_half, volume.far_z])
    near = np.array([*volume.near_half, volume.near_z])
    assert volume.contains(np.array([far, near, (far + near) / 2]) * (0.999, 0.999, 1)).all()
    outside = np.array([far * (1.01, 1, 1), far * (1, 1.01, 1), far * (1, 1, 1.01), near * (1, 1, 0.99), [0, 0, 0]])
    assert not volume.contains(outside).any()
    assert volume.contains(np.array([[0, 0, -MODELS[model].working_distance_mm]])).all()


def test_tools_are_known_by_their_markers(profile: TrackerProfile) -> None:
    world = build_world(profile, None, None, 1)
    bodies = {name: tool.definition for name, tool in world.tools.items()}
    for name, tool in world.tools.items():
        markers = tool.definition.markers
        assert identify(bodies, markers) == name
        assert identify(bodies, markers + 0.4) == name
        assert identify(bodies, markers + [[0.6, 0, 0]]) is None
        assert identify(bodies, markers[:-1]) is None
    assert identify(bodies, np.zeros((0, 3))) is None


def test_a_bad_definition_file_is_named(profile: TrackerProfile, tmp_path: Path) -> None:
    bad = tmp_path / "bad.rom"
    bad.write_bytes(b"not a tool")
    for file, words in ((bad, "not a tool-definition file"), (tmp_path / "none.rom", "No such file")):
        tools = (ToolProfile(name="stylus", definition=file),)
        broken = TrackerProfile(**{**{f: getattr(profile, f) for f in profile.__dataclass_fields__}, "tools": tools})
        with pytest.raises(SettingsError, match=words):
            build_world(broken, None, None, 1)
