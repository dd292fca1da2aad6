"""A theme and a scale as Dear ImGui's and ImPlot's style."""

from imgui_bundle import imgui, implot

from arguide.scene.style import DARK, Rgb, Theme

TYPE = 15.0
"""Design size of the letters in a window of 1280×720."""
LEAST = 11.0
"""Pixels below which letters are not read any more."""


def mixed(first: Rgb, second: Rgb, part: float) -> Rgb:
    """A colour so much (0..1) of the way between two."""
    r, g, b = (a + (z - a) * part for a, z in zip(first, second, strict=True))
    return r, g, b


def color(value: Rgb, opacity: float = 1.0) -> imgui.ImVec4:
    """As Dear ImGui takes it."""
    return imgui.ImVec4(*value, opacity)


def packed(value: Rgb, opacity: float = 1.0) -> int:
    """As Dear ImGui's drawing takes it."""
    return int(imgui.get_color_u32(color(value, opacity)))


def apply(theme: Theme, scale: float) -> None:
    """Dress the present context for letters `scale` times their design size."""
    style = imgui.Style()
    imgui.style_colors_dark(style) if theme is DARK else imgui.style_colors_light(style)
    _shape(style)
    _colors(style, theme)
    style.scale_all_sizes(scale)
    style.font_size_base = TYPE
    style.font_scale_main = max(scale, LEAST / TYPE)
    _put(style)
    _plots(theme, scale)


def _put(style: imgui.Style) -> None:
    """Copy into the context: the binding has no assignment of a whole style."""
    now = imgui.get_style()
    for name in dir(style):
        value = getattr(style, name)
        if not name.startswith("_") and not callable(value):
            setattr(now, name, value)
    for index in range(imgui.Col_.count):
        now.set_color_(index, style.color_(index))


def _shape(style: imgui.Style) -> None:
    style.window_padding = imgui.ImVec2(12, 10)
    style.window_rounding = style.child_rounding = style.popup_rounding = 8
    style.window_border_size = style.popup_border_size = 1
    style.window_title_align = imgui.ImVec2(0.0, 0.5)
    style.window_menu_button_position = imgui.Dir.none
    style.frame_padding = imgui.ImVec2(8, 4)
    style.frame_rounding = style.grab_rounding = style.tab_rounding = 5
    style.frame_border_size = 1
    style.item_spacing = imgui.ImVec2(8, 6)
    style.item_inner_spacing = imgui.ImVec2(8, 4)
    style.cell_padding = imgui.ImVec2(5, 3)
    style.scrollbar_size = 11
    style.scrollbar_rounding = 6
    style.grab_min_size = 12


def _colors(style: imgui.Style, theme: Theme) -> None:
    held, bright = mixed(theme.card, theme.accent, 0.30), mixed(theme.card, theme.accent, 0.16)
    col = imgui.Col_
    solid = {
        theme.ink: (col.text,),
        theme.quiet: (col.text_disabled,),
        theme.line: (col.border, col.separator, col.scrollbar_grab, col.table_border_strong, col.table_border_light),
        theme.card: (col.frame_bg, col.button, col.header, col.title_bg, col.title_bg_collapsed, col.table_header_bg),
        bright: (col.frame_bg_hovered, col.button_hovered, col.header_hovered, col.title_bg_active),
        held: (col.frame_bg_active, col.button_active, col.header_active),
        theme.accent: (
            col.check_mark,
            col.slider_grab,
            col.slider_grab_active,
            col.nav_cursor,
            col.nav_windowing_highlight,
            col.plot_histogram,
            col.scrollbar_grab_active,
            col.scrollbar_grab_hovered,
            col.separator_hovered,
            col.separator_active,
        ),
    }
    for value, indices in solid.items():
        for index in indices:
            style.set_color_(index, color(value))
    for index in (col.window_bg, col.popup_bg):
        style.set_color_(index, color(theme.panel, 0.96))
    for index in (col.child_bg, col.scrollbar_bg, col.border_shadow):
        style.set_color_(index, color(theme.panel, 0.0))
    style.set_color_(col.text_selected_bg, color(theme.accent, 0.4))


def _plots(theme: Theme, scale: float) -> None:
    style = implot.get_style()
    style.plot_padding = imgui.ImVec2(4 * scale, 5 * scale)
    style.label_padding = imgui.ImVec2(4 * scale, 3 * scale)
    style.plot_min_size = imgui.ImVec2(40, 20)
    style.plot_border_size = scale
    for ticks in ("major_tick_len", "minor_tick_len"):
        setattr(style, ticks, imgui.ImVec2(0, 0))
    col = implot.Col_
    for index, value in (
        (col.frame_bg, theme.panel),
        (col.plot_bg, theme.card),
        (col.plot_border, theme.line),
        (col.axis_text, theme.quiet),
        (col.axis_grid, theme.line),
    ):
        style.set_color_(index, color(value, 0.0 if value is theme.panel else 1.0))
