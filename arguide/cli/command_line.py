"""The commands joined to one command line.

Each command is a module with `add(subparsers)` and `run(arguments)`; heavy libraries are imported when it runs,
so that `arguide --help` answers at once.
"""

import argparse
import os
import sys

from arguide import __version__
from arguide.cli import (
    board,
    calibrate,
    calibrations,
    demo,
    doctor,
    emulate,
    film,
    monitor,
    patient,
    register,
    replay,
    run,
    scenario,
    soak,
    start,
)
from arguide.errors import ArguideError

EXAMPLES = """examples:
  arguide                                          choose everything on the start screen
  arguide demo                                     the whole job on an emulated tracker, nothing plugged in
  arguide demo --headless --fast                   the same as pictures, film, recording and report
  arguide run lumbar-facet --port /dev/ttyUSB0     a real tracker and a real person
  arguide replay session.mcap                      see a recording again in the same scene
  arguide scenario list                            what can be practised

For training on phantoms, not for patients."""


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = argparse.ArgumentParser(
        prog="arguide",
        description="Augmented-reality procedure guidance on phantoms: a tracked needle against its planned path.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="version", version=f"arguide {__version__}")
    top.set_defaults(run=lambda given: start.run(top))
    commands = top.add_subparsers(title="commands", metavar="COMMAND")
    for command in (
        demo,
        run,
        doctor,
        monitor,
        patient,
        replay,
        film,
        scenario,
        emulate,
        soak,
        calibrations,
        calibrate,
        register,
        board,
    ):
        command.add(commands)
    return top


def main(arguments: list[str] | None = None) -> int:
    """Entry point of the `arguide` command; returns the exit status."""
    given = parser().parse_args(arguments)
    try:
        status = int(given.run(given))
        sys.stdout.flush()
        return status
    except ArguideError as error:
        print(f"arguide: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("arguide: stopped", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # Whoever read has read enough (`arguide … | head`); Python must not complain at its end either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
