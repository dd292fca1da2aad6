"""A window, as far as it can be told without a desktop."""

import os
import subprocess
import sys
from ctypes.util import find_library

import pytest

from arguide.scene.window import REMOTE, _depths, remote_session


def test_a_window_is_drawn_behind_the_screen_and_then_brought_there() -> None:
    # Drawn straight into the screen, a window stays grey on software OpenGL.
    assert _depths(0).get_back_buffers() == 1 and _depths(4).get_back_buffers() == 1


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


def test_an_old_opengl_is_named_with_the_next_step() -> None:
    if find_library("GL") is None:
        pytest.skip("no OpenGL here")
    old = {**os.environ, "MESA_GL_VERSION_OVERRIDE": "2.1", "MESA_GLSL_VERSION_OVERRIDE": "120"}
    code = "from arguide.scene.window import Display; Display((320, 200), False)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=old, check=False)
    assert done.returncode != 0
    assert "no OpenGL 3.2 picture can be opened" in done.stderr and "apt-get install" in done.stderr
