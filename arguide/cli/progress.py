"""A progress bar for steps that take more than a moment, and a word for those whose length nobody knows."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress_bar(title: str) -> Iterator[Callable[[float, str], None]]:
    """A bar on stderr; call what it gives with the done part (0..1) and what is being done now."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = TextColumn("{task.fields[title]}"), BarColumn(), TimeElapsedColumn(), TextColumn("{task.description}")
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=1.0, title=title)
        yield lambda done, what: bar.update(task, completed=done, description=what)
        bar.update(task, completed=1.0, description="done")


@contextmanager
def working(what: str) -> Iterator[None]:
    """Say on stderr what takes so long, where somebody looks at it."""
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield
        return
    with console.status(what):
        yield
