"""`arguide emulate`: an emulated tracker for other people's programs, in a process of its own."""

import argparse
import os
import subprocess
import sys
from typing import TypeAlias

Subparsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

EXAMPLES = """examples:
  arguide emulate polaris-vicra --pty /tmp/ttyTracker      on a pseudo-terminal, under that name
  arguide emulate polaris-vega --tcp 127.0.0.1:8765        on a network port, as a Vega is
  arguide emulate aurora --pty --faults noisy-line         with trouble on the line
  arguide emulate polaris-spectra --help                   every option of that device"""


def add(commands: Subparsers) -> None:
    """Add the command to the command line."""
    command = commands.add_parser(
        "emulate",
        help="serve an emulated tracker on a pseudo-terminal or a network port",
        description="An emulated tracker that speaks the real protocol, for any client. Options are the device's own.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        usage="arguide emulate DEVICE (--pty [LINK] | --tcp HOST:PORT) [OPTION ...]",
    )
    # Everything behind the command is the simulator's: it knows its devices and their options, we do not.
    command.add_argument("rest", nargs=argparse.REMAINDER, metavar="DEVICE ...", help="device and its options")
    command.set_defaults(run=run, help=command.print_help)


def run(given: argparse.Namespace) -> int:
    """Become the simulator; where a process cannot do that, run it until it ends and return its exit status."""
    if not given.rest:
        given.help()
        return 0
    # The whole of it is in the other process: this program never imports the simulated world.
    command = [sys.executable, "-m", "arguide_sim", *given.rest]
    if os.name == "posix":
        os.execv(command[0], command)
    return subprocess.call(command)
