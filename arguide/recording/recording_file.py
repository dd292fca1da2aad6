"""Read a recording, whole or cut short: everything up to the last whole record, and where it ends."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import BinaryIO, TypeVar

from mcap.opcode import Opcode
from mcap.records import Channel, Message, Metadata, Schema

from arguide.errors import RecordingError
from arguide.guidance.state import SessionState
from arguide.recording.codec import Json, codec_of, loads
from arguide.recording.mcap_layout import (
    EVENTS,
    INPUTS,
    LARGEST_FILE,
    LAYOUT,
    PACKETS,
    SAMPLES,
    STATES,
    TOPICS,
    header_from,
)
from arguide.recording.mcap_records import MAGIC, Damaged, frames, parsed, records_until
from arguide.recording.records import Event, Header, Input, Packet
from arguide.recording.state_codec import StateDecoder
from arguide.trackers.reading import Sample

_T = TypeVar("_T")


@dataclass(frozen=True)
class Recording:
    """A recording on disk. Each channel is read from the file when first asked for, then kept."""

    path: Path
    header: Header
    counts: dict[str, int]
    """Messages by topic."""
    ends_early: str
    """Empty for a whole file; else where it ends and what was recovered, for the user to read."""
    state_schema: Json = field(repr=False)
    """JSON Schema of the states as the arguide that wrote them knew them; {} where the file has none."""
    _end: int = field(repr=False)
    """Offset after the last whole record."""

    @cached_property
    def packets(self) -> tuple[Packet, ...]:
        """Raw bytes at the port, both ways, in order."""
        return tuple(self._decoded(PACKETS, codec_of(Packet).decode))

    @cached_property
    def samples(self) -> tuple[Sample, ...]:
        """Every sample, in order."""
        return tuple(self._decoded(SAMPLES, codec_of(Sample).decode))

    @cached_property
    def inputs(self) -> tuple[Input, ...]:
        """What the user asked for, each naming its sample."""
        return tuple(self._decoded(INPUTS, codec_of(Input).decode))

    @cached_property
    def events(self) -> tuple[Event, ...]:
        """Calibration and registration results and notes."""
        return tuple(self._decoded(EVENTS, codec_of(Event).decode))

    @cached_property
    def states(self) -> tuple[SessionState, ...]:
        """Every state, in order; its `sample` is the very object in `samples`."""
        return tuple(self._decoded(STATES, StateDecoder(self.samples).decode))

    def steps(self) -> Iterator[tuple[tuple[str, ...], SessionState]]:
        """Each state with the inputs that took effect with its sample: what replay feeds to a session.

        Reads the file as it goes and keeps only the samples, so an hour needs no more memory than its samples.
        """
        numbers = {id(sample): number for number, sample in enumerate(self.samples)}
        asked: dict[int, list[str]] = {}
        for what in self.inputs:
            asked.setdefault(what.sample, []).append(what.text)
        for state in self._decoded(STATES, StateDecoder(self.samples).decode):
            yield tuple(asked.pop(numbers[id(state.sample)], ())), state

    def _decoded(self, topic: str, decode: Callable[[Json], _T]) -> Iterator[_T]:
        for data in self._messages(topic):
            try:
                value = decode(loads(data))
            except RecordingError as error:
                raise RecordingError(f"{self.path}: {topic}: {error}") from None
            yield value

    def _messages(self, topic: str) -> Iterator[bytes]:
        with open(self.path, "rb") as file:
            topics: dict[int, str] = {}
            for record in records_until(file, self._end):
                if isinstance(record, Channel):
                    topics[record.id] = record.topic
                elif isinstance(record, Message) and topics.get(record.channel_id) == topic:
                    yield record.data


def read_recording(path: Path) -> Recording:
    """Check a recording once from end to end and return it.

    Raises RecordingError when the file is missing, too large, not a recording, of another format, or cut
    before its header was whole.
    """
    with _open(path) as file:
        size = file.seek(0, io.SEEK_END)
        if size > LARGEST_FILE:
            raise RecordingError(f"{path}: {size >> 20} MiB; recordings up to {LARGEST_FILE >> 20} MiB are read")
        file.seek(0)
        if (start := file.read(len(MAGIC))) != MAGIC[: len(start)] or not start:
            raise RecordingError(f"{path}: not a recording (expected an MCAP file); give a file made by arguide")
        scan = _Scan()
        scan.run(file, size)
    try:
        header = header_from(scan.metadata)
    except RecordingError as error:
        cut = f" ({scan.trouble} at byte {scan.end})" if scan.trouble else ""
        raise RecordingError(f"{path}: {error}{cut}") from None
    return Recording(path, header, scan.counts, _ends_early(scan, header, size), scan.state_schema, scan.end)


def _open(path: Path) -> BinaryIO:
    try:
        return open(path, "rb")
    except OSError as error:
        raise RecordingError(f"{path}: cannot be read ({error.strerror}); give a recording made by arguide") from None


def _ends_early(scan: "_Scan", header: Header, size: int) -> str:
    if not scan.trouble:
        return ""
    after_s = max(0.0, (scan.last_ns - header.wall_start_ns) / 1e9) if scan.last_ns else 0.0
    return (
        f"recording ends early at {after_s:.2f} s ({scan.trouble} at byte {scan.end} of {size}):"
        f" {scan.counts[SAMPLES]} samples, {scan.counts[STATES]} states recovered"
    )


def _schema_in(data: bytes) -> Json:
    try:
        return loads(data)
    except RecordingError as error:
        raise Damaged(f"a schema that is none: {error}") from None


class _Scan:
    """One pass over a file: its metadata, how many messages of each kind, and how far it is whole."""

    def __init__(self) -> None:
        self.metadata: dict[str, dict[str, str]] = {}
        self.counts = dict.fromkeys(TOPICS, 0)
        self.end = len(MAGIC)
        self.last_ns = 0
        self.trouble = ""
        self.state_schema: Json = {}
        self._topics: dict[int, str] = {}

    def run(self, file: BinaryIO, size: int) -> None:
        """Go through `file`, which stands after its magic, as far as it is whole."""
        finished = False
        try:
            for opcode, content in frames(file, size):
                for record in parsed(opcode, content):
                    self._see(record)
                self.end = file.tell()
                if opcode == Opcode.FOOTER:
                    finished = file.read(len(MAGIC)) == MAGIC
                    break
        except Damaged as damage:
            self.trouble = str(damage)
        if not finished and not self.trouble:
            self.trouble = "no end mark"

    def _see(self, record: object) -> None:
        if isinstance(record, Metadata):
            self.metadata.setdefault(record.name, record.metadata)
        elif isinstance(record, Schema):
            # The first one stands in a chunk with a checksum, its copy at the end of the file has none.
            if record.name == LAYOUT[STATES].schema_name and not self.state_schema:
                self.state_schema = _schema_in(record.data)
        elif isinstance(record, Channel):
            self._topics[record.id] = record.topic
        elif isinstance(record, Message):
            topic = self._topics.get(record.channel_id, "")
            if topic in self.counts:
                self.counts[topic] += 1
            self.last_ns = max(self.last_ns, record.log_time)
