"""Read a TOML file with every mistake named by file, key and reason.

table = read_toml(path)
name = table.text("name")
limits = table.table("limits")       # a missing table reads as empty, so defaults apply
table.finish()                       # complains about keys nobody asked for: most are typing errors
"""

import difflib
import tomllib
from enum import StrEnum
from math import isfinite, sqrt
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from arguide.errors import SettingsError
from arguide.settings.scenario import Vec3

MAX_BYTES = 4_000_000
E = TypeVar("E", bound=StrEnum)
_REQUIRED: Any = object()


def read_toml(file: Path) -> "Table":
    """The file's top table. Raises SettingsError when it is missing, too large or not TOML."""
    return parse_toml(read_text(file), file)


def read_text(file: Path) -> str:
    """The text of a settings file. Raises SettingsError when it is missing, too large or not text."""
    try:
        if file.stat().st_size > MAX_BYTES:
            raise SettingsError(f"{file}: larger than {MAX_BYTES} bytes; this is not a settings file")
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"{file}: cannot be read ({error.strerror}); check the path") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{file}: not valid TOML: {error}; mend that place and try again") from error


def parse_toml(text: str, file: Path) -> "Table":
    """The top table of a TOML text; `file` names it in messages."""
    try:
        return Table(tomllib.loads(text), file, "")
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{file}: not valid TOML: {error}; mend that place and try again") from error


class Table:
    """One table of a TOML file; each getter checks one key and remembers that it was asked for."""

    def __init__(self, data: dict[str, Any], file: Path, where: str) -> None:
        self._data = data
        self._asked: set[str] = set()
        self.file = file
        self._where = where

    def __contains__(self, key: str) -> bool:
        self._asked.add(key)
        return key in self._data

    def fail(self, key: str, reason: str) -> NoReturn:
        """Raise SettingsError naming file, key and reason."""
        raise SettingsError(f"{self.file}: {self._name(key)}: {reason}")

    def text(self, key: str, default: str = _REQUIRED) -> str:
        """A string that is not empty (unless the default is taken)."""
        value = self._get(key, default)
        if not isinstance(value, str) or (not value and default is _REQUIRED):
            self.fail(key, f"expected a text that is not empty, got {value!r}")
        return value

    def number(self, key: str, low: float, high: float, default: float = _REQUIRED) -> float:
        """A finite number between `low` and `high`, both allowed."""
        value = self._get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            self.fail(key, f"expected a number from {low:g} to {high:g}, got {value!r}")
        return float(value)

    def whole(self, key: str, low: int, high: int, default: int = _REQUIRED) -> int:
        """A whole number between `low` and `high`, both allowed."""
        value = self._get(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            self.fail(key, f"expected a whole number from {low} to {high}, got {value!r}")
        return value

    def flag(self, key: str, default: bool = _REQUIRED) -> bool:
        """true or false."""
        value = self._get(key, default)
        if not isinstance(value, bool):
            self.fail(key, f"expected true or false, got {value!r}")
        return value

    def vec3(self, key: str, default: Vec3 = _REQUIRED) -> Vec3:
        """Three finite numbers."""
        value = self._get(key, default)
        numbers = isinstance(value, list | tuple) and len(value) == 3
        if not numbers or not all(_is_finite(part) for part in value):
            self.fail(key, f"expected three finite numbers [x, y, z], got {value!r}")
        return (float(value[0]), float(value[1]), float(value[2]))

    def rows(self, key: str, count: int) -> tuple[Vec3, ...]:
        """So many rows of three finite numbers."""
        value = self._get(key, _REQUIRED)
        listed = isinstance(value, list) and len(value) == count
        if not listed or not all(
            isinstance(row, list) and len(row) == 3 and all(map(_is_finite, row)) for row in value
        ):
            self.fail(key, f"expected {count} rows of three finite numbers, got {value!r}")
        return tuple((float(x), float(y), float(z)) for x, y, z in value)

    def direction(self, key: str, default: Vec3 = _REQUIRED) -> Vec3:
        """Three numbers, not all zero, returned with unit length."""
        x, y, z = self.vec3(key, default)
        length = sqrt(x * x + y * y + z * z)
        if length < 1e-9:
            self.fail(key, "a direction must not be [0, 0, 0]")
        return (x / length, y / length, z / length)

    def choice(self, key: str, kinds: type[E], default: E = _REQUIRED) -> E:
        """One of the values of a StrEnum."""
        value = self._get(key, default)
        try:
            return kinds(value)
        except ValueError:
            self.fail(
                key,
                f"expected one of {', '.join(kinds)}; got {value!r}{_guess(str(value), [kind.value for kind in kinds])}",
            )

    def existing_file(self, key: str) -> Path:
        """The path of a file that is there, given relative to this file's folder."""
        path = (self.file.parent / self.text(key)).resolve()
        if not path.is_file():
            self.fail(key, f"no such file: {path}; give its path as seen from {self.file.parent}")
        return path

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; missing reads as empty."""
        value = self._get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.fail(key, f"expected a list of texts, got {value!r}")
        return tuple(value)

    def table(self, key: str) -> "Table":
        """A sub-table; missing reads as empty."""
        value = self._get(key, {})
        if not isinstance(value, dict):
            self.fail(key, f"expected a table [{self._name(key)}], got {value!r}")
        return Table(value, self.file, self._name(key))

    def tables(self, key: str, at_least: int = 0) -> "list[Table]":
        """A list of tables `[[key]]`, with at least so many."""
        value = self._get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self.fail(key, f"expected tables [[{self._name(key)}]], got {value!r}")
        if len(value) < at_least:
            self.fail(key, f"at least {at_least} [[{self._name(key)}]] needed, found {len(value)}")
        return [Table(item, self.file, f"{self._name(key)}[{n}]") for n, item in enumerate(value, 1)]

    def finish(self) -> None:
        """Raise SettingsError when a key is there that no getter asked for."""
        for key in self._data:
            if key not in self._asked:
                self.fail(key, f"unknown key{_guess(key, sorted(self._asked))}")

    def _get(self, key: str, default: Any) -> Any:
        self._asked.add(key)
        if key in self._data:
            return self._data[key]
        if default is _REQUIRED:
            self.fail(key, f"missing{_guess(key, [k for k in self._data if k not in self._asked], 'instead of')}")
        return default

    def _name(self, key: str) -> str:
        return f"{self._where}.{key}" if self._where else key


def _is_finite(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def _guess(word: str, words: list[str], lead: str = "did you mean") -> str:
    near = difflib.get_close_matches(word, words, 1)
    if not near:
        return ""
    return f"; found {near[0]!r} {lead} it" if lead == "instead of" else f"; {lead} {near[0]!r}?"
