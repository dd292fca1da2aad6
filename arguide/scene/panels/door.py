"""The panels as the stage knows them. Dear ImGui is loaded when the first one is opened: nobody waits for it before."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from panda3d.core import GraphicsOutput

from arguide.scene.layout import Rect
from arguide.scene.looks import Looks
from arguide.scene.panels.facts import Choice, Facts, Slide

if TYPE_CHECKING:
    from arguide.scene.panels.deck import Deck

OPENING = frozenset(f"f{k}" for k in range(2, 9))
"""The keys that open panels."""
THEMES = ("dark", "light")
SCALES = (0.7, 2.0)
Size = tuple[int, int]


class Door:
    """Takes the stage's events and frames, and passes them on once a panel was asked for."""

    def __init__(self, output: GraphicsOutput, facts: Facts, looks: Looks) -> None:
        self.facts, self.looks = facts, looks
        facts.settings.insert(0, ("Looks", self._looks()))
        self._output = output
        self._size: Size = (1, 1)
        self._room = Rect(0, 0, 1, 1)
        self._deck: Deck | None = None

    @property
    def deck(self) -> "Deck":
        """The panels; made when they are asked for first."""
        if self._deck is None:
            from arguide.scene.panels.deck import Deck
            from arguide.scene.panels.gui import Gui

            self._deck = Deck(Gui(self._output, self._size), self.facts)
            self.lay_out(self._size, self._room)
        return self._deck

    def lay_out(self, size: Size, room: Rect) -> None:
        """The panels may lie in this part of a window of this size."""
        self._size, self._room = size, room
        if self._deck:
            self._deck.lay_out(size, room)

    def take(self, event: str) -> bool:
        """Heed one event in Panda3D's words; whether it was meant for the panels, and for nothing else."""
        if self._deck is None and event not in OPENING:
            return False
        return self.deck.take(event)

    def point(self, spot: tuple[float, float] | None) -> None:
        """Where the mouse is."""
        if self._deck:
            self._deck.point(spot)

    def write(self, text: str) -> None:
        """What was typed."""
        if self._deck and text:
            self._deck.write(text)

    def frame(self, seconds: float, covered: bool) -> None:
        """Bring the panels up to date, `seconds` after the last call; none while a card covers the picture."""
        if self._deck:
            self._deck.look(self.looks.theme, self.looks.scale)
            self._deck.frame(seconds, covered)

    def close(self) -> None:
        """Give everything back."""
        if self._deck:
            self._deck.gui.close()
            self._deck = None

    def _looks(self) -> list[Choice | Slide]:
        looks = self.looks
        return [
            Choice("Theme", THEMES, lambda: looks.theme, _setter(looks, "theme")),
            Slide("Scale", *SCALES, lambda: looks.scale, _setter(looks, "scale"), "%.1f ×"),
        ]


def _setter(looks: Looks, name: str) -> "Callable[[object], None]":
    return lambda value: setattr(looks, name, value)
