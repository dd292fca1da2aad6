"""A window or an off-screen picture to draw in, without ShowBase and its global names, so that several can live."""

from collections.abc import Iterator
from functools import cache

import numpy as np
from numpy.typing import NDArray
from panda3d.core import (
    ButtonThrower,
    DataGraphTraverser,
    EventQueue,
    FrameBufferProperties,
    GraphicsEngine,
    GraphicsOutput,
    GraphicsPipe,
    GraphicsPipeSelection,
    GraphicsWindow,
    MouseAndKeyboard,
    NodePath,
    Texture,
    WindowProperties,
    load_prc_file_data,
)

from arguide.errors import DisplayError

Size = tuple[int, int]
SMALLEST: Size = (320, 180)
LARGEST = 8192
MULTISAMPLES = 4

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

NO_DISPLAY = (
    "no OpenGL 3.2 {kind} can be opened on this machine; install Mesa's software OpenGL"
    " (Debian: apt-get install libgl1 libegl1 libgl1-mesa-dri){instead}"
)


@cache
def _pipe(module: str) -> GraphicsPipe | None:
    load_prc_file_data("arguide", CONFIGURATION)
    return GraphicsPipeSelection.get_global_ptr().make_module_pipe(module)


class Display:
    """One picture to draw in: a window on the desktop or a buffer off screen."""

    def __init__(self, size: Size, window: bool, title: str = "arguide") -> None:
        if not (SMALLEST[0] <= size[0] <= LARGEST and SMALLEST[1] <= size[1] <= LARGEST):
            raise DisplayError(
                f"a picture of {size[0]}×{size[1]} was asked for; give {SMALLEST[0]}×{SMALLEST[1]} to {LARGEST}"
            )
        self.output, self.engine = _open(size, window, title)
        self.window = window
        self._texture = Texture("picture")
        self._input = _Input(self.output) if window else None
        self.engine.render_frame()

    @property
    def size(self) -> Size:
        """Width and height in pixels now; a window's can change."""
        return self.output.get_x_size(), self.output.get_y_size()

    @property
    def closed(self) -> bool:
        """Whether the user has closed the window."""
        return self.window and (self.output.is_closed() or not self.output.get_properties().get_open())

    def frame(self) -> None:
        """Draw one frame."""
        self.engine.render_frame()

    def picture(self) -> NDArray[np.uint8]:
        """(h, w, 3) RGB of the last frame."""
        texture = self.output.get_screenshot()
        if texture is None or not texture.has_ram_image():
            raise DisplayError("the frame could not be read back from the graphics driver; try another driver")
        width, height = texture.get_x_size(), texture.get_y_size()
        pixels = np.frombuffer(texture.get_ram_image_as("RGB"), dtype=np.uint8).reshape(height, width, 3)
        return np.ascontiguousarray(pixels[::-1])

    def events(self) -> Iterator[str]:
        """Names of what the keyboard and mouse buttons did since the last call, in Panda3D's words."""
        return self._input.events() if self._input else iter(())

    def pointer(self) -> tuple[float, float] | None:
        """Where the mouse is, in pixels from the top left; None outside or off screen."""
        if not self.window:
            return None
        pointer = self.output.get_pointer(0)
        return (pointer.get_x(), pointer.get_y()) if pointer.get_in_window() else None

    def close(self) -> None:
        """Give the window or buffer back."""
        self.engine.remove_all_windows()


class _Input:
    """Panda3D's data graph, reduced to the names of buttons."""

    def __init__(self, output: GraphicsWindow) -> None:
        self._graph = NodePath("input")
        device = self._graph.attach_new_node(MouseAndKeyboard(output, 0, "device"))
        device.attach_new_node(ButtonThrower("buttons"))
        self._traverser = DataGraphTraverser()

    def events(self) -> Iterator[str]:
        self._traverser.traverse(self._graph.node())
        queue = EventQueue.get_global_event_queue()
        while not queue.is_queue_empty():
            yield queue.dequeue_event().get_name()


def _open(size: Size, window: bool, title: str) -> tuple[GraphicsOutput, GraphicsEngine]:
    """The first of the display modules that gives an output, with several samples a pixel if it can."""
    for module in ("pandagl",) if window else ("p3headlessgl", "pandagl"):
        if (pipe := _pipe(module)) is None:
            continue
        for samples in (MULTISAMPLES, 0):
            engine = GraphicsEngine(pipe)
            output = engine.make_output(pipe, title, 0, _buffers(samples), _properties(size, title), _flags(window))
            engine.open_windows()
            if output is not None and output.is_valid():
                return output, engine
            engine.remove_all_windows()
    kind, instead = ("window", ", or leave out the window (--headless)") if window else ("picture", "")
    raise DisplayError(NO_DISPLAY.format(kind=kind, instead=instead))


def _buffers(samples: int) -> FrameBufferProperties:
    wanted = FrameBufferProperties()
    wanted.set_rgba_bits(8, 8, 8, 8)
    wanted.set_depth_bits(24)
    wanted.set_multisamples(samples)
    return wanted


def _properties(size: Size, title: str) -> WindowProperties:
    wanted = WindowProperties.size(*size)
    wanted.set_title(title)
    return wanted


def _flags(window: bool) -> int:
    return int(GraphicsPipe.BF_require_window if window else GraphicsPipe.BF_refuse_window)
