"""Keeps one picture of each moment of a session: the last one before the next moment began."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from arguide.guidance.state import SessionState, Step

Picture: TypeAlias = NDArray[np.uint8]


def moment_of(state: SessionState) -> str:
    """Name of what is going on: the step, and while guiding the phase or the trouble."""
    if state.view.step is not Step.GUIDE:
        return state.view.step.value
    return state.needle.trouble or state.needle.phase.value


class Gallery:
    """Collects pictures and writes them as numbered files when closed."""

    def __init__(self, folder: Path, write: Callable[[Path, Picture], None]) -> None:
        self._folder = folder
        self._write = write
        self._pictures: dict[str, Picture] = {}
        self._past: set[str] = set()

    def look(self, state: SessionState, picture: Picture) -> None:
        """Keep `picture` as the newest of its moment, unless something new has come since: insertion, not withdrawal."""
        moment = moment_of(state)
        if moment not in self._pictures and not state.needle.trouble:
            self._past = set(self._pictures)
        if moment not in self._past:
            self.keep(moment, picture)

    def keep(self, moment: str, picture: Picture) -> None:
        """Keep `picture` under a name."""
        self._pictures[moment] = picture

    def close(self) -> list[Path]:
        """Write the files; returns their paths in the order the moments first came."""
        self._folder.mkdir(parents=True, exist_ok=True)
        paths = []
        for number, (moment, picture) in enumerate(self._pictures.items(), 1):
            path = self._folder / f"{number:02}-{moment.replace(' ', '-')}.png"
            self._write(path, picture)
            paths.append(path)
        return paths
