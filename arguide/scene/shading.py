"""The shaders, compiled once for each process."""

from functools import cache
from pathlib import Path

from panda3d.core import Shader

from arguide.errors import DisplayError

FOLDER = Path(__file__).parent / "shaders"
INCLUDE = "//include "


@cache
def shader(vertex: str, fragment: str) -> Shader:
    """The program of `<vertex>.vert` and `<fragment>.frag`."""
    try:
        sources = [_source(FOLDER / name) for name in (f"{vertex}.vert", f"{fragment}.frag")]
    except OSError as error:
        raise DisplayError(f"{error.filename}: the shader cannot be read; install arguide again") from error
    return Shader.make(Shader.SL_GLSL, *sources)


def _source(file: Path) -> str:
    """A shader's text; a line `//include NAME` stands for that file of the same folder."""
    lines = file.read_text().splitlines()
    return "\n".join(
        _source(file.parent / line.removeprefix(INCLUDE)) if line.startswith(INCLUDE) else line for line in lines
    )
