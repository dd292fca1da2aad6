"""What can be set while it runs: a list of controls, under headings."""

from imgui_bundle import imgui

from arguide.scene.panels.facts import Facts
from arguide.scene.panels.gui import Gui
from arguide.scene.panels.widgets import control, heading, quiet


def draw(gui: Gui, facts: Facts) -> None:
    """Draw it."""
    if not facts.settings:
        quiet(gui, "Nothing to set here")
    for title, controls in facts.settings:
        heading(gui, title)
        imgui.push_id(title)
        for one in controls:
            control(one)
        imgui.pop_id()
        imgui.spacing()
