"""Structures hidden and faded, nested glass, silhouettes."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from arguide.errors import DisplayError
from arguide.geometry.mesh import Mesh, read_mesh, write_mesh
from arguide.guidance.state import SessionState
from arguide.scene.anatomy import Anatomy
from arguide.scene.layer import ranks
from arguide.scene.shapes import ball
from arguide.scene.stage import Stage
from arguide.settings.scenario import Plan, Scenario, Tissue

SIZE = (640, 360)
Maker = Callable[..., SessionState]


def _picture(stage: Stage, state: SessionState) -> np.ndarray:
    stage.show(state, 0.0)
    stage.render()
    return stage.picture().astype(int)


@pytest.fixture(scope="module")
def made(scenario: Scenario, plan: Plan) -> Callable[[Scenario], Stage]:
    def make(which: Scenario) -> Stage:
        try:
            return Stage(which, plan, size=SIZE)
        except DisplayError as error:
            pytest.skip(f"no OpenGL here: {error}")

    return make


def test_outer_shells_come_before_what_they_hold() -> None:
    assert ranks([ball(2), ball(5), ball(1)]) == [1, 0, 2]


def test_what_reaches_out_of_the_skin_stands_around_it(tmp_path: Path, scenario: Scenario, plan: Plan) -> None:
    """The box of a phantom is in the camera's picture, so it is not drawn into that."""
    assert scenario.skin is not None and not Anatomy(scenario, plan).around.children
    skin = read_mesh(scenario.skin.mesh)
    wide = Mesh(1.3 * (skin.vertices - skin.bounds.mean(axis=0)) + skin.bounds.mean(axis=0), skin.faces)
    write_mesh(wide, tmp_path / "box.ply")
    box = replace(scenario.skin, name="box", tissue=Tissue.ORGAN, mesh=tmp_path / "box.ply")
    anatomy = Anatomy(replace(scenario, structures=(*scenario.structures, box)), plan)
    assert [node.name for node in anatomy.around.children] == ["box"]
    assert len(anatomy.opaque.children) == len(scenario.structures) - 1


def test_layers_are_hidden_and_faded_by_name(
    made: Callable[[Scenario], Stage], scenario: Scenario, state_of: Maker
) -> None:
    with made(scenario) as stage:
        anatomy, state = stage.anatomy, state_of()
        whole = _picture(stage, state)
        anatomy.fade("left", 0.4)
        faded = _picture(stage, state)
        anatomy.show("left", False)
        hidden = _picture(stage, state)
        assert not anatomy.shown("left") and anatomy.opacity("left") == 0.4
        changed = np.abs(whole - hidden).max(axis=2) > 30
        assert changed.sum() > 500
        between = np.abs(faded - hidden).sum(axis=2)[changed].mean(), np.abs(whole - faded).sum(axis=2)[changed].mean()
        assert min(between) > 10
        anatomy.show("left", True)
        anatomy.fade("left", 1.0)
        np.testing.assert_array_equal(_picture(stage, state), whole)


def test_nested_glass_looks_the_same_in_any_order(
    made: Callable[[Scenario], Stage], scenario: Scenario, state_of: Maker
) -> None:
    """Skin, veins and nerves as glass within one another, listed from outside in and from inside out."""
    glass = tuple(replace(s, opacity=0.5) for s in scenario.structures)
    pictures = []
    for order in (glass, glass[::-1]):
        with made(replace(scenario, structures=order)) as stage:
            pictures.append(_picture(stage, state_of()))
    assert np.abs(pictures[0] - pictures[1]).max() <= 3


def test_what_lies_in_glass_is_seen_through_it(
    made: Callable[[Scenario], Stage], scenario: Scenario, state_of: Maker
) -> None:
    glass = replace(scenario, structures=tuple(replace(s, opacity=0.5) for s in scenario.structures))
    with made(glass) as stage:
        state = state_of()
        with_vein = _picture(stage, state)
        stage.anatomy.show("vein", False)
        assert (np.abs(with_vein - _picture(stage, state)).max(axis=2) > 15).sum() > 200


def test_solid_things_have_a_dark_outline(
    made: Callable[[Scenario], Stage], scenario: Scenario, state_of: Maker
) -> None:
    with made(scenario) as stage:
        state = state_of()
        for structure in scenario.structures:
            stage.anatomy.show(structure.name, structure.name == "left")
        lined = _picture(stage, state)
        stage.anatomy._layers["left"].root.set_shader_input("outline", 0.0)
        stage.anatomy.show("left", True)
        plain = _picture(stage, state)
        darker = (plain - lined).max(axis=2)
        bone = np.abs(plain - _without(stage, state)).max(axis=2) > 8
        assert (darker[bone] > 25).sum() > 60
        assert (darker[bone] > 4).mean() < 0.25  # a line, not a shade over everything


def _without(stage: Stage, state: SessionState) -> np.ndarray:
    stage.anatomy.show("left", False)
    picture = _picture(stage, state)
    stage.anatomy.show("left", True)
    return picture
