"""The panels as a whole: which are open, where they lie, and who gets the keyboard.

The scene keeps the keyboard until F9 hands it to the panels; F9 or Escape gives it back. So the space bar never does two
things, and the mouse never takes it away from the scene.
"""

from imgui_bundle import imgui

from arguide.scene.layout import Rect
from arguide.scene.panels import keys
from arguide.scene.panels.catalogue import BY_KEY, PANELS, Panel
from arguide.scene.panels.facts import Facts
from arguide.scene.panels.gui import Gui
from arguide.scene.panels.look import color
from arguide.scene.style import THEMES

WIDTH = 300.0
LEAST_WIDTH = 0.9
"""Part of it that a column needs; where there is no room for another, its panels go under those of the last."""
GAP = 8.0
IDLE_S = 1 / 20
"""Without input the panels are built anew this often: numbers that change faster cannot be read."""
ALL = "f8"
HAND = "f9"
"""Hands the keyboard to the panels, and back."""
STEERING = frozenset(
    [
        "tab",
        "arrow_left",
        "arrow_right",
        "arrow_up",
        "arrow_down",
        "page_up",
        "page_down",
        "home",
        "end",
        "space",
        "enter",
        "shift",
        "control",
    ]
)
HINT = "F9: keyboard to the panels · F8: close all"
HINT_INSIDE = "Tab, arrows: move · Space: change · Enter: type a number · Escape: back to the scene"


class Deck:
    """The panels of one stage."""

    def __init__(self, gui: Gui, facts: Facts) -> None:
        self.gui, self.facts = gui, facts
        self.open: set[str] = set()
        self.keyboard = False
        """Whether the keyboard belongs to the panels."""
        self.room = Rect(0, 0, 1, 1)
        """Where they may lie."""
        self.boxes: dict[str, Rect] = {}
        """Where each panel was drawn last."""
        self._heights: dict[str, float] = {}
        self._focus = ""
        self._waited_s = 0.0
        self._touched = True
        self._pointer: tuple[float, float] | None = None

    # -- input ----------------------------------------------------------------------------------------------------

    def take(self, event: str) -> bool:
        """Heed one event in Panda3D's words; whether it was meant for the panels, and for nothing else."""
        if keys.is_pointing(event):
            return self._take_pointing(event)
        if self.gui.wants_text:
            self._hand_over(event)
            return True
        if event in BY_KEY:
            self.toggle(BY_KEY[event].name)
            return True
        if event == ALL:
            self.toggle_all()
            return True
        return self._take_steering(event)

    def write(self, text: str) -> None:
        """Hand over what was typed."""
        if self.gui.wants_text:
            self.gui.write(text)
            self._touched = True

    def point(self, spot: tuple[float, float] | None) -> None:
        """Where the mouse is, in pixels from the top left."""
        if spot != self._pointer:
            self._pointer = spot
            self.gui.point(spot)
            self._touched = True

    def toggle(self, name: str) -> None:
        """Open or close one panel."""
        self.open ^= {name}
        self._focus = name if self.keyboard and name in self.open else self._focus
        self.keyboard = self.keyboard and bool(self.open)
        self._touched = True

    def toggle_all(self) -> None:
        """Open all panels, or close them if any is open."""
        self.open = set() if self.open else {panel.name for panel in PANELS}
        self.keyboard = self.keyboard and bool(self.open)
        self._touched = True

    def _take_pointing(self, event: str) -> bool:
        if not self.open:
            return False
        self._hand_over(event)
        # Both must learn that a button was let go.
        return self.gui.wants_mouse and not event.endswith("-up")

    def _take_steering(self, event: str) -> bool:
        name = event.removesuffix("-up").removesuffix("-repeat")
        if not self.keyboard:
            if event != HAND or not self.open:
                return False
            self._focus = next(panel.name for panel in PANELS if panel.name in self.open)
            self.keyboard = self._touched = True
            return True
        if name in ("escape", HAND) and not self.gui.popup_open:
            self.keyboard = event != name
            self._touched = True
            return True
        if name in STEERING:
            self._hand_over(event)
        return name in STEERING

    def _hand_over(self, event: str) -> None:
        self.gui.take(event)
        self._touched = True

    def lay_out(self, size: tuple[int, int], room: Rect) -> None:
        """Lie in this part of a window of this size."""
        if room != self.room:
            self.gui.resize(size)
            self.room, self._touched = room, True

    def look(self, theme: str, scale: float) -> None:
        """Look like this."""
        if (THEMES[theme], scale) != (self.gui.theme, self.gui.scale):
            self.gui.theme, self.gui.scale, self._touched = THEMES[theme], scale, True

    # -- drawing --------------------------------------------------------------------------------------------------

    def frame(self, seconds: float, covered: bool = False) -> None:
        """Bring the panels up to date, `seconds` after the last call; `covered`: show none now."""
        self._waited_s += seconds
        if not self.open or covered:
            self.gui.hide()
            self._touched = covered
        elif self._touched or self._waited_s >= IDLE_S:
            # Once more after input: Dear ImGui answers some of it one frame later.
            self.gui.frame(self._build, self._waited_s)
            self._waited_s, self._touched = (IDLE_S, False) if self._touched else (0.0, False)

    def _build(self) -> None:
        gap, wide = GAP * self.gui.unit, WIDTH * self.gui.unit
        fitting = max(1, int((self.room.width + gap) / (LEAST_WIDTH * wide + gap)))
        opened = [panel for panel in PANELS if panel.name in self.open]
        columns = [[p for p in opened if min(p.column, fitting - 1) == k] for k in range(3)]
        columns = [panels for panels in columns if panels]
        width = min(wide, (self.room.width - gap * (len(columns) - 1)) / len(columns))
        height = self.room.height - imgui.get_frame_height() - gap
        for k, panels in enumerate(columns):
            self._column(panels, self.room.x + k * (width + gap), width, height)
        self._hint()
        if not (self.keyboard or self.gui.in_use):
            imgui.set_window_focus(None)

    def _column(self, panels: list[Panel], x: float, width: float, height: float) -> None:
        y, gap = self.room.y, GAP * self.gui.unit
        wanted = [float("inf") if panel.fills else self._heights.get(panel.name, height) for panel in panels]
        for panel, most in zip(panels, fair(wanted, height - gap * (len(panels) - 1)), strict=True):
            imgui.set_next_window_pos((x, y))
            y += self._panel(panel, width, most) + gap

    def _panel(self, panel: Panel, width: float, most: float) -> float:
        """Draw one panel, at most so high; returns its height."""
        window = imgui.WindowFlags_
        flags = window.no_move | window.no_resize | window.no_collapse | window.no_saved_settings
        if panel.fills:
            imgui.set_next_window_size((width, most))
        else:
            imgui.set_next_window_size_constraints((width, 0), (width, most))
            flags |= window.always_auto_resize
        if self._focus == panel.name:
            imgui.set_next_window_focus()
            self._focus = ""
        _, stays = imgui.begin(f"{panel.title}  ({panel.key.upper()})###{panel.name}", True, flags)
        panel.draw(self.gui, self.facts)
        self._heights[panel.name] = imgui.get_cursor_pos_y() + imgui.get_style().window_padding.y
        height = min(most, imgui.get_window_height())
        corner = imgui.get_window_pos()
        self.boxes[panel.name] = Rect(corner.x, corner.y, width, height)
        if self.keyboard and imgui.is_window_focused(imgui.FocusedFlags_.root_and_child_windows):
            self._outline()
        imgui.end()
        if not stays:
            self.open.discard(panel.name)
        return height

    def _outline(self) -> None:
        """Around the panel that has the keyboard."""
        low, size = imgui.get_window_pos(), imgui.get_window_size()
        tint = imgui.get_color_u32(color(self.gui.theme.accent))
        sheet, unit = imgui.get_foreground_draw_list(), self.gui.unit
        sheet.add_rect((low.x, low.y), (low.x + size.x, low.y + size.y), tint, 8 * unit, 2 * unit)

    def _hint(self) -> None:
        """One line under the panels: which keys matter now."""
        window = imgui.WindowFlags_
        flags = window.no_decoration | window.no_nav | window.no_inputs | window.no_saved_settings
        imgui.set_next_window_pos((self.room.x, self.room.bottom), imgui.Cond_.always, (0.0, 1.0))
        imgui.push_style_var(imgui.StyleVar_.window_padding, imgui.get_style().frame_padding)
        imgui.push_style_var(imgui.StyleVar_.window_min_size, (1, 1))
        imgui.set_next_window_size((0, 0))
        imgui.begin("###hint", None, flags | window.no_focus_on_appearing)
        imgui.text_colored(color(self.gui.theme.quiet), HINT_INSIDE if self.keyboard else HINT)
        imgui.end()
        imgui.pop_style_var(2)


def fair(wanted: list[float], height: float) -> list[float]:
    """Heights for a column of panels: each as high as it wants, or the highest ones equal so that all fit."""
    given = dict.fromkeys(range(len(wanted)), 0.0)
    left = height
    for done, k in enumerate(sorted(given, key=lambda k: wanted[k])):
        given[k] = min(wanted[k], left / (len(wanted) - done))
        left -= given[k]
    return list(given.values())
