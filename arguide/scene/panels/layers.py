"""The anatomy's layers: whole tissues, and each structure, on or off and more or less opaque."""

from imgui_bundle import imgui

from arguide.scene.panels.facts import Facts, Layers
from arguide.scene.panels.gui import Gui
from arguide.scene.panels.look import packed
from arguide.scene.style import rgb
from arguide.settings.scenario import Structure, Tissue

SLIDER = 0.58
"""Where the sliders begin, in parts of the width."""
LEAST = 0.05
"""Opacity below which nothing is seen: switch the layer off instead."""


def by_tissue(structures: tuple[Structure, ...]) -> dict[Tissue, list[Structure]]:
    """The structures of each tissue that has any, in the order of tissues."""
    found = {tissue: [s for s in structures if s.tissue is tissue] for tissue in Tissue}
    return {tissue: members for tissue, members in found.items() if members}


def draw(gui: Gui, facts: Facts) -> None:
    """Draw it."""
    for tissue, members in by_tissue(facts.scenario.structures).items():
        imgui.push_id(tissue.value)
        _tissue(tissue, members, facts.layers)
        opened = len(members) > 1 and imgui.tree_node(f"{len(members)} structures")
        if opened:
            for structure in members:
                _structure(gui, structure, facts.layers)
            imgui.tree_pop()
        imgui.pop_id()


def _tissue(tissue: Tissue, members: list[Structure], layers: Layers) -> None:
    names = [structure.name for structure in members]
    shown = all(layers.shown(name) for name in names)
    changed, wanted = imgui.checkbox(
        _fitting(tissue.value.capitalize() if len(members) > 1 else members[0].label), shown
    )
    if changed:
        for name in names:
            layers.show(name, wanted)
    opacity = sum(layers.opacity(name) for name in names) / len(names)
    if (faded := _opacity(opacity)) is not None:
        for name in names:
            layers.fade(name, faded)


def _structure(gui: Gui, structure: Structure, layers: Layers) -> None:
    imgui.push_id(structure.name)
    side = 0.7 * imgui.get_text_line_height()
    corner = imgui.get_cursor_screen_pos()
    top = corner.y + 0.5 * (imgui.get_frame_height() - side)
    imgui.get_window_draw_list().add_rect_filled(
        (corner.x, top), (corner.x + side, top + side), packed(rgb(structure.color)), 2 * gui.unit
    )
    imgui.dummy(imgui.ImVec2(side, side))
    imgui.same_line()
    changed, wanted = imgui.checkbox(_fitting(structure.label), layers.shown(structure.name))
    if changed:
        layers.show(structure.name, wanted)
    if (faded := _opacity(layers.opacity(structure.name))) is not None:
        layers.fade(structure.name, faded)
    imgui.pop_id()


def _fitting(label: str) -> str:
    """As much of a label as there is room for between its box and the slider."""
    room = SLIDER * imgui.get_window_width() - imgui.get_cursor_pos_x() - 1.6 * imgui.get_frame_height()
    if imgui.calc_text_size(label).x <= room:
        return label
    while label and imgui.calc_text_size(label + "…").x > room:
        label = label[:-1]
    return label.rstrip() + "…"


def _opacity(now: float) -> float | None:
    """A slider at the right; what it was moved to."""
    imgui.same_line(SLIDER * imgui.get_window_width())
    imgui.set_next_item_width(-1)
    moved, percent = imgui.slider_float("##opacity", 100 * now, 100 * LEAST, 100.0, "%.0f %%")
    return min(1.0, max(LEAST, percent / 100)) if moved else None
