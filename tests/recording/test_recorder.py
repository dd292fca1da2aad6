"""The recorder: nothing lost that was acknowledged, nothing that hurts guidance."""

import errno
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from arguide.errors import RecordingError
from arguide.recording import file_writer
from arguide.recording.compare import compare_states
from arguide.recording.file_writer import FileWriter
from arguide.recording.recorder import Recorder
from arguide.recording.recording_file import read_recording
from arguide.recording.records import Direction, Event, EventKind, Packet
from tests.recording.made_states import header, sample, state

ROOT = Path(__file__).parents[2]


def test_a_session_comes_back_and_nothing_was_dropped(tmp_path):
    path = tmp_path / "r.mcap"
    with Recorder(path, header()) as recorder:
        recorder.event(Event(EventKind.NOTE, 100.0, "start"))
        for number in range(200):
            recorder.packet(Packet(Direction.RECEIVED, bytes([number]), 100.0))
            recorder.take(("redo", "advance") if number == 7 else (), state(number))
    recording = read_recording(path)
    assert recorder.dropped == 0
    assert recorder.samples_written == recorder.states_written == 200
    assert recording.ends_early == ""
    assert compare_states(recording.states, map(state, range(200))) == []
    assert [packet.data[0] for packet in recording.packets] == list(range(200))
    assert [inputs for inputs, _ in recording.steps() if inputs] == [("redo", "advance")]


def test_threads_may_record_together(tmp_path):
    path = tmp_path / "r.mcap"
    with Recorder(path, header()) as recorder:
        bytes_in = [threading.Thread(target=_send, args=(recorder, name)) for name in b"abc"]
        for thread in bytes_in:
            thread.start()
        for number in range(100):
            recorder.take((), state(number))
        for thread in bytes_in:
            thread.join()
    data = [packet.data for packet in read_recording(path).packets]
    assert sorted(data) == sorted(bytes([name, n]) for name in b"abc" for n in range(100))
    assert [d for d in data if d[0] == ord("a")] == [bytes([ord("a"), n]) for n in range(100)]


def _send(recorder, name):
    for number in range(100):
        recorder.packet(Packet(Direction.SENT, bytes([name, number]), 100.0))


def test_flush_acknowledges_what_is_on_disk(tmp_path):
    path = tmp_path / "r.mcap"
    with Recorder(path, header()) as recorder:
        for count in (3, 4):
            for number in range(count):
                recorder.take((), state(number))
            recorder.flush(sync=True)
            recording = read_recording(path)
        assert recording.counts["/states"] == 7
        assert "7 samples" in recording.ends_early


CRASHER = """
import os, sys
from pathlib import Path
from arguide.recording.recorder import Recorder
from tests.recording.made_states import header, state
recorder = Recorder(Path(sys.argv[1]), header())
recorder.open()
for number in range(10_000):
    recorder.take((), state(number))
    if number % 50 == 49:
        recorder.flush(sync=True)
        print(number + 1, flush=True)
"""


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is POSIX")
def test_kill_9_loses_nothing_acknowledged(tmp_path):
    path = tmp_path / "r.mcap"
    crasher = subprocess.Popen([sys.executable, "-c", CRASHER, path], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    acknowledged = 0
    with crasher:
        for _ in range(5):
            acknowledged = int(crasher.stdout.readline())
        crasher.send_signal(signal.SIGKILL)
        acknowledged = int((crasher.stdout.read().split() or [acknowledged])[-1])
    recording = read_recording(path)
    assert acknowledged >= 250
    assert recording.counts["/states"] >= acknowledged
    assert "ends early" in recording.ends_early
    assert compare_states(recording.states, map(state, range(recording.counts["/states"]))) == []


class FullDisk:
    """A file on a disk that is full after so many bytes."""

    def __init__(self, file, room):
        self._file, self._room = file, room

    @classmethod
    def with_room(cls, room):
        return lambda path: cls(path.open("xb", buffering=0), room)

    def write(self, data):
        self._room -= len(data)
        if self._room < 0:
            self._file.write(data[: len(data) // 2])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return self._file.write(data)

    def __getattr__(self, name):
        return getattr(self._file, name)


def test_a_full_disk_is_named_and_guidance_goes_on(tmp_path, monkeypatch):
    path = tmp_path / "r.mcap"
    monkeypatch.setattr(file_writer, "_create", FullDisk.with_room(12_000))
    recorder = Recorder(path, header())
    recorder.open()
    with pytest.raises(RecordingError, match="disk is full"):
        for number in range(1000):
            recorder.take((), state(number))
            if number % 10 == 9:
                recorder.flush()
    assert "disk is full" in recorder.failure
    before = recorder.dropped
    recorder.take((), state(0))
    assert recorder.dropped > before
    with pytest.raises(RecordingError, match="disk is full"):
        recorder.close()
    recording = read_recording(path)
    assert 10 <= recording.counts["/states"] < 1000
    assert compare_states(recording.states, map(state, range(recording.counts["/states"]))) == []


def test_a_disk_full_at_the_start_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(file_writer, "_create", FullDisk.with_room(100))
    with pytest.raises(RecordingError, match="disk is full"):
        Recorder(tmp_path / "r.mcap", header()).open()
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_written_stops_the_recording_not_guidance(tmp_path):
    recorder = Recorder(tmp_path / "r.mcap", header())
    recorder.open()
    recorder.take((), state(0))
    recorder.sample("no sample")
    with pytest.raises(RecordingError, match="recording stopped"):
        recorder.flush()
    with pytest.raises(RecordingError):
        recorder.close()
    assert recorder.dropped == 1
    assert read_recording(tmp_path / "r.mcap").counts["/states"] == 1


def test_a_full_queue_drops_and_counts(tmp_path, monkeypatch):
    busy, gate = threading.Event(), threading.Event()
    monkeypatch.setattr(FileWriter, "packet", lambda self, packet: (busy.set(), gate.wait(10)))
    with Recorder(tmp_path / "r.mcap", header(), queue_limit=10) as recorder:
        recorder.packet(Packet(Direction.SENT, b"", 100.0))
        assert busy.wait(10)
        for number in range(50):
            recorder.sample(sample(number))
        gate.set()
        recorder.flush()
    assert recorder.dropped == 40
    assert recorder.samples_written == 10


def test_before_and_after_its_life_records_are_counted_as_dropped(tmp_path):
    recorder = Recorder(tmp_path / "r.mcap", header())
    recorder.sample(sample(0))
    with recorder:
        recorder.sample(sample(1))
    recorder.sample(sample(2))
    recorder.close()
    assert recorder.dropped == 2
    assert recorder.samples_written == 1


def test_existing_recordings_are_kept(tmp_path):
    path = tmp_path / "r.mcap"
    path.write_bytes(b"precious")
    with pytest.raises(RecordingError, match="not overwritten"), Recorder(path, header()):
        pass
    assert path.read_bytes() == b"precious"
