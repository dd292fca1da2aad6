"""The small things all panels are made of: signs with words, bars, tables, and controls."""

from collections.abc import Sequence

from imgui_bundle import imgui

from arguide.scene.canvas import Weight
from arguide.scene.marks import Mark
from arguide.scene.panels.facts import Action, Choice, Control, Row, Slide, Switch, Text
from arguide.scene.panels.gui import Gui
from arguide.scene.panels.look import color, packed
from arguide.scene.style import Rgb


def mark_color(gui: Gui, mark: Mark) -> Rgb:
    """The colour of a sign in the present theme."""
    found = {grade.value: value for grade, value in gui.theme.grades.items()}
    return found.get(mark.value, gui.theme.quiet)


def sign(gui: Gui, mark: Mark, word: str = "") -> None:
    """One of the canvas's signs, and a word of its colour."""
    height = imgui.get_text_line_height()
    corner = imgui.get_cursor_screen_pos()
    _draw_sign(mark, corner.x + 0.45 * height, corner.y + 0.5 * height, 0.36 * height, packed(mark_color(gui, mark)))
    imgui.dummy(imgui.ImVec2(0.9 * height, height))
    if word:
        imgui.same_line(0, 0.4 * height)
        imgui.text_colored(color(mark_color(gui, mark)), word)


def _draw_sign(mark: Mark, x: float, y: float, r: float, tint: int) -> None:
    """Disc, triangle, cross, arrow or dashes: the shape alone tells them apart."""
    sheet = imgui.get_window_draw_list()
    match mark:
        case Mark.WITHIN:
            sheet.add_circle_filled((x, y), r, tint)
        case Mark.NEAR:
            sheet.add_triangle_filled((x, y - 1.1 * r), (x - r, y + 0.75 * r), (x + r, y + 0.75 * r), tint)
        case Mark.OUT:
            for side in (-1, 1):
                sheet.add_line((x - 0.8 * r, y - side * 0.8 * r), (x + 0.8 * r, y + side * 0.8 * r), tint, 0.5 * r)
        case Mark.AHEAD:
            sheet.add_triangle_filled((x - 0.9 * r, y - 0.3 * r), (x + 0.9 * r, y - 0.3 * r), (x, y + r), tint)
        case Mark.UNKNOWN:
            for side in (-1, 1):
                sheet.add_line((x + side * r, y), (x + side * 0.2 * r, y), tint, 0.4 * r)


def heading(gui: Gui, words: str) -> None:
    """A line that parts a panel."""
    with_font(gui, Weight.BOLD)
    imgui.text_wrapped(words)
    imgui.pop_font()


def with_font(gui: Gui, weight: Weight, size: float = 0.0) -> None:
    """Push a cut of the typeface; pop it with `imgui.pop_font`. `size`: design pixels, 0 as it is."""
    imgui.push_font(gui.fonts[weight], size)


def quiet(gui: Gui, words: str) -> None:
    """Wrapped, in the quiet colour."""
    imgui.push_style_color(imgui.Col_.text, color(gui.theme.quiet))
    imgui.text_wrapped(words)
    imgui.pop_style_color()


def table(gui: Gui, name: str, rows: Sequence[Row]) -> None:
    """Captions and their values; both wrap."""
    if not rows or not imgui.begin_table(name, 2, imgui.TableFlags_.sizing_stretch_prop):
        return
    imgui.table_setup_column("", 0, 0.36)
    imgui.table_setup_column("", 0, 0.64)
    for caption, value in rows:
        imgui.table_next_row()
        imgui.table_next_column()
        quiet(gui, caption)
        imgui.table_next_column()
        imgui.text_wrapped(value)
    imgui.end_table()


def control(one: Control) -> None:
    """Draw a control and do what the user does with it."""
    imgui.set_next_item_width(0.52 * imgui.get_content_region_avail().x)
    match one:
        case Switch():
            changed, on = imgui.checkbox(one.label, one.get())
            if changed:
                one.set(on)
        case Slide():
            moved, number = imgui.slider_float(one.label, one.get(), one.low, one.high, one.shown)
            if moved:
                one.set(min(max(number, one.low), one.high))
        case Choice():
            _choice(one)
        case Text():
            typed, text = imgui.input_text_with_hint(one.label, one.hint, one.get())
            if typed:
                one.set(text)
        case Action():
            if imgui.button(one.label):
                one.do()


def _choice(one: Choice) -> None:
    now = one.get()
    if imgui.begin_combo(one.label, now):
        for option in one.options:
            if imgui.selectable(option, option == now)[0]:
                one.set(option)
            if option == now:
                imgui.set_item_default_focus()
        imgui.end_combo()
