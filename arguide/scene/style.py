"""Every colour, size and weight of the picture in one place.

The grades must be told apart by people who see no red or no green: they differ in lightness as well as in hue, have a
contrast of at least 4.5 : 1 on every panel colour, and never stand without a shape and a word beside them.
"""

from typing import TypeAlias

from arguide.guidance.state import Grade

Rgb: TypeAlias = tuple[float, float, float]
Rgba: TypeAlias = tuple[float, float, float, float]


def rgb(color: str) -> Rgb:
    """`#rrggbb` as three numbers 0..1."""
    return (int(color[1:3], 16) / 255, int(color[3:5], 16) / 255, int(color[5:7], 16) / 255)


def rgba(color: Rgb, alpha: float = 1.0) -> Rgba:
    """A colour with an opacity 0..1."""
    return (*color, alpha)


# Backdrop of the 3D view, top to bottom, and the panels over it.
SKY = rgb("#2a3a4d")
GROUND = rgb("#090d13")
FOG = rgb("#18222e")
PANEL = rgb("#0d131b")
CARD = rgb("#151e29")
LINE = rgb("#2c3a4a")

# Type.
INK = rgb("#f2f6fa")
QUIET = rgb("#9fb0c3")
ACCENT = rgb("#5cc8ff")

GRADE_COLORS = {Grade.WITHIN: rgb("#2fd6a8"), Grade.NEAR: rgb("#ffd24a"), Grade.OUT: rgb("#ff6036")}
NEUTRAL = rgb("#b8c7d6")
GHOST = rgb("#c3cfdb")
ALARM = rgb("#c2391c")
ALARM_INK = rgb("#ffffff")
TRAINING = rgb("#ffd98a")

# The plan and the instruments.
PATH = rgb("#5cc8ff")
TARGET = rgb("#ff5fa2")
ENTRY = rgb("#5cc8ff")
STEEL = rgb("#dfe6ec")
PREDICTED = rgb("#ffffff")
MARKER = rgb("#f2f6fa")

BULLSEYE = rgb("#05080c")
SOFT_TISSUE = rgb("#472c2a")
"""What fills the body where it is cut and nothing else is known."""

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
