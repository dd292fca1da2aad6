"""Differences are found to the last bit and named."""

from dataclasses import replace
from math import nextafter
from typing import Any

from arguide.guidance.state import Alert, Phase, RiskState
from arguide.recording.compare import compare_states
from arguide.recording.state_codec import STATE_SCHEMA
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


def test_what_an_older_arguide_did_not_know_is_not_compared():
    needle = STATE_SCHEMA["properties"]["needle"]
    old = {**STATE_SCHEMA, "properties": {**STATE_SCHEMA["properties"], "needle": without(needle, "risks")}}
    risk = RiskState(Alert.CLEAR, 0.5, 1.0, 0.2, 7.0, 5.0)
    warned = replace(state(0), needle=replace(state(0).needle, risks=(risk,)))
    assert compare_states([state(0)], [warned], schema=old) == []
    assert len(compare_states([state(0)], [warned])) == 2
    other = replace(warned, needle=replace(warned.needle, phase=Phase.BEYOND))
    assert len(compare_states([state(0)], [other], schema=old)) == 2


def test_a_schema_that_is_nonsense_hides_everything_it_does_not_know_and_breaks_nothing():
    assert len(compare_states([state(0)], [replace(state(0), stylus_directions=((9, 9, 9),))], schema=[])) == 2


def without(schema: dict[str, Any], name: str) -> dict[str, Any]:
    return {**schema, "properties": {key: part for key, part in schema["properties"].items() if key != name}}
