"""Sound beside the window: opened once, told about once where it cannot be, led by keys."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from arguide.guidance.live import Live
    from arguide.guidance.state import SessionState
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
