"""Draw a recording into a film, with the sound that belongs to it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import takewhile
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING

from arguide.cli.progress import progress_bar
from arguide.cli.replaying import paced
from arguide.cli.soundtrack import Soundtrack
from arguide.errors import RecordingError, SettingsError
from arguide.guidance.levels import veiled
from arguide.guidance.state import Aid, Level, SessionState, Step
from arguide.recording.recording_file import Recording
from arguide.settings.profile import TrackerProfile
from arguide.settings.scenario import Plan, Scenario
from arguide.sound.synthesizer import RATE_HZ

if TYPE_CHECKING:
    from arguide.scene.layouts import Arrangement

CARD_S = 4.0


@dataclass(frozen=True, kw_only=True)
class Cut:
    """What of a recording is filmed, and how."""

    out: Path
    size: tuple[int, int]
    fps: int
    start_s: float = 0.0
    end_s: float | None = None
    layout: str = "1"
    level: Level | None = None
    silent: bool = False

    def check(self) -> None:
        """Raises SettingsError for what cannot be, before anything is read."""
        if not 1 <= self.fps <= 60:
            raise SettingsError(f"--fps {self.fps}: expected 1 to 60 pictures a second")
        if self.size[0] % 2 or self.size[1] % 2:
            raise SettingsError(f"--size {self.size[0]}x{self.size[1]}: a film needs an even width and height")
        if not 0 <= self.start_s < (inf if self.end_s is None else self.end_s):
            raise SettingsError(f"--from {self.start_s:g} --to {self.end_s}: expected 0 <= from < to, in seconds")
        if self.out.exists():
            raise SettingsError(f"{self.out}: exists already and is not overwritten; give another name with -o")
        arrangement_of(self.layout)


def arrangement_of(text: str) -> "Arrangement":
    """The layout by number or by name. Raises SettingsError."""
    from arguide.scene.layouts import ARRANGEMENTS

    for number, arrangement in enumerate(ARRANGEMENTS, 1):
        if text.strip().lower().replace("-", " ") in (str(number), arrangement.name.lower()):
            return arrangement
    names = ", ".join(f"{n} {a.name.lower().replace(' ', '-')}" for n, a in enumerate(ARRANGEMENTS, 1))
    raise SettingsError(f"--layout {text!r}: expected one of {names}")


def make_film(recording: Recording, scenario: Scenario, plan: Plan, profile: TrackerProfile, cut: Cut) -> None:
    """Film a recording. Raises RecordingError when the part asked for holds nothing."""
    from arguide.scene.film import Film
    from arguide.scene.stage import Stage
    from arguide.training.report import report_of
    from arguide.training.score import card_lines

    states = tuple(_part(recording, cut))
    stage = Stage(scenario, plan, size=cut.size, smooth=True, stale_after_s=profile.stale_after_s)
    stage.choose(arrangement_of(cut.layout))
    whole_s = max(1 / cut.fps, states[-1].sample.host_time_s - states[0].sample.host_time_s)
    sound_hz = None if cut.silent else RATE_HZ
    with (
        stage,
        Film(cut.out, cut.fps, cut.size, fine=True, sound_hz=sound_hz) as film,
        progress_bar("Film") as progress,
    ):
        soundtrack = Soundtrack(film, plan, profile.stale_after_s)
        number = 0
        for number, (state, age_s) in enumerate(paced(states, lambda: 1 / cut.fps), 1):
            seen = state if cut.level is None else at_level(state, cut.level)
            stage.show(seen, age_s)
            stage.render()
            film.add(stage.picture())
            soundtrack.hear(seen, number / cut.fps, age_s)
            progress(min(1.0, number / cut.fps / whole_s), f"{number / cut.fps:.0f} of {whole_s:.0f} s")
        if states[-1].view.step is Step.DONE:
            stage.show_card(card_lines(report_of(recording, scenario, plan).score), "Score card")
            stage.render()
            for _ in range(round(CARD_S * cut.fps)):
                film.add(stage.picture())
            number += round(CARD_S * cut.fps)
        soundtrack.rest(number / cut.fps)


def at_level(state: SessionState, level: Level) -> SessionState:
    """The state as it would have been shown at another level."""
    aid = Aid(level)
    return replace(state, aid=aid, view=veiled(state.view, aid, state.needle))


def _part(recording: Recording, cut: Cut) -> Iterator[SessionState]:
    states = recording.states
    if not states:
        raise RecordingError(f"{recording.path}: holds no states, so there is nothing to film")
    begin_s, whole_s = states[0].sample.host_time_s, states[-1].sample.host_time_s - states[0].sample.host_time_s
    if cut.start_s > whole_s:
        raise RecordingError(f"{recording.path}: lasts {whole_s:.1f} s; give a --from before that")
    end_s = begin_s + (inf if cut.end_s is None else cut.end_s)
    wanted = (state for state in states if state.sample.host_time_s >= begin_s + cut.start_s)
    return takewhile(lambda state: state.sample.host_time_s <= end_s, wanted)
