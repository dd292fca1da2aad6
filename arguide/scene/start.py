"""The start screen: scenarios with their pictures, and everything else that is chosen before a session."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from imgui_bundle import imgui

from arguide.scene import style
from arguide.scene.canvas import Weight
from arguide.scene.marks import Mark
from arguide.scene.overlay import TRAINING_BANNER
from arguide.scene.panels.drawn import Picture
from arguide.scene.panels.facts import Control
from arguide.scene.panels.gui import Gui
from arguide.scene.panels.look import color, packed
from arguide.scene.panels.widgets import control, heading, mark_color, quiet, sign, with_font
from arguide.scene.style import Theme
from arguide.scene.window import Display

HZ = 60.0
IDLE_S = 0.25
"""Without input the screen is drawn again only to follow what changes by itself."""
LOOK_S = 1.0
"""How often to look for pictures that are being made."""
AFTER_INPUT = 3
"""Pictures until Dear ImGui has answered everything."""
KEYS = "Tab, arrows: move · Space: choose · F5: start · Escape: leave"
START = "f5"
SHARE = 0.64
"""Of the width, for the scenarios."""
ACROSS = 3
PICTURE = (16, 10)
"""The shape of a scenario's picture."""


@dataclass(frozen=True)
class Entry:
    """One scenario that can be chosen."""

    name: str
    title: str
    summary: str
    picture: Callable[[], Picture | None]
    """(h, w, 3) RGB, 16:10; None: not made yet."""


class StartScreen:
    """The window. `ask` runs it until the user starts or leaves; the controls keep what was chosen."""

    def __init__(
        self,
        entries: Sequence[Entry],
        chosen: Callable[[], str],
        choose: Callable[[str], None],
        sections: Callable[[], Sequence[tuple[str, Sequence[Control]]]],
        theme: Callable[[], Theme],
        scale: Callable[[], float],
        *,
        size: tuple[int, int] = style.DESIGN,
        window: bool = True,
    ) -> None:
        """Open it. `sections` and looks are asked again for every picture. Raises DisplayError."""
        self._entries, self._chosen, self._choose, self._sections = entries, chosen, choose, sections
        self._theme, self._scale = theme, scale
        self._display = Display(size, window, "arguide")
        self._gui = Gui(self._display.output, self._display.size, theme(), scale())
        self._pictures: dict[str, imgui.ImTextureRef] = {}
        self._waited_s = LOOK_S
        self.notice = ""
        """What went wrong the last time, and the next step."""
        self.busy = ""
        """What is being done, while nothing can be chosen."""
        self._answer: bool | None = None
        self._fresh = AFTER_INPUT
        self._first, self._closed = True, False
        self._spot: tuple[float, float] | None = None

    # -- what the program calls -----------------------------------------------------------------------------------

    def ask(self) -> bool:
        """Show the screen until the user starts (True) or leaves (False)."""
        self._answer, drawn = None, time.monotonic()
        while self._answer is None and not self._display.closed:
            began = time.monotonic()
            self._point()
            for event in self._display.events():
                self.take(event)
            self.write(self._display.typed())
            if self._fresh > 0 or began - drawn >= IDLE_S:
                self.draw(began - drawn)
                drawn = began
            time.sleep(max(0.0, 1 / HZ - (time.monotonic() - began)))
        return bool(self._answer)

    @property
    def closed(self) -> bool:
        """Whether it is gone."""
        return self._closed or self._display.closed

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels now."""
        return self._display.size

    def wait(self, words: str) -> None:
        """Say what is being done."""
        self.busy = words
        self.draw(1 / HZ)

    def close(self) -> None:
        """Close the window; closing twice is allowed."""
        if self._closed:
            return
        self._closed = True
        self._gui.close()
        self._display.close()

    # -- input and drawing ----------------------------------------------------------------------------------------

    def take(self, event: str) -> None:
        """Heed one event in Panda3D's words."""
        self._fresh = AFTER_INPUT
        if event == START:
            self._answer = True
        elif event == "escape" and not (self._gui.wants_text or self._gui.popup_open):
            self._answer = False
        else:
            self._gui.take(event)

    def write(self, text: str) -> None:
        """Take what was typed."""
        if text:
            self._gui.write(text)
            self._fresh = AFTER_INPUT

    def point(self, spot: tuple[float, float] | None) -> None:
        """Where the mouse is, in pixels from the top left."""
        self._gui.point(spot)
        self._fresh = AFTER_INPUT

    def draw(self, seconds: float) -> None:
        """Draw one picture, `seconds` after the last one."""
        self._gui.theme, self._gui.scale = self._theme(), self._scale()
        self._gui.resize(self._display.size)
        self._display.output.set_clear_color((*self._gui.theme.panel, 1))
        self._waited_s += seconds
        if self._waited_s >= LOOK_S:
            self._look_for_pictures()
        self._gui.frame(self._build, seconds)
        self._display.frame()
        self._fresh -= 1

    def picture(self) -> Picture:
        """(h, w, 3) RGB of the last picture."""
        return self._display.picture()

    def _look_for_pictures(self) -> None:
        self._waited_s = 0.0
        for entry in self._entries:
            if entry.name not in self._pictures and (found := entry.picture()) is not None:
                self._pictures[entry.name] = self._gui.picture(found)

    def _point(self) -> None:
        spot = self._display.pointer()
        if spot != self._spot:
            self._spot = spot
            self.point(spot)

    # -- what it looks like ---------------------------------------------------------------------------------------

    def _build(self) -> None:
        window = imgui.WindowFlags_
        flags = window.no_decoration | window.no_move | window.no_saved_settings | window.no_bring_to_front_on_focus
        unit, (width, height) = self._gui.unit, self._gui.size
        imgui.set_next_window_pos((0, 0))
        imgui.set_next_window_size((width, height))
        imgui.push_style_var(imgui.StyleVar_.window_rounding, 0.0)
        imgui.push_style_var(imgui.StyleVar_.window_padding, imgui.ImVec2(24 * unit, 18 * unit))
        imgui.push_style_var(imgui.StyleVar_.window_border_size, 0.0)
        imgui.begin("arguide", None, flags)
        imgui.pop_style_var(3)
        self._head()
        foot = imgui.get_frame_height() + 12 * unit
        room = imgui.get_content_region_avail()
        imgui.begin_disabled(bool(self.busy))
        self._scenarios(imgui.ImVec2(SHARE * room.x, room.y - foot))
        imgui.same_line(0, 20 * unit)
        self._form(imgui.ImVec2(0, room.y - foot))
        imgui.end_disabled()
        imgui.set_cursor_pos_y(height - foot - 4 * unit)
        quiet(self._gui, KEYS)
        imgui.end()

    def _head(self) -> None:
        gui = self._gui
        with_font(gui, Weight.BOLD, 28)
        imgui.text("arguide")
        imgui.pop_font()
        imgui.same_line(0, 14 * gui.unit)
        imgui.set_cursor_pos_y(imgui.get_cursor_pos_y() + 0.45 * imgui.get_text_line_height())
        imgui.text_colored(color(gui.theme.quiet), "Choose what to practise")
        wide = imgui.calc_text_size(TRAINING_BANNER).x
        imgui.same_line(imgui.get_window_width() - wide - imgui.get_style().window_padding.x - 30 * gui.unit)
        sign(gui, Mark.NEAR, TRAINING_BANNER)
        imgui.dummy(imgui.ImVec2(0, 6 * gui.unit))

    def _scenarios(self, size: imgui.ImVec2) -> None:
        imgui.begin_child("scenarios", size, imgui.ChildFlags_.nav_flattened)
        gap = 14 * self._gui.unit
        room = imgui.get_content_region_avail().x - imgui.get_style().scrollbar_size
        width = (room - gap * (ACROSS - 1)) / ACROSS
        for k, entry in enumerate(self._entries):
            if k % ACROSS:
                imgui.same_line(0, gap)
            self._card(entry, width)
        imgui.end_child()

    def _card(self, entry: Entry, width: float) -> None:
        """A picture with title and summary; the whole of it can be chosen."""
        gui, pad = self._gui, 10 * self._gui.unit
        high = width * PICTURE[1] / PICTURE[0]
        line = imgui.get_text_line_height_with_spacing()
        height = high + 4.9 * line + 2 * pad
        corner = imgui.get_cursor_screen_pos()
        mine = self._chosen() == entry.name
        # An invisible button: a selectable would be painted with square corners, into the gaps as well.
        if imgui.invisible_button(f"##{entry.name}", imgui.ImVec2(width, height), imgui.ButtonFlags_.enable_nav):
            self._choose(entry.name)
        if not imgui.is_item_visible():
            return
        sheet, end = imgui.get_window_draw_list(), imgui.ImVec2(corner.x + width, corner.y + height)
        low = imgui.ImVec2(corner.x, corner.y)
        touched = imgui.Col_.header_hovered if imgui.is_item_hovered() else imgui.Col_.header
        sheet.add_rect_filled(low, end, imgui.get_color_u32(touched), 8 * gui.unit)
        if (shown := self._pictures.get(entry.name)) is not None:
            sheet.add_image_rounded(shown, low, (end.x, corner.y + high), (0, 0), (1, 1), 0xFFFFFFFF, 8 * gui.unit)
        tint = gui.theme.accent if mine else gui.theme.line
        sheet.add_rect(low, end, packed(tint), 8 * gui.unit, (3 if mine else 1) * gui.unit)
        font, size, wrap = imgui.get_font(), imgui.get_font_size(), width - 2 * pad
        words = corner.y + high + pad
        title = entry.title + (" (chosen)" if mine else "")
        sheet.push_clip_rect(low, end, True)
        sheet.add_text(gui.fonts[Weight.BOLD], size, (corner.x + pad, words), packed(gui.theme.ink), title, wrap)
        with_font(gui, Weight.BOLD)
        taken = imgui.calc_text_size(title, False, wrap)
        imgui.pop_font()
        below = (corner.x + pad, words + taken.y + 0.2 * line)
        sheet.add_text(font, size, below, packed(gui.theme.quiet), entry.summary, wrap)
        sheet.pop_clip_rect()

    def _form(self, size: imgui.ImVec2) -> None:
        gui = self._gui
        start_height = 46 * gui.unit
        imgui.begin_child("form", size, imgui.ChildFlags_.nav_flattened)
        foot = start_height + imgui.get_style().item_spacing.y + (self._notice_height() if self._words else 0)
        room = imgui.get_content_region_avail()
        imgui.begin_child("controls", imgui.ImVec2(0, room.y - foot), imgui.ChildFlags_.nav_flattened)
        for title, controls in self._sections():
            heading(gui, title)
            imgui.push_id(title)
            for one in controls:
                control(one)
            imgui.pop_id()
            imgui.dummy(imgui.ImVec2(0, 3 * gui.unit))
        imgui.end_child()
        self._notice()
        self._start_button(start_height)
        imgui.end_child()

    @property
    def _words(self) -> str:
        return self.busy or self.notice

    def _notice_height(self) -> float:
        wide = imgui.get_content_region_avail().x - 1.5 * imgui.get_text_line_height()
        return imgui.calc_text_size(self._words, False, wide).y + 2 * imgui.get_style().item_spacing.y

    def _notice(self) -> None:
        if not self._words:
            return
        mark = Mark.AHEAD if self.busy else Mark.OUT
        imgui.push_style_var(imgui.StyleVar_.alpha, 1.0)
        sign(self._gui, mark)
        imgui.same_line()
        imgui.push_style_color(imgui.Col_.text, color(mark_color(self._gui, mark)))
        imgui.text_wrapped(self._words)
        imgui.pop_style_color()
        imgui.pop_style_var()

    def _start_button(self, height: float) -> None:
        gui = self._gui
        tint = color(gui.theme.accent)
        for index in (imgui.Col_.button, imgui.Col_.button_hovered, imgui.Col_.button_active):
            imgui.push_style_color(index, tint)
        imgui.push_style_color(imgui.Col_.text, color(gui.theme.on_accent))
        with_font(gui, Weight.BOLD, 18)
        if self._first:
            imgui.set_keyboard_focus_here()
            imgui.set_nav_cursor_visible(True)
            self._first = False
        if imgui.button("Start", imgui.ImVec2(-1, height)):
            self._answer = True
        imgui.pop_font()
        imgui.pop_style_color(4)
