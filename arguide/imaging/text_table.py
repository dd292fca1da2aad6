"""Tables of numbers with named columns (CSV), and NumPy files, as other programs write them."""

import csv
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from arguide.errors import SettingsError
from arguide.geometry.transforms import Array

MOST_BYTES = 500_000_000
MOST_ROWS = 2_000_000
EMPTY = {"", "nan", "na", "none", "null", "missing"}


@dataclass(frozen=True)
class TextTable:
    """A table: names of the columns in lower case, and its rows as text."""

    file: Path
    columns: tuple[str, ...]
    rows: list[list[str]]

    def has(self, *names: str) -> bool:
        """Whether all these columns are there."""
        return all(name in self.columns for name in names)

    def texts(self, name: str) -> list[str]:
        """A column as text."""
        place = self.columns.index(name)
        return [row[place].strip() for row in self.rows]

    def numbers(self, *names: str) -> Array:
        """Columns as (n, k) float64; an empty cell is NaN. SettingsError for what is no number."""
        places = [self.columns.index(name) for name in names]
        return np.array([[self._number(row[p], n, p) for p in places] for n, row in enumerate(self.rows)]).reshape(
            -1, len(names)
        )

    def _number(self, text: str, row: int, column: int) -> float:
        if text.strip().lower() in EMPTY:
            return math.nan
        try:
            return float(text)
        except ValueError:
            raise SettingsError(
                f"{self.file}: row {row + 1}, column {self.columns[column]!r}: expected a number, got {text[:40]!r}"
            ) from None


def read_table(file: Path) -> TextTable:
    """The table in a CSV file: comma, semicolon or tab; the first line names the columns, lines with # are left out."""
    lines = [line for line in read_lines(file) if line.strip() and not line.lstrip().startswith("#")]
    if not lines:
        raise SettingsError(f"{file}: empty; expected a line with the names of the columns, then numbers")
    mark = max(",;\t", key=lines[0].count)
    head, *rows = list(csv.reader(lines, delimiter=mark))
    columns = tuple(name.strip().lower() for name in head)
    if all(_is_number(name) for name in columns):
        raise SettingsError(f"{file}: the first line has numbers only; write the names of the columns above them")
    if len(rows) > MOST_ROWS:
        raise SettingsError(f"{file}: more than {MOST_ROWS} rows; cut it into parts")
    for number, row in enumerate(rows, 1):
        if len(row) != len(columns):
            raise SettingsError(f"{file}: row {number} has {len(row)} cells, the first line names {len(columns)}")
    return TextTable(file, columns, rows)


def read_lines(file: Path) -> list[str]:
    """The lines of a text file. SettingsError when it is missing, too large or not text."""
    check_size(file)
    try:
        return file.read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise SettingsError(f"{file}: cannot be read ({error.strerror}); check the path") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{file}: not a text file; expected CSV with named columns") from None


def check_size(file: Path) -> None:
    """Refuse what is missing or absurdly large."""
    try:
        size = file.stat().st_size
    except OSError as error:
        raise SettingsError(f"{file}: cannot be read ({error.strerror}); check the path") from None
    if size > MOST_BYTES:
        raise SettingsError(f"{file}: {size / 1e6:.0f} MB, at most {MOST_BYTES / 1e6:.0f} MB are read")


def read_npy(file: Path) -> Array:
    """The numbers in a .npy file; pickled objects are refused."""
    check_size(file)
    try:
        values = np.load(file, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise SettingsError(f"{file}: not a .npy file of plain numbers ({error}); save it with numpy.save") from None
    if not isinstance(values, np.ndarray) or values.dtype.kind not in "fiu":
        raise SettingsError(f"{file}: expected one array of real numbers; save it with numpy.save")
    return np.asarray(values, dtype=float)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
