"""Three ways of showing a session: in a window, as pictures in real time, as pictures on a simulated clock."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from arguide.cli.clocks import FrameClock
from arguide.cli.gallery import Gallery
from arguide.cli.soundtrack import Soundtrack
from arguide.errors import TrackerError
from arguide.guidance.levels import INPUT_FOR, following
from arguide.guidance.live import Live
from arguide.guidance.state import SessionState, Step
from arguide.guidance.steps import Input

if TYPE_CHECKING:
    from arguide.scene.film import Film
    from arguide.scene.stage import Stage

FILM_HZ = 12
# A simulated trainee is done in a minute; this is only so that a mistake cannot run for ever.
LONGEST_S = 900.0
# A tracker that was started and gives nothing for so long will not begin by itself.
FIRST_SAMPLE_S = 15.0
KEYS = {
    "space": Input.ADVANCE,
    "enter": Input.ADVANCE,
    "r": Input.REDO,
    "x": Input.EXCLUDE,
    "l": Input.GLANCE,
}
LEVEL = "g"
LEAVE = ("q", "escape")
STILL = "s"


def in_window(
    live: Live, stage: "Stage", still: Callable[[], None], other: Callable[[str], None] = lambda key: None
) -> bool:
    """Draw live until the attempt is done (True) or the user leaves (False). Raises what ended the tracker's thread.

    `other` is told of every key.
    """
    live.start()
    try:
        opened = time.monotonic()
        while not stage.closed:
            for key in stage.keys():  # noqa: SIM118 - not a dictionary
                if key in LEAVE:
                    return False
                if key in KEYS:
                    live.ask(KEYS[key])
                if key == LEVEL and live.newest is not None:
                    live.ask(INPUT_FOR[following(live.newest.aid.level)])
                if key == STILL:
                    still()
                other(key)
            state = _newest(live, time.monotonic() - opened)
            if state is not None:
                stage.show(state, time.monotonic() - state.sample.host_time_s, live.trouble)
                if state.view.step is Step.DONE:
                    return True
            stage.render()
            stage.rest()
        return False
    finally:
        live.stop()


def until_left(stage: "Stage", still: Callable[[], None]) -> None:
    """Keep what is on screen until the user leaves."""
    while not stage.closed:
        keys = stage.keys()
        if any(key in LEAVE for key in keys):
            return
        if STILL in keys:
            still()
        stage.render()
        stage.rest()


class Studio:
    """Off-screen drawing into a gallery and a film."""

    def __init__(
        self,
        stage: "Stage",
        gallery: Gallery,
        film: "Film",
        soundtrack: Soundtrack,
        progress: Callable[[float, str], None],
    ) -> None:
        self._stage, self._gallery, self._progress = stage, gallery, progress
        self._film, self._soundtrack = film, soundtrack
        self._filmed = 0

    def in_real_time(self, live: Live) -> None:
        """Draw until the session is done."""
        live.start()
        began = time.monotonic()
        try:
            while (elapsed := time.monotonic() - began) < LONGEST_S:
                state = _newest(live, elapsed)
                if state is not None:
                    # Where drawing is too slow for the film, pictures are repeated so that it keeps its time.
                    late = max(1, int(elapsed * FILM_HZ) - self._filmed)
                    self._draw(state, time.monotonic() - state.sample.host_time_s, live.trouble, late)
                    if state.view.step is Step.DONE:
                        return
                time.sleep(max(0.0, began + (self._filmed + 1) / FILM_HZ - time.monotonic()))
        finally:
            live.stop()
        raise TrackerError(f"the session was not finished within {LONGEST_S:g} s: finish it by the tool's button")

    def on_simulated_clock(
        self, live: Live, clock: FrameClock, rate_hz: float, poll: Callable[[], None] | None = None
    ) -> None:
        """Step through the session as fast as the machine allows; `poll` fetches a camera's picture for each frame."""
        every = max(1, round(rate_hz / FILM_HZ))
        for frame in range(round(LONGEST_S * rate_hz)):
            clock.tick()
            state = live.step()
            if frame == 0 and poll:
                poll()  # a camera's time begins with the first question
            if frame % every == 0:
                if poll:
                    poll()
                self._draw(state, 0.0)
            if state.view.step is Step.DONE:
                return
        raise TrackerError(f"the simulated trainee did not finish within {LONGEST_S:g} simulated seconds")

    def _draw(self, state: SessionState, age_s: float, trouble: str = "", times: int = 1) -> None:
        self._stage.show(state, age_s, trouble)
        self._stage.render()
        picture = self._stage.picture()
        self._gallery.look(state)
        for _ in range(times):
            self._film.add(picture)
        self._filmed += times
        self._soundtrack.hear(state, self._filmed / FILM_HZ, age_s)
        self._progress(_done(state), state.view.step.value)

    def keep(self, moment: str, seconds: float) -> None:
        """Draw what is on stage now, keep it as a picture, and let the film rest on it."""
        self._stage.render()
        picture = self._stage.picture()
        self._gallery.keep(moment)
        for _ in range(round(seconds * FILM_HZ)):
            self._film.add(picture)
        self._filmed += round(seconds * FILM_HZ)
        self._soundtrack.rest(self._filmed / FILM_HZ)


def _newest(live: Live, elapsed_s: float) -> SessionState | None:
    """The newest state, if there is one yet. Raises what ended the thread, or when no sample ever comes."""
    if live.error is not None:
        raise live.error
    if live.newest is None and elapsed_s > FIRST_SAMPLE_S:
        why = live.trouble or "it answers, but measures nothing"
        raise TrackerError(f"no sample from the tracker within {FIRST_SAMPLE_S:g} s: {why}")
    return live.newest


def _done(state: SessionState) -> float:
    """Rough share of the session that is over, for the progress bar."""
    steps = list(Step)
    return (steps.index(state.view.step) + state.view.progress) / len(steps)
