"""Is the tracker well, and if not, what is the next step? Judged from facts alone; nothing here opens a port."""

from collections.abc import Iterator

from arguide.trackers.doctor import Facts, Grade, Item, Report, ToolFacts
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
KNOWN_PPM = 100.0
"""A clock whose error is larger was not watched for long enough to say anything."""
OTHERS = "another maker's tracker, or OpenIGTLink, needs --profile: polhemus-fastrak, flock-of-birds, openigtlink …"
STEPS = {
    "running at": "use a better converter or cable, or put the slower baud into the profile",
    "bumped": "check the accuracy on a known distance, then clear the bump (SET Param.Bump Detector.Clear=1)",
    "confused": "give the tools different shapes: change the marker places of one, and make its .rom anew",
    "unplugged": "plug it in again if it is one of yours",
}
"""What to do about what a device complains of, by a word of it; other complaints carry it after their colon."""


def examine(facts: Facts) -> Report:
    """The checklist of one tracker; ends at the first thing that bars the way to the rest."""
    return Report(facts, tuple(_items(facts)))


def line_ms(form: str, tools: int, baud: int) -> float:
    """Time in ms that one question and its answer spend on a serial line, 10 bits a byte."""
    return 1000 * 10 * (COMMAND_BYTES + reply_bytes(form, tools)) / baud


def _items(facts: Facts) -> Iterator[Item]:
    if facts.settings_trouble:
        said, _, step = facts.settings_trouble.rpartition(";")
        yield Item(
            "profile",
            Grade.BAD,
            said or step,
            step.strip() if said else "mend the profile; docs/trackers.md explains its keys",
        )
        return
    if facts.port_trouble:
        said, step = _halves(facts.port_trouble)
        yield Item("port", Grade.BAD, said, f"name the right port; {step}" if step.startswith("found:") else step)
        return
    yield _port(facts)
    if facts.silence:
        yield _silence(facts)
        return
    yield Item("device", Grade.GOOD, f"{facts.device or facts.driver} (profile {facts.profile})")
    yield from _line(facts)
    yield from (_complaint("setup", text) for text in facts.warnings)
    yield _rate(facts)
    yield _quality(facts)
    yield _time(facts)
    if facts.filter_report:
        yield Item("filter", Grade.GOOD, facts.filter_report)
    yield from (_tool(tool) for tool in facts.tools)
    yield from (_complaint("tracker says", text) for text in facts.alerts)


def _port(facts: Facts) -> Item:
    if not facts.holder:
        return Item("port", Grade.GOOD, f"{facts.port} can be opened, and nobody else holds it")
    said = f"{facts.port} can be opened, but {facts.holder} has it open too"
    return Item("port", Grade.WARNING, said, f"close {facts.holder}: two programs take each other's answers away")


def _silence(facts: Facts) -> Item:
    said, step = _halves(facts.silence)
    step = step or "is it switched on, and is this its port?"
    if facts.driver == "ndi" and ("no tracker answers" in said or "an NDI tracker?" in step):
        step = f"{step} ({OTHERS})"
    return Item("device", Grade.BAD, said, step)


def _line(facts: Facts) -> Iterator[Item]:
    if facts.driver == "camera":
        return
    speed = f"{facts.baud} baud{' with RTS/CTS' if facts.handshake else ''}" if facts.baud else "network, no speed"
    yield Item("line", Grade.GOOD, f"{speed}, replies by {facts.reply}" if facts.reply else speed)
    if facts.reply not in BYTES_PER_TOOL or not facts.baud or not facts.nominal_hz:
        return
    count, form = len(facts.tools), facts.reply
    needed, period = line_ms(form, count, facts.baud), 1000 / _device_hz(facts)
    tools = f"{count} tools need" if count != 1 else "1 tool needs"
    sum_up = f"{tools} {needed:.1f} ms by {form} at {facts.baud} baud, a frame lasts {period:.1f} ms"
    if needed <= FULL * period:
        yield Item("room on the line", Grade.GOOD, sum_up)
        return
    yield Item("room on the line", Grade.BAD, sum_up, _way_out(form, count, facts.baud, FULL * period))


def _device_hz(facts: Facts) -> float:
    """How often the device measures, whether we see all of it or not; by the profile as long as nothing is known."""
    if not facts.frames or not facts.measured_hz:
        return facts.nominal_hz
    return min(facts.nominal_hz, facts.measured_hz * (1 + facts.skipped / facts.frames))


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
    text = f"{facts.bad_replies} damaged and {facts.timeouts} missing in {facts.seconds:.0f} s"
    if facts.refused:
        step = "look at the tracker's status lights; if it goes on, switch it off and on"
        return Item("replies", Grade.WARNING, f"{text}, {facts.refused} refused by the device", step)
    # A single one is chance, whatever its share.
    if facts.bad_replies + facts.timeouts <= max(1, BAD_SHARE * facts.frames):
        return Item("replies", Grade.GOOD, text)
    step = "shorten the cable, keep it away from motors, choose a slower baud, end other programs"
    return Item("replies", Grade.WARNING, text, step)


def _time(facts: Facts) -> Item:
    said = [] if facts.exchange_s is None else [f"an answer takes {1000 * facts.exchange_s:.1f} ms"]
    if facts.jitter_s is None or facts.latency_s is None:
        said.append(f"samples come {1000 * facts.spread_s:.1f} ms early or late; the device does not number its frames")
        return Item("time", Grade.GOOD, "; ".join(said))
    said.append(f"samples come {1000 * facts.latency_s:.1f} ms late on average, jitter {1000 * facts.jitter_s:.1f} ms")
    said += _clock(facts)
    if facts.jitter_s <= JITTERY_S:
        return Item("time", Grade.GOOD, "; ".join(said))
    step = "set the converter's latency timer to 1 ms (hardware/BRING_UP.md); end what keeps the computer busy"
    return Item("time", Grade.WARNING, "; ".join(said), step)


def _clock(facts: Facts) -> list[str]:
    """Its drift, if the watch was long enough: delays that wander by as much as they jitter look like one."""
    if facts.drift_ppm is None or facts.drift_error_ppm is None or facts.jitter_s is None or not facts.seconds:
        return []
    error_ppm = facts.drift_error_ppm + 1e6 * facts.jitter_s / facts.seconds
    if error_ppm > KNOWN_PPM or abs(facts.measured_hz / facts.nominal_hz - 1) > RATE_OFF:
        return []
    return [f"its clock runs {facts.drift_ppm:+.0f} ± {error_ppm:.0f} ppm slow"]


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


def _complaint(name: str, text: str) -> Item:
    """A device's or driver's own words, and the next step that they call for."""
    step = next((step for word, step in STEPS.items() if word in text), "")
    return Item(name, Grade.WARNING, text, step or text.rpartition(": ")[2])


def _halves(text: str) -> tuple[str, str]:
    """What is wrong, and what to do about it."""
    said, _, step = text.partition(";")
    return said, step.strip()
