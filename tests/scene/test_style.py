"""Colours that everybody can tell apart and read, in both themes."""

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import pytest

from arguide.guidance.state import Grade
from arguide.scene import style
from arguide.scene.marks import Mark, color_of
from arguide.scene.style import DARK, LIGHT, Rgb, Theme
from arguide.settings.scenario import Tissue

# How people without one of the three cones see linear RGB (Machado, Oliveira & Fernandes 2009, severity 1.0).
BLIND = {
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
EYES = {"all cones": np.eye(3), **{kind: np.array(matrix) for kind, matrix in BLIND.items()}}
XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
APART = 15.0
"""ΔE*ab from which two colours are told apart at a glance; 2.3 is just noticeable side by side."""
THEMES = pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
SEEN_BY = pytest.mark.parametrize("eyes", EYES)


@pytest.fixture
def worn(theme: Theme) -> Iterator[Theme]:
    style.use(theme)
    yield theme
    style.use(DARK)


def lab(color: Rgb, eyes: str) -> np.ndarray:
    """CIE L*a*b* (D65) of an sRGB colour as somebody sees it."""
    linear = np.array([c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in color])
    xyz = XYZ @ np.clip(EYES[eyes] @ linear, 0, 1) / (0.9505, 1.0, 1.089)
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def apart(one: Rgb, other: Rgb, eyes: str) -> float:
    return float(np.linalg.norm(lab(one, eyes) - lab(other, eyes)))


def test_the_measure_knows_black_white_and_red() -> None:
    assert apart((0, 0, 0), (1, 1, 1), "all cones") == pytest.approx(100.0, abs=0.1)
    np.testing.assert_allclose(lab((1, 0, 0), "all cones"), (53.24, 80.09, 67.20), atol=0.3)
    assert all(np.allclose(matrix.sum(axis=1), 1, atol=1e-5) for matrix in EYES.values())
    red, green = (0.55, 0.45, 0.0), (0.45, 0.5, 0.0)
    assert apart(red, green, "deutan") < 0.5 * apart(red, green, "all cones")


@THEMES
def test_words_and_signs_can_be_read_on_panels(worn: Theme) -> None:
    inks = [style.INK, style.QUIET, style.ACCENT, style.TRAINING, *(color_of(mark) for mark in Mark)]
    assert all(style.contrast(ink, ground) >= 4.5 for ink in inks for ground in (style.PANEL, style.CARD))
    assert style.contrast(worn.on_accent, style.ACCENT) >= 4.5


@THEMES
def test_names_in_3d_can_be_read_on_the_backdrop(worn: Theme) -> None:
    assert all(style.contrast(style.INK, ground) >= 7 for ground in (style.SKY, style.GROUND, style.FOG))


def test_what_lies_on_dark_pictures_can_be_read() -> None:
    marks = [style.ON_PICTURE, style.TARGET, style.PATH, style.STEEL, *style.PICTURE_GRADES.values()]
    assert all(style.contrast(mark, style.BULLSEYE) >= 4.5 for mark in marks)


def test_the_alarm_can_be_read() -> None:
    assert style.contrast(style.ALARM_INK, style.ALARM) >= 4.5


@THEMES
@SEEN_BY
def test_everybody_tells_grades_apart(theme: Theme, eyes: str) -> None:
    for one, other in combinations(Grade, 2):
        assert apart(theme.grades[one], theme.grades[other], eyes) > APART, (one, other)


@SEEN_BY
def test_everybody_tells_plan_target_and_needle_apart(eyes: str) -> None:
    for one, other in combinations((style.PATH, style.TARGET, style.STEEL), 2):
        assert apart(one, other, eyes) > APART


@SEEN_BY
@pytest.mark.parametrize("tissue", ["#ecdfc3", "#d0312d", "#3f63c8", "#f2d64b", "#8fb0c4", "#e0ac8f"])
def test_the_edge_of_the_path_stands_out_from_every_tissue(tissue: str, eyes: str) -> None:
    """The path itself may be near a tissue's colour; then its dark edge is not."""
    assert max(apart(color, style.rgb(tissue), eyes) for color in (style.PATH, style.EDGE)) > 2 * APART


@pytest.mark.parametrize("tissue", Tissue)
def test_every_tissue_has_a_material(tissue: Tissue) -> None:
    material = style.MATERIALS[tissue]
    assert 0 <= material.gloss <= 1 and 0 <= material.wrap <= 1 and 0 < material.line <= 1


def test_contrast_of_black_and_white() -> None:
    assert style.contrast((0, 0, 0), (1, 1, 1)) == pytest.approx(21.0)
    assert style.contrast((0.3, 0.4, 0.5), (0.3, 0.4, 0.5)) == pytest.approx(1.0)
