"""A few key pictures of every view against small kept ones, as the eye compares them: colours in CIE L*a*b*, blurred.

After a change that is meant: `DRAW_REFERENCES=1 python -m pytest tests/scene/test_pictures.py`, then look at each of them.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from arguide.errors import DisplayError
from arguide.guidance.state import SessionState, Step
from arguide.scene import style
from arguide.scene.layouts import ARRANGEMENTS, ViewKind
from arguide.scene.stage import Stage
from arguide.settings.scenario import Plan, Scenario

REFERENCES = Path(__file__).parent / "references"
SMALL = (320, 180)
MEAN, WORST = 1.0, 9.0
"""ΔE*ab that may remain: on average, and in all but one of a hundred pixels. Drivers differ in edges, not in what is seen."""
Picture = NDArray[np.uint8]
Maker = Callable[..., SessionState]
FILLED = {
    "bullseye": ViewKind.BULLSEYE,
    "needle-eye": ViewKind.NEEDLE_EYE,
    "sagittal": ViewKind.SAGITTAL,
    "in-plane": ViewKind.IN_PLANE,
}


@pytest.fixture(scope="module")
def ct_stage(with_ct: Scenario, plan: Plan) -> Iterator[Stage]:
    try:
        with Stage(with_ct, plan) as made:
            yield made
    except DisplayError as error:
        pytest.skip(f"no OpenGL here: {error}")


def small(stage: Stage) -> Picture:
    stage.render()
    return np.asarray(cv2.resize(stage.picture(), SMALL, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def difference(one: Picture, other: Picture) -> NDArray[np.float64]:
    """ΔE*ab of every pixel of two blurred RGB pictures."""
    labs = [cv2.cvtColor(cv2.blur(p, (5, 5)).astype(np.float32) / 255, cv2.COLOR_RGB2Lab) for p in (one, other)]
    return np.asarray(np.linalg.norm(labs[0] - labs[1], axis=2), dtype=float)


def compare(picture: Picture, name: str, folder: Path) -> None:
    kept = REFERENCES / f"{name}.png"
    rough = picture[:, :, ::-1] & 0xFC  # six bits a channel: half the file
    if os.environ.get("DRAW_REFERENCES"):
        cv2.imwrite(str(kept), rough, [cv2.IMWRITE_PNG_COMPRESSION, 9])
    cv2.imwrite(str(folder / f"{name}.png"), rough)
    apart = difference(picture & 0xFC, np.asarray(cv2.imread(str(kept))[:, :, ::-1], dtype=np.uint8))
    assert apart.mean() < MEAN and np.percentile(apart, 99) < WORST, f"compare {kept} with {folder / kept.name}"


def test_the_comparison_sees_a_missing_needle(stage: Stage, state_of: Maker, pose_at: Maker) -> None:
    pictures = []
    for pose in (pose_at(30.0, 12.0, 0.2), pose_at(300.0)):
        stage.show(state_of(pose), 0.0)
        pictures.append(small(stage))
    apart = difference(*pictures)
    assert apart.mean() >= MEAN or np.percentile(apart, 99) >= WORST


@pytest.mark.parametrize("name", ["guide", "touch", "hidden"])
def test_3d(stage: Stage, state_of: Maker, pose_at: Maker, name: str, tmp_path: Path) -> None:
    states = {
        "guide": state_of(pose_at(30.0, 1.5, 0.03), time_s=0.2),
        "touch": state_of(step=Step.TOUCH, touched=1, time_s=0.3),
        "hidden": state_of(trouble="needle hidden"),
    }
    stage.show(state_of(pose_at(30.0, 1.5, 0.03)), 0.0)
    stage.show(states[name], 0.0)
    compare(small(stage), name, tmp_path)


@pytest.mark.parametrize("name", FILLED)
def test_other_views(stage: Stage, state_of: Maker, pose_at: Maker, name: str, tmp_path: Path) -> None:
    stage.show(state_of(pose_at(25.0, 3.0, 0.12)), 0.0)
    stage.fill(FILLED[name])
    compare(small(stage), name, tmp_path)


def test_slices_of_a_ct(ct_stage: Stage, state_of: Maker, pose_at: Maker, tmp_path: Path) -> None:
    ct_stage.choose(ARRANGEMENTS[3])
    ct_stage.show(state_of(pose_at(18.0, 3.0, 0.12)), 0.0)
    compare(small(ct_stage), "slices", tmp_path)


def test_the_light_theme(stage: Stage, state_of: Maker, pose_at: Maker, tmp_path: Path) -> None:
    stage.choose(ARRANGEMENTS[4])
    stage.show(state_of(pose_at(30.0, 1.5, 0.03)), 0.0)
    before = small(stage)
    try:
        stage.wear(style.LIGHT)
        compare(small(stage), "light", tmp_path)
    finally:
        stage.wear(style.DARK)
    np.testing.assert_array_equal(small(stage), before)
