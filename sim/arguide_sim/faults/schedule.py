"""What is the matter at a moment: a pure function of time for scripted faults, to which live ones may be added."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from math import inf
from random import Random

from arguide_sim.faults.kinds import KINDS, Kind, Level, Value

MOST = 200
"""Faults at once; more are somebody's mistake."""


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong, and when."""

    kind: str
    values: Mapping[str, Value] = field(default_factory=dict)
    at_s: float = 0.0
    """Since tracking first began."""
    for_s: float = inf
    every_s: float = 0.0
    """Again after so long; 0: once."""
    scattered: bool = False
    """Somewhere within each `every_s`, not at its beginning."""
    share: float = 1.0
    """Which part of the replies it strikes, while it lasts."""
    only_data: bool = False
    """Strikes only replies to TX, BX and BX2."""
    seed: int = 0

    @property
    def what(self) -> Kind:
        """What sort of fault it is."""
        return KINDS[self.kind]

    def turn(self, time_s: float) -> int | None:
        """Which of its times it is that `time_s` lies in, from 0; None: none."""
        since = time_s - self.at_s
        if since < 0:
            return None
        turn = int(since // self.every_s) if self.every_s else 0
        begun = since - turn * self.every_s - self._delay_s(turn)
        return turn if 0 <= begun < self.for_s else None

    def _delay_s(self, turn: int) -> float:
        room = self.every_s - min(self.for_s, self.every_s)
        return Random(self.seed * 1_000_003 + turn).uniform(0, room) if self.scattered else 0.0


class Schedule:
    """All faults of one emulation."""

    def __init__(self, faults: Iterable[Fault] = (), seed: int = 0) -> None:
        self._seed = seed
        self._faults: list[Fault] = []
        self._fired: dict[int, int] = {}
        self._added = 0
        for fault in faults:
            self.add(fault)

    def __len__(self) -> int:
        return len(self._faults)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """All of them, those that are over too."""
        return tuple(self._faults)

    def has(self, level: Level) -> bool:
        """Whether there are any of that level."""
        return any(fault.what.level is level for fault in self._faults)

    def add(self, fault: Fault) -> None:
        """One more. Raises ValueError when there are too many."""
        if len(self._faults) >= MOST:
            raise ValueError(f"{MOST} faults are enough; clear some")
        self._faults.append(replace(fault, seed=self._seed * 1009 + self._added))
        self._added += 1

    def clear(self, kind: str = "") -> None:
        """No more faults, or none of that kind."""
        self._faults = [fault for fault in self._faults if kind not in ("", fault.kind)]

    def active(self, level: Level, time_s: float) -> Iterator[Fault]:
        """Those that last at that time."""
        for fault in self._faults:
            if fault.what.level is level and not fault.what.at_once and fault.turn(time_s) is not None:
                yield fault

    def begun(self, level: Level, time_s: float) -> Iterator[Fault]:
        """Those that have begun since the last question, each time once."""
        for fault in self._faults:
            turn = fault.turn(time_s) if fault.what.level is level else None
            if turn is not None and self._fired.get(fault.seed) != turn:
                self._fired[fault.seed] = turn
                yield fault
