"""Tones to the loudspeakers, by OpenAL, in a thread of its own: drawing may be slow, sound must not be.

Every `TICK_S` the newest state is composed and what is due is played: tones are short clips, made once and kept by
pitch, side and timbre, so that nothing is streamed and nothing can run dry. Without a sound card `open_player` says why
and the rest of the program goes on.

How late a sound is: the age of the newest sample, at most one tick, and what OpenAL keeps ahead of the card
(`PERIODS` × `PERIOD` samples, unless the user's own settings of OpenAL say otherwise).
"""

import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from arguide.errors import SoundError
from arguide.guidance.state import SessionState
from arguide.settings.scenario import Plan
from arguide.sound.composer import Composer, Tone
from arguide.sound.synthesizer import RATE_HZ, wave_of
from arguide.sound.wav import wav_bytes

if TYPE_CHECKING:
    from panda3d.core import AudioSound

TICK_S = 0.01
PERIOD, PERIODS = 512, 2
LATENCY_S = TICK_S + PERIOD * PERIODS / RATE_HZ
"""From a new state to the card, at most, where OpenAL is ours to set."""
FOLDER = "/arguide-sounds"
CONFIGURATION = "ALSOFT_CONF"
STEPS_AN_OCTAVE, STEPS_A_SIDE = 24, 6
"""Clips are kept by pitch and side, rounded so finely that it is not heard."""

Newest = Callable[[], tuple[SessionState | None, float]]
"""The newest state and the age of its sample in seconds."""


class Player:
    """Plays what a session sounds like. `volume` and `muted` may be set at any time, from any thread."""

    def __init__(self, speaker: "Speaker", plan: Plan, stale_after_s: float, volume: float = 0.7) -> None:
        self._speaker = speaker
        self._composer = Composer(plan, stale_after_s)
        self._volume = volume
        self.muted = False
        self.trouble = ""
        """Why nothing is heard any more, in words; empty while all is well."""
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def volume(self) -> float:
        """0..1."""
        return self._volume

    @volume.setter
    def volume(self, value: float) -> None:
        self._volume = min(1.0, max(0.0, value))

    def start(self, newest: Newest) -> None:
        """Begin to listen to a session."""
        self._thread = threading.Thread(target=self._run, args=(newest,), name="sound", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Fall silent; stopping twice is allowed."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join()
        self._speaker.close()

    def tick(self, state: SessionState | None, now_s: float, age_s: float) -> None:
        """Play what is due now."""
        due = self._composer.take(state, now_s, age_s) if state is not None else []
        volume = 0.0 if self.muted else self._volume
        for tone in due if volume > 0 else ():
            self._speaker.play(tone, volume)
        self._speaker.update()

    def _run(self, newest: Newest) -> None:
        while not self._ended.wait(TICK_S):
            try:
                state, age_s = newest()
                self.tick(state, time.monotonic(), age_s)
            except Exception as error:  # noqa: BLE001
                # Guidance goes on without sound; whoever shows the session shows this too.
                self.trouble = f"sound stopped: {type(error).__name__}: {error}"
                return


class Speaker:
    """OpenAL with a store of clips."""

    def __init__(self) -> None:
        """Open the default sound device. Raises SoundError where there is none."""
        from panda3d.core import AudioManager, VirtualFileMountRamdisk, VirtualFileSystem, load_prc_file_data

        load_prc_file_data("arguide-sound", "audio-library-name p3openal_audio\nnotify-level-audio fatal\n")
        with _quiet(), _low_latency():
            self._manager = AudioManager.create_AudioManager()
        if not self._manager.is_valid():
            raise SoundError("no sound: no sound card answers; connect one or go on without")
        self._files = VirtualFileSystem.get_global_ptr()
        self._files.mount(VirtualFileMountRamdisk(), FOLDER, 0)
        self._clips: dict[tuple[object, ...], AudioSound] = {}

    def play(self, tone: Tone, volume: float) -> None:
        """Begin a tone now."""
        clip = self._clip(tone)
        clip.set_volume(volume)
        clip.play()

    def update(self) -> None:
        """Let OpenAL take back what has been played."""
        self._manager.update()

    def close(self) -> None:
        """Let go of the device."""
        self._clips.clear()
        self._manager.shutdown()

    def _clip(self, tone: Tone) -> "AudioSound":
        kept = rounded(tone)
        key = kept.cue, kept.pitch_hz, kept.pan, kept.length_s
        if key not in self._clips:
            file = f"{FOLDER}/{len(self._clips)}.wav"
            self._files.write_file(file, wav_bytes(wave_of(kept)), False)
            self._clips[key] = self._manager.get_sound(file, False)
        return self._clips[key]


def rounded(tone: Tone) -> Tone:
    """The tone with its pitch and side on the grid of the clips."""
    step = round(STEPS_AN_OCTAVE * np.log2(tone.pitch_hz / RATE_HZ))
    return Tone(
        0.0,
        float(RATE_HZ * 2 ** (step / STEPS_AN_OCTAVE)),
        tone.length_s,
        tone.gain,
        round(STEPS_A_SIDE * tone.pan) / STEPS_A_SIDE,
        tone.partials,
        tone.cue,
    )


def open_player(plan: Plan, stale_after_s: float, volume: float = 0.7) -> tuple[Player | None, str]:
    """A player, or None and why there is none, in words."""
    try:
        return Player(Speaker(), plan, stale_after_s, volume), ""
    except SoundError as error:
        return None, str(error)


@contextmanager
def _low_latency() -> Iterator[None]:
    """Ask OpenAL, which reads its settings when it is first used, for small pieces; the user's own settings go first."""
    if CONFIGURATION in os.environ:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="arguide-") as folder:
        file = Path(folder) / "openal.conf"
        file.write_text(f"[general]\nperiod_size = {PERIOD}\nperiods = {PERIODS}\n", "ascii")
        os.environ[CONFIGURATION] = str(file)
        try:
            yield
        finally:
            del os.environ[CONFIGURATION]


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep sound libraries from printing a page of their own about a card that is not there."""
    sys.stderr.flush()
    try:
        kept = os.dup(2)
    except OSError:
        yield
        return
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
