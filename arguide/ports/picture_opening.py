"""Where pictures come from: a webcam, a video, a folder of pictures, or the simulated camera by name.

    camera://0                       the first webcam; camera://1 the second
    camera:///dev/video2             a webcam by its device
    camera://video.avi               a video file, at its own pace
    camera://folder/                 the pictures of a folder in the order of their names
    camera://sim?scenario=lumbar-facet&seed=1

Options follow the question mark: `width`, `height` and `rate` for webcams, `rate` for folders, `pace=fast` for files
that are to be read without waiting. A source waits by `wait`, which a test replaces.
"""

import importlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from arguide.errors import PortError
from arguide.ports.pictures import Address, PictureSource
from arguide.ports.webcam import Webcam

SIMULATOR = "arguide_sim.camera.source"
"""Imported by name only when asked for, so that the program never depends on the simulated world."""


def open_pictures(url: str, clock: Callable[[], float], wait: Callable[[float], Any] = time.sleep) -> PictureSource:
    """Open a camera, video or folder by its address. Raises PortError saying what to do next."""
    address = Address.of(url)
    if address.place == "sim":
        return _simulated(address, clock, wait)
    if address.place.isdecimal() or address.place.startswith("/dev/video"):
        return Webcam(address, clock)
    from arguide.ports.picture_files import PictureFolder, VideoFile  # with PyAV: a tenth of a second to load

    path = Path(address.place).expanduser()
    if path.is_dir():
        return PictureFolder(path, address, clock, wait)
    if path.is_file():
        return VideoFile(path, address, clock, wait)
    raise PortError(f"{url}: no such video or folder: {path}; webcams have numbers: camera://0")


def _simulated(address: Address, clock: Callable[[], float], wait: Callable[[float], Any]) -> PictureSource:
    try:
        simulator = importlib.import_module(SIMULATOR)
    except ModuleNotFoundError as error:
        if error.name is not None and not SIMULATOR.startswith(error.name):
            raise PortError(
                f"{address.url}: the simulated camera needs the package {error.name}; install it"
            ) from error
        raise PortError(
            f"{address.url}: the simulated camera (package arguide_sim) is not installed; install arguide again"
            " or, in a checkout, run with sim/ on PYTHONPATH"
        ) from error
    source: PictureSource = simulator.open_camera(address.url, dict(address.options), clock, wait)
    return source
