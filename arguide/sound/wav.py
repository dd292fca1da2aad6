"""PCM to a WAV file in memory: what every sound library reads."""

import io
import wave

import numpy as np

from arguide.sound.synthesizer import RATE_HZ, Pcm


def wav_bytes(pcm: Pcm, rate_hz: int = RATE_HZ) -> bytes:
    """A 16-bit WAV file of (n, 2) PCM."""
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setnchannels(2)
        written.setsampwidth(2)
        written.setframerate(rate_hz)
        written.writeframes((np.clip(pcm, -1, 1) * 32767).astype("<i2").tobytes())
    return file.getvalue()
