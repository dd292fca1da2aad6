"""The recorder: takes records from any thread in a microsecond or two and writes them in a thread of its own.

Nothing here ever blocks or raises into guidance: when the disk fails, guidance goes on, `failure` says why the
recording stopped, and `flush` and `close` raise it.
"""

import errno
import queue
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self, TypeAlias

from arguide.errors import RecordingError
from arguide.guidance.state import SessionState
from arguide.recording.file_writer import FileWriter
from arguide.recording.mcap_layout import SAMPLES, STATES
from arguide.recording.records import Event, Header, Packet
from arguide.trackers.reading import Sample

# Handed to the operating system at least this often: what a crash of the program can cost.
FLUSH_S = 0.2
# About half a minute of a busy session: longer than any disk should stall.
QUEUE_LIMIT = 10_000
FLUSH_TIMEOUT_S = 30.0

_DISK_FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}

_Job: TypeAlias = Callable[[FileWriter], object]


@dataclass(slots=True)
class _Request:
    """Asks the writer to flush or stop and to say when that is done."""

    sync: bool
    stop: bool = False
    done: threading.Event = field(default_factory=threading.Event)


class Recorder:
    """Writes one recording. Open with `with` or `open`; everything else is callable from any thread."""

    def __init__(self, path: Path, header: Header, *, queue_limit: int = QUEUE_LIMIT) -> None:
        self.path = path
        self._header = header
        self._limit = queue_limit
        self._queue: queue.SimpleQueue[_Job | _Request] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._file: FileWriter | None = None
        self.dropped = 0
        """Records not written because the queue was full or the file had failed. Must stay 0; show it."""
        self.failure = ""
        """Why the recording stopped, in the user's words; empty while all is well."""

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def samples_written(self) -> int:
        """How many samples the file has."""
        return self._file.counts[SAMPLES] if self._file else 0

    @property
    def states_written(self) -> int:
        """How many states the file has."""
        return self._file.counts[STATES] if self._file else 0

    def open(self) -> None:
        """Create the file and start the thread. Raises RecordingError when the file exists or cannot be made."""
        try:
            self._file = FileWriter(self.path, self._header)
        except OSError as error:
            raise RecordingError(self._explain(error)) from None
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self._thread.start()

    def take(self, inputs: Iterable[str], state: SessionState) -> None:
        """Record a state, its sample, and the inputs that took effect with it: a sink for `guidance.live.Live`."""
        asked = tuple(inputs)

        def write(file: FileWriter) -> None:
            file.sample(state.sample)
            for text in asked:
                file.input(text, state.sample)
            file.state(state)

        self._put(write)

    def packet(self, packet: Packet) -> None:
        """Record bytes at the port."""
        self._put(lambda file: file.packet(packet))

    def sample(self, sample: Sample) -> None:
        """Record a sample that leads to no state; `take` records the others."""
        self._put(lambda file: file.sample(sample))

    def event(self, event: Event) -> None:
        """Record a result or a note."""
        self._put(lambda file: file.event(event))

    def flush(self, sync: bool = True, timeout_s: float = FLUSH_TIMEOUT_S) -> None:
        """Return when everything recorded before is with the operating system; with `sync`, on the disk.

        Raises RecordingError when it could not be written.
        """
        self._ask(_Request(sync), timeout_s)

    def close(self) -> None:
        """Write what is left and the index, and close the file; closing twice is allowed.

        Raises RecordingError when not everything could be written.
        """
        if self._thread is None:
            return
        thread, self._thread = self._thread, None
        self._ask(_Request(sync=True, stop=True), FLUSH_TIMEOUT_S)
        thread.join()

    def _put(self, job: _Job) -> None:
        if self._thread is None or self.failure or self._queue.qsize() >= self._limit:
            self.dropped += 1
        else:
            self._queue.put(job)

    def _ask(self, request: _Request, timeout_s: float) -> None:
        self._queue.put(request)
        if not request.done.wait(timeout_s):
            raise RecordingError(f"{self.path}: the disk did not take the data within {timeout_s:g} s; is it stuck?")
        if self.failure:
            raise RecordingError(self.failure)

    def _run(self) -> None:
        """Write each record as it comes, not in batches: a long batch would hold Python's lock against guidance."""
        next_flush = time.monotonic() + FLUSH_S
        while True:
            job = self._next(next_flush)
            if isinstance(job, _Request):
                self._attempt(FileWriter.finish if job.stop else partial(FileWriter.flush, sync=job.sync))
                job.done.set()
                if job.stop:
                    return
            elif job is not None and not self._attempt(job):
                self.dropped += 1
            if time.monotonic() >= next_flush:
                self._attempt(partial(FileWriter.flush, sync=True))
                next_flush = time.monotonic() + FLUSH_S

    def _next(self, until_s: float) -> _Job | _Request | None:
        try:
            return self._queue.get(timeout=max(0.0, until_s - time.monotonic()))
        except queue.Empty:
            return None

    def _attempt(self, job: _Job) -> bool:
        """Do one job; False when it failed now or the recording had failed before."""
        assert self._file is not None
        if self.failure:
            return False
        try:
            job(self._file)
        except Exception as error:  # noqa: BLE001
            # Whatever went wrong, guidance must go on and the user must read why.
            self.failure = self._explain(error)
            self._save_the_rest(broken_disk=isinstance(error, OSError))
        return not self.failure

    def _save_the_rest(self, broken_disk: bool) -> None:
        assert self._file is not None
        with suppress(OSError):
            if not broken_disk:
                self._file.flush(sync=True)
        with suppress(OSError):
            self._file.close()

    def _explain(self, error: Exception) -> str:
        reason = f"{type(error).__name__}: {error}"
        if isinstance(error, OSError):
            full = error.errno in _DISK_FULL
            reason = "the disk is full; free space and record anew" if full else (error.strerror or reason)
        written = f"{self.samples_written} samples were written before"
        return f"{self.path}: recording stopped: {reason} ({written} and stay readable)"
