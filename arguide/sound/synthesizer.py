"""From tones to PCM: a few sine waves with soft edges. Stereo, 32-bit float, (n, 2), full scale ±1."""

from functools import lru_cache
from math import cos, pi, sin

import numpy as np
from numpy.typing import NDArray

from arguide.sound.composer import Tone

Pcm = NDArray[np.float32]
RATE_HZ = 44_100
EDGE_S = 0.006
"""Attack and release: shorter ones click."""


def pcm_of(tones: list[Tone] | tuple[Tone, ...], length_s: float, rate_hz: int = RATE_HZ) -> Pcm:
    """All tones mixed, from time 0 on."""
    track = Track(rate_hz)
    track.add(tones)
    return track.take(length_s)


class Track:
    """A sound track that grows: tones are added while it is taken away piece by piece."""

    def __init__(self, rate_hz: int = RATE_HZ) -> None:
        self.rate_hz = rate_hz
        self._taken = 0
        self._ahead: Pcm = np.zeros((0, 2), np.float32)

    def add(self, tones: list[Tone] | tuple[Tone, ...]) -> None:
        """Mix in tones; what of them lies before what was taken is lost."""
        for tone in tones:
            wave = wave_of(tone, self.rate_hz)
            start = round(tone.time_s * self.rate_hz) - self._taken
            wave, start = wave[max(0, -start) :], max(0, start)
            self._reach(start + len(wave))
            self._ahead[start : start + len(wave)] += wave

    def take(self, until_s: float) -> Pcm:
        """What is heard from where the last piece ended until this time."""
        count = max(0, round(until_s * self.rate_hz) - self._taken)
        self._reach(count)
        piece, self._ahead = self._ahead[:count], self._ahead[count:]
        self._taken += count
        return np.clip(piece, -1.0, 1.0)

    def _reach(self, count: int) -> None:
        missing = count - len(self._ahead)
        if missing > 0:
            self._ahead = np.concatenate([self._ahead, np.zeros((missing, 2), np.float32)])


def wave_of(tone: Tone, rate_hz: int = RATE_HZ) -> Pcm:
    """One tone by itself, from its beginning. Panned at equal power, so that the middle is as loud as the sides."""
    mono = tone.gain * _voice(tone.pitch_hz, tone.length_s, tone.partials, rate_hz)
    angle = (tone.pan + 1) * pi / 4
    return mono[:, None] * np.array([cos(angle), sin(angle)], np.float32)


@lru_cache(maxsize=256)
def _voice(pitch_hz: float, length_s: float, partials: tuple[float, ...], rate_hz: int) -> Pcm:
    """(n,) of unit size: harmonics below half the rate, with raised-cosine edges."""
    count = max(1, round(length_s * rate_hz))
    phase = 2 * pi * pitch_hz / rate_hz * np.arange(count)
    heard = [(k, part) for k, part in enumerate(partials, 1) if part and k * pitch_hz < rate_hz / 2]
    wave = sum((part * np.sin(k * phase) for k, part in heard), np.zeros(count)) / sum(partials)
    edge = min(count // 2, round(EDGE_S * rate_hz))
    fade = 0.5 - 0.5 * np.cos(pi * (np.arange(edge) + 0.5) / edge)
    wave[:edge] *= fade
    wave[count - edge :] *= fade[::-1]
    return wave.astype(np.float32)
