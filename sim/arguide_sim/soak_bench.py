"""An emulated tracker with faults on simulated time, for who wants to see hours of trouble in a minute.

Loaded by name, as the port is: `arguide` never imports it.
"""

from pathlib import Path
from types import TracebackType
from typing import Self

from arguide_sim.clock import VirtualTime
from arguide_sim.emulation import NDI, Options, emulate
from arguide_sim.port import SimPort
from arguide_sim.truth_log import TruthLog


class SimulatedBench:
    """One device that stays the same however often its line is opened. A context manager."""

    def __init__(self, device: str, faults: str, seed: int, profile: str, log: Path) -> None:
        self._time = VirtualTime()
        options = Options(
            model=NDI[device], faults=faults, seed=seed, profile=profile, motion="wave", paced=True, clock="real"
        )
        self._name = f"sim://{device}?faults={faults}"
        self._emulation = emulate(options, self._time)
        assert self._emulation.company is not None
        self._log = TruthLog(log, self._emulation.company, self._time.now)

    def __enter__(self) -> Self:
        self._emulation.log_to(self._log.__enter__())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._log.__exit__()

    def open(self) -> SimPort:
        """The line to it, anew."""
        port = SimPort(self._name, self._emulation)
        port.drop_input()
        return port

    def now(self) -> float:
        """Simulated time, s."""
        return self._time.now()

    def wait(self, seconds: float) -> None:
        """Let simulated time pass."""
        self._time.wait(seconds)
