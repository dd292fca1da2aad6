"""Panda3D's engines and outputs: where a window or an off-screen picture is opened, and why it cannot be."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from panda3d.core import (
    FrameBufferProperties,
    GraphicsEngine,
    GraphicsOutput,
    GraphicsPipe,
    GraphicsPipeSelection,
    GraphicsWindow,
    Notify,
    StringStream,
    WindowProperties,
    load_prc_file_data,
)

from arguide.errors import DisplayError
from arguide.scene.desktop import DESIGN, REMOTE, Size, fitting, remote_session

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

NEEDED = (3, 2)
"""The least version of OpenGL."""
NO_DISPLAY = "no OpenGL 3.2 {kind} can be opened on this machine{found}; {remedy}{instead}"
MESA = "install Mesa's software OpenGL (Debian: apt-get install libgl1 libegl1 libgl1-mesa-dri)"
OLD = "update the graphics driver, or let the processor draw (Linux: LIBGL_ALWAYS_SOFTWARE=1)"
REFUSED = "start a desktop there, or set DISPLAY to one that you may use"


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
    host = engine.make_output(pipe, "host", 0, depths(0), size, GraphicsPipe.BF_refuse_window)
    engine.open_windows()
    if host is None or not host.is_valid():
        return None
    host.set_active(False)
    return host


def opened(size: Size, window: bool, title: str, smooth: bool | None) -> tuple[GraphicsOutput, GraphicsEngine]:
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
    output = engine.make_output(pipe, title, 0, depths(samples), wanted, GraphicsPipe.BF_require_window)
    engine.open_windows()
    return output if output is not None and output.is_valid() else None


def _buffer(module: str, size: Size, samples: int) -> GraphicsOutput | None:
    host, found = _host(module), _engine(module)
    return _picture(found[0], found[1], host, size, samples) if host is not None and found else None


def opened_beside(other: GraphicsOutput, engine: GraphicsEngine, size: Size, samples: int) -> GraphicsOutput:
    """A picture off screen in the graphics state of another output."""
    host = other if isinstance(other, GraphicsWindow) else other.get_host()
    output = _picture(engine, other.get_pipe(), host, size, samples)
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
    output = engine.make_output(pipe, "picture", 1, depths(samples), wanted, flags, host.get_gsg(), host)
    engine.open_windows()
    return output if output is not None and output.is_valid() else None


def _in_software(output: GraphicsOutput) -> bool:
    """Whether the processor draws: several samples a pixel then cost half of the frames."""
    renderer = output.get_gsg().get_driver_renderer().lower()
    return any(name in renderer for name in ("llvmpipe", "softpipe", "swrast", "software"))


def depths(samples: int) -> FrameBufferProperties:
    wanted = FrameBufferProperties()
    wanted.set_rgba_bits(8, 8, 8, 8)
    wanted.set_depth_bits(24)
    wanted.set_stencil_bits(8)
    # Without a back buffer a window is drawn into what is on screen, and some drivers never bring that there.
    wanted.set_back_buffers(1)
    wanted.set_multisamples(samples)
    return wanted


def desktop_size(design: Size = DESIGN) -> Size:
    """The size for a window that looks the same on a desktop of any density, and fits on it."""
    with _quiet():
        found = _engine("pandagl")
    if found is None:
        return design
    pipe = found[1]
    room = (pipe.get_display_width() or design[0], pipe.get_display_height() or design[1])
    return fitting(room, pipe.get_display_zoom(), design)
