"""The player: volume, mute and silence with a speaker that only notes; and OpenAL itself, mixing into a file."""

import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arguide.sound.composer import Tone
from arguide.sound.player import LATENCY_S, Player, open_player, rounded
from arguide.sound.style import PURE, Cue
from tests.sound.test_synthesizer import onsets_of, pitch_of
from tests.training.made_attempts import PLAN, Attempt

INSIDE = Attempt(tip=np.array([0.0, 0.0, 30.0]), been_inside=True).hold(2).states


class Notes:
    """A speaker that writes down what it is given."""

    def __init__(self) -> None:
        self.played: list[tuple[Tone, float]] = []
        self.closed = False
        self.first = threading.Event()

    def play(self, tone: Tone, volume: float) -> None:
        self.played.append((tone, volume))
        self.first.set()

    def update(self) -> None:
        pass

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def speaker() -> Notes:
    return Notes()


@pytest.fixture
def player(speaker: Notes) -> Player:
    return Player(speaker, PLAN, 0.1, volume=0.5)  # type: ignore[arg-type]


def test_volume_and_mute_take_effect_with_the_next_tone(player: Player, speaker: Notes) -> None:
    for n, state in enumerate(INSIDE):
        player.muted = 40 <= n < 80
        player.volume = 0.5 if n < 80 else 7.0
        player.tick(state, state.sample.host_time_s, 0.0)
    times = [tone.time_s - INSIDE[0].sample.host_time_s for tone, _ in speaker.played]
    assert times and not [t for t in times if 40.1 / 60 < t < 79.9 / 60]
    assert {volume for _, volume in speaker.played} == {0.5, 1.0}
    player.volume = -1
    assert player.volume == 0.0


def test_before_the_first_sample_there_is_nothing_to_hear(player: Player, speaker: Notes) -> None:
    player.tick(None, 0.0, 0.0)
    assert speaker.played == []


def test_the_thread_plays_and_lets_go_of_the_device(player: Player, speaker: Notes) -> None:
    player.start(lambda: (INSIDE[0], 0.0))
    assert speaker.first.wait(10)
    player.stop()
    player.stop()
    assert speaker.closed and player.trouble == ""


def test_a_sound_that_fails_is_named_and_harms_nobody(player: Player, speaker: Notes) -> None:
    failed = threading.Event()

    def broken() -> tuple[None, float]:
        failed.set()
        raise OSError("the card was pulled out")

    player.start(broken)
    assert failed.wait(10)
    player.stop()
    assert "sound stopped" in player.trouble and "pulled out" in player.trouble


@given(st.floats(200, 2000), st.floats(-1, 1))
def test_clips_are_rounded_too_finely_to_be_heard(pitch_hz: float, pan: float) -> None:
    kept = rounded(Tone(3.0, pitch_hz, 0.07, 0.3, pan, PURE, Cue.LEAD))
    assert abs(12 * np.log2(kept.pitch_hz / pitch_hz)) <= 0.251
    assert abs(kept.pan - pan) <= 1 / 12 + 1e-9 and rounded(kept) == kept


def test_the_latency_that_the_page_states() -> None:
    page = (Path(__file__).parents[2] / "docs" / "sound.md").read_text("utf-8")
    assert f"at most {1000 * LATENCY_S:.0f} ms" in page


REAL = """
import os, time
import numpy as np
from arguide.sound.player import open_player
from tests.training.made_attempts import PLAN, Attempt
player, why = open_player(PLAN, 0.1, volume=1.0)
assert player is not None, why
tip = np.array([{x}, 0.0, 78.5 - 60.0])
states = Attempt(tip=tip, been_inside=True).hold(0.5).states
began = time.monotonic()
player.start(lambda: (states[0], 0.0))
while time.monotonic() < began + 2.0:
    time.sleep(0.05)
player.stop()
"""


def through_openal(folder: Path, x_mm: float) -> np.ndarray:
    """What OpenAL sends to a sound card, (n, 2) at 44.1 kHz, written to a file by its own file driver."""
    settings = folder / "openal.conf"
    settings.write_text(f"[general]\ndrivers = wave\nperiod_size = 256\n[wave]\nfile = {folder / 'heard.wav'}\n")
    done = subprocess.run(
        [sys.executable, "-c", REAL.format(x=x_mm)],
        cwd=Path(__file__).parents[2],
        env={"PATH": "", "ALSOFT_CONF": str(settings), "PYTHONPATH": "."},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-1500:]
    data = (folder / "heard.wav").read_bytes()
    body = data[data.index(b"data") + 8 :]
    return np.frombuffer(body[: len(body) // 8 * 8], "<f4").reshape(-1, 2)


@pytest.mark.skipif(sys.platform != "linux", reason="OpenAL is given a file instead of a card by settings for Linux")
def test_openal_plays_pitch_tempo_and_side_without_a_card(tmp_path: Path) -> None:
    heard = through_openal(tmp_path, x_mm=2.0)
    left, right = np.sqrt(np.mean(heard**2, axis=0)).tolist()
    assert right > 0.01 and left > 1.2 * right, "the needle is right of the path, so the goal is heard left"
    onsets = onsets_of(heard)
    # The way is 61.5 mm: about 0.71 s between tones, started by a thread on a machine with other work.
    assert len(onsets) >= 2 and np.median(np.diff(onsets)) == pytest.approx(0.713, abs=0.08)
    first = round(onsets[0] * 44_100)
    assert pitch_of(heard[first : first + 2600, 0]) == pytest.approx(880, abs=15)


NO_CARD = """
from arguide.sound.player import open_player
from tests.training.made_attempts import PLAN
player, why = open_player(PLAN, 0.1)
print(player, "|", why)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="OpenAL is told of no card by settings for Linux")
def test_without_a_card_it_is_said_in_one_line_and_nothing_else_is_printed(tmp_path: Path) -> None:
    settings = tmp_path / "openal.conf"
    settings.write_text("[general]\ndrivers = alsa\n[alsa]\ndevice = nothing-of-this-name\n")
    done = subprocess.run(
        [sys.executable, "-c", NO_CARD],
        cwd=Path(__file__).parents[2],
        env={"PATH": "", "ALSOFT_CONF": str(settings), "PYTHONPATH": "."},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "None | no sound: no sound card answers; connect one or go on without\n" and done.stderr == ""


def test_opening_says_why_instead_of_failing() -> None:
    player, why = open_player(PLAN, 0.1)
    assert (player is None) == bool(why)
    if player is not None:
        player.stop()
