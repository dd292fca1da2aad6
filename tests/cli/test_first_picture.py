"""What the program does before it shows its first picture, and what it leaves for after it."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from arguide.cli.beside import awaited, beside
from arguide.errors import MeshError

HEAVY = "cv2 av trimesh jinja2 imgui_bundle scipy.linalg scipy.ndimage scipy.optimize scipy.spatial scipy.special scipy.stats"
"""Each takes a tenth of a second or more to load."""
CODE = """
import sys
import threading
from arguide.cli import job
from arguide.cli.command_line import main
from arguide.scene.stage import Stage

def render(stage):
    print(*sys.modules)
    sys.exit()

def never_ready(*rest):
    threading.Event().wait()

Stage.render, job.load_anatomy = render, never_ready
main(sys.argv[1:])
"""


@pytest.mark.parametrize(("options", "needed"), [((), set()), (("--ar",), {"cv2"})])
def test_only_what_the_first_picture_shows_is_loaded_before_it(
    tmp_path: Path, options: tuple[str, ...], needed: set[str]
) -> None:
    """A whole session as far as its first picture, in a process of its own; distance fields need not be there for it."""
    command = [sys.executable, "-c", CODE, "demo", "--headless", "--out", str(tmp_path / "out"), *options]
    done = subprocess.run(command, env=dict(os.environ), capture_output=True, text=True, timeout=120, check=False)
    loaded = done.stdout.split()
    assert done.returncode == 0 and "arguide.scene.stage" in loaded, done.stderr
    assert set(HEAVY.split()) & set(loaded) == needed


def test_work_beside_is_waited_for_and_told_of() -> None:
    go_on, told = threading.Event(), []

    def tell() -> None:
        told.append("")
        go_on.set()

    def work() -> int:
        assert go_on.wait(60)
        return 3

    assert awaited(beside(work), tell) == 3 and told


def test_what_fails_beside_is_raised_where_it_is_needed() -> None:
    def work() -> None:
        raise MeshError("bone.ply: not a mesh")

    with pytest.raises(MeshError, match="not a mesh"):
        awaited(beside(work), lambda: None)
