"""Where calibrations are kept: a folder for each tool's serial number, a file for each calibration.

Nothing is ever overwritten. A file appears under its name only when it is whole and on the disk, so whatever happens
while one is written, the previous good one is still there and still in use.
"""

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_data_path

from arguide.errors import SettingsError
from arguide.settings.calibration_file import ToolCalibration, read_calibration, to_text

FOLDER = "ARGUIDE_CALIBRATIONS"
"""Environment variable that names another folder."""
MOST_FILES = 10_000


@dataclass(frozen=True)
class Stored:
    """One file of the store: the calibration in it, or why it is refused."""

    file: Path
    calibration: ToolCalibration | None
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
            folder.mkdir(parents=True, exist_ok=True)
            return _write_new(folder, f"{calibration.made:%Y%m%dT%H%M%SZ}-{calibration.method}", to_text(calibration))
        except OSError as error:
            raise SettingsError(
                f"{folder}: the calibration cannot be saved ({error.strerror}); set {FOLDER} to another folder"
            ) from None

    def of_tool(self, serial: str) -> list[Stored]:
        """All files for the tool with this serial, newest first."""
        return [_stored(file, serial) for file in self._files(serial)]

    def everything(self) -> list[Stored]:
        """All files of all tools, by serial, newest first."""
        try:
            serials = sorted(path.name for path in self.folder.iterdir() if path.is_dir())
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

    def _files(self, serial: str) -> list[Path]:
        # The names begin with the moment, so that their order is the order of time.
        files = (self.folder / serial).glob("*.toml")
        return sorted(files, key=lambda file: file.stem, reverse=True)[:MOST_FILES]


def _stored(file: Path, serial: str) -> Stored:
    try:
        return Stored(file, read_calibration(file, serial))
    except SettingsError as error:
        return Stored(file, None, str(error))


def _write_new(folder: Path, name: str, text: str) -> Path:
    handle, part = tempfile.mkstemp(dir=folder, suffix=".part")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        file = folder / f"{name}.toml"
        for again in range(2, MOST_FILES):
            if not file.exists():
                break
            file = folder / f"{name}-{again}.toml"
        os.replace(part, file)
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise
    _sync_folder(folder)
    return file


def _sync_folder(folder: Path) -> None:
    """Put the new name on the disk too, where the system lets folders be synced."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
