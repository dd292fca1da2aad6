"""Inserting: find the entry, align, advance, notice the mistake, correct it, reach the target, withdraw.

Everything happens along one line through the point where the needle passes the skin: `depth` is how far the tip is
beyond it, `tilt` how far the line is turned from the plan (radians, about the skin point).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from arguide.geometry.transforms import Array, translation
from arguide_sim.hands.motion import Track, aim, swung
from arguide_sim.hands.tremor import SmoothNoise

HOVER_MM = 55.0
ADVANCE_MM_S = 4.0
WITHDRAW_MM_S = 28.0
RAMP_S = 0.6


@dataclass(frozen=True, kw_only=True)
class Skill:
    """How well this insertion goes. Angles in radians, lengths in mm."""

    entry_off_mm: float = 1.0
    first_tilt_rad: float = 0.23
    """How far the shaft leans when the tip is set on the skin."""
    wrong_tilt_rad: float = 0.07
    """The mistake with which the needle is advanced at first (4°)."""
    notices_at: float = 0.55
    """Share of the depth at which the trainee sees it."""
    back_mm: float = 15.0
    target_off_mm: float = 0.7


class Insert:
    """One insertion along the plan from `entry` to `target` (image frame, mm), markers towards `face`."""

    def __init__(self, entry: Array, target: Array, face: Array, seed: int = 0, skill: Skill | None = None) -> None:
        skill = skill or Skill()
        random = np.random.default_rng(seed)
        length = float(np.linalg.norm(target - entry))
        off = skill.entry_off_mm * _any_direction(random)
        self._plan = aim(entry, target - entry, face)
        self._skin = self._plan @ translation([*off, 0.0])
        self._wander = SmoothNoise(seed + 1, 4, 0.15, 0.5)
        last_tilt, last_depth = _line_to(
            skill.target_off_mm * _any_direction(random) - off, length + random.uniform(-0.4, 0.4)
        )
        wrong = skill.wrong_tilt_rad * _any_direction(random)
        lean = wrong + skill.first_tilt_rad * _any_direction(random)
        self._track = Track(-HOVER_MM, *lean)
        self.stages: list[tuple[float, float, str]] = []
        """Start, end and name of every stage, in order."""
        self._write_stages(skill, length, last_depth, (lean, wrong, last_tilt))
        self.duration_s = self._track.duration_s

    def _write_stages(self, skill: Skill, length: float, last_depth: float, tilts: tuple[Array, Array, Array]) -> None:
        """Write the track of (depth, tilt x, tilt y), stage by stage."""
        lean, wrong, right = tilts
        noticed = skill.notices_at * length
        back = max(noticed - skill.back_mm, 0.15 * length)
        out = -0.6 * HOVER_MM
        track = self._track
        with self._stage("search the entry"):
            track.reach(0.0, *lean, duration_s=2.3)
        with self._stage("align"):
            track.hold(0.3)
            track.reach(0.0, *wrong, duration_s=1.6)
            track.hold(0.3)
        with self._stage("insert, off the path"):
            track.push(noticed, *wrong, duration_s=noticed / ADVANCE_MM_S + RAMP_S, ramp_s=RAMP_S)
        with self._stage("notice the error"):
            track.hold(0.5)
        with self._stage("withdraw a little"):
            track.reach(back, *wrong, duration_s=1.875 * (noticed - back) / 14.0 + 0.1)
        with self._stage("correct the angle"):
            track.reach(back, *right, duration_s=1.1)
        with self._stage("advance to the target"):
            track.push(last_depth, *right, duration_s=(last_depth - back) / ADVANCE_MM_S + RAMP_S, ramp_s=RAMP_S)
        with self._stage("hold at the target"):
            track.hold(1.5)
        with self._stage("withdraw"):
            track.push(out, *right, duration_s=(last_depth - out) / WITHDRAW_MM_S + 0.5, ramp_s=0.5)

    @contextmanager
    def _stage(self, what: str) -> Iterator[None]:
        start = self._track.duration_s
        yield
        self.stages.append((start, self._track.duration_s, what))

    def stage(self, what: str) -> tuple[float, float]:
        """When a stage begins and ends."""
        start, end, _ = next(mark for mark in self.stages if mark[2] == what)
        return start, end

    def at(self, time_s: float) -> Array:
        time_s = min(max(time_s, 0.0), self.duration_s)
        depth, *tilt = self._track.at(time_s)
        # A hand over the skin wanders; once the tip rests on the skin it does not.
        loose = min(max(-depth / HOVER_MM, 0.0), 1.0)
        wander = loose * self._wander.at(time_s)
        return (
            self._skin
            @ translation([*(5.0 * wander[:2]), 0.0])
            @ swung(tilt + 0.05 * wander[2:])
            @ translation([0.0, 0.0, depth])
        )


def _any_direction(random: np.random.Generator) -> Array:
    angle = random.uniform(0, 2 * np.pi)
    return np.array([np.cos(angle), np.sin(angle)])


def _line_to(sideways: Array, forward: float) -> tuple[Array, float]:
    """The tilt and depth that bring the tip to a point `sideways` (2,) and `forward` of the skin point, mm."""
    aside = float(np.linalg.norm(sideways))
    tilt: Array = np.arctan2(aside, forward) * sideways / max(aside, 1e-12)
    return tilt, float(np.hypot(aside, forward))
