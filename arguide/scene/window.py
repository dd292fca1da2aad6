"""A window or an off-screen picture to draw in, without ShowBase and its global names, so that several can live."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from panda3d.core import (
    ButtonThrower,
    Camera,
    DataGraphTraverser,
    DisplayRegion,
    EventQueue,
    FrameBufferProperties,
    GraphicsBuffer,
    GraphicsEngine,
    GraphicsOutput,
    GraphicsPipe,
    GraphicsPipeSelection,
    GraphicsWindow,
    MouseAndKeyboard,
    NodePath,
    Notify,
    StringStream,
    Texture,
    WindowProperties,
    load_prc_file_data,
)

from arguide.errors import DisplayError

Size = tuple[int, int]
DESIGN: Size = (1280, 720)
SMALLEST: Size = (320, 180)
LARGEST = 8192
MULTISAMPLES = 4
HALF = 0.5

CONFIGURATION = """
gl-version 3 2
audio-library-name null
sync-video true
textures-power-2 none
notify-level-egldisplay error
notify-level-display error
notify-level-glxdisplay error
text-minfilter linear
text-magfilter linear
"""

NEEDED = (3, 2)
"""The least version of OpenGL."""
NO_DISPLAY = "no OpenGL 3.2 {kind} can be opened on this machine{found}; {remedy}{instead}"
MESA = "install Mesa's software OpenGL (Debian: apt-get install libgl1 libegl1 libgl1-mesa-dri)"
OLD = "update the graphics driver, or let the processor draw (Linux: LIBGL_ALWAYS_SOFTWARE=1)"
REFUSED = "start a desktop there, or set DISPLAY to one that you may use"
REMOTE = {
    "remote desktop": "sit at the machine itself, or use a remote desktop that draws there, such as VNC",
    "SSH": "windows through SSH have an old OpenGL only: use VNC on that machine",
}


def remote_session(environment: Mapping[str, str]) -> str:
    """`remote desktop` or `SSH` where the screen is somewhere else, as far as the environment tells; else empty."""
    if environment.get("SESSIONNAME", "").startswith("RDP") or "XRDP_SESSION" in environment:
        return "remote desktop"
    display = environment.get("DISPLAY", "")
    through_ssh = "SSH_CONNECTION" in environment and display.partition(":")[0] in ("localhost", "127.0.0.1")
    return "SSH" if through_ssh else ""


@cache
def _engine(module: str) -> tuple[GraphicsEngine, GraphicsPipe] | None:
    """One engine for each display module and process.

    All off-screen pictures share one graphics state as well: Panda3D keeps the matrices of a shader with the shader, so
    two states would draw with each other's.
    """
    load_prc_file_data("arguide", CONFIGURATION)
    pipe = GraphicsPipeSelection.get_global_ptr().make_module_pipe(module)
    return (GraphicsEngine(pipe), pipe) if pipe is not None else None


@cache
def _host(module: str) -> GraphicsOutput | None:
    """A tiny buffer that owns the graphics state of all pictures."""
    engine, pipe = _engine(module) or (None, None)
    if engine is None:
        return None
    size = WindowProperties.size(16, 16)
    host = engine.make_output(pipe, "host", 0, _depths(0), size, GraphicsPipe.BF_refuse_window)
    engine.open_windows()
    if host is None or not host.is_valid():
        return None
    host.set_active(False)
    return host


def desktop_size(design: Size = DESIGN) -> Size:
    """The size for a window that looks the same on a desktop of any density, and fits on it."""
    with _quiet():
        found = _engine("pandagl")
    if found is None:
        return design
    pipe = found[1]
    room = (pipe.get_display_width() or design[0], pipe.get_display_height() or design[1])
    return fitting(room, pipe.get_display_zoom(), design)


def fitting(room: Size, zoom: float, design: Size = DESIGN) -> Size:
    """The size for a window on a desktop of this many pixels and this density, 1 for the usual.

    Not every desktop tells its density (X11 does not): a window never takes less than half of it.
    """
    wanted = min(max(zoom, 1.0, HALF * room[0] / design[0]), 4.0)
    found = min(wanted, 0.95 * room[0] / design[0], 0.9 * room[1] / design[1])
    width, height = (max(least, round(found * side)) for side, least in zip(design, SMALLEST, strict=True))
    return width, height


@dataclass(frozen=True)
class Kept:
    """A buffer of any size whose colours and depth are textures."""

    buffer: GraphicsBuffer
    colors: Texture
    depth: Texture
    engine: GraphicsEngine

    def close(self) -> None:
        """Give it back."""
        self.engine.remove_window(self.buffer)


class Display:
    """One picture to draw in: a window on the desktop or a buffer off screen."""

    def __init__(
        self,
        size: Size,
        window: bool,
        title: str = "arguide",
        smooth: bool | None = None,
        beside: "Display | None" = None,
    ) -> None:
        """Open it; DisplayError says why that cannot be.

        `smooth`: several samples a pixel; None where graphics hardware makes them cheap. `beside`: draw off screen in
        the graphics state of another display.
        """
        if not (SMALLEST[0] <= size[0] <= LARGEST and SMALLEST[1] <= size[1] <= LARGEST):
            raise DisplayError(
                f"a picture of {size[0]}×{size[1]} was asked for; give {SMALLEST[0]}×{SMALLEST[1]} to {LARGEST}×{LARGEST}"
            )
        self.window = window
        if beside is None:
            self.output, self.engine = _open(size, window, title, smooth)
        else:
            self.output, self.engine = _beside(beside, size, MULTISAMPLES if smooth else 0), beside.engine
        self.plates: dict[DisplayRegion, GraphicsBuffer] = {}
        """Which regions lay down a buffer that was drawn before."""
        self.due: set[GraphicsBuffer] = set()
        """Those that are drawn with the next frame."""
        self._picture = Texture("picture")
        if not window:
            # Copied as part of every frame: there Panda3D waits for the drawing with Python's lock released, so that
            # the tracker's thread goes on. It also bounds what waits to be drawn.
            self.output.add_render_texture(self._picture, GraphicsOutput.RTM_copy_ram)
            _cover_all(self.output)
        self._input = _Input(self.output) if window else None
        self._portrait: Display | None = None
        self.frame()

    @property
    def size(self) -> Size:
        """Width and height in pixels now; a window's can change."""
        return self.output.get_x_size(), self.output.get_y_size()

    @property
    def closed(self) -> bool:
        """Whether the user has closed the window."""
        return self.window and (self.output.is_closed() or not self.output.get_properties().get_open())

    def frame(self) -> None:
        """Draw one frame, of this picture alone, after the buffers that are due for it."""
        drawn = (*self.due, self.output)
        for output in drawn:
            output.set_active(True)
        self.engine.render_frame()
        for output in drawn:
            output.set_active(False)
        self.due.clear()

    @property
    def plain(self) -> bool:
        """Whether a pixel has one sample only: so draws the processor, unless it is asked for more."""
        return int(self.output.get_fb_properties().get_multisamples()) <= 1

    def keeping(self) -> Kept | None:
        """A buffer to keep a part of the picture in; None where that has several samples a pixel, which it would lose."""
        if not self.plain:
            return None
        buffer = _beside(self, SMALLEST, 0)
        kept = Kept(buffer, Texture("plate"), Texture("depth of a plate"), self.engine)
        for texture, plane in ((kept.colors, GraphicsOutput.RTP_color), (kept.depth, GraphicsOutput.RTP_depth)):
            buffer.add_render_texture(texture, GraphicsOutput.RTM_bind_or_copy, plane)
        buffer.set_sort(-1)
        buffer.set_active(False)
        return kept

    def picture(self) -> NDArray[np.uint8]:
        """(h, w, 3) RGB of the last frame."""
        texture = self.output.get_screenshot() if self.window else self._picture
        if texture is None or not texture.has_ram_image():
            raise DisplayError("the frame could not be read back from the graphics driver; try another driver")
        width, height = texture.get_x_size(), texture.get_y_size()
        pixels = np.frombuffer(texture.get_ram_image_as("RGB"), dtype=np.uint8).reshape(height, width, 3)
        return np.ascontiguousarray(pixels[::-1])

    def portrait(self) -> NDArray[np.uint8]:
        """(h, w, 3) RGB of what is shown now with smooth edges: the same cameras, several samples a pixel."""
        if self._portrait is None or self._portrait.size != self.size:
            self._close_portrait()
            self._portrait = Display(self.size, False, smooth=True, beside=self)
        self._portrait._copy(self)
        self._portrait.frame()
        return self._portrait.picture()

    def _copy(self, other: "Display") -> None:
        """Draw what the other one draws."""
        self.output.remove_all_display_regions()
        self.output.set_clear_color(other.output.get_clear_color())
        for region in other.output.get_active_display_regions():
            plate = other.plates.get(region)
            for drawn in plate.get_active_display_regions() if plate else (region,):
                if not drawn.get_camera().is_empty():
                    self._take_over(drawn, region)
        if other.window:
            _cover_all(self.output)

    def _take_over(self, drawn: DisplayRegion, place: DisplayRegion) -> None:
        """Draw what a region draws, in the place of that or another one."""
        copied = self.output.make_display_region(place.get_dimensions())
        copied.set_camera(drawn.get_camera())
        copied.set_sort(drawn.get_sort())
        copied.set_clear_depth_active(drawn.get_clear_depth_active())
        copied.set_clear_stencil_active(drawn.get_clear_stencil_active())
        copied.set_clear_color_active(drawn.get_clear_color_active())
        copied.set_clear_color(drawn.get_clear_color())

    def _close_portrait(self) -> None:
        if self._portrait:
            self._portrait.close()
            self._portrait = None

    def events(self) -> Iterator[str]:
        """Names of what the keyboard and mouse buttons did since the last call, in Panda3D's words."""
        return self._input.events() if self._input else iter(())

    def typed(self) -> str:
        """What was typed since the last call, as text: capitals, accents and all."""
        return self._input.typed() if self._input else ""

    def pointer(self) -> tuple[float, float] | None:
        """Where the mouse is, in pixels from the top left; None outside or off screen."""
        if not self.window:
            return None
        pointer = self.output.get_pointer(0)
        return (pointer.get_x(), pointer.get_y()) if pointer.get_in_window() else None

    def close(self) -> None:
        """Give the window or buffer back."""
        self._close_portrait()
        self.engine.remove_window(self.output)


KEYSTROKE = "keystroke"


class _Input:
    """Panda3D's data graph, reduced to the names of buttons, and to text."""

    def __init__(self, output: GraphicsWindow) -> None:
        self._graph = NodePath("input")
        device = self._graph.attach_new_node(MouseAndKeyboard(output, 0, "device"))
        thrower = ButtonThrower("buttons")
        thrower.set_keystroke_event(KEYSTROKE)
        device.attach_new_node(thrower)
        self._typed = ""
        self._traverser = DataGraphTraverser()

    def events(self) -> Iterator[str]:
        self._traverser.traverse(self._graph.node())
        queue = EventQueue.get_global_event_queue()
        while not queue.is_queue_empty():
            event = queue.dequeue_event()
            if event.get_name() == KEYSTROKE:
                self._typed += event.get_parameter(0).get_wstring_value()
            else:
                yield event.get_name()

    def typed(self) -> str:
        typed, self._typed = self._typed, ""
        return typed


def _open(size: Size, window: bool, title: str, smooth: bool | None) -> tuple[GraphicsOutput, GraphicsEngine]:
    """The first of the display modules that gives an output, with several samples a pixel if wanted and possible."""
    modules = ("pandagl",) if window else ("p3headlessgl", "pandagl")
    with _quiet():
        for engine, pipe, module in ((*found, module) for module in modules if (found := _engine(module))):
            for samples in (MULTISAMPLES, 0)[smooth is False :]:
                output = _window(engine, pipe, size, title, samples) if window else _buffer(module, size, samples)
                if output is None:
                    continue
                if _version(output) >= NEEDED and (smooth or samples == 0 or not _in_software(output)):
                    return output, engine
                engine.remove_window(output)
        raise DisplayError(_why_not(modules[0], window))


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep Panda3D from saying in many lines what an error says in one."""
    told, nothing = Notify.ptr().get_ostream_ptr(), StringStream()
    Notify.ptr().set_ostream_ptr(nothing, False)
    try:
        yield
    finally:
        Notify.ptr().set_ostream_ptr(told, False)


def _why_not(module: str, window: bool) -> str:
    """Why nothing can be drawn, and what to do."""
    kind, instead = ("window", ", or leave out the window (--headless)") if window else ("picture", "")
    remote = remote_session(os.environ) if window else ""
    found, remedy = "", MESA
    if window and (engine := _engine(module)) and not engine[1].is_valid():
        found, remedy = f": the display {os.environ.get('DISPLAY', '')!r} does not answer", REFUSED
    elif old := _old_driver(module):
        found, remedy = f": its driver offers {old}", OLD
    if remote:
        found, remedy = f"{found}, seen through {remote}", REMOTE[remote]
    return NO_DISPLAY.format(kind=kind, found=found, remedy=remedy, instead=instead)


def _old_driver(module: str) -> str:
    """Version and name of a driver that does not have the OpenGL needed; empty where there is none at all."""
    if (opened := _engine(module)) is None:
        return ""
    engine, pipe = opened
    load_prc_file_data("arguide", "gl-version")  # any
    flags = GraphicsPipe.BF_require_window if module == "pandagl" else GraphicsPipe.BF_refuse_window
    output = engine.make_output(pipe, "driver", 0, FrameBufferProperties(), WindowProperties.size(16, 16), flags)
    engine.open_windows()
    load_prc_file_data("arguide", CONFIGURATION)
    if output is None:
        return ""
    gsg = output.get_gsg()
    words = "{}.{} ({})".format(*_version(output), gsg.get_driver_renderer()) if gsg else ""
    engine.remove_window(output)
    return words


def _version(output: GraphicsOutput) -> tuple[int, int]:
    gsg = output.get_gsg()
    return gsg.get_driver_version_major(), gsg.get_driver_version_minor()


def _window(engine: GraphicsEngine, pipe: GraphicsPipe, size: Size, title: str, samples: int) -> GraphicsOutput | None:
    wanted = WindowProperties.size(*size)
    wanted.set_title(title)
    output = engine.make_output(pipe, title, 0, _depths(samples), wanted, GraphicsPipe.BF_require_window)
    engine.open_windows()
    return output if output is not None and output.is_valid() else None


def _buffer(module: str, size: Size, samples: int) -> GraphicsOutput | None:
    host, found = _host(module), _engine(module)
    return _picture(found[0], found[1], host, size, samples) if host is not None and found else None


def _beside(display: Display, size: Size, samples: int) -> GraphicsOutput:
    host = display.output if display.window else display.output.get_host()
    output = _picture(display.engine, display.output.get_pipe(), host, size, samples)
    if output is None:
        raise DisplayError(
            "this graphics driver cannot draw off screen beside a window; take pictures without a window"
        )
    return output


def _picture(
    engine: GraphicsEngine, pipe: GraphicsPipe, host: GraphicsOutput, size: Size, samples: int
) -> GraphicsOutput | None:
    """A framebuffer object in its host's graphics state; with exact wishes Panda3D would open another state for it."""
    wanted, flags = WindowProperties.size(*size), GraphicsPipe.BF_refuse_window | GraphicsPipe.BF_fb_props_optional
    output = engine.make_output(pipe, "picture", 1, _depths(samples), wanted, flags, host.get_gsg(), host)
    engine.open_windows()
    return output if output is not None and output.is_valid() else None


def _cover_all(output: GraphicsOutput) -> None:
    """Draw nothing, last, over the whole picture: samples are averaged only within the region that was drawn last."""
    region = output.make_display_region()
    region.set_sort(1000)
    region.set_camera(NodePath("nothing").attach_new_node(Camera("nothing")))


def _in_software(output: GraphicsOutput) -> bool:
    """Whether the processor draws: several samples a pixel then cost half of the frames."""
    renderer = output.get_gsg().get_driver_renderer().lower()
    return any(name in renderer for name in ("llvmpipe", "softpipe", "swrast", "software"))


def _depths(samples: int) -> FrameBufferProperties:
    wanted = FrameBufferProperties()
    wanted.set_rgba_bits(8, 8, 8, 8)
    wanted.set_depth_bits(24)
    wanted.set_stencil_bits(8)
    # Without a back buffer a window is drawn into what is on screen, and some drivers never bring that there.
    wanted.set_back_buffers(1)
    wanted.set_multisamples(samples)
    return wanted
