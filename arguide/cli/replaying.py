"""Play recorded states in the scene: in a window at any speed, or as pictures and a film."""

import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from arguide.cli.finishing import print_card, print_results
from arguide.cli.gallery import Gallery
from arguide.cli.hearing import heed, player_for
from arguide.cli.job import new_folder, window_possible
from arguide.cli.progress import progress_bar
from arguide.cli.showing import FILM_HZ, LEAVE, STILL, until_left
from arguide.cli.soundtrack import Soundtrack
from arguide.errors import RecordingError
from arguide.guidance.state import SessionState
from arguide.recording.recording_file import Recording
from arguide.settings.profile import TrackerProfile
from arguide.settings.scenario import Plan, Scenario
from arguide.sound.synthesizer import RATE_HZ

if TYPE_CHECKING:
    from arguide.scene.stage import Stage
    from arguide.sound.player import Player

PAUSE = "space"


def replay(
    recording: Recording,
    scenario: Scenario,
    plan: Plan,
    profile: TrackerProfile,
    *,
    size: tuple[int, int],
    headless: bool,
    out: Path | None,
    speed: float,
) -> int:
    """Show a recording; returns the exit status."""
    from arguide.scene.stage import Stage
    from arguide.training.report import report_of
    from arguide.training.score import card_lines

    if not 0.05 <= speed <= 100:
        raise RecordingError(f"--speed {speed:g}: expected 0.05 to 100 times real time")
    if not recording.states:
        raise RecordingError(f"{recording.path}: holds no states, so there is nothing to show")
    window = window_possible() and not headless
    stage = Stage(scenario, plan, size=size, window=window, stale_after_s=profile.stale_after_s)
    try:
        score = report_of(recording, scenario, plan).score
        if window:
            still = partial(_still, stage, recording.path)
            with player_for(plan, profile.stale_after_s) as player:
                ended = _in_window(recording.states, stage, speed, profile.stale_after_s, still, player)
            if ended:
                stage.show_card(card_lines(score), "Score card")
                until_left(stage, still)
        else:
            folder = new_folder(out)
            _as_film(recording.states, stage, folder, size, speed, plan, profile.stale_after_s)
            print_results(folder)
        print_card(score)
    finally:
        stage.close()
    return 0


def paced(states: tuple[SessionState, ...], step_s: Callable[[], float]) -> Iterator[tuple[SessionState, float]]:
    """The newest state and its age after every `step_s()` of recorded time, so that gaps in the recording show as such."""
    now_s = states[0].sample.host_time_s
    index = 0
    while True:
        while index + 1 < len(states) and states[index + 1].sample.host_time_s <= now_s:
            index += 1
        yield states[index], max(0.0, now_s - states[index].sample.host_time_s)
        if index + 1 == len(states):
            return
        now_s += step_s()


def _still(stage: "Stage", recording: Path) -> None:
    """Keep a still beside the recording."""
    from arguide.scene.film import write_picture

    names = (recording.with_name(f"{recording.stem}-still-{number:02}.png") for number in count(1))
    write_picture(next(name for name in names if not name.exists()), stage.portrait())


def _in_window(
    states: tuple[SessionState, ...],
    stage: "Stage",
    speed: float,
    stale_after_s: float,
    still: Callable[[], None],
    player: "Player | None",
) -> bool:
    """Show until the end (True) or until the user leaves (False); the space bar pauses, S keeps a still."""
    heard: tuple[SessionState | None, float] = (None, 0.0)
    if player is not None:
        player.start(lambda: heard)
    paused, asked_s = False, time.monotonic()

    def step_s() -> float:
        """What has passed since the last frame, however long that took."""
        nonlocal asked_s
        before_s, asked_s = asked_s, time.monotonic()
        return 0.0 if paused else speed * (asked_s - before_s)

    for state, age_s in paced(states, step_s):
        keys = stage.keys()
        if stage.closed or any(key in LEAVE for key in keys):
            return False
        paused ^= PAUSE in keys
        for key in keys:
            heed(player, key)
        if STILL in keys:
            still()
        # A pose between two samples is as old as the sample gap; only a real gap in the recording is stale.
        shown_age_s = age_s if age_s > stale_after_s else 0.0
        stage.show(state, shown_age_s)
        heard = (None if paused else state, shown_age_s)
        stage.render()
        stage.rest()
    return True


def _as_film(
    states: tuple[SessionState, ...],
    stage: "Stage",
    folder: Path,
    size: tuple[int, int],
    speed: float,
    plan: Plan,
    stale_after_s: float,
) -> None:
    from arguide.scene.film import Film, write_picture

    gallery = Gallery(folder / "pictures", stage.portrait, write_picture)
    begin, end = states[0].sample.host_time_s, states[-1].sample.host_time_s
    with Film(folder / "film.mp4", FILM_HZ, size, sound_hz=RATE_HZ) as film, progress_bar("Replay") as progress:
        soundtrack = Soundtrack(film, plan, stale_after_s)
        for number, (state, age_s) in enumerate(paced(states, lambda: speed / FILM_HZ), 1):
            stage.show(state, age_s)
            stage.render()
            picture = stage.picture()
            gallery.look(state)
            film.add(picture)
            soundtrack.hear(state, number / FILM_HZ, age_s)
            progress((state.sample.host_time_s - begin) / max(1e-9, end - begin), state.view.step.value)
    gallery.close()
