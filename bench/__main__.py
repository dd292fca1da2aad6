"""`python -m bench [NAME ...]`: run the benchmarks and print one table.

Those that take longer than minutes run only when named; each says so by a `LONG` of its own. Figures are medians of this
run on this machine; compare only what was measured in the same run.
"""

import importlib
import os
import pkgutil
import platform
import sys
from collections.abc import Callable, Iterable
from typing import TypeAlias

from rich.console import Console
from rich.table import Table

import bench

Row: TypeAlias = tuple[str, str, str]
"""What was measured, the figure, the bound."""


def main(names: list[str]) -> int:
    """Run and print; exit status 2 for a name that is not there."""
    modules = [module.name for module in pkgutil.iter_modules(bench.__path__)]
    left = {name: long for name in modules if (long := _long(name)) and not names}
    found = [name for name in modules if _measure(name) and name not in left and (not names or name in names)]
    if unknown := [name for name in names if name not in found]:
        print(f"bench: no {', '.join(unknown)}; there are: {', '.join(m for m in modules if _measure(m))}")
        return 2
    table = Table("what", "measured", "bound", title=f"{platform.machine()}, {os.cpu_count()} cores", show_lines=False)
    for name in found:
        print(f"{name} ...", file=sys.stderr)
        for row in _rows(name):
            table.add_row(*row)
    Console(width=140).print(table)
    if left:
        named = ", ".join(f"{name} ({long})" for name, long in left.items())
        print(f"Not run, because they take long: {named}. Name them to run them.")
    return 0


def _measure(name: str) -> "Callable[[], Iterable[Row]] | None":
    if name.startswith("_"):
        return None
    return getattr(importlib.import_module(f"bench.{name}"), "measure", None)


def _long(name: str) -> str:
    """How long a bench takes that runs only when it is named; nothing for the others."""
    return str(getattr(importlib.import_module(f"bench.{name}"), "LONG", "")) if _measure(name) else ""


def _rows(name: str) -> Iterable[Row]:
    measure = _measure(name)
    return measure() if measure else []


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
