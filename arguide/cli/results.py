"""What the commands on files give out: lines for people, or JSON for programs."""

import argparse
import json
import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from arguide.errors import Caution

Result: TypeAlias = Mapping[str, Any]


def add_json(command: argparse.ArgumentParser) -> None:
    """--json."""
    command.add_argument("--json", action="store_true", help="print the whole result as JSON")


def emit(given: argparse.Namespace, result: Result, lines: Iterable[str], cautions: "Iterable[Caution]" = ()) -> int:
    """Print a result; returns the exit status."""
    found = list(cautions)
    if given.json:
        warnings = [{"code": caution.code, "message": caution.message} for caution in found]
        print(json.dumps(plain({**result, "warnings": warnings}), indent=2, allow_nan=False))
        return 0
    for line in lines:
        print(line)
    for caution in found:
        print(f"warning: {caution.message}")
    return 0


def plain(value: Any) -> Any:
    """The same in lists, numbers and texts; transforms as rows; what is not finite as null."""
    if isinstance(value, Mapping):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def numbers(values: Iterable[float], digits: int = 3) -> str:
    """`[1.000, 2.000, 3.000]`."""
    return "[" + ", ".join(f"{value:.{digits}f}" for value in values) + "]"


def matrix_lines(transform: Any) -> list[str]:
    """A (4, 4) transform, row by row."""
    return ["  " + " ".join(f"{value:12.6f}" for value in row) for row in np.asarray(transform).tolist()]
