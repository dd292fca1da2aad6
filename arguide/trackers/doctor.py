"""What is known of a tracker, and the checklist that is made of it, as data.

`examining` gathers the facts, `checks` judges them.
"""

import shlex
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class Grade(StrEnum):
    """How one check ended."""

    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the checklist."""

    name: str
    grade: Grade
    text: str
    next_step: str = ""
    """What to do about it; empty when all is well."""


@dataclass(frozen=True, slots=True)
class Report:
    """The whole checklist."""

    facts: "Facts"
    items: tuple[Item, ...]

    @property
    def port(self) -> str:
        """Which one was examined."""
        return self.facts.port

    @property
    def grade(self) -> Grade:
        """The worst of all."""
        grades = [item.grade for item in self.items]
        return next((grade for grade in (Grade.BAD, Grade.WARNING) if grade in grades), Grade.GOOD)

    @property
    def next_step(self) -> str:
        """What to do first: about the first thing that is bad, or else that could be better."""
        for grade in (Grade.BAD, Grade.WARNING):
            for item in self.items:
                if item.grade is grade and item.next_step:
                    return item.next_step
        words = ("arguide", "run", "lumbar-facet", "--port", self.port, "--profile", self.facts.profile)
        return f"nothing to mend; practise: {shlex.join(words)}"

    def as_json(self) -> dict[str, Any]:
        """For machines: plain lists, dictionaries and texts."""
        items = [{**asdict(item), "grade": item.grade.value} for item in self.items]
        result = {"port": self.port, "grade": self.grade.value, "next_step": self.next_step, "items": items}
        return {**result, "facts": asdict(self.facts)}


@dataclass(frozen=True, kw_only=True)
class ToolFacts:
    """What one tool did while it was watched."""

    name: str
    file: str
    """Tool definition, or the socket of a wired tool."""
    seen: float
    """Share of the samples with a pose."""
    state: str
    """Most frequent visibility while it was not seen."""
    why: str = ""
    error_mm: float | None = None
    """Mean fit error that the device reports."""
    noise_mm: float | None = None
    """Standard deviation of its position from one frame to the next, along the worst axis."""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Everything that is known of one tracker on one port; None or empty where the way to it was barred before."""

    port: str
    settings_trouble: str = ""
    """What is wrong with the profile or a tool definition, with what to do."""
    port_trouble: str = ""
    """Why it cannot be opened: no such port, no permission, held by a program; with what to do."""
    holder: str = ""
    """Another program that has it open as well."""
    silence: str = ""
    """Why the device does not do what a tracker does, in words; with what to do."""
    driver: str = "ndi"
    device: str = ""
    profile: str = ""
    """As the command line takes it: the name of one that ships, or a file."""
    reply: str = ""
    baud: int = 0
    """0 on a network."""
    wanted_baud: int = 0
    handshake: bool = False
    nominal_hz: float = 0.0
    measured_hz: float = 0.0
    seconds: float = 0.0
    frames: int = 0
    skipped: int = 0
    bad_replies: int = 0
    timeouts: int = 0
    refused: int = 0
    """Questions that the device could not answer."""
    exchange_s: float | None = None
    """Usual time from question to answer; None where nothing is asked."""
    spread_s: float = 0.0
    """Standard deviation of the time between two samples that arrive."""
    jitter_s: float | None = None
    """Of the arrivals, against the device's own frame numbers; None where it has none. So are the next three."""
    latency_s: float | None = None
    drift_ppm: float | None = None
    drift_error_ppm: float | None = None
    filter_report: str = ""
    tools: tuple[ToolFacts, ...] = ()
    warnings: tuple[str, ...] = ()
    alerts: tuple[str, ...] = field(default=())
