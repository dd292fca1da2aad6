"""Where the assets and hardware files are: beside the package in a checkout, inside it in a wheel."""

from pathlib import Path

from arguide.errors import SettingsError

PACKAGE = Path(__file__).resolve().parent


def _folder(in_wheel: str, in_checkout: str) -> Path:
    for folder in (PACKAGE / in_wheel, PACKAGE.parent / in_checkout):
        if folder.is_dir():
            return folder
    raise SettingsError(f"no {in_checkout}/ beside {PACKAGE}: the installation is incomplete; install arguide again")


def assets() -> Path:
    """Folder with scenarios, fonts and sounds."""
    return _folder("_assets", "assets")


def hardware() -> Path:
    """Folder with tracker profiles and tool-definition files."""
    return _folder("_hardware", "hardware")


def scenario_names() -> list[str]:
    """Names of the scenarios that ship with arguide, sorted."""
    return sorted(file.parent.name for file in (assets() / "scenarios").glob("*/scenario.toml"))


def find_scenario(name_or_path: str) -> Path:
    """The scenario.toml meant by a shipped scenario's name, a folder or a file."""
    shipped = assets() / "scenarios" / name_or_path / "scenario.toml"
    given = Path(name_or_path)
    for file in (given, given / "scenario.toml", shipped):
        if file.is_file():
            return file
    raise SettingsError(
        f"no scenario {name_or_path!r}: give a folder with a scenario.toml, or one of these that ship:"
        f" {', '.join(scenario_names())}"
    )


def find_profile(name_or_path: str) -> Path:
    """The tracker profile meant by a shipped profile's name or a TOML file."""
    folder = hardware() / "trackers"
    for file in (Path(name_or_path), folder / f"{name_or_path}.toml"):
        if file.is_file():
            return file
    names = sorted(file.stem for file in folder.glob("*.toml"))
    raise SettingsError(
        f"no tracker profile {name_or_path!r}: give a TOML file, or one of these that ship: {', '.join(names)}"
    )


def fault_names() -> list[str]:
    """Names of the fault scripts that ship with arguide, sorted."""
    return sorted(file.stem for file in (assets() / "faults").glob("*.toml"))


def find_faults(name_or_path: str) -> Path:
    """The fault script meant by a shipped script's name or a TOML file."""
    for file in (Path(name_or_path), assets() / "faults" / f"{name_or_path}.toml"):
        if file.is_file():
            return file
    raise SettingsError(
        f"no fault script {name_or_path!r}: give a TOML file, or one of these that ship: {', '.join(fault_names())}"
    )
