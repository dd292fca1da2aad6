"""Differences are found to the last bit and named."""

from dataclasses import replace
from math import nextafter

from arguide.recording.compare import compare_states
from tests.recording.made_states import state


def changed(number: int, **fields: float):
    value = state(number)
    return replace(value, needle=replace(value.needle, deviation=replace(value.needle.deviation, **fields)))


def test_equal_states_have_no_differences():
    assert compare_states(map(state, range(5)), map(state, range(5))) == []


def test_one_last_bit_is_found():
    new = changed(1, lateral_mm=nextafter(1.5, 2))
    first, last = compare_states([state(0), state(1)], [state(0), new])
    assert "state 1 (frame 1001)" in first
    assert "needle.deviation.lateral_mm: recorded 1.5, recomputed 1.5000000000000002" in first
    assert last == "1 of 2 states differ"


def test_minus_zero_is_not_zero():
    assert len(compare_states([changed(0, in_plane_mm=0.0)], [changed(0, in_plane_mm=-0.0)])) == 2


def test_nan_equals_nan():
    assert compare_states([changed(0, depth_mm=float("nan"))], [changed(0, depth_mm=-float("nan"))]) == []


def test_lengths_differ():
    assert compare_states(map(state, range(3)), map(state, range(2))) == [
        "state 2: only the recording goes on from here"
    ]
    assert "recomputation goes on" in compare_states([], [state(0)])[0]


def test_lines_are_limited():
    old, new = map(state, range(100)), (changed(n, depth_mm=1e6) for n in range(100))
    lines = compare_states(old, new, limit=3)
    assert len(lines) == 4
    assert lines[-1] == "100 of 100 states differ"
