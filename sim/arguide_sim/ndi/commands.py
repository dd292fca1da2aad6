"""The command table: which commands there are, who carries them out, and when they are allowed."""

from dataclasses import dataclass

from arguide_sim.ndi import system_commands as system
from arguide_sim.ndi import tool_commands as tool
from arguide_sim.ndi import tracking
from arguide_sim.ndi.state import Handler, Mode

ALWAYS = frozenset(Mode)
INITIALIZED = frozenset({Mode.SETUP, Mode.TRACKING})
SETUP = frozenset({Mode.SETUP})
TRACKING = frozenset({Mode.TRACKING})


@dataclass(frozen=True, slots=True)
class Command:
    """One line of the table."""

    handler: Handler
    modes: frozenset[Mode]


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
    "TSTART": Command(tracking.tstart, SETUP),
    "TX": Command(tracking.tx, TRACKING),
    "BX": Command(tracking.bx, TRACKING),
    "TSTOP": Command(tracking.tstop, TRACKING),
}
