"""Port handles: free those left behind, load passive tools, find wired ones; each a plain function of the exchange."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from arguide.errors import BadReplyError, DeviceError, TrackerError
from arguide.settings.profile import ToolProfile
from arguide.trackers.ndi.commands import (
    ALL,
    ENABLED,
    PASSIVE_TOOL,
    WAITING_TO_BE_FREED,
    upload_blocks,
)
from arguide.trackers.ndi.errors import INVALID_HANDLE, describe_warning
from arguide.trackers.ndi.exchange import Exchange
from arguide.trackers.ndi.replies import warning_code
from arguide.trackers.ndi.rom import read_rom
from arguide.trackers.ndi.tracking_reply import PortStatus

READY = PortStatus.OCCUPIED | PortStatus.INITIALIZED | PortStatus.ENABLED
ROUNDS = 8
"""Wired tools that appear only once others are initialized: so many rounds of looking at most."""


@dataclass(frozen=True, slots=True)
class LoadedTool:
    """A tool of the profile under the handle the device gave it."""

    handle: int
    name: str
    dof: int = 6
    warning: str = ""
    wired: bool = False


@dataclass(frozen=True, slots=True)
class Plug:
    """What the device knows of the tool at a handle."""

    port: int
    channel: int
    serial_number: str
    part_number: str

    def fits(self, tool: ToolProfile) -> bool:
        """Whether this can be the tool that the profile means."""
        return (
            (not tool.port or tool.port == self.port)
            and (tool.channel is None or tool.channel == self.channel)
            and (not tool.serial_number or tool.serial_number == self.serial_number)
            and (not tool.part_number or tool.part_number == self.part_number)
        )

    def __str__(self) -> str:
        half = f".{self.channel}" if self.channel else ""
        return f"port {self.port}{half} (serial number {self.serial_number}, part {self.part_number or 'unknown'})"


def free_leftovers(exchange: Exchange) -> None:
    """Free the port handles of an earlier program: those waiting to be freed, and wireless tools still loaded."""
    free_unplugged(exchange)
    for handle, _ in port_handles(exchange, ALL):
        if is_wireless(exchange, handle):
            exchange.ask("PHF", f"{handle:02X}", obeyed=INVALID_HANDLE)


def free_unplugged(exchange: Exchange) -> set[int]:
    """Free the handles whose tools are gone; returns them."""
    handles = {handle for handle, _ in port_handles(exchange, WAITING_TO_BE_FREED)}
    for handle in sorted(handles):
        exchange.ask("PHF", f"{handle:02X}", obeyed=INVALID_HANDLE)
    return handles


def is_wireless(exchange: Exchange, handle: int) -> bool:
    """Whether a handle belongs to a wireless tool (a wired one keeps its handle: it sits in its port)."""
    try:
        location = exchange.ask("PHINF", f"{handle:02X}0020")
    except DeviceError:
        return False
    return len(location) == 14 and location[9] == "1"


def load_passive(exchange: Exchange, tool: ToolProfile) -> LoadedTool:
    """Upload, initialize and enable one passive tool."""
    try:
        text = exchange.ask("PHRQ", PASSIVE_TOOL)  # a garbled answer costs an unused handle, freed at the next connect
    except DeviceError as error:
        raise DeviceError(f"no port handle for tool {tool.name}: {error}", error.code) from error
    handle = _hex("PHRQ", text, 2)
    _upload(exchange, handle, tool)
    warning = _initialize(exchange, handle, tool)
    expect_okay("PENA", exchange.ask("PENA", f"{handle:02X}D"))
    return LoadedTool(handle, tool.name, tool.dof or 6, warning)


def find_wired(exchange: Exchange, wanted: Sequence[ToolProfile], known: Collection[int]) -> list[LoadedTool]:
    """Initialize the wired tools that are plugged in and not `known` yet, and enable those that are `wanted`.

    The second half of a tool with two sensors appears only once the first is initialized, so this looks again until
    nothing new is there. A tool that does not start is told in its `warning` and has no effect on the others.
    """
    found: list[LoadedTool] = []
    seen = set(known)
    for _ in range(ROUNDS):
        # All handles, not only those to be initialized: an earlier program may have done that and crashed.
        listed = port_handles(exchange, ALL)
        fresh = [(handle, status) for handle, status in listed if handle not in seen and status & PortStatus.OCCUPIED]
        if not fresh:
            break
        seen.update(handle for handle, _ in fresh)
        found += [_start_wired(exchange, handle, status, wanted) for handle, status in fresh]
    return [tool for tool in found if tool.name or tool.warning]


def check_enabled(exchange: Exchange, tools: Iterable[LoadedTool]) -> None:
    """Raise TrackerError unless the device lists all these tools as initialized and enabled."""
    enabled = dict(port_handles(exchange, ENABLED))
    for tool in tools:
        if enabled.get(tool.handle, 0) & READY != READY:
            raise TrackerError(
                f"tool {tool.name} (handle {tool.handle:02X}) was loaded but is not enabled; switch the tracker off and on,"
                " connect again"
            )


def port_handles(exchange: Exchange, which: str) -> list[tuple[int, int]]:
    """PHSR: (handle, status) of all port handles of one kind."""
    text = exchange.ask("PHSR", which)
    count = _hex("PHSR", text[:2], 2)
    if len(text) != 2 + 5 * count:
        raise BadReplyError(f"PHSR: {count} handles announced in {text[:40]!r}; expected 5 characters for each")
    items = [text[at : at + 5] for at in range(2, len(text), 5)]
    return [(_hex("PHSR", item[:2], 2), _hex("PHSR", item[2:], 3)) for item in items]


def plug_of(exchange: Exchange, handle: int) -> Plug:
    """Where a wired tool is plugged in and what it says of itself: PHINF 0001, 0004 and 0020 at once."""
    text = exchange.ask("PHINF", f"{handle:02X}0025")
    if text == "UNOCCUPIED":
        return Plug(0, 0, "", "")
    if len(text) != 67 or not text[63:67].isdecimal():
        raise BadReplyError(f"PHINF: expected 67 characters with port and channel, got {text[:70]!r}; ask again")
    return Plug(int(text[63:65]), int(text[65:67]), text[23:31].upper(), text[33:53].strip())


def degrees_of_freedom(exchange: Exchange, handle: int) -> int:
    """5 or 6, as the device says; 6 where it does not say."""
    try:
        text = exchange.ask("PHINF", f"{handle:02X}0080")
    except DeviceError:
        return 6
    return 5 if text.startswith("05") else 6


def _start_wired(exchange: Exchange, handle: int, status: int, wanted: Sequence[ToolProfile]) -> LoadedTool:
    """Initialize one handle and enable it if the profile names it; without a name if it does not."""
    override = [tool for tool in wanted if tool.definition]
    try:
        if override and (tool := _wanted(plug_of(exchange, handle), override)) is not None:
            _upload(exchange, handle, tool)  # instead of what the tool's own memory says
        if not status & PortStatus.INITIALIZED:
            _initialize(exchange, handle, None)
        plug = plug_of(exchange, handle)
        if (tool := _wanted(plug, wanted)) is None:
            return LoadedTool(handle, "", wired=True)
        expect_okay("PENA", exchange.ask("PENA", f"{handle:02X}D"))
        return LoadedTool(handle, tool.name, tool.dof or degrees_of_freedom(exchange, handle), wired=True)
    except DeviceError as error:
        return LoadedTool(handle, "", warning=f"the tool at handle {handle:02X} does not start: {error}", wired=True)


def _wanted(plug: Plug, wanted: Sequence[ToolProfile]) -> ToolProfile | None:
    return next((tool for tool in wanted if plug.fits(tool)), None)


def _upload(exchange: Exchange, handle: int, tool: ToolProfile) -> None:
    assert tool.definition is not None, "the profile reader gives every passive tool a definition"
    for block in upload_blocks(handle, read_rom(tool.definition).image):
        expect_okay("PVWR", exchange.ask("PVWR", block))


def _initialize(exchange: Exchange, handle: int, tool: ToolProfile | None) -> str:
    """PINIT; returns the device's warning in words ("" if none). A refusal names the tool."""
    try:
        text = exchange.ask("PINIT", f"{handle:02X}")
    except DeviceError as error:
        if tool is None or tool.definition is None:
            raise
        raise DeviceError(f"tool {tool.name} ({tool.definition.name}): {error}", error.code) from error
    warning = warning_code(text)
    if warning is None:
        expect_okay("PINIT", text)
        return ""
    return f"tool {tool.name if tool else f'at handle {handle:02X}'}: {describe_warning(warning)}"


def _hex(command: str, text: str, digits: int) -> int:
    if len(text) != digits or any(c not in "0123456789ABCDEFabcdef" for c in text):
        raise BadReplyError(f"{command}: expected {digits} hex digits, got {text[:20]!r}; is this an NDI tracker?")
    return int(text, 16)


def expect_okay(command: str, text: str) -> None:
    """Raise BadReplyError unless a command was obeyed."""
    if text != "OKAY" and warning_code(text) is None:
        raise BadReplyError(f"{command}: expected OKAY, got {text[:40]!r}; is this an NDI tracker?")
