"""What the panels show, and what they may change: data and small doors, nothing of Dear ImGui."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from arguide.guidance.state import SessionState
from arguide.scene.watch import Watch
from arguide.settings.scenario import Plan, Scenario

Row: TypeAlias = tuple[str, str]
"""Caption and value."""


class Layers(Protocol):
    """Which structures are seen, and how well. The names are the scenario's."""

    def shown(self, name: str) -> bool:
        """Whether it is drawn at all."""
        ...

    def show(self, name: str, shown: bool) -> None:
        """Draw it or not."""
        ...

    def opacity(self, name: str) -> float:
        """0..1."""
        ...

    def fade(self, name: str, opacity: float) -> None:
        """Draw it with this opacity 0..1."""
        ...


@dataclass(frozen=True)
class Switch:
    """Something on or off."""

    label: str
    get: Callable[[], bool]
    set: Callable[[bool], None]


@dataclass(frozen=True)
class Slide:
    """A number between two others; `shown` is a printf format with its unit."""

    label: str
    low: float
    high: float
    get: Callable[[], float]
    set: Callable[[float], None]
    shown: str = "%.2f"


@dataclass(frozen=True)
class Choice:
    """One of several words."""

    label: str
    options: tuple[str, ...]
    get: Callable[[], str]
    set: Callable[[str], None]


@dataclass(frozen=True)
class Text:
    """A line to type; `hint` stands there while it is empty."""

    label: str
    get: Callable[[], str]
    set: Callable[[str], None]
    hint: str = ""


@dataclass(frozen=True)
class Action:
    """Something to do now."""

    label: str
    do: Callable[[], None]


Control: TypeAlias = Switch | Slide | Choice | Text | Action


@dataclass
class Facts:
    """All that panels know. The stage fills it; whoever has more to set appends to `settings`."""

    scenario: Scenario
    plan: Plan
    layers: Layers
    watch: Watch = field(default_factory=Watch)
    stale_after_s: float = 0.1
    state: SessionState | None = None
    age_s: float = 0.0
    trouble: str = ""
    settings: list[tuple[str, Sequence[Control]]] = field(default_factory=list)
    """Headings, each with its controls."""
    devices: list[tuple[str, Callable[[], Sequence[Row]]]] = field(default_factory=list)
    """Headings, each with what gives its rows now."""

    def now(self, state: SessionState, age_s: float, trouble: str) -> None:
        """Take the newest state."""
        self.state, self.age_s, self.trouble = state, age_s, trouble
        self.watch.take(state)

    @property
    def stale(self) -> bool:
        """Whether the newest sample is too old to be believed."""
        return self.age_s > self.stale_after_s
