"""After the attempt: the score card and where everything lies, in the terminal."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from arguide.training.score import Score


def print_card(score: "Score") -> None:
    """The score card as a table in the terminal."""
    from rich.console import Console
    from rich.table import Table

    from arguide.training.score import MARK, card_lines

    table = Table(title="Score card", show_header=False, title_justify="left")
    for label, value, grade in card_lines(score):
        table.add_row(label, value, f"{MARK[grade]} {grade.value}" if grade else "")
    Console().print(table)


def print_results(out: Path) -> None:
    """Where everything lies."""
    print(f"\nResults in {out}:")
    for path in sorted(out.rglob("*")):
        if path.is_file():
            print(f"  {path.relative_to(out)}  ({path.stat().st_size / 1024:,.0f} KiB)")
