"""A window, as far as it can be told without a desktop."""

import os
import subprocess
import sys
from ctypes.util import find_library

import pytest

from arguide.scene.desktop import REMOTE, Size, fitting, remote_session
from arguide.scene.outputs import depths
from arguide.scene.stage import Stage


def test_a_window_is_drawn_behind_the_screen_and_then_brought_there() -> None:
    # Drawn straight into the screen, a window stays grey on software OpenGL.
    assert depths(0).get_back_buffers() == 1 and depths(4).get_back_buffers() == 1


@pytest.mark.parametrize(
    ("environment", "kind"),
    [
        ({}, ""),
        ({"DISPLAY": ":0"}, ""),
        ({"DISPLAY": ":0", "SSH_CONNECTION": "a b c d"}, ""),
        ({"DISPLAY": "localhost:10.0", "SSH_CONNECTION": "a b c d"}, "SSH"),
        ({"SESSIONNAME": "RDP-Tcp#3"}, "remote desktop"),
        ({"XRDP_SESSION": "1", "DISPLAY": ":10"}, "remote desktop"),
    ],
)
def test_a_screen_elsewhere_is_known_as_such(environment: dict[str, str], kind: str) -> None:
    assert remote_session(environment) == kind
    assert not kind or REMOTE[kind]


@pytest.mark.parametrize(
    ("room", "zoom", "size"),
    [
        ((1400, 860), 1.0, (1280, 720)),
        ((1920, 1080), 1.0, (1280, 720)),
        ((3840, 2160), 1.0, (1920, 1080)),  # a density that nobody told
        ((3840, 2160), 2.0, (2560, 1440)),
        ((2560, 1600), 3.0, (2432, 1368)),
        ((1024, 600), 1.0, (960, 540)),
    ],
)
def test_a_window_suits_the_desktop(room: Size, zoom: float, size: Size) -> None:
    found = fitting(room, zoom)
    assert found == size and found[0] <= room[0] and found[1] <= room[1]


def opened(window: bool, **environment: str) -> list[str]:
    """What a program says that cannot draw, by lines."""
    code = (
        "from arguide.scene.window import Display\nfrom arguide.errors import DisplayError\n"
        f"try: Display((320, 200), {window})\nexcept DisplayError as error: print(error)"
    )
    clean = {k: v for k, v in os.environ.items() if k not in ("SSH_CONNECTION", "XRDP_SESSION", "WAYLAND_DISPLAY")}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env={**clean, **environment}, check=True
    )
    return (done.stdout + done.stderr).splitlines()


@pytest.mark.skipif(find_library("GL") is None, reason="no OpenGL here")
def test_an_old_opengl_is_named_with_the_next_step(stage: Stage) -> None:
    if "Mesa" not in (driver := stage._display.output.get_gsg().get_driver_version()):
        pytest.skip(f"the driver {driver} cannot be made to look old, as Mesa's can")
    (words,) = opened(False, MESA_GL_VERSION_OVERRIDE="2.1", MESA_GLSL_VERSION_OVERRIDE="120", DISPLAY="")
    assert words.startswith("no OpenGL 3.2 picture can be opened on this machine: its driver offers 2.1 (")
    assert "update the graphics driver" in words


@pytest.mark.skipif(sys.platform != "linux" or find_library("X11") is None, reason="no X11 here")
@pytest.mark.parametrize(
    ("environment", "next_step"),
    [
        ({"DISPLAY": ":1973"}, "the display ':1973' does not answer; start a desktop there"),
        (
            {"DISPLAY": "localhost:1973", "SSH_CONNECTION": "a b c d"},
            "seen through SSH; windows through SSH have an old",
        ),
    ],
)
def test_a_display_that_refuses_is_named_in_one_line(environment: dict[str, str], next_step: str) -> None:
    (words,) = opened(True, **environment)
    assert next_step in words and words.endswith("or leave out the window (--headless)")
