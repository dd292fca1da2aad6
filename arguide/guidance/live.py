"""The one thread that owns the tracker: reads a sample, updates the session, publishes the state.

The scene takes `newest` without waiting; the recorder is a sink that must not block. The same `step` serves the
simulated clock, where no thread runs and the caller sets the pace.
"""

import sys
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol, TypeAlias

from arguide.errors import ArguideError, PortTimeoutError, TrackerError
from arguide.guidance.session import Session
from arguide.guidance.state import SessionState
from arguide.guidance.steps import Input
from arguide.trackers.reading import Sample

SWITCH_S = 5e-4

Sink: TypeAlias = Callable[[tuple[Input, ...], SessionState], None]


class Source(Protocol):
    """Anything that gives samples: a tracker or a recording."""

    def read(self) -> Sample:
        """Wait for the next sample."""
        ...


class Live:
    """Joins a source of samples to a session."""

    def __init__(self, source: Source, session: Session, sinks: Sequence[Sink] = ()) -> None:
        self._source = source
        self._session = session
        self._sinks = tuple(sinks)
        self._inputs: deque[Input] = deque()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="tracker", daemon=True)
        self.newest: SessionState | None = None
        self.trouble = ""
        """What the tracker's line suffers from now, in words; empty when all is well."""
        self.error: ArguideError | None = None
        """What ended the thread, if it did not end by `stop`."""

    def ask(self, what: Input) -> None:
        """Hand over an input of the user; it takes effect with the next sample. Callable from any thread."""
        self._inputs.append(what)

    def step(self) -> SessionState:
        """Read one sample, update, publish. Raises what the source raises."""
        sample = self._source.read()
        inputs = tuple(self._inputs.popleft() for _ in range(len(self._inputs)))
        state = self._session.update(sample, inputs)
        self.newest = state
        for sink in self._sinks:
            sink(inputs, state)
        return state

    def start(self) -> None:
        """Start the thread."""
        # Python lets a thread run for 5 ms before another may: a third of a tracker frame. Measured with the scene
        # drawing on the same two cores, a shorter turn takes that much off the worst latencies.
        sys.setswitchinterval(SWITCH_S)
        self._thread.start()

    def stop(self) -> None:
        """End the thread and wait until it has let go of the tracker."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                self.step()
                self.trouble = ""
            except (PortTimeoutError, TrackerError) as error:
                # The line is there but says nothing useful; the age of the newest state shows it to the user.
                self.trouble = str(error)
            except ArguideError as error:
                self.error = error
                return
