"""Sound beside the window: opened once, told about once where it cannot be, led by keys and in the settings panel."""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from arguide.guidance.levels import INPUT_FOR
from arguide.guidance.state import Level

if TYPE_CHECKING:
    from arguide.guidance.live import Live
    from arguide.guidance.state import SessionState
    from arguide.scene.panels.facts import Control
    from arguide.settings.scenario import Plan
    from arguide.sound.player import Player

MUTE, SOFTER, LOUDER = "m", ",", "."
VOLUME_STEP = 0.1


@contextmanager
def player_for(plan: "Plan", stale_after_s: float, muted: bool = False) -> "Iterator[Player | None]":
    """A player until the block ends; None, and one line on stderr, where nothing can be heard."""
    from arguide.sound.player import open_player

    player, why = open_player(plan, stale_after_s)
    if player is None:
        print(f"note: {why}", file=sys.stderr)
        yield None
        return
    player.muted = muted
    try:
        yield player
    finally:
        player.stop()
        if player.trouble:
            print(f"note: {player.trouble}", file=sys.stderr)


def hear(player: "Player | None", live: "Live") -> None:
    """Let a live session be heard."""
    if player is None:
        return

    def newest() -> "tuple[SessionState | None, float]":
        state = live.newest
        return state, 0.0 if state is None else time.monotonic() - state.sample.host_time_s

    player.start(newest)


def heed(player: "Player | None", key: str) -> None:
    """Mute, softer, louder."""
    if player is None:
        return
    if key == MUTE:
        player.muted = not player.muted
    elif key in (SOFTER, LOUDER):
        player.volume += VOLUME_STEP if key == LOUDER else -VOLUME_STEP
        player.muted = False


def settings_of(player: "Player | None", live: "Live") -> "list[tuple[str, Sequence[Control]]]":
    """What the settings panel offers: the level of guidance, and the sound where there is any."""
    from arguide.scene.panels.facts import Choice, Slide, Switch

    def level() -> str:
        return (live.newest.aid.level if live.newest else Level.FULL).value

    chosen = Choice("Level", tuple(Level), level, lambda word: live.ask(INPUT_FOR[Level(word)]))
    settings: list[tuple[str, Sequence[Control]]] = [("Guidance", [chosen])]
    if player is not None:
        volume = Slide("Volume", 0.0, 1.0, lambda: player.volume, lambda value: setattr(player, "volume", value))
        muted = Switch("Muted", lambda: player.muted, lambda value: setattr(player, "muted", value))
        settings.append(("Sound", [volume, muted]))
    return settings
