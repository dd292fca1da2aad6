"""Keeps one picture of each moment of a session: one of the last before the next moment began."""

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


# A picture worth keeping is drawn anew with smooth edges, which takes several times as long as a frame.
EVERY = 12


class Gallery:
    """Collects pictures and writes them as numbered files when closed.

    `draw` gives a picture of what is on stage now, `write` makes a file of one.
    """

    def __init__(self, folder: Path, draw: Callable[[], Picture], write: Callable[[Path, Picture], None]) -> None:
        self._folder = folder
        self._draw = draw
        self._write = write
        self._looks = 0
        self._pictures: dict[str, Picture] = {}
        self._past: set[str] = set()

    def look(self, state: SessionState) -> None:
        """Keep what is on stage as the newest of its moment, unless something new has come since: not the withdrawal.

        Called for every frame; draws for the first frame of each moment and then for every twelfth.
        """
        moment = moment_of(state)
        new = moment not in self._pictures
        if new and not state.needle.trouble:
            self._past = set(self._pictures)
        self._looks = 0 if new else self._looks + 1
        if moment not in self._past and self._looks % EVERY == 0:
            self.keep(moment)

    def keep(self, moment: str) -> None:
        """Keep what is on stage under a name."""
        self._pictures[moment] = self._draw()

    def close(self) -> list[Path]:
        """Write the files; returns their paths in the order the moments first came."""
        self._folder.mkdir(parents=True, exist_ok=True)
        paths = []
        for number, (moment, picture) in enumerate(self._pictures.items(), 1):
            path = self._folder / f"{number:02}-{moment.replace(' ', '-')}.png"
            self._write(path, picture)
            paths.append(path)
        return paths
