"""Is the tracker well, and if not, what is the next step? A checklist as data, made from facts alone.

`examining` gathers the facts; nothing here opens a port, so every verdict can be tested.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from arguide.trackers.ndi.question import BYTES_PER_TOOL, reply_bytes

COMMAND_BYTES = 13
SPEEDS = (115200, 230400, 921600, 1228739)
FULL = 0.8
"""A line that is busy for more than this share of a frame has no room to ask again."""
RATE_OFF = 0.05
BAD_SHARE = 0.001
JITTERY_S = 0.008
"""FTDI converters deliver every 16 ms unless told otherwise; that shows as 5 ms of jitter and more."""
SEEN = 0.9


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

    port: str
    items: tuple[Item, ...]

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
        return f"nothing to mend; practise: arguide run SCENARIO --port {self.port}"

    def as_json(self) -> dict[str, Any]:
        """For machines: plain lists, dictionaries and texts."""
        items = [{**asdict(item), "grade": item.grade.value} for item in self.items]
        return {"port": self.port, "grade": self.grade.value, "next_step": self.next_step, "items": items}


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
    port_trouble: str = ""
    """Why it cannot be opened: no such port, no permission, held by a program; with what to do."""
    silence: str = ""
    """Why the device does not do what a tracker does, in words; with what to do."""
    driver: str = "ndi"
    device: str = ""
    profile: str = ""
    reply: str = ""
    baud: int = 0
    wanted_baud: int = 0
    handshake: bool = False
    nominal_hz: float = 0.0
    measured_hz: float = 0.0
    seconds: float = 0.0
    frames: int = 0
    skipped: int = 0
    bad_replies: int = 0
    timeouts: int = 0
    exchange_s: float = 0.0
    """Median time from question to answer."""
    jitter_s: float = 0.0
    latency_s: float = 0.0
    drift_ppm: float = 0.0
    drift_error_ppm: float = 0.0
    filter_report: str = ""
    tools: tuple[ToolFacts, ...] = ()
    warnings: tuple[str, ...] = ()
    alerts: tuple[str, ...] = field(default=())


def examine(facts: Facts) -> Report:
    """The checklist of one tracker; ends at the first thing that bars the way to the rest."""
    return Report(facts.port, tuple(_items(facts)))


def line_ms(form: str, tools: int, baud: int) -> float:
    """Time in ms that one question and its answer spend on a serial line, 10 bits a byte."""
    return 1000 * 10 * (COMMAND_BYTES + reply_bytes(form, tools)) / baud


def _items(facts: Facts) -> Iterator[Item]:
    if facts.port_trouble:
        said, _, step = facts.port_trouble.partition(";")
        step = step.strip() or "check cable and power"
        yield Item("port", Grade.BAD, said, f"name the right port; {step}" if step.startswith("found:") else step)
        return
    yield Item("port", Grade.GOOD, f"{facts.port} can be opened, and nobody else holds it")
    if facts.silence:
        said, _, step = facts.silence.partition(";")
        yield Item("device", Grade.BAD, said, step.strip() or "is it switched on, and is this its port?")
        return
    yield Item("device", Grade.GOOD, f"{facts.device or facts.driver} (profile {facts.profile})")
    yield from _line(facts)
    yield from (Item("setup", Grade.WARNING, text, _step_for(text)) for text in facts.warnings)
    yield _rate(facts)
    yield _quality(facts)
    yield _time(facts)
    if facts.filter_report:
        yield Item("filter", Grade.GOOD, facts.filter_report)
    yield from (_tool(tool) for tool in facts.tools)
    yield from (Item("tracker says", Grade.WARNING, text, _step_for(text)) for text in facts.alerts)


def _line(facts: Facts) -> Iterator[Item]:
    speed = f"{facts.baud} baud{' with RTS/CTS' if facts.handshake else ''}" if facts.baud else "network, no speed"
    yield Item("line", Grade.GOOD, f"{speed}, replies by {facts.reply or facts.driver}")
    if facts.reply not in BYTES_PER_TOOL or not facts.baud or not facts.nominal_hz:
        return
    count, form = len(facts.tools), facts.reply
    needed, period = line_ms(form, count, facts.baud), 1000 / facts.nominal_hz
    sum_up = f"{count} tools by {form} need {needed:.1f} ms at {facts.baud} baud, a frame lasts {period:.1f} ms"
    if needed <= FULL * period:
        yield Item("room on the line", Grade.GOOD, sum_up)
        return
    yield Item("room on the line", Grade.BAD, sum_up, _way_out(form, count, facts.baud, FULL * period))


def _way_out(form: str, tools: int, baud: int, room_ms: float) -> str:
    ways = []
    if form == "TX" and line_ms("BX", tools, baud) <= room_ms:
        ways.append('reply = "BX"')
    faster = next((speed for speed in SPEEDS if speed > baud and line_ms(form, tools, speed) <= room_ms), None)
    if faster:
        ways.append(f"baud = {faster}")
    return f"put {' or '.join(ways)} into the profile" if ways else "follow fewer tools, or a lower rate_hz"


def _rate(facts: Facts) -> Item:
    text = f"{facts.measured_hz:.1f} frames a second, {facts.nominal_hz:g} by the profile"
    if facts.skipped:
        text += f"; {facts.skipped} of {facts.frames + facts.skipped} skipped"
    if not facts.frames:
        return Item("rate", Grade.BAD, "no frame came", "look at the tracker's status lights, switch it off and on")
    if abs(facts.measured_hz / facts.nominal_hz - 1) <= RATE_OFF:
        return Item("rate", Grade.GOOD, text)
    if facts.skipped > RATE_OFF * facts.frames:
        step = "asked too late: is the computer busy, or the line too slow for the tools?"
    else:
        step = (
            f"the tracker itself measures so: put rate_hz = {facts.measured_hz:.0f} into the profile, or set its rate"
        )
    return Item("rate", Grade.WARNING, text, step)


def _quality(facts: Facts) -> Item:
    asked = max(facts.frames, 1)
    text = f"{facts.bad_replies} damaged replies and {facts.timeouts} without answer in {facts.seconds:.0f} s"
    if facts.bad_replies + facts.timeouts <= BAD_SHARE * asked:
        return Item("replies", Grade.GOOD, text)
    return Item(
        "replies",
        Grade.WARNING,
        text,
        "shorten the cable, keep it away from motors, choose a slower baud, end other programs",
    )


def _time(facts: Facts) -> Item:
    text = (
        f"an answer takes {1000 * facts.exchange_s:.1f} ms; jitter {1000 * facts.jitter_s:.1f} ms, late by"
        f" {1000 * facts.latency_s:.1f} ms on average; clock {facts.drift_ppm:+.0f} ± {facts.drift_error_ppm:.0f} ppm"
    )
    if facts.jitter_s <= JITTERY_S:
        return Item("time", Grade.GOOD, text)
    return Item(
        "time",
        Grade.WARNING,
        text,
        "set the converter's latency timer to 1 ms (hardware/BRING_UP.md); end what keeps it busy",
    )


def _tool(tool: ToolFacts) -> Item:
    name = f"tool {tool.name}"
    measured = f"seen in {100 * tool.seen:.0f} % of the frames ({tool.file})"
    if tool.error_mm is not None:
        measured += f", fit error {tool.error_mm:.2f} mm"
    if tool.noise_mm is not None:
        measured += f", noise {tool.noise_mm:.2f} mm"
    if tool.seen >= SEEN:
        return Item(name, Grade.GOOD, measured)
    why = f"{measured}; else {tool.state}{f': {tool.why}' if tool.why else ''}"
    return Item(name, Grade.WARNING, why, _make_visible(tool))


def _make_visible(tool: ToolFacts) -> str:
    if "not plugged in" in tool.why:
        return f"plug {tool.name} in"
    if "out of volume" in tool.state:
        return f"move {tool.name} into the middle of the tracker's volume, or the tracker nearer or farther"
    if "disturb" in tool.why or "disturbed" in tool.state:
        return "take metal, cables and screens away from the field generator"
    if "interference" in tool.why:
        return "shade the tracker from sunlight and lamps, cover shiny things"
    if "do not fit" in tool.why:
        return f"is {tool.file} the definition of this very {tool.name}? Is it bent?"
    return f"hold {tool.name} so that three of its markers are seen; clean them; is {tool.file} its definition?"


def _step_for(text: str) -> str:
    """The next step that a device's own words call for; texts that carry theirs after a colon keep it."""
    if "running at" in text:
        return "use a better converter or cable, or put the slower baud into the profile"
    if "bumped" in text:
        return "check the accuracy on a known distance, then clear the bump (SET Param.Bump Detector.Clear=1)"
    _, _, step = text.partition(":")
    return step.strip() or text
