"""Work in a thread beside what is being done, waited for where it is needed."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import TypeVar

T = TypeVar("T")


def beside(work: Callable[[], T]) -> "Future[T]":
    """Begin it; what it gives or raises is in the future. It holds up neither an error elsewhere nor the program's end."""
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # noqa: BLE001 - handed over to whoever asks
            future.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return future


def awaited(future: "Future[T]", tell: Callable[[], None], every_s: float = 0.1) -> T:
    """What a work gives; until then `tell` is called again and again. Raises what the work raises."""
    while not future.done():
        tell()
        wait([future], every_s)
    return future.result()
