"""Which devices are at work: tracker, line, tools, camera."""

from imgui_bundle import imgui

from arguide.scene.panels.facts import Facts
from arguide.scene.panels.gui import Gui
from arguide.scene.panels.widgets import heading, quiet, table


def draw(gui: Gui, facts: Facts) -> None:
    """Draw it."""
    if not facts.devices:
        quiet(gui, "No device: this is a recording or a picture")
    for title, rows in facts.devices:
        heading(gui, title)
        table(gui, title, rows())
        imgui.spacing()
    if facts.trouble:
        quiet(gui, f"Line: {facts.trouble}")
