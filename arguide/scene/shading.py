"""The shaders, compiled once for each process."""

from functools import cache
from pathlib import Path

from panda3d.core import Shader

from arguide.errors import DisplayError

FOLDER = Path(__file__).parent / "shaders"


@cache
def shader(vertex: str, fragment: str) -> Shader:
    """The program of `<vertex>.vert` and `<fragment>.frag`."""
    try:
        sources = [(FOLDER / name).read_text() for name in (f"{vertex}.vert", f"{fragment}.frag")]
    except OSError as error:
        raise DisplayError(f"{error.filename}: the shader cannot be read; install arguide again") from error
    return Shader.make(Shader.SL_GLSL, *sources)
