"""`arguide patient`: a new patient from a number; the generator runs in a process of its own."""

import argparse
import subprocess
import sys

from arguide.cli.scenario import Subparsers

NO_PREFIX = "\0"
"""Nothing begins so: every word behind the command is the generator's, also those that begin with a dash."""


def add(commands: Subparsers) -> None:
    """Add the command to the command line."""
    command = commands.add_parser(
        "patient",
        help="generate a patient: meshes, label map, CT, plans and truth as a scenario",
        prefix_chars=NO_PREFIX,
        add_help=False,
    )
    command.add_argument("rest", nargs="*")
    command.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Let the simulator generate it, and return its exit status."""
    return generate(given.rest or ["--help"])


def generate(arguments: list[str]) -> int:
    """Run the generator; what it says goes to the terminal. The program never imports the simulated world."""
    return subprocess.call([sys.executable, "-m", "arguide_sim.anatomy", *arguments])
