"""Records of single sensors become device frames."""

from hypothesis import given
from hypothesis import strategies as st

from arguide.trackers.rounds import Record, Rounds, can_be, unit


def record(station: int) -> Record:
    return Record(station, (0.0, 0.0, 0.0), (1.0, 0.0, 0.0, 0.0))


def turns(stations: list[int], expected: tuple[int, ...] = (1, 2, 4)) -> list[tuple[list[int], bool]]:
    rounds = Rounds(expected)
    ended = [one for station in stations for one in rounds.add(record(station))] + rounds.flush()
    return [(list(one.records), one.complete) for one in ended]


def test_a_turn_ends_with_its_last_station() -> None:
    assert turns([1, 2, 4, 1, 2, 4]) == [([1, 2, 4], True)] * 2


def test_a_missing_station_shows_at_the_next_turn() -> None:
    assert turns([1, 4, 1, 2, 4]) == [([1, 4], False), ([1, 2, 4], True)]


def test_joining_in_the_middle_never_mixes_two_turns() -> None:
    assert turns([2, 4, 1, 2, 4]) == [([2, 4], False), ([1, 2, 4], True)]


def test_strangers_are_not_heard() -> None:
    assert turns([1, 3, 2, 9, 4]) == [([1, 2, 4], True)]


def test_a_single_station() -> None:
    assert turns([7, 7], (7,)) == [([7], True)] * 2


@given(st.lists(st.integers(1, 5), max_size=60))
def test_whatever_comes_is_told_once_in_order(stations: list[int]) -> None:
    told = [station for turn, _ in turns(stations) for station in turn]
    assert told == [station for station in stations if station in (1, 2, 4)]
    assert all(turn == sorted(set(turn)) for turn, _ in turns(stations))


def test_what_can_be() -> None:
    assert can_be((9999, 0, -9999)) and not can_be((10001, 0, 0)) and not can_be((float("nan"), 0, 0))
    assert unit((1.0005, 0, 0, 0), 1e-3) == (1, 0, 0, 0)
    assert unit((1.002, 0, 0, 0), 1e-3) is None
