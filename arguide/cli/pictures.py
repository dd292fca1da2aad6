"""Pictures of scenarios for the start screen: those that ship lie beside them, others are drawn once and kept."""

import hashlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from platformdirs import user_cache_path

if TYPE_CHECKING:
    from arguide.scene.film import Picture
    from arguide.settings.scenario import Scenario

NAME = "picture.jpg"
QUALITY = 88


def places(scenario: "Scenario") -> tuple[Path, Path]:
    """Where a scenario's picture may be: beside its file, and in the user's cache, named by what the file says."""
    name = f"{scenario.file.parent.name}-{hashlib.sha256(scenario.file.read_bytes()).hexdigest()[:16]}.jpg"
    return scenario.file.parent / NAME, user_cache_path("arguide", appauthor=False) / "pictures" / name


def loader(scenario: "Scenario") -> "Callable[[], Picture | None]":
    """Reads a scenario's picture as (h, w, 3) RGB; None while there is none."""
    return lambda: next((found for file in places(scenario) if (found := _read(file)) is not None), None)


def _read(file: Path) -> "Picture | None":
    import cv2
    import numpy as np

    if not file.is_file():
        return None
    found = cv2.imdecode(np.fromfile(file, np.uint8), cv2.IMREAD_COLOR_RGB)
    return None if found is None else np.asarray(found, np.uint8)


def draw(scenario: "Scenario", file: Path) -> None:
    """Draw a scenario's picture into a file, which appears when it is whole. DisplayError, MeshError."""
    import cv2

    from arguide.errors import DisplayError
    from arguide.scene.thumbnail import thumbnail

    _, data = cv2.imencode(".jpg", thumbnail(scenario)[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_suffix(".part")
        part.write_bytes(data.tobytes())
        part.replace(file)
    except OSError as error:
        raise DisplayError(f"{file}: the picture cannot be written ({error.strerror}); check the folder") from error


@contextmanager
def drawn_beside(scenarios: "list[Scenario]") -> Iterator[None]:
    """Let another process draw the pictures that are missing, so that nobody waits for them."""
    missing = [str(s.file) for s in scenarios if not any(file.is_file() for file in places(s))]
    if not missing:
        yield
        return
    command = [sys.executable, "-m", "arguide", "scenario", "picture", "--cache", *missing]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait()
