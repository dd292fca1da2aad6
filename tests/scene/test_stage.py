"""The whole picture, looked at."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from arguide import asset_files
from arguide.errors import DisplayError, MeshError
from arguide.guidance.state import Grade, SessionState, Step
from arguide.scene import anatomy, style
from arguide.scene.layout import Rect
from arguide.scene.stage import Stage
from arguide.settings.scenario import Plan, Scenario
from arguide.settings.scenario_file import read_scenario

SIZES = [(1024, 600), (1920, 1200)]
Picture = NDArray[np.uint8]
Maker = Callable[..., SessionState]


def _shot(stage: Stage, state: SessionState, age_s: float = 0.0) -> Picture:
    stage.show(state, age_s)
    stage.render()
    return stage.picture()


def _near(picture: Picture, spot: NDArray[np.float64], color: style.Rgb, radius: int = 14, apart: float = 60.0) -> int:
    """How many pixels around a spot have about a colour."""
    x, y = (round(v) for v in spot.tolist())
    patch = picture[max(0, y - radius) : y + radius, max(0, x - radius) : x + radius].astype(float)
    return int((np.linalg.norm(patch - 255 * np.array(color), axis=2) < apart).sum())


def _along(stage: Stage, pose: NDArray[np.float64], before_mm: float) -> NDArray[np.float64]:
    """The pixel of a point of the shaft."""
    return stage.pixels_of((pose[:3, 3] - before_mm * pose[:3, 2])[None])[0]


def test_before_the_first_sample_nothing_stands_where_it_does_not_belong(open_stage: Callable[..., Stage]) -> None:
    with open_stage(size=(640, 400)) as stage:
        stage.render()
        words = [label.text for label in stage.labels if label.bounds() is not None]
        corner = stage.picture()[:6].astype(int)
    assert "Waiting for the tracker's first sample" in words and "Depth to target" in words
    assert "Directions of the stylus" not in words and "F1" not in words and "0" not in words
    accent = np.abs(corner - 255 * np.array(style.ACCENT)).sum(axis=2) < 60
    assert not accent[:, :200].any(), "no bar or badge lies in the corner"


def test_target_and_entry_are_drawn_where_projection_says(stage: Stage, plan: Plan, state_of: Maker) -> None:
    picture = _shot(stage, state_of())
    target, entry = stage.pixels_of(np.array([plan.target, plan.entry]))
    assert _near(picture, target, style.TARGET) > 20
    assert _near(picture, entry, style.ENTRY, radius=24) > 20


def test_the_size_is_the_size_asked_for(stage: Stage, state_of: Maker) -> None:
    assert _shot(stage, state_of()).shape == (720, 1280, 3)


def test_a_live_needle_is_solid_steel(stage: Stage, state_of: Maker, pose_at: Maker) -> None:
    pose = pose_at(10.0, 12.0)
    with_needle = _shot(stage, state_of(pose))
    without = _shot(stage, state_of(pose_at(10.0, 400.0)))
    spot = _along(stage, pose, 75.0)
    x, y = (round(v) for v in spot.tolist())
    changed = np.abs(with_needle.astype(int) - without).max(axis=2)[y - 5 : y + 5, x - 8 : x + 8]
    assert (changed > 40).sum() > 20


def test_a_hidden_needle_becomes_a_ghost_and_its_numbers_dashes(stage: Stage, state_of: Maker, pose_at: Maker) -> None:
    pose = pose_at(10.0, 12.0)
    solid = _shot(stage, state_of(pose))
    ghost = _shot(stage, state_of(trouble="needle hidden"))
    x, y = (round(v) for v in _along(stage, pose, 75.0).tolist())
    patch = np.s_[y - 30 : y + 30, x - 6 : x + 6]
    assert np.abs(solid[patch].astype(int) - ghost[patch]).mean() > 8
    words = [label.text for label in stage.labels]
    assert "NEEDLE HIDDEN" in words and "no position" in words
    assert not any("mm" in w or any(c.isdigit() for c in w) for w in _readout_words(stage))


def test_an_old_sample_is_never_drawn_as_live(stage: Stage, state_of: Maker, pose_at: Maker) -> None:
    state = state_of(pose_at(20.0))
    _shot(stage, state, 0.05)
    assert any("mm" in w for w in _readout_words(stage))
    _shot(stage, state, 0.43)
    assert not any("mm" in w for w in _readout_words(stage))
    assert not any("NO DATA" in label.text for label in stage.labels), "it may be back before that could be read"
    _shot(stage, state, 0.63)
    assert not any("mm" in w for w in _readout_words(stage))
    assert "NO DATA FROM TRACKER for 0.6 s" in [label.text for label in stage.labels]
    _shot(stage, state, 0.0)
    assert any("mm" in w for w in _readout_words(stage))


def _readout_words(stage: Stage) -> list[str]:
    box = Rect(1280 - style.PANEL_WIDTH, 344, style.PANEL_WIDTH, 720 - 344)
    return [label.text for label in stage.labels if (found := label.bounds()) and box.contains(found)]


def test_the_alarm_is_large_and_red(stage: Stage, state_of: Maker) -> None:
    alarmed, calm = _shot(stage, state_of(trouble="needle hidden")), _shot(stage, state_of())
    red = [int((np.abs(p.astype(int) - 255 * np.array(style.ALARM)).max(axis=2) < 12).sum()) for p in (alarmed, calm)]
    assert red[0] > 20_000 and red[1] == 0


def test_the_training_banner_is_always_there(stage: Stage, state_of: Maker, pose_at: Maker) -> None:
    for step in Step:
        _shot(stage, state_of(pose_at(20.0), step=step))
        shown = [label for label in stage.labels if label.text == "For training, not for patients"]
        assert shown and (found := shown[0].bounds()) and found.width > 150


def test_a_risk_structure_glows_when_its_margin_is_used(stage: Stage, state_of: Maker, pose_at: Maker) -> None:
    calm = _shot(stage, state_of(pose_at(20.0), clearances=(9.0, 30.0)))
    alarmed = _shot(stage, state_of(pose_at(20.0), clearances=(2.0, 30.0)))
    after = _shot(stage, state_of(pose_at(20.0), clearances=(9.0, 30.0)))
    view = np.s_[100:480, :880]
    redder = alarmed[view].astype(int) - calm[view]
    assert ((redder[..., 1] < -25) & (redder[..., 0] > -20)).sum() > 100
    assert np.abs(after[view].astype(int) - calm[view]).max() < 3


def test_the_next_fiducial_pulses(stage: Stage, state_of: Maker, scenario: Scenario) -> None:
    spots = {}
    for time_s in (0.1, 0.7):
        spots[time_s] = _shot(stage, state_of(step=Step.TOUCH, touched=1, time_s=time_s))
    pixels = stage.pixels_of(np.array([f.position for f in scenario.fiducials]))
    moving = [
        int((np.abs(spots[0.1].astype(int) - spots[0.7]).max(axis=2) > 30)[y - 45 : y + 45, x - 45 : x + 45].sum())
        for x, y in np.round(pixels).astype(int).tolist()
    ]
    assert moving[1] > 60 and moving[0] == 0 and moving[2] == 0
    assert _near(spots[0.1], pixels[0], style.GRADE_COLORS[Grade.WITHIN]) > 100


def test_pivoting_shows_the_plot_and_dims_the_anatomy(stage: Stage, state_of: Maker) -> None:
    angle = np.linspace(0, 6, 60)
    directions = np.stack([0.3 * np.cos(angle), 0.3 * np.sin(angle), np.full(60, 0.954)], -1)
    bright = _shot(stage, state_of())
    dimmed = _shot(stage, state_of(step=Step.PIVOT, directions=tuple(map(tuple, directions.tolist()))))
    assert "Directions of the stylus" in [label.text for label in stage.labels if label.bounds()]
    assert dimmed[150:560, :200].mean() < bright[150:560, :200].mean()


def test_the_score_card_comes_and_goes(stage: Stage, state_of: Maker, pose_at: Maker) -> None:
    state = state_of(pose_at(1.0), step=Step.DONE)
    before = _shot(stage, state)
    stage.show_card([("Target error", "1.2 mm", Grade.WITHIN), ("Time", "48 s", None)], "Score")
    during = _shot(stage, state)
    assert {"Score", "Target error", "1.2 mm", "within", "48 s"} <= {label.text for label in stage.labels}
    assert np.abs(during.astype(int) - before).mean() > 15
    stage.hide_card()
    np.testing.assert_array_equal(_shot(stage, state), before)


def test_a_long_reason_with_a_grade_can_be_read(stage: Stage, state_of: Maker, pose_at: Maker) -> None:
    why = "The needle went into: Nerve roots, Aorta and iliac arteries, Vena cava and iliac veins. Never more than 40 points."
    stage.show_card([("Score", "40 / 100", Grade.OUT), ("Held down", why, Grade.OUT)] * 7, "Score")
    _shot(stage, state_of(pose_at(1.0), step=Step.DONE))
    box = next(label.bounds() for label in stage.labels if label.text.startswith("The needle went into"))
    stage.hide_card()
    assert box is not None and box.height > 18, "two lines of letters that are not tiny"


@pytest.mark.parametrize("size", SIZES)
def test_no_word_leaves_the_window(open_stage: Callable[..., Stage], state_of: Maker, pose_at: Maker, size) -> None:  # type: ignore[no-untyped-def]
    long = (
        "Hold the tip in the divot and swing the stylus widely to every side until the whole ring is filled, then go on"
    )
    window = Rect(0, 0, *size)
    with open_stage(size=size) as stage:
        for step in Step:
            _shot(stage, state_of(pose_at(20.0), step=step, residuals=True, touched=3, instruction=long))
            assert not [label.text for label in stage.labels if (b := label.bounds()) and not window.contains(b)]
        _shot(stage, state_of(trouble="needle partly out of the tracker's volume of measurement"), 12.0)
        stage.show_card([("A label that goes on and on and on for ever", "1234567.8 mm", Grade.NEAR)] * 14, "Score")
        assert not [label.text for label in stage.labels if (b := label.bounds()) and not window.contains(b)]


def test_the_anatomy_keeps_to_its_budget_of_triangles(stage: Stage) -> None:
    assert stage.anatomy.triangles <= 1.05 * style.TRIANGLES


def test_the_shipped_anatomy_keeps_to_its_budget_of_triangles() -> None:
    shipped = read_scenario(asset_files.find_scenario("lumbar-facet"))
    drawn = anatomy.load(shipped, shipped.plans[0])
    assert sum(len(shape.faces) for shape in drawn.values()) <= 1.05 * style.TRIANGLES
    assert all(np.isfinite(shape.normals).all() for shape in drawn.values())


def test_smooth_edges_have_shades_between(open_stage: Callable[..., Stage], state_of: Maker) -> None:
    with open_stage(size=(640, 360), smooth=False) as rough, open_stage(size=(640, 360), smooth=True) as smooth:
        pictures = [_shot(s, state_of()).astype(int)[40:290, :440] for s in (rough, smooth)]
    steps = [np.abs(np.diff(p.sum(axis=2), axis=1)) for p in pictures]
    assert (steps[1] > 250).sum() < 0.8 * (steps[0] > 250).sum()


def test_two_stages_live_side_by_side(open_stage: Callable[..., Stage], state_of: Maker) -> None:
    with open_stage(size=(640, 360)) as one, open_stage(size=(800, 450)) as other:
        first, second = _shot(one, state_of()), _shot(other, state_of())
        assert first.shape == (360, 640, 3) and second.shape == (450, 800, 3)
        np.testing.assert_array_equal(_shot(one, state_of()), first)


def test_the_same_state_gives_the_same_picture(stage: Stage, state_of: Maker, pose_at: Maker) -> None:
    state = state_of(pose_at(20.0, 1.0))
    np.testing.assert_array_equal(_shot(stage, state), _shot(stage, state))


@pytest.mark.parametrize("size", [(10, 10), (100_000, 720)])
def test_an_impossible_size_is_refused(scenario: Scenario, plan: Plan, size: tuple[int, int]) -> None:
    with pytest.raises(DisplayError, match="give 320×180"):
        Stage(scenario, plan, size=size)


def test_a_missing_mesh_is_named(scenario: Scenario, plan: Plan, tmp_path: Path) -> None:
    lost = replace(scenario.structures[0], mesh=tmp_path / "lost.ply")
    with pytest.raises(MeshError, match="lost.ply"):
        anatomy.load(replace(scenario, structures=(lost,)), plan)


def test_a_portrait_shows_the_same_with_smooth_edges(
    open_stage: Callable[..., Stage], state_of: Maker, pose_at: Maker
) -> None:
    with open_stage(size=(1280, 720), smooth=False) as stage:
        _shot(stage, state_of(pose_at(20.0, 3.0)))
        live = _shot(stage, state_of(trouble="needle hidden"))  # the ghost stands where the needle was
        kept = stage.portrait()
        assert kept.shape == live.shape
        assert np.abs(cv2.blur(kept, (7, 7)).astype(int) - cv2.blur(live, (7, 7))).mean() < 2.0
        edges = [np.abs(np.diff(p[40:590, :880].astype(int).sum(axis=2), axis=1)) for p in (live, kept)]
        assert (edges[1] > 250).sum() < (edges[0] > 250).sum()
        np.testing.assert_array_equal(_shot(stage, state_of(trouble="needle hidden")), live)


def test_the_stylus_is_drawn_only_while_it_is_used(stage: Stage, state_of: Maker, pose_at: Maker) -> None:
    pose = pose_at(58.0, 20.0, 0.8)
    for step, used in ((Step.REVIEW, True), (Step.GUIDE, False)):
        without = _shot(stage, state_of(step=step))
        held = _shot(stage, replace(state_of(step=step), image_from_stylus_tip=pose))
        assert bool(np.abs(held.astype(int) - without).max() > 60) is used
    _shot(stage, replace(state_of(step=Step.REVIEW), image_from_stylus_tip=pose), 0.5)
    assert stage._world.stylus.root.is_hidden()
