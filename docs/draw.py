"""Draw the pictures and rewrite the generated parts of the pages: `python docs/draw.py`.

With `--check` nothing is written; exits 1 and names what is stale.
"""

import re
import sys
from collections.abc import Callable
from pathlib import Path

from drawing import error_bars_picture, frames_picture, guidance_picture, scenario_keys, tables

DOCS = Path(__file__).resolve().parent
PICTURES: dict[str, Callable[[], str]] = {
    "frames": frames_picture.draw,
    "guidance": guidance_picture.draw,
    "error-bars": error_bars_picture.draw,
}
PARTS: dict[str, Callable[[], str]] = {
    "frames": tables.frames,
    "phases": tables.phase_table,
    "phase limits": tables.phase_limits,
    "steps": tables.step_table,
    "steps diagram": tables.step_diagram,
    "levels": tables.level_table,
    "alerts": tables.alert_table,
    "sounds": tables.sounds,
    "keys": tables.keys,
    "layouts": tables.layouts,
    "scenario keys": scenario_keys.table_of_keys,
}
PART = re.compile(r"<!-- generated: ([^\n]+?) -->\n.*?<!-- end -->", re.DOTALL)


def with_fresh_parts(page: str) -> str:
    """The page's text with everything between the markers made again. KeyError for a part nobody makes."""
    return PART.sub(lambda found: f"<!-- generated: {found[1]} -->\n\n{PARTS[found[1]]()}\n\n<!-- end -->", page)


def fresh() -> dict[Path, str]:
    """What every picture and every page should say now."""
    pages = {page: with_fresh_parts(page.read_text("utf-8")) for page in sorted(DOCS.rglob("*.md"))}
    return pages | {DOCS / "pictures" / f"{name}.svg": draw() for name, draw in PICTURES.items()}


def main(arguments: list[str]) -> int:
    """Write what changed, or only name it."""
    check = arguments == ["--check"]
    wanted = fresh()
    stale = [file for file, text in wanted.items() if not file.exists() or file.read_text("utf-8") != text]
    for file in stale:
        print(f"{'stale' if check else 'written'}: {file.relative_to(DOCS.parent).as_posix()}")
        if not check:
            file.write_text(wanted[file], "utf-8")
    return int(check and bool(stale))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
