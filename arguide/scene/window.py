"""A window or an off-screen picture to draw in, without ShowBase and its global names, so that several can live."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from panda3d.core import (
    ButtonThrower,
    Camera,
    DataGraphTraverser,
    DisplayRegion,
    EventQueue,
    GraphicsBuffer,
    GraphicsEngine,
    GraphicsOutput,
    GraphicsWindow,
    MouseAndKeyboard,
    NodePath,
    Texture,
)

from arguide.errors import DisplayError
from arguide.scene import style
from arguide.scene.desktop import LARGEST, SMALLEST, Size
from arguide.scene.outputs import MULTISAMPLES, opened, opened_beside


@dataclass(frozen=True)
class Kept:
    """A buffer of any size whose colours are a texture, and its depth where that was asked for."""

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
            self.output, self.engine = opened(size, window, title, smooth)
        else:
            self.engine = beside.engine
            self.output = opened_beside(beside.output, beside.engine, size, MULTISAMPLES if smooth else 0)
        self.portrayed: dict[DisplayRegion, Sequence[DisplayRegion]] = {}
        """What a portrait has in the place of a region: what is on the plate that it lays down."""
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
        self.output.set_clear_color((*style.PANEL, 1))
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

    def keeping(self, deep: bool) -> Kept | None:
        """A buffer to keep a part of the picture in; None where that has several samples a pixel, which it would lose.

        Without its depth it has a stencil as well.
        """
        if not self.plain:
            return None
        buffer = opened_beside(self.output, self.engine, SMALLEST, 0)
        kept = Kept(buffer, Texture("plate"), Texture("depth of a plate"), self.engine)
        planes = ((kept.colors, GraphicsOutput.RTP_color), (kept.depth, GraphicsOutput.RTP_depth))
        for texture, plane in planes if deep else planes[:1]:
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
            for drawn in other.portrayed.get(region, (region,)):
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


def _cover_all(output: GraphicsOutput) -> None:
    """Draw nothing, last, over the whole picture: samples are averaged only within the region that was drawn last."""
    region = output.make_display_region()
    region.set_sort(1000)
    region.set_camera(NodePath("nothing").attach_new_node(Camera("nothing")))
