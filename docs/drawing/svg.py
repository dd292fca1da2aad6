"""Plain SVG written by small functions: shapes that name their colour, and one style sheet with a light and a dark side.

A picture brings its own background, so that it can be read on any page; whoever prefers a dark page gets a dark one.
"""

from collections.abc import Sequence
from html import escape
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike

# Name: (on light, on dark). Text colours have a contrast of at least 4.5 : 1 against their paper.
INKS = {
    "paper": ("#fbfcfe", "#10161f"),
    "panel": ("#f0f4f9", "#18212d"),
    "rule": ("#d3dce6", "#2d3a4a"),
    "ink": ("#17202b", "#eef3f8"),
    "quiet": ("#566576", "#9aabbd"),
    "blue": ("#0b68c4", "#5cb8ff"),
    "teal": ("#04796a", "#36d3b4"),
    "orange": ("#b24a00", "#ff9d4d"),
    "pink": ("#c01668", "#ff74b5"),
    "violet": ("#6a3fc4", "#b79bff"),
    "red": ("#c62828", "#ff7a70"),
    "green": ("#2b7d32", "#6ed47a"),
    "gold": ("#8a6100", "#f4c64e"),
    "skin": ("#e9b79a", "#b98268"),
    "bone": ("#efe3c6", "#d8c9a3"),
    "bone-edge": ("#a8936a", "#8a7648"),
    "nerve": ("#f2c230", "#e0b43a"),
    "steel": ("#8795a5", "#aab8c6"),
    "body": ("#3a4756", "#53637a"),
    "lens": ("#17202b", "#17202b"),
    "shine": ("#ffffff", "#ffffff"),
}
FONT = "Roboto,'Segoe UI','Helvetica Neue',Arial,sans-serif"
CODE = "'Roboto Mono',ui-monospace,Consolas,'DejaVu Sans Mono',monospace"

Point: TypeAlias = ArrayLike
"""(2,) pixels, x right and y down."""


def style_sheet() -> str:
    """Classes `s-NAME` (stroke), `f-NAME` (fill) and `g-NAME` (gradient stop) for every ink, light and dark."""

    def rules(side: int) -> str:
        return "".join(
            f".s-{name}{{stroke:{pair[side]}}}.f-{name}{{fill:{pair[side]}}}.g-{name}{{stop-color:{pair[side]}}}"
            for name, pair in INKS.items()
        )

    fixed = f"text{{font-family:{FONT}}}.f-none{{fill:none}}.code{{font-family:{CODE}}}.halo{{paint-order:stroke;stroke-linejoin:round}}"
    return f"{fixed}{rules(0)}@media (prefers-color-scheme:dark){{{rules(1)}}}"


class Picture:
    """A drawing that grows shape by shape; later shapes lie on top."""

    def __init__(self, width: int, height: int, title: str, description: str) -> None:
        self._size = (width, height)
        self._words = (title, description)
        self._shapes: list[str] = []
        self._definitions: list[str] = []
        self.rectangle((0, 0), (width, height), "paper", corner=14)

    def define(self, definition: str) -> None:
        """Add something that shapes refer to by its id: a gradient, a clip path."""
        self._definitions.append(definition)

    def add(self, tag: str, content: str | None = None, **attributes: object) -> None:
        """Add any element; `_` in an attribute's name becomes `-`, a trailing one vanishes, None leaves it out."""
        given = {key.rstrip("_").replace("_", "-"): value for key, value in attributes.items() if value is not None}
        inside = "".join(f' {key}="{escape(_text(value))}"' for key, value in given.items() if value != "")
        self._shapes.append(f"<{tag}{inside}/>" if content is None else f"<{tag}{inside}>{content}</{tag}>")

    def rectangle(self, corner_at: Point, size: Point, fill: str, corner: float = 0, stroke: str = "none") -> None:
        """An upright rectangle by its upper left corner."""
        (x, y), (w, h) = np.asarray(corner_at, float), np.asarray(size, float)
        self.add("rect", x=x, y=y, width=w, height=h, rx=corner or None, class_=_classes(fill, stroke))

    def line(
        self, points: ArrayLike, stroke: str, width: float = 2, dash: str = "", opacity: float | None = None
    ) -> None:
        """A line through points (n, 2)."""
        self.add("path", d=_path(points), fill="none", class_=f"s-{stroke}", stroke_width=width, stroke_dasharray=dash,
                 stroke_linecap="round" if not dash else None, stroke_linejoin="round", opacity=opacity)  # fmt: skip

    def polygon(
        self, points: ArrayLike, fill: str, stroke: str = "none", width: float = 1.5, opacity: float | None = None
    ) -> None:
        """A closed shape through points (n, 2)."""
        self.add("path", d=_path(points) + "Z", class_=_classes(fill, stroke), stroke_width=width,
                 stroke_linejoin="round", opacity=opacity)  # fmt: skip

    def circle(
        self, center: Point, radius: float, fill: str, stroke: str = "none", width: float = 1.5, **more: object
    ) -> None:
        """A disc or a ring."""
        x, y = np.asarray(center, float)
        self.add("circle", cx=x, cy=y, r=radius, class_=_classes(fill, stroke), stroke_width=width, **more)

    def curve(self, start: Point, bend: Point, end: Point, stroke: str, width: float = 2.5, dash: str = "") -> None:
        """An arrow along a quadratic Bézier curve; `bend` is its control point. A rim keeps it apart from what is below."""
        a, b, c = (np.asarray(p, float) for p in (start, bend, end))
        head = 4.2 * width
        course = f"M{_pair(a)}Q{_pair(b)} {_pair(c - _unit(c - b) * head * 0.8)}"
        self.add("path", d=course, class_="f-none s-paper", stroke_width=2.2 * width)
        self.add("path", d=course, class_=f"f-none s-{stroke}", stroke_width=width, stroke_dasharray=dash)
        self.arrow_head(c, c - b, stroke, head)

    def arrow(
        self, start: Point, end: Point, stroke: str, width: float = 2, both: bool = False, dash: str = ""
    ) -> None:
        """A straight arrow, with a head at both ends if wanted."""
        a, b = np.asarray(start, float), np.asarray(end, float)
        head = min(4.2 * width, 0.45 * float(np.linalg.norm(b - a)))
        along = _unit(b - a) * head * 0.8
        self.line([a + along * both, b - along], stroke, width, dash)
        self.arrow_head(b, b - a, stroke, head)
        if both:
            self.arrow_head(a, a - b, stroke, head)

    def arrow_head(self, at: Point, direction: Point, fill: str, length: float = 10) -> None:
        """A filled head with its point at `at`."""
        along = _unit(np.asarray(direction, float)) * length
        back, side = np.asarray(at, float) - along, np.array([-along[1], along[0]]) * 0.38
        self.polygon([np.asarray(at, float), back + side, back + along * 0.2, back - side], fill)

    def text(
        self,
        at: Point,
        words: str,
        ink: str = "ink",
        size: float = 15,
        anchor: str = "start",
        weight: int | None = None,
        code: bool = False,
        halo: str = "",
    ) -> None:
        """One line of text; `halo` names the colour of a rim that keeps it readable over lines."""
        x, y = np.asarray(at, float)
        rim = {"stroke_width": 5} if halo else {}
        classes = f"f-{ink}" + (" code" if code else "") + (f" halo s-{halo}" if halo else "")
        self.add("text", escape(words), x=x, y=y, class_=classes, font_size=size, font_weight=weight,
                 text_anchor=None if anchor == "start" else anchor, **rim)  # fmt: skip

    def svg(self) -> str:
        """The whole file."""
        (width, height), (title, description) = self._size, self._words
        return "\n".join(
            [
                f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">',
                f"<title>{escape(title)}</title>",
                f"<desc>{escape(description)}</desc>",
                f"<style>{style_sheet()}</style>",
                f"<defs>{''.join(self._definitions)}</defs>",
                *self._shapes,
                "</svg>\n",
            ]
        )


def arc(center: Point, radius: float, start_rad: float, end_rad: float) -> np.ndarray:
    """Points (n, 2) on a circle, angles from +x towards +y (down)."""
    angles = np.linspace(start_rad, end_rad, 2 + int(abs(end_rad - start_rad) * radius / 4))
    return np.asarray(center, float) + radius * np.column_stack([np.cos(angles), np.sin(angles)])


def _classes(fill: str, stroke: str) -> str:
    return f"f-{fill}" if stroke == "none" else f"f-{fill} s-{stroke}"


def _path(points: ArrayLike) -> str:
    return "M" + "L".join(_pair(point) for point in np.asarray(points, float))


def _pair(point: Sequence[float] | np.ndarray) -> str:
    return f"{_text(float(point[0]))} {_text(float(point[1]))}"


def _text(value: object) -> str:
    """Numbers to a hundredth of a pixel: nobody sees more, and other machines round the last digits otherwise."""
    if isinstance(value, float | np.floating):
        return f"{round(float(value) + 1e-7, 2) + 0.0:g}"
    return str(value)


def _unit(vector: np.ndarray) -> np.ndarray:
    return np.asarray(vector / np.linalg.norm(vector))
