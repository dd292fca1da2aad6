"""Colours that everybody can tell apart and read."""

from itertools import combinations

import numpy as np
import pytest

from arguide.guidance.state import Grade
from arguide.scene import style
from arguide.scene.marks import COLORS, Mark

# How dichromats see linear RGB (Viénot, Brettel and Mollon 1999).
BLIND = {
    "protan": [[0.11238, 0.88762, 0.0], [0.11238, 0.88762, 0.0], [0.00401, -0.00401, 1.0]],
    "deutan": [[0.29275, 0.70725, 0.0], [0.29275, 0.70725, 0.0], [-0.02234, 0.02234, 1.0]],
}


@pytest.mark.parametrize("mark", Mark)
@pytest.mark.parametrize("ground", [style.PANEL, style.CARD, style.BULLSEYE])
def test_signs_can_be_read_on_every_panel(mark: Mark, ground: style.Rgb) -> None:
    assert style.contrast(COLORS[mark], ground) >= 4.5


@pytest.mark.parametrize("ink", [style.INK, style.QUIET, style.ACCENT, style.TRAINING])
def test_words_can_be_read_on_panels(ink: style.Rgb) -> None:
    assert style.contrast(ink, style.PANEL) >= 4.5
    assert style.contrast(ink, style.CARD) >= 4.5


def test_the_alarm_can_be_read() -> None:
    assert style.contrast(style.ALARM_INK, style.ALARM) >= 4.5


@pytest.mark.parametrize("kind", BLIND)
def test_grades_stay_apart_for_the_colour_blind(kind: str) -> None:
    seen = {g: np.array(BLIND[kind]) @ np.power(style.GRADE_COLORS[g], 2.2) for g in Grade}
    for one, other in combinations(Grade, 2):
        assert np.abs(np.power(np.abs(seen[one]), 1 / 2.2) - np.power(np.abs(seen[other]), 1 / 2.2)).max() > 0.2


def test_contrast_of_black_and_white() -> None:
    assert style.contrast((0, 0, 0), (1, 1, 1)) == pytest.approx(21.0)
    assert style.contrast((0.3, 0.4, 0.5), (0.3, 0.4, 0.5)) == pytest.approx(1.0)
