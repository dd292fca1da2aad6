"""The light of a check by touch: which lamp, which words, and that it is really lit."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from arguide.guidance.state import Check, Grade, NeedleState, Phase, SessionState, Step
from arguide.scene import style
from arguide.scene.check_light import LAMPS, light_words
from arguide.scene.layout import layout
from arguide.scene.stage import Stage

Maker = Callable[..., SessionState]


def checked(state_of: Maker, light: Grade | None, step: Step = Step.REVIEW) -> SessionState:
    check = None if light is None else Check("F2", 1.2, 1.4, light)
    needle = NeedleState(None, None, Phase.ALIGNING, "")
    return replace(state_of(step=step), check=check, needle=needle)


def test_before_any_check_it_says_so(state_of: Maker) -> None:
    assert light_words(checked(state_of, None)) == ("Registration", "not yet checked", None)


def test_a_check_is_told_with_what_follows(state_of: Maker) -> None:
    found = light_words(checked(state_of, Grade.OUT))
    assert found == ("F2: 1.2 ± 1.4 mm", "out: register again", Grade.OUT)
    assert light_words(checked(state_of, Grade.NEAR, Step.GUIDE)) is not None, "also before the insertion"


def test_it_is_gone_where_nothing_is_checked(state_of: Maker) -> None:
    assert light_words(checked(state_of, None, Step.GUIDE)) is None
    assert light_words(checked(state_of, Grade.OUT, Step.TOUCH)) is None
    inside = checked(state_of, Grade.OUT, Step.GUIDE)
    inside = replace(inside, needle=replace(inside.needle, phase=Phase.INSERTING))
    assert light_words(inside) is None


@pytest.mark.parametrize("light", [None, *LAMPS])
def test_only_its_own_lamp_is_lit(stage: Stage, state_of: Maker, light: Grade | None) -> None:
    stage.show(checked(state_of, light), 0.0)
    stage.render()
    box = layout(1280, 720).light
    left = stage.picture()[round(box.y) : round(box.bottom), round(box.x) : round(box.x + 36)].astype(float)
    for grade in LAMPS:
        near = np.linalg.norm(left - 255 * np.array(style.GRADE_COLORS[grade]), axis=2) < 50
        assert (near.sum() > 60) == (grade is light)
        if grade is light:
            middle = np.argwhere(near).mean(axis=0)[0] / box.height
            assert int(3 * middle) == LAMPS.index(grade), "red above amber above green"


def test_an_alarm_takes_its_place(stage: Stage, state_of: Maker) -> None:
    stage.show(checked(state_of, Grade.WITHIN), 5.0)
    (says,) = [label for label in stage.labels if label.text.startswith("within: go on")] or [None]
    assert says is None or says.node.get_parent().is_hidden()
