"""The sound of a film."""

from typing import TYPE_CHECKING

from arguide.guidance.state import SessionState
from arguide.settings.scenario import Plan
from arguide.sound.composer import Composer
from arguide.sound.synthesizer import Track

if TYPE_CHECKING:
    from arguide.scene.film import Film


class Soundtrack:
    """The sound of what is filmed, added to the film as its pictures are."""

    def __init__(self, film: "Film", plan: Plan, stale_after_s: float) -> None:
        self._film = film
        self._composer, self._track = Composer(plan, stale_after_s), Track()

    def hear(self, state: SessionState, now_s: float, age_s: float) -> None:
        """What is heard until now, in seconds of the film."""
        self._track.add(self._composer.take(state, now_s, age_s))
        self.rest(now_s)

    def rest(self, until_s: float) -> None:
        """Nothing new until then."""
        self._film.add_sound(self._track.take(until_s))
