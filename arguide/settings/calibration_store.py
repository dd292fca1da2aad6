"""Where calibrations are kept: a folder for each tool's serial number and one for each camera, a file for each calibration.

Nothing is ever overwritten. A file appears under its name only when it is whole and on the disk, so whatever happens
while one is written, the previous good one is still there and still in use.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_data_path

from arguide.errors import SettingsError
from arguide.settings import camera_file
from arguide.settings.calibration_file import ToolCalibration, read_calibration, to_text
from arguide.settings.camera_file import CameraCalibration, read_camera
from arguide.settings.sealed import MOST_FILES, write_new

FOLDER = "ARGUIDE_CALIBRATIONS"
"""Environment variable that names another folder."""
CAMERAS = "cameras"
NAMED = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True)
class Stored:
    """One file of the store: the calibration in it, or why it is refused."""

    file: Path
    calibration: ToolCalibration | None
    refusal: str = ""


@dataclass(frozen=True)
class StoredCamera:
    """One file of a camera: the calibration in it, or why it is refused."""

    file: Path
    calibration: CameraCalibration | None
    refusal: str = ""


def default_folder() -> Path:
    """The user's folder for calibrations, or the one that the environment names."""
    named = os.environ.get(FOLDER)
    return Path(named) if named else user_data_path("arguide", appauthor=False) / "calibrations"


class CalibrationStore:
    """The calibrations in one folder, which is made when the first is saved."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = default_folder() if folder is None else folder

    def save(self, calibration: ToolCalibration) -> Path:
        """Write it as a new file; returns its path. SettingsError when the disk does not let us."""
        folder = self.folder / calibration.serial
        try:
            return write_new(folder, f"{calibration.made:{NAMED}}-{calibration.method}", to_text(calibration))
        except OSError as error:
            raise _not_saved(folder, error) from None

    def of_tool(self, serial: str) -> list[Stored]:
        """All files for the tool with this serial, newest first."""
        return [_stored(file, serial) for file in self._files(serial)]

    def everything(self) -> list[Stored]:
        """All files of all tools, by serial, newest first."""
        try:
            serials = sorted(path.name for path in self.folder.iterdir() if path.is_dir() and path.name != CAMERAS)
        except OSError:
            return []
        return [one for serial in serials for one in self.of_tool(serial)]

    def newest(self, serial: str) -> tuple[ToolCalibration | None, tuple[str, ...]]:
        """The newest good calibration of a tool, and why every newer file was refused."""
        refusals: list[str] = []
        for file in self._files(serial):
            found = _stored(file, serial)
            if found.calibration is not None:
                return found.calibration, tuple(refusals)
            refusals.append(found.refusal)
        return None, tuple(refusals)

    def save_camera(self, calibration: CameraCalibration) -> Path:
        """Write it as a new file; returns its path. SettingsError when the disk does not let us."""
        folder = self.folder / CAMERAS / _plain(calibration.camera)
        try:
            return write_new(folder, f"{calibration.made:{NAMED}}", camera_file.to_text(calibration))
        except OSError as error:
            raise _not_saved(folder, error) from None

    def cameras(self) -> list[StoredCamera]:
        """All files of all cameras, by name, newest first."""
        try:
            folders = sorted(path for path in (self.folder / CAMERAS).iterdir() if path.is_dir())
        except OSError:
            return []
        return [_stored_camera(file) for folder in folders for file in _newest_first(folder)]

    def newest_camera(self, camera: str, size: tuple[int, int] | None = None) -> CameraCalibration | None:
        """The newest good calibration of a camera, at this size of picture if one is given; None if there is none."""
        for one in map(_stored_camera, _newest_first(self.folder / CAMERAS / _plain(camera))):
            found = one.calibration
            if found and found.camera == camera and size in (None, (found.width, found.height)):
                return found
        return None

    def _files(self, serial: str) -> list[Path]:
        return _newest_first(self.folder / serial)


def _newest_first(folder: Path) -> list[Path]:
    # The names begin with the moment; those of one moment are numbered.
    return sorted(folder.glob("*.toml"), key=_age, reverse=True)[:MOST_FILES]


def _age(file: Path) -> tuple[str, int, str]:
    return file.stem.partition("-")[0], len(file.stem), file.stem


def _plain(name: str) -> str:
    """A camera's name as the name of a folder; different names may share one."""
    return re.sub("[^A-Za-z0-9]+", "-", name).strip("-") or "camera"


def _not_saved(folder: Path, error: OSError) -> SettingsError:
    return SettingsError(
        f"{folder}: the calibration cannot be saved ({error.strerror}); set {FOLDER} to another folder"
    )


def _stored(file: Path, serial: str) -> Stored:
    try:
        return Stored(file, read_calibration(file, serial))
    except SettingsError as error:
        return Stored(file, None, str(error))


def _stored_camera(file: Path) -> StoredCamera:
    try:
        return StoredCamera(file, read_camera(file))
    except SettingsError as error:
        return StoredCamera(file, None, str(error))
