"""How everything sounds, in one place: the table that the composer reads.

Leading tones work like a parking sensor: the nearer the goal, the faster they come; the better the angle, the higher they
are; and the goal is heard on the side on which it lies. Warnings differ from them, and from each other, by rhythm, pitch
and timbre at once, so that no one of these has to be told exactly.
"""

from dataclasses import dataclass
from enum import StrEnum
from math import radians


class Cue(StrEnum):
    """What is heard now: one thing at a time. Later ones in this list silence earlier ones."""

    SILENCE = "silence"
    LEAD = "lead"
    ON_TARGET = "on target"
    BEYOND = "beyond the target"
    AHEAD = "margin ahead"
    DOUBTFUL = "margin perhaps entered"
    TOO_CLOSE = "margin entered"
    INSIDE = "inside a risk structure"
    LOST = "tracking lost"

    @property
    def rank(self) -> int:
        """Greater silences less."""
        return list(Cue).index(self)


@dataclass(frozen=True)
class Note:
    """One note of a motif."""

    at_s: float
    """After the motif's beginning."""
    pitch_hz: float
    length_s: float


@dataclass(frozen=True)
class Motif:
    """What a cue plays, again and again while it holds."""

    notes: tuple[Note, ...]
    every_s: float
    gain: float
    """0..1, of full scale."""
    partials: tuple[float, ...]
    """Strength of the fundamental and of each harmonic above it; they are scaled to a sum of 1."""

    @property
    def character(self) -> str:
        """Its timbre in a word."""
        return {SOFT: "soft", WOOD: "hollow", HARSH: "harsh"}.get(self.partials, "pure")


PURE = (1.0,)
SOFT = (1.0, 0.25, 0.08)
WOOD = (1.0, 0.0, 0.5, 0.0, 0.15)
HARSH = (1.0, 0.7, 0.6, 0.5, 0.4, 0.3)

MOTIFS = {
    Cue.ON_TARGET: Motif((Note(0, 1047, 0.12), Note(0.11, 1319, 0.12), Note(0.22, 1568, 0.30)), 2.0, 0.30, SOFT),
    Cue.BEYOND: Motif((Note(0, 784, 0.14), Note(0.16, 523, 0.24)), 0.8, 0.40, SOFT),
    Cue.AHEAD: Motif((Note(0, 622, 0.07),), 0.45, 0.45, WOOD),
    Cue.DOUBTFUL: Motif((Note(0, 740, 0.07), Note(0.12, 740, 0.07)), 0.7, 0.45, WOOD),
    Cue.TOO_CLOSE: Motif(tuple(Note(0.12 * n, 1480, 0.08) for n in range(3)), 0.6, 0.40, HARSH),
    Cue.INSIDE: Motif((Note(0, 1760, 0.15), Note(0.15, 1175, 0.15)), 0.3, 0.50, HARSH),
    Cue.LOST: Motif((Note(0, 392, 0.18), Note(0.2, 311, 0.18), Note(0.4, 233, 0.35)), 2.5, 0.45, SOFT),
}

LEAD_GAIN = 0.30
LEAD_PARTIALS = SOFT
LEAD_LENGTH_S = 0.07
NEAR_MM, FAR_MM = 2.0, 80.0
"""Distances between which the tempo changes …"""
NEAR_S, FAR_S = 0.11, 0.90
"""… from so long to so long between two tones."""
SILENT_MM = 150.0
"""Farther from the entry than this, the needle is not being used."""
TRUE_HZ = 880.0
"""Pitch of a shaft along the path …"""
OCTAVES = 2.0
"""… which falls so far …"""
WRONG_RAD = radians(30)
"""… until the angle is this large."""
ASIDE_MM = 8.0
"""Sideways distance at which the goal is heard on one side alone."""

LOST_S = 0.25
"""A marker that is covered for a blink is not worth a sound."""
