"""The tracker thread: inputs take effect, silence is survived and named, a lost line ends it with the reason."""

from collections.abc import Callable

import pytest

from arguide.errors import PortError, PortTimeoutError
from arguide.guidance.live import Live
from arguide.guidance.steps import Input
from arguide.trackers.reading import Sample


class Source:
    """Gives what the list says; runs out as a lost line."""

    def __init__(self, *answers: Sample | Exception) -> None:
        self._answers = list(answers)

    def read(self) -> Sample:
        if not self._answers:
            raise PortError("the line was lost")
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


class Echo:
    """A session that only notes what it is given."""

    def __init__(self) -> None:
        self.given: list[tuple[int, tuple[Input, ...]]] = []

    def update(self, sample: Sample, inputs: tuple[Input, ...] = ()) -> str:
        self.given.append((sample.frame_number, inputs))
        return f"state {sample.frame_number}"


def samples(n: int) -> list[Sample]:
    return [Sample(k, k / 60, {}) for k in range(n)]


@pytest.fixture
def make() -> Callable[..., tuple[Live, Echo, list[object]]]:
    def build(*answers: Sample | Exception) -> tuple[Live, Echo, list[object]]:
        echo, published = Echo(), list[object]()
        live = Live(Source(*answers), echo, [lambda inputs, state: published.append((inputs, state))])  # type: ignore[arg-type]
        return live, echo, published

    return build


def test_inputs_take_effect_once_with_the_next_sample(make: Callable[..., tuple[Live, Echo, list[object]]]) -> None:
    live, echo, published = make(*samples(2))
    live.ask(Input.ADVANCE)
    live.ask(Input.REDO)
    live.step()
    live.step()
    assert echo.given == [(0, (Input.ADVANCE, Input.REDO)), (1, ())]
    assert live.newest == "state 1" and published[0] == ((Input.ADVANCE, Input.REDO), "state 0")


def test_the_thread_survives_silence_and_ends_with_a_lost_line(
    make: Callable[..., tuple[Live, Echo, list[object]]],
) -> None:
    first, second = samples(2)
    live, echo, _ = make(first, PortTimeoutError("no answer for 1 s"), second)
    live.start()
    live._thread.join(5)
    assert [frame for frame, _ in echo.given] == [0, 1]
    assert isinstance(live.error, PortError) and "lost" in str(live.error)
    live.stop()
