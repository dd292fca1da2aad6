"""Which panels there are, as data."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from arguide.scene.panels import devices, guide, layers, settings, tools, trends
from arguide.scene.panels.facts import Facts
from arguide.scene.panels.gui import Gui

Draw: TypeAlias = Callable[[Gui, Facts], None]


@dataclass(frozen=True)
class Panel:
    """One panel: its name, the key that opens it, and its place."""

    name: str
    key: str
    title: str
    draw: Draw
    column: int
    fills: bool = False
    """Whether it takes all the height it can get."""


PANELS = (
    Panel("guide", "f2", "Steps", guide.draw, 0),
    Panel("tools", "f3", "Tools", tools.draw, 1),
    Panel("trends", "f4", "Deviations, last 20 s", trends.draw, 1, fills=True),
    Panel("layers", "f5", "Layers", layers.draw, 2),
    Panel("settings", "f6", "Settings", settings.draw, 2),
    Panel("devices", "f7", "Devices", devices.draw, 2),
)
BY_KEY = {panel.key: panel for panel in PANELS}
