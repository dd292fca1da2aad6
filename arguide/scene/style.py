"""Every colour, size and weight of the picture in one place.

The grades must be told apart by people who see no red or no green: they differ in lightness as well as in hue, have a
contrast of at least 4.5 : 1 on every panel colour, and never stand without a shape and a word beside them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from arguide.guidance.state import Grade
from arguide.settings.scenario import Tissue

Rgb: TypeAlias = tuple[float, float, float]
Rgba: TypeAlias = tuple[float, float, float, float]


def rgb(color: str) -> Rgb:
    """`#rrggbb` as three numbers 0..1."""
    return (int(color[1:3], 16) / 255, int(color[3:5], 16) / 255, int(color[5:7], 16) / 255)


def rgba(color: Rgb, alpha: float = 1.0) -> Rgba:
    """A colour with an opacity 0..1."""
    return (*color, alpha)


@dataclass(frozen=True, kw_only=True)
class Theme:
    """The colours that change between light and dark rooms."""

    name: str
    sky: Rgb
    """Backdrop of the 3D view in its pool of light."""
    ground: Rgb
    """The same at its edges."""
    fog: Rgb
    panel: Rgb
    card: Rgb
    """Of rows, fields and charts on a panel."""
    line: Rgb
    ink: Rgb
    quiet: Rgb
    accent: Rgb
    on_accent: Rgb
    """Words on the accent."""
    neutral: Rgb
    ghost: Rgb
    training: Rgb
    grades: Mapping[Grade, Rgb]


DARK = Theme(
    name="dark",
    sky=rgb("#2a3a4d"),
    ground=rgb("#090d13"),
    fog=rgb("#18222e"),
    panel=rgb("#0d131b"),
    card=rgb("#151e29"),
    line=rgb("#2c3a4a"),
    ink=rgb("#f2f6fa"),
    quiet=rgb("#9fb0c3"),
    accent=rgb("#5cc8ff"),
    on_accent=rgb("#0d131b"),
    neutral=rgb("#b8c7d6"),
    ghost=rgb("#c3cfdb"),
    training=rgb("#ffd98a"),
    grades={Grade.WITHIN: rgb("#2fd6a8"), Grade.NEAR: rgb("#ffd24a"), Grade.OUT: rgb("#ff6036")},
)
LIGHT = Theme(
    name="light",
    sky=rgb("#f3f7fb"),
    ground=rgb("#b4c2d0"),
    fog=rgb("#d3dde7"),
    panel=rgb("#f4f7fa"),
    card=rgb("#ffffff"),
    line=rgb("#c4cfdb"),
    ink=rgb("#10202f"),
    quiet=rgb("#4a5b6c"),
    accent=rgb("#0a66b0"),
    on_accent=rgb("#ffffff"),
    neutral=rgb("#4a5b6c"),
    ghost=rgb("#556472"),
    training=rgb("#7a4b00"),
    grades={Grade.WITHIN: rgb("#007058"), Grade.NEAR: rgb("#906400"), Grade.OUT: rgb("#a00030")},
)
THEMES = {theme.name: theme for theme in (DARK, LIGHT)}

SKY, GROUND, FOG = DARK.sky, DARK.ground, DARK.fog
PANEL, CARD, LINE = DARK.panel, DARK.card, DARK.line
INK, QUIET, ACCENT = DARK.ink, DARK.quiet, DARK.accent
NEUTRAL, GHOST, TRAINING = DARK.neutral, DARK.ghost, DARK.training
GRADE_COLORS = DARK.grades


def use(theme: Theme) -> None:
    """Let the names above say the colours of a theme, for the whole process; what is drawn already stays as it is."""
    names = ("sky", "ground", "fog", "panel", "card", "line", "ink", "quiet", "accent", "neutral", "ghost", "training")
    globals().update({name.upper(): getattr(theme, name) for name in names}, GRADE_COLORS=theme.grades)


# Slices and the views down a line are dark in every theme, as radiologists have them.
BULLSEYE = rgb("#05080c")
ON_PICTURE = rgb("#f2f6fa")
PICTURE_GRADES = DARK.grades
SOFT_TISSUE = rgb("#472c2a")
"""What fills the body where it is cut and nothing else is known."""

ALARM = rgb("#c2391c")
ALARM_INK = rgb("#ffffff")


@dataclass(frozen=True)
class Material:
    """How a tissue takes the light."""

    gloss: float
    """Strength of the highlight, 0 dry."""
    wrap: float
    """How far the lamp's light creeps round the edge into the shadow, 0..1: soft tissue lets more through."""
    deep: Rgb
    """Light that has gone through the tissue, seen in its crevices."""
    rim: Rgb
    """Added where the surface turns away from the eye."""
    line: float
    """How dark the line is that is drawn along its outline, 0..1."""


MATERIALS = {
    Tissue.BONE: Material(gloss=0.16, wrap=0.22, deep=(0.15, 0.078, 0.05), rim=(0.06, 0.11, 0.17), line=0.75),
    Tissue.CARTILAGE: Material(gloss=0.42, wrap=0.36, deep=(0.10, 0.12, 0.14), rim=(0.14, 0.19, 0.23), line=0.6),
    Tissue.DISC: Material(gloss=0.34, wrap=0.36, deep=(0.06, 0.08, 0.11), rim=(0.10, 0.17, 0.23), line=0.65),
    Tissue.NERVE: Material(gloss=0.40, wrap=0.30, deep=(0.20, 0.10, 0.01), rim=(0.14, 0.12, 0.05), line=0.7),
    Tissue.VESSEL: Material(gloss=0.62, wrap=0.26, deep=(0.12, 0.02, 0.02), rim=(0.14, 0.10, 0.14), line=0.7),
    Tissue.MUSCLE: Material(gloss=0.14, wrap=0.30, deep=(0.16, 0.03, 0.02), rim=(0.10, 0.05, 0.05), line=0.5),
    Tissue.ORGAN: Material(gloss=0.50, wrap=0.32, deep=(0.14, 0.03, 0.02), rim=(0.12, 0.07, 0.07), line=0.6),
    Tissue.SKIN: Material(gloss=0.20, wrap=0.40, deep=(0.20, 0.07, 0.04), rim=(0.10, 0.08, 0.07), line=0.5),
}

# The plan and the instruments.
PATH = rgb("#5cc8ff")
TARGET = rgb("#ff5fa2")
ENTRY = rgb("#5cc8ff")
STEEL = rgb("#dfe6ec")
PREDICTED = rgb("#ffffff")
EDGE = rgb("#06121c")
"""Around what must be seen on any background."""
MARKER = rgb("#f2f6fa")

# Hub colours by gauge: ISO 6009.
HUBS = {
    16: rgb("#f2f2f2"),
    17: rgb("#b01c1c"),
    18: rgb("#e58aa8"),
    19: rgb("#e8dcb5"),
    20: rgb("#f2c200"),
    21: rgb("#0f7a3a"),
    22: rgb("#3a3f45"),
    23: rgb("#1f4fa3"),
    24: rgb("#7a3f98"),
    25: rgb("#e8701a"),
    26: rgb("#7a4a1e"),
    27: rgb("#8f9499"),
}
HUB_OTHER = rgb("#8f9499")

# Needles are thin: they are drawn this much thicker than they are, and never thinner than this on screen.
NEEDLE_EXAGGERATION = 1.6
NEEDLE_LEAST_PX = 5.0
PATH_PX = 2.6

# Sizes at 1280×720; everything scales with the window.
DESIGN = (1280, 720)
PANEL_WIDTH = 384
MARGIN = 14

TRIANGLES = 32_000
"""Triangles of anatomy drawn in all; measuring uses the full meshes."""


def luminance(color: Rgb) -> float:
    """Relative luminance 0..1 of an sRGB colour (WCAG 2.2)."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in color]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: Rgb, second: Rgb) -> float:
    """Contrast ratio 1..21 of two sRGB colours (WCAG 2.2)."""
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)
