"""One recording file being written, by one thread: records become MCAP messages in chunks of a fraction of a second.

A chunk is written whole and handed to the operating system at every `flush`, so a crash of the program loses at
most the chunk in hand; a power cut loses at most what was not synced.
"""

import os
from collections import OrderedDict
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from mcap.writer import CompressionType, Writer

from arguide.errors import RecordingError
from arguide.guidance.state import SessionState
from arguide.recording.codec import codec_of, dumps
from arguide.recording.mcap_layout import EVENTS, INPUTS, LAYOUT, PACKETS, SAMPLES, STATES, metadata_of, schema_bytes
from arguide.recording.records import Event, Header, Input, Packet
from arguide.recording.state_codec import StateEncoder
from arguide.trackers.reading import Sample

_RECENT = 256
_PACKET, _SAMPLE, _INPUT, _EVENT = (codec_of(kind).encode for kind in (Packet, Sample, Input, Event))


class FileWriter:
    """Creates `path`, which must not exist, and writes the header so that it is on the disk when this returns."""

    def __init__(self, path: Path, header: Header) -> None:
        self._file = _create(path)
        self._header = header
        self._states = StateEncoder()
        self._recent: OrderedDict[int, tuple[Sample, int]] = OrderedDict()
        self._device_start: tuple[int, int] | None = None
        self._last_frame = 0
        self._pending = self._unsynced = True
        self.counts = dict.fromkeys(LAYOUT, 0)
        self._mcap = Writer(self._file, compression=CompressionType.ZSTD)
        try:
            self._channels = self._begin()
            _sync_folder(path.parent)
        except OSError:
            with suppress(OSError):
                self._file.close()
            path.unlink(missing_ok=True)
            raise

    def _begin(self) -> dict[str, int]:
        self._mcap.start(profile="", library=f"arguide {self._header.arguide_version}")
        for name, entries in metadata_of(self._header).items():
            self._mcap.add_metadata(name, entries)
        channels = {topic: self._register(topic) for topic in LAYOUT}
        self.flush(sync=True)
        return channels

    def _register(self, topic: str) -> int:
        schema = self._mcap.register_schema(LAYOUT[topic].schema_name, "jsonschema", schema_bytes(topic))
        return int(self._mcap.register_channel(topic, "json", schema))

    def packet(self, packet: Packet) -> None:
        """Write raw bytes."""
        self._write(PACKETS, _PACKET(packet), self._header.wall_ns(packet.host_time_s))

    def sample(self, sample: Sample) -> int:
        """Write a sample unless it was written just before; returns its index."""
        known = self._recent.get(id(sample))
        if known is not None:
            return known[1]
        index = self.counts[SAMPLES]
        self._write(SAMPLES, _SAMPLE(sample), self._header.wall_ns(sample.host_time_s), self._device_ns(sample))
        # Holding the sample keeps its id from being given to another.
        self._recent[id(sample)] = sample, index
        if len(self._recent) > _RECENT:
            self._recent.popitem(last=False)
        return index

    def input(self, text: str, sample: Sample) -> None:
        """Write what the user asked for before `sample` was used."""
        self._write(INPUTS, _INPUT(Input(text, self.sample(sample))), self._header.wall_ns(sample.host_time_s))

    def state(self, state: SessionState) -> None:
        """Write a state, and its sample before it unless that is there already."""
        tree = self._states.encode(state, self.sample(state.sample))
        self._write(STATES, tree, self._header.wall_ns(state.sample.host_time_s), self._device_ns(state.sample))

    def event(self, event: Event) -> None:
        """Write an event."""
        self._write(EVENTS, _EVENT(event), self._header.wall_ns(event.host_time_s))

    def flush(self, sync: bool = False) -> None:
        """Hand everything to the operating system; with `sync`, return only when it is on the disk."""
        if self._pending:
            self._mcap.flush()
            self._pending, self._unsynced = False, True
        if sync and self._unsynced:
            os.fsync(self._file.fileno())
            self._unsynced = False

    def finish(self) -> None:
        """Write the index at the end and close the file."""
        self._mcap.finish()
        self._file.flush()
        os.fsync(self._file.fileno())
        self.close()

    def close(self) -> None:
        """Close the file as it is; the data already flushed stay readable."""
        self._file.close()

    def _write(self, topic: str, tree: Any, log_ns: int, publish_ns: int | None = None) -> None:
        number = self.counts[topic]
        self._mcap.add_message(
            self._channels[topic],
            log_time=log_ns,
            data=dumps(tree),
            publish_time=log_ns if publish_ns is None else publish_ns,
            sequence=number & 0xFFFFFFFF,
        )
        self.counts[topic] = number + 1
        self._pending = True

    def _device_ns(self, sample: Sample) -> int:
        """Wall clock in ns by the device's own frame counter, which is steadier than the host's clock."""
        frame = sample.frame_number
        if self._device_start is None or frame < self._last_frame:
            # First sample, or the device was reset and counts from the beginning again.
            self._device_start = frame, self._header.wall_ns(sample.host_time_s)
        self._last_frame = frame
        first, start_ns = self._device_start
        return start_ns + round((frame - first) * 1e9 / self._header.rate_hz)


def _create(path: Path) -> BinaryIO:
    try:
        return open(path, "xb")
    except FileExistsError:
        raise RecordingError(f"{path}: exists already and is not overwritten; choose another name") from None
    except OSError as error:
        raise RecordingError(f"{path}: cannot be created ({error.strerror}); choose another folder") from None


def _sync_folder(folder: Path) -> None:
    """Make the new file's name survive a power cut, where folders can be synced (not on Windows)."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
