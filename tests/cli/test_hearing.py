"""Keys and settings that lead sound and guidance while a session is shown."""

import pytest

from arguide.cli.hearing import heed, settings_of
from arguide.guidance.state import Aid, Level
from arguide.guidance.steps import Input
from arguide.scene.panels.facts import Choice, Slide, Switch
from arguide.sound.player import Player
from tests.sound.test_player import PLAN, Notes


class Session:
    """A live session that only notes what it is asked for."""

    def __init__(self) -> None:
        self.asked: list[Input] = []
        self.newest = type("State", (), {"aid": Aid(Level.REDUCED)})()

    def ask(self, what: Input) -> None:
        self.asked.append(what)


@pytest.fixture
def player() -> Player:
    return Player(Notes(), PLAN, 0.1, volume=0.5)  # type: ignore[arg-type]


def test_keys_mute_and_change_the_volume(player: Player) -> None:
    heed(player, "m")
    assert player.muted
    heed(player, ".")
    assert not player.muted and player.volume == pytest.approx(0.6)
    for _ in range(20):
        heed(player, ",")
    assert player.volume == 0.0
    heed(player, "x")
    heed(None, "m")


def test_the_settings_panel_has_the_level_and_the_sound(player: Player) -> None:
    live = Session()
    (guidance, [level]), (sound, [volume, muted]) = settings_of(player, live)  # type: ignore[arg-type]
    assert (guidance, sound) == ("Guidance", "Sound")
    assert isinstance(level, Choice) and isinstance(volume, Slide) and isinstance(muted, Switch)
    assert level.options == ("full", "reduced", "intermittent", "none") and level.get() == "reduced"
    level.set("none")
    assert live.asked == [Input.NONE]
    volume.set(0.25)
    muted.set(True)
    assert (player.volume, player.muted, volume.get(), muted.get()) == (0.25, True, 0.25, True)


def test_without_sound_only_the_level_is_offered() -> None:
    assert [title for title, _ in settings_of(None, Session())] == ["Guidance"]  # type: ignore[arg-type]
