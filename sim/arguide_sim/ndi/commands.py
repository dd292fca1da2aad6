"""The command table: which commands there are, who carries them out, and when they are allowed."""

from dataclasses import dataclass

from arguide_sim.ndi import diagnostics as diagnostic
from arguide_sim.ndi import streams, tracking
from arguide_sim.ndi import system_commands as system
from arguide_sim.ndi import tool_commands as tool
from arguide_sim.ndi.bx2 import bx2
from arguide_sim.ndi.models import Model
from arguide_sim.ndi.state import Handler, Mode

ALWAYS = frozenset(Mode)
INITIALIZED = frozenset({Mode.SETUP, Mode.TRACKING, Mode.DIAGNOSTIC})
SETUP = frozenset({Mode.SETUP})
TRACKING = frozenset({Mode.TRACKING})
DIAGNOSTIC = frozenset({Mode.DIAGNOSTIC})
MEASURING = TRACKING | DIAGNOSTIC
FOR_STREAMS: dict[str, Handler] = {"TX": tracking.tx, "BX": tracking.bx, "BX2": bx2}


@dataclass(frozen=True, slots=True)
class Command:
    """One line of the table."""

    handler: Handler
    modes: frozenset[Mode]
    modern: bool = False
    """Only models of the third generation have it."""


COMMANDS = {
    "INIT": Command(system.init, ALWAYS),
    "RESET": Command(system.reset, ALWAYS),
    "COMM": Command(system.comm, ALWAYS),
    "BEEP": Command(system.beep, ALWAYS),
    "ECHO": Command(system.echo, ALWAYS),
    "VER": Command(system.ver, ALWAYS),
    "APIREV": Command(system.apirev, ALWAYS),
    "GET": Command(system.get, ALWAYS),
    "GETINFO": Command(system.getinfo, ALWAYS),
    "SET": Command(system.set_parameter, INITIALIZED),
    "LED": Command(system.led, INITIALIZED),
    "SFLIST": Command(system.sflist, INITIALIZED),
    "VSEL": Command(system.vsel, SETUP),
    "IRATE": Command(system.irate, SETUP),
    "PHSR": Command(tool.phsr, SETUP),
    "PHRQ": Command(tool.phrq, SETUP),
    "PVWR": Command(tool.pvwr, SETUP),
    "PINIT": Command(tool.pinit, SETUP),
    "PENA": Command(tool.pena, SETUP),
    "PDIS": Command(tool.pdis, SETUP),
    "PHF": Command(tool.phf, SETUP),
    "PHINF": Command(tool.phinf, SETUP),
    "PPRD": Command(diagnostic.no_feature, SETUP),
    "PPWR": Command(diagnostic.no_feature, SETUP),
    "PURD": Command(diagnostic.no_feature, SETUP),
    "PUWR": Command(diagnostic.no_feature, SETUP),
    "PSEL": Command(diagnostic.no_feature, SETUP),
    "PSRCH": Command(diagnostic.no_feature, SETUP),
    "PSOUT": Command(diagnostic.no_feature, SETUP),
    "TCTST": Command(diagnostic.no_feature, SETUP),
    "TTCFG": Command(diagnostic.no_feature, SETUP),
    "TSTART": Command(tracking.tstart, SETUP),
    "TX": Command(tracking.tx, TRACKING),
    "BX": Command(tracking.bx, TRACKING),
    "BX2": Command(bx2, TRACKING, modern=True),
    "STREAM": Command(streams.stream_of(FOR_STREAMS), TRACKING, modern=True),
    "USTREAM": Command(streams.ustream, TRACKING, modern=True),
    "TSTOP": Command(tracking.tstop, TRACKING),
    "DSTART": Command(diagnostic.dstart, SETUP),
    "IRINIT": Command(diagnostic.irinit, DIAGNOSTIC),
    "IRCHK": Command(diagnostic.irchk, DIAGNOSTIC),
    "IRED": Command(diagnostic.ired, DIAGNOSTIC),
    "3D": Command(diagnostic.three_d, MEASURING),
    "DSTOP": Command(diagnostic.dstop, DIAGNOSTIC),
}


def command_of(model: Model, name: str) -> Command | None:
    """The line of the table for `name`, if this model has that command."""
    command = COMMANDS.get(name)
    return None if command is None or (command.modern and not model.modern) else command
