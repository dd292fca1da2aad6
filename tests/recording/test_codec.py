"""Values through JSON and back: equal bit for bit, and strict JSON in between."""

import json
import math
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arguide.errors import RecordingError
from arguide.geometry.transforms import Array
from arguide.guidance.state import Deviation, SessionState
from arguide.recording.codec import codec_of, dumps, loads
from arguide.recording.records import Direction, Event, Packet
from arguide.recording.state_codec import StateDecoder, StateEncoder
from arguide.settings.scenario import Vec3
from arguide.trackers.reading import Sample
from tests.recording.made_states import any_float, deviations, sample, samples, state, states


def through(kind, value):
    codec = codec_of(kind)
    return codec.decode(loads(dumps(codec.encode(value))))


def bits(value: float) -> bytes:
    """All NaNs are one; every other number has its own bits, -0.0 too."""
    return b"NaN" if math.isnan(value) else struct.pack("<d", value)


def same(first, second) -> bool:
    """Equal types and equal bits, written without the codec's help."""
    if isinstance(first, np.ndarray):
        return first.shape == second.shape and first.dtype == second.dtype and all(map(same, first.flat, second.flat))
    if isinstance(first, float):
        return isinstance(second, float) and bits(first) == bits(second)
    if type(first) is not type(second):
        return False
    if hasattr(first, "__dataclass_fields__"):
        return all(same(getattr(first, name), getattr(second, name)) for name in first.__dataclass_fields__)
    if isinstance(first, dict):
        return list(first) == list(second) and all(same(first[key], second[key]) for key in first)
    if isinstance(first, tuple):
        return len(first) == len(second) and all(map(same, first, second))
    return first == second


@given(samples)
def test_samples_come_back_bit_for_bit(value):
    assert same(through(Sample, value), value)


@given(states)
def test_states_come_back_bit_for_bit(value):
    assert same(through(SessionState, value), value)


@given(deviations)
def test_deviations_come_back_bit_for_bit(value):
    assert same(through(Deviation, value), value)


@given(st.lists(states, max_size=5))
def test_states_with_shared_samples_and_growing_directions_come_back(values):
    encoder, decoder = StateEncoder(), StateDecoder([value.sample for value in values])
    for number, value in enumerate(values):
        assert same(decoder.decode(loads(dumps(encoder.encode(value, number)))), value)


def test_growing_directions_are_written_once():
    encoder = StateEncoder()
    trees = [encoder.encode(state(number), 0) for number in range(10, 20)]
    assert [tree["directions_kept"] for tree in trees] == [0, *range(10, 19)]
    assert all(len(tree["directions_new"]) == 1 for tree in trees[1:])


@given(any_float)
def test_numbers_are_strict_json(value):
    text = dumps(codec_of(float).encode(value))
    json.loads(text, parse_constant=pytest.fail)
    assert bits(through(float, value)) == bits(value)


@given(st.binary())
def test_bytes_come_back(value):
    packet = Packet(Direction.RECEIVED, value, 1.0)
    assert through(Packet, packet).data == value


def test_an_array_is_sixteen_numbers_row_by_row():
    matrix = np.arange(16.0).reshape(4, 4)
    assert codec_of(Array).encode(matrix) == list(range(16))


def test_none_is_left_out_and_a_missing_field_takes_its_default():
    tree = codec_of(Sample).encode(sample(9))
    assert "tracker_from_tool" not in tree["readings"][1]["value"]
    del tree["alerts"]
    assert codec_of(Sample).decode(tree).alerts == ()


@pytest.mark.parametrize(
    ("kind", "tree", "named"),
    [
        (Deviation, [], "Deviation"),
        (Deviation, {"depth_mm": 1.0}, "lateral_mm"),
        (Sample, {"frame_number": True, "host_time_s": 0, "readings": []}, "frame_number"),
        (Sample, {"frame_number": 1, "host_time_s": "soon", "readings": []}, "host_time_s"),
        (Sample, {"frame_number": 1, "host_time_s": 0, "readings": [{"key": "a"}]}, "readings"),
        (Vec3, {"x": 1, "y": 2}, "x, y and z"),
        (Event, {"kind": "party", "host_time_s": 0}, "kind"),
        (Packet, {"direction": "sent", "data": "not base64!", "host_time_s": 0}, "data"),
    ],
)
def test_wrong_trees_are_named(kind, tree, named):
    with pytest.raises(RecordingError, match=named):
        codec_of(kind).decode(tree)


@pytest.mark.parametrize("data", [b"", b"{", b"NaN", b"\xff", b"[" * 100_000, b"1" * 10_000])
def test_what_is_no_json_is_named(data):
    with pytest.raises(RecordingError):
        loads(data)


def test_schemas_nest_no_lists_and_give_every_field_one_type():
    def check(schema, inside_list):
        assert isinstance(schema["type"], str)
        assert not (inside_list and schema["type"] == "array")
        for part in schema.get("properties", {}).values():
            check(part, False)
        if "items" in schema:
            check(schema["items"], True)

    for kind in (Sample, SessionState, Packet, Event):
        check(codec_of(kind).schema, False)
