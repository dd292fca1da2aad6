"""Tones to PCM, heard by numbers: pitch by spectrum, tempo by onsets, side and loudness by level."""

import io
import wave
from math import pi, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arguide.sound.composer import Tone
from arguide.sound.style import HARSH, PURE, SOFT, WOOD, Cue
from arguide.sound.synthesizer import RATE_HZ, Pcm, Track, pcm_of, wave_of
from arguide.sound.wav import wav_bytes

tones = st.builds(
    Tone,
    time_s=st.floats(0, 1),
    pitch_hz=st.floats(100, 3000),
    length_s=st.floats(0.02, 0.4),
    gain=st.floats(0.05, 0.5),
    pan=st.floats(-1, 1),
    partials=st.sampled_from([PURE, SOFT, WOOD, HARSH]),
    cue=st.just(Cue.LEAD),
)


def tone(pitch_hz: float = 880.0, length_s: float = 0.25, pan: float = 0.0, at_s: float = 0.0) -> Tone:
    return Tone(at_s, pitch_hz, length_s, 0.4, pan, SOFT, Cue.LEAD)


def pitch_of(mono: Pcm) -> float:
    """The strongest frequency, between the lines of the spectrum."""
    spectrum = np.abs(np.fft.rfft(mono * np.hanning(len(mono)), 1 << 17))
    return float(np.argmax(spectrum) * RATE_HZ / (1 << 17))


def onsets_of(pcm: Pcm) -> np.ndarray:
    """Times at which it becomes loud, s."""
    loud = np.convolve(np.abs(pcm).max(axis=1), np.ones(400) / 400, "same") > 0.02
    return np.flatnonzero(np.diff(loud.astype(int), prepend=0) == 1) / RATE_HZ


@given(st.floats(150, 3000))
def test_the_pitch_is_right(pitch_hz: float) -> None:
    assert pitch_of(wave_of(tone(pitch_hz))[:, 0]) == pytest.approx(pitch_hz, abs=1.0)


def test_the_tempo_is_right() -> None:
    pcm = pcm_of([tone(length_s=0.07, at_s=0.1 + 0.2 * n) for n in range(8)], 2.0)
    onsets = onsets_of(pcm)
    assert len(onsets) == 8 and pcm.shape == (2 * RATE_HZ, 2)
    np.testing.assert_allclose(np.diff(onsets), 0.2, atol=1e-4)


@given(st.floats(-1, 1))
def test_the_side_is_right_and_every_side_is_as_loud(pan: float) -> None:
    left, right = np.sqrt(np.mean(wave_of(tone(pan=pan)) ** 2, axis=0)).tolist()
    middle = wave_of(tone(pan=0.0))
    assert np.sign(right - left) == pytest.approx(np.sign(pan)) or abs(pan) < 1e-6
    assert left**2 + right**2 == pytest.approx(2 * np.mean(middle[:, 0] ** 2), rel=1e-3)
    assert right / (left + right) == pytest.approx(np.sin((pan + 1) * pi / 4) / _sum(pan), abs=1e-3)


def _sum(pan: float) -> float:
    return float(np.sin((pan + 1) * pi / 4) + np.cos((pan + 1) * pi / 4))


@given(tones)
def test_no_tone_clicks_or_is_louder_than_it_says(given_tone: Tone) -> None:
    pcm = wave_of(given_tone)
    assert np.abs(pcm).max() <= given_tone.gain + 1e-6
    assert np.abs(pcm[[0, -1]]).max() < 0.01 * given_tone.gain


@given(st.lists(tones, max_size=6), st.lists(st.floats(0, 2), min_size=1, max_size=6))
def test_a_track_taken_in_pieces_is_the_track_as_a_whole(played: list[Tone], cuts: list[float]) -> None:
    track = Track()
    track.add(played)
    pieces = np.concatenate([track.take(cut) for cut in sorted(cuts)])
    np.testing.assert_array_equal(pieces, pcm_of(played, max(cuts)))


def test_a_tone_that_comes_late_is_heard_from_where_it_is() -> None:
    track = Track()
    track.take(1.0)
    track.add([tone(at_s=0.9, length_s=0.3)])
    late = track.take(2.0)
    np.testing.assert_array_equal(late[:100], wave_of(tone(length_s=0.3))[round(0.1 * RATE_HZ) :][:100])
    track.add([tone(at_s=0.0, length_s=0.1)])
    assert not np.any(track.take(3.0))


def test_many_at_once_do_not_wrap_around() -> None:
    assert np.abs(pcm_of([tone()] * 20, 0.3)).max() <= 1.0
    assert pcm_of([], 0.5).shape == (RATE_HZ // 2, 2) and not np.any(pcm_of([], 0.5))


def test_a_wav_file_holds_what_was_put_in() -> None:
    pcm = wave_of(tone(pan=0.5))
    with wave.open(io.BytesIO(wav_bytes(pcm))) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (2, 2, RATE_HZ)
        read = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2) / 32767
    np.testing.assert_allclose(read, pcm, atol=1 / 32767)
    assert sqrt(float(np.mean(read**2))) > 0.05
