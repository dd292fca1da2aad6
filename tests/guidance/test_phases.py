"""The table of phases is complete, and the usual course of an attempt walks through it."""

import pytest

from arguide.geometry.transforms import pose_along
from arguide.guidance.deviation import DeviationFrom
from arguide.guidance.phases import NEXT, Seen, observe
from arguide.guidance.state import Phase
from arguide.settings.scenario import Plan, Tolerance

PLAN = Plan(name="down", entry=(0, 0, 0), target=(0, 60, 0))
deviation_from = DeviationFrom(PLAN, lambda pose: ())


def seen_at(y: float, x: float = 0.0) -> Seen:
    """What is seen with the tip at depth y under a flat skin at y = 0, x beside the path."""
    deviation = deviation_from(pose_along((x, y, 0), (0, 1, 0)))
    return observe(deviation, abs(complex(x, y)), y, Tolerance())


def test_every_phase_answers_every_observation_or_keeps() -> None:
    assert {(phase, seen) for phase in Phase for seen in Seen} == set(NEXT)
    assert all(NEXT[phase, Seen.BETWEEN] is phase for phase in Phase)


@pytest.mark.parametrize(
    ("y", "x", "expected"),
    [
        (-100, 0, Seen.FAR),
        (-10, 0, Seen.NEAR),
        (-25, 0, Seen.BETWEEN),
        (0, 0, Seen.BETWEEN),
        (30, 0, Seen.SHORT),
        (57.8, 0, Seen.BETWEEN),
        (59, 0, Seen.REACHED),
        (61.9, 3.9, Seen.REACHED),
        (60, 4.1, Seen.SHORT),
        (63, 0, Seen.PAST),
        (70, 30, Seen.PAST),
    ],
)
def test_what_is_seen(y: float, x: float, expected: Seen) -> None:
    assert seen_at(y, x) is expected


def test_a_whole_attempt() -> None:
    phase, course = Phase.SEARCHING, [Phase.SEARCHING]
    for y in [-80, -40, -10, -2, 0, 3, 20, 50, 59, 60, 61, 64, 60, 30, 2, -0.5, -5, -60, 10]:
        phase = NEXT[phase, seen_at(y)]
        if phase is not course[-1]:
            course.append(phase)
    assert course == [
        Phase.SEARCHING,
        Phase.ALIGNING,
        Phase.INSERTING,
        Phase.AT_TARGET,
        Phase.BEYOND,
        Phase.AT_TARGET,
        Phase.INSERTING,
        Phase.WITHDRAWN,
        Phase.INSERTING,
    ]


def test_noise_at_a_boundary_does_not_flicker() -> None:
    phases = set()
    phase = Phase.INSERTING
    for y in [58.2, 57.9, 58.1, 57.8, 58.0, 57.7]:
        phase = NEXT[phase, seen_at(y)]
        phases.add(phase)
    assert phases == {Phase.AT_TARGET}
