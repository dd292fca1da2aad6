"""What was chosen last on the start screen, kept for the next time in the user's folder for settings.

Nothing about patients goes in: of scenarios only the names of those that ship. A file that cannot be read costs the
choices and nothing else.
"""

import os
from dataclasses import asdict, dataclass, fields, replace
from enum import StrEnum
from pathlib import Path

import tomli_w
from platformdirs import user_config_path

from arguide.errors import SettingsError
from arguide.settings.toml_reader import Table, read_toml
from arguide.settings.whole_file import replace_whole

FILE = "ARGUIDE_CHOICES"
"""Environment variable that names another file."""
SCHEMA = 1
LONGEST = 200
"""Letters of a text; more is no choice but a mistake."""
LEAST_SCALE, LARGEST_SCALE = 0.7, 2.0


class Source(StrEnum):
    """Where poses come from."""

    EMULATED = "emulated"
    SERIAL = "serial"
    CAMERA = "camera"
    NETWORK = "network"


class ThemeName(StrEnum):
    """How panels are coloured."""

    DARK = "dark"
    LIGHT = "light"


@dataclass(frozen=True, kw_only=True)
class Choices:
    """The choices of the start screen. Names and addresses may be gone by the next time: check before use."""

    scenario: str = "lumbar-facet"
    plan: str = ""
    """Empty: the scenario's first."""
    source: Source = Source.EMULATED
    port: str = ""
    """Of the serial line."""
    address: str = ""
    """Of a tracker in the network."""
    camera: str = "camera://0"
    """That sees the printed markers."""
    profile: str = ""
    """Name of the tracker's profile; empty: the first that fits."""
    picture: str = ""
    """Address of the camera whose live picture the plan is drawn on, or `own` for the one that is the tracker; empty: none."""
    trainee: str = ""
    guidance: str = "full"
    theme: ThemeName = ThemeName.DARK
    scale: float = 1.0


def default_file() -> Path:
    """The user's file, or the one that the environment names."""
    named = os.environ.get(FILE)
    return Path(named) if named else user_config_path("arguide", appauthor=False) / "choices.toml"


def read_choices(file: Path | None = None) -> tuple[Choices, str]:
    """The last choices, and why they are not to be had (empty when they are, or when there were none yet)."""
    file = file or default_file()
    if not file.exists():
        return Choices(), ""
    try:
        return _choices(read_toml(file)), ""
    except SettingsError as error:
        return Choices(), f"The last choices are lost: {error}"


def _choices(table: Table) -> Choices:
    table.whole("schema", SCHEMA, SCHEMA)
    texts = {field.name: table.text(field.name, str(field.default)) for field in fields(Choices) if field.type is str}
    for name, text in texts.items():
        if len(text) > LONGEST or not text.isprintable():
            table.fail(name, f"expected at most {LONGEST} letters on one line")
    return Choices(
        **texts,
        source=table.choice("source", Source, Source.EMULATED),
        theme=table.choice("theme", ThemeName, ThemeName.DARK),
        scale=table.number("scale", LEAST_SCALE, LARGEST_SCALE, 1.0),
    )


def write_choices(choices: Choices, file: Path | None = None) -> None:
    """Keep them. SettingsError when the disk does not let us."""
    file = file or default_file()
    values = {"schema": SCHEMA, **{name: _plain(value) for name, value in asdict(choices).items()}}
    try:
        replace_whole(file, tomli_w.dumps(values))
    except OSError as error:
        raise SettingsError(
            f"{file}: the choices cannot be kept ({error.strerror}); set {FILE} to another file"
        ) from None


def _plain(value: object) -> object:
    return str(value) if isinstance(value, StrEnum) else value


def remember_looks(theme: ThemeName, scale: float, file: Path | None = None) -> None:
    """Keep how the panels look, beside the other choices."""
    now, _ = read_choices(file)
    wanted = replace(now, theme=theme, scale=scale)
    if wanted != now:
        write_choices(wanted, file)
