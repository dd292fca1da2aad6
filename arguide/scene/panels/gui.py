"""Dear ImGui in a window or a picture of Panda3D: fonts, scale, theme, input, and its frame as part of ours."""

from collections.abc import Callable

from imgui_bundle import imgui, implot
from panda3d.core import GraphicsOutput

from arguide.scene import style
from arguide.scene.canvas import Weight, font_file
from arguide.scene.eye import Eye, flat_lens
from arguide.scene.panels import keys, look
from arguide.scene.panels.drawn import Drawn, Picture
from arguide.scene.style import DARK, Theme

SORT = 60
"""Over everything else."""
FAR = -1e30
LARGEST_PAGE = 4096
Size = tuple[int, int]


class Gui:
    """One context of Dear ImGui. Each frame: hand over the input, then `frame` with what builds the panels."""

    def __init__(self, output: GraphicsOutput, size: Size, theme: Theme = DARK, scale: float = 1.0) -> None:
        """`scale`: the user's, on top of what the size of the window asks for."""
        self._output, self._size = output, (0, 0)
        self._context, self._plots = imgui.create_context(), implot.create_context()
        self._drawn = Drawn()
        self._eye: Eye | None = None
        self._enter()
        self._io = imgui.get_io()
        self._io.set_ini_filename("")
        self._io.set_log_filename("")
        self._io.backend_flags |= imgui.BackendFlags_.renderer_has_textures
        self._io.config_flags |= imgui.ConfigFlags_.nav_enable_keyboard | imgui.ConfigFlags_.no_mouse_cursor_change
        self._io.config_nav_cursor_visible_always = False
        page = imgui.get_platform_io()
        page.renderer_texture_max_width = page.renderer_texture_max_height = LARGEST_PAGE
        self.fonts = {w: self._io.fonts.add_font_from_file_ttf(str(font_file(w)), look.TYPE) for w in Weight}
        self._io.font_default = self.fonts[Weight.REGULAR]
        self.theme, self.scale = theme, scale
        self._dressed: tuple[Theme, float] | None = None
        self.resize(size)

    # -- where and how --------------------------------------------------------------------------------------------

    @property
    def unit(self) -> float:
        """Pixels that one design pixel takes."""
        return self.scale * min(self._size[0] / style.DESIGN[0], self._size[1] / style.DESIGN[1])

    @property
    def size(self) -> Size:
        """Width and height in pixels."""
        return self._size

    def resize(self, size: Size) -> None:
        """Fill a window of this size."""
        if size == self._size:
            return
        self._size = size
        self._io.display_size = imgui.ImVec2(*size)
        if self._eye:
            self._eye.close()
        self._eye = Eye(self._output, self._drawn.root, flat_lens(*size), SORT)

    def picture(self, rgb: Picture) -> imgui.ImTextureRef:
        """What `imgui.image` needs to show a (h, w, 3) RGB picture; it lives as long as this does."""
        return self._drawn.picture(rgb)

    # -- input ----------------------------------------------------------------------------------------------------

    @property
    def wants_mouse(self) -> bool:
        """Whether the mouse is over a panel or drags something of it."""
        return bool(self._io.want_capture_mouse)

    @property
    def wants_text(self) -> bool:
        """Whether a text field has the keyboard."""
        return bool(self._io.want_text_input)

    @property
    def in_use(self) -> bool:
        """Whether something is held, typed into, or hangs open."""
        return self.wants_text or imgui.is_any_item_active() or imgui.is_mouse_down(0) or self.popup_open

    @property
    def popup_open(self) -> bool:
        """Whether a list to choose from hangs open."""
        self._enter()
        return bool(imgui.is_popup_open("", imgui.PopupFlags_.any_popup))

    def take(self, event: str) -> None:
        """Hand over a key, button or wheel in Panda3D's words."""
        keys.hand_over(self._io, event)

    def write(self, text: str) -> None:
        """Hand over what was typed."""
        self._io.add_input_characters_utf8(text)

    def point(self, spot: tuple[float, float] | None) -> None:
        """Where the mouse is, in pixels from the top left; None: outside."""
        self._io.add_mouse_pos_event(*(spot if spot else (FAR, FAR)))

    # -- drawing --------------------------------------------------------------------------------------------------

    def frame(self, build: Callable[[], None], seconds: float) -> None:
        """Build the panels anew, `seconds` after the last time, and show them with the next picture."""
        self._enter()
        if self._dressed != (wanted := (self.theme, self.unit)):
            self._dressed = wanted
            look.apply(*wanted)
        # A slow picture must not look like a key that is held down and repeats.
        self._io.delta_time = max(1e-4, min(seconds, 0.05))
        imgui.new_frame()
        build()
        imgui.render()
        self._drawn.take(imgui.get_draw_data(), self._size)

    def hide(self) -> None:
        """Show nothing until the next frame is built."""
        self._drawn.clear()

    def close(self) -> None:
        """Give everything back."""
        self._enter()
        if self._eye:
            self._eye.close()
        self._drawn.clear()
        implot.destroy_context(self._plots)
        imgui.destroy_context(self._context)

    def _enter(self) -> None:
        """Several can live; each works in its own context."""
        imgui.set_current_context(self._context)
        implot.set_current_context(self._plots)
