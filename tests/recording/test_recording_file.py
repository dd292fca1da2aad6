"""What is written is read; what is cut, damaged or foreign is named."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mcap.reader import make_reader
from mcap.writer import Writer

from arguide.errors import RecordingError
from arguide.geometry.transforms import translation
from arguide.recording import mcap_records, recording_file
from arguide.recording.compare import compare_states
from arguide.recording.file_writer import FileWriter
from arguide.recording.mcap_layout import TOPICS
from arguide.recording.mcap_records import MAGIC
from arguide.recording.recording_file import read_recording
from arguide.recording.records import Direction, Event, EventKind, Packet, PivotResult, RegistrationResult
from tests.recording.made_states import header, sample, state, states

PIVOT = Event(EventKind.PIVOT, 101.0, "done", pivot=PivotResult("stylus", (0.0, 0.0, -160.0), 0.2, 0.9, 300))
REGISTRATION = Event(
    EventKind.REGISTRATION,
    102.0,
    registration=RegistrationResult(translation([1, 2, 3]), 0.5, {"F2": 0.4, "F1": 0.6}),
)


def write(path: Path, count: int = 40, per_chunk: int = 10) -> Path:
    file = FileWriter(path, header())
    file.packet(Packet(Direction.SENT, b"BX 0001\r", 100.0))
    file.event(PIVOT)
    file.event(REGISTRATION)
    for number in range(count):
        value = state(number)
        if number % 20 == 5:
            file.input("advance", value.sample)
        file.state(value)
        if number % per_chunk == per_chunk - 1:
            file.flush()
    file.finish()
    return path


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return write(tmp_path_factory.mktemp("recording") / "whole.mcap")


def test_everything_comes_back(whole):
    recording = read_recording(whole)
    assert recording.header == header()
    assert recording.ends_early == ""
    assert list(recording.counts.values()) == [1, 40, 2, 40, 2]
    assert recording.packets == (Packet(Direction.SENT, b"BX 0001\r", 100.0),)
    assert compare_states(recording.states, map(state, range(40))) == []
    assert all(s.sample is recording.samples[n] for n, s in enumerate(recording.states))
    assert recording.events[0] == PIVOT
    assert recording.events[1].registration.residuals_mm == {"F2": 0.4, "F1": 0.6}
    assert [(i.text, i.sample) for i in recording.inputs] == [("advance", 5), ("advance", 25)]


def test_steps_pair_states_with_their_inputs(whole):
    steps = list(read_recording(whole).steps())
    assert [number for number, (inputs, _) in enumerate(steps) if inputs == ("advance",)] == [5, 25]
    assert compare_states((s for _, s in steps), map(state, range(40))) == []


@settings(max_examples=25, deadline=None)
@given(st.lists(states, max_size=4))
def test_any_states_come_back(tmp_path_factory, values):
    path = tmp_path_factory.mktemp("any") / "r.mcap"
    file = FileWriter(path, header())
    for value in values:
        file.state(value)
    file.finish()
    assert compare_states(read_recording(path).states, values) == []


def test_another_reader_opens_it(whole):
    """The MCAP project's own indexed reader: summary, schemas, times."""
    with open(whole, "rb") as stream:
        reader = make_reader(stream, validate_crcs=True)
        summary = reader.get_summary()
        assert {channel.topic for channel in summary.channels.values()} == set(TOPICS)
        assert all(schema.encoding == "jsonschema" for schema in summary.schemas.values())
        times = [(m.log_time, m.publish_time) for _, c, m in reader.iter_messages(topics=["/samples"])]
    wall = header().wall_start_ns
    assert [round((log - wall) / 1e9 * 60) for log, _ in times] == list(range(40))
    assert max(abs(log - publish) for log, publish in times) < 1000


def test_publish_time_survives_a_device_reset(tmp_path):
    file = FileWriter(tmp_path / "r.mcap", header())
    for value in (sample(60), sample(0), sample(1)):
        file.sample(value)
    file.finish()
    with open(tmp_path / "r.mcap", "rb") as stream:
        first, second, third = (m.publish_time for _, _, m in make_reader(stream).iter_messages(log_time_order=False))
    assert second == header().wall_start_ns
    assert first - second == pytest.approx(1e9)
    assert third - second == pytest.approx(1e9 / 60)


def test_cut_at_any_byte(whole, tmp_path):
    """Every position near a record's edge and many between; never an error once the header is whole."""
    data = whole.read_bytes()
    path = tmp_path / "cut.mcap"
    before = -1
    reads = 0
    for end in sorted({*range(0, len(data), 23), *range(len(data) - 200, len(data))}):
        path.write_bytes(data[:end])
        try:
            recording = read_recording(path)
        except RecordingError as error:
            assert before == -1, f"cut at {end}: {error}"
            continue
        count = recording.counts["/samples"]
        assert "ends early" in recording.ends_early
        assert f"{count} samples" in recording.ends_early
        assert count >= before
        if count != before:
            assert count % 10 == 0
            assert compare_states(recording.states, map(state, range(count))) == []
        before = count
        reads += 1
    assert before == 40
    assert reads > 100


def test_a_flipped_bit_ends_the_recording_there(whole, tmp_path):
    data = bytearray(whole.read_bytes())
    data[len(data) // 5] ^= 0x10  # among the messages: what comes after them is the index
    path = tmp_path / "flipped.mcap"
    path.write_bytes(data)
    recording = read_recording(path)
    assert "ends early" in recording.ends_early
    assert 0 <= len(recording.states) < 40
    assert compare_states(recording.states, map(state, range(len(recording.states)))) == []


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_random_damage_never_crashes(whole, tmp_path_factory, data):
    content = bytearray(whole.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.mktemp("damaged") / "r.mcap"
    path.write_bytes(content)
    try:
        recording = read_recording(path)
        assert len(recording.samples) <= 40
        assert len(recording.states) <= 40
    except RecordingError as error:
        assert "\n" not in str(error)


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (b"", "not a recording"),
        (b"ISO-10303-21;", "not a recording"),
        (MAGIC, "cut short|not one recorded by arguide"),
        (MAGIC + b"\x06" + (2**62).to_bytes(8, "little"), "not one recorded"),
    ],
)
def test_what_is_no_recording_is_named(tmp_path, content, named):
    path = tmp_path / "r.mcap"
    path.write_bytes(content)
    with pytest.raises(RecordingError, match=named):
        read_recording(path)


def test_missing_foreign_and_newer_files_are_named(tmp_path):
    with pytest.raises(RecordingError, match="cannot be read"):
        read_recording(tmp_path / "none.mcap")
    for metadata, named in (({}, "not one recorded by arguide"), ({"arguide": {"format": "99"}}, "format 99")):
        path = tmp_path / f"{len(metadata)}.mcap"
        with open(path, "wb") as stream:
            writer = Writer(stream)
            writer.start()
            for name, entries in metadata.items():
                writer.add_metadata(name, entries)
            writer.finish()
        with pytest.raises(RecordingError, match=named):
            read_recording(path)


def test_too_large_is_named(whole, monkeypatch):
    monkeypatch.setattr(recording_file, "LARGEST_FILE", 1000)
    with pytest.raises(RecordingError, match="recordings up to"):
        read_recording(whole)


def test_a_chunk_that_unpacks_to_too_much_is_not_unpacked(whole, monkeypatch):
    monkeypatch.setattr(mcap_records, "LARGEST_RECORD", 4000)
    recording = read_recording(whole)
    assert "a chunk of more than" in recording.ends_early
    assert recording.samples == ()


def test_existing_files_are_not_overwritten(whole):
    before = whole.read_bytes()
    with pytest.raises(RecordingError, match="not overwritten"):
        FileWriter(whole, header())
    assert whole.read_bytes() == before


def test_an_impossible_folder_is_named(tmp_path):
    with pytest.raises(RecordingError, match="cannot be created"):
        FileWriter(tmp_path / "none" / "r.mcap", header())


def test_a_message_that_is_no_state_is_named_with_its_file(tmp_path):
    path = tmp_path / "r.mcap"
    file = FileWriter(path, header())
    file._write("/states", {"sample": 7, "directions_kept": 0}, 0)
    file.finish()
    with pytest.raises(RecordingError, match=r"r\.mcap: /states: view: missing"):
        _ = read_recording(path).states
