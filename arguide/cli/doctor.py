"""`arguide doctor`: find the tracker, examine it, and say the next step."""

import argparse
import json
import sys
from typing import TYPE_CHECKING

from arguide.cli.scenario import Subparsers

if TYPE_CHECKING:
    from arguide.trackers.doctor import Facts, Report
    from arguide.trackers.searching import Probe

EXAMPLES = """examples:
  arguide doctor                                    look at every serial port of this machine
  arguide doctor /dev/ttyUSB0
  arguide doctor socket://192.168.1.10:8765 --profile polaris-vega
  arguide doctor /dev/ttyUSB0 --json                for machines

Exit status: 0 all is well, 1 something deserves attention, 2 it does not work."""
MARKS = {"good": "[green]ok  [/]", "warning": "[yellow]look[/]", "bad": "[red]bad [/]"}
STATUS = {"good": 0, "warning": 1, "bad": 2}


def add(commands: Subparsers) -> None:
    """Add the command to the command line."""
    command = commands.add_parser(
        "doctor",
        help="why does the tracker not work, and what is the next step",
        description="Examine a tracker and its line: a checklist, and what to do first.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("port", nargs="?", metavar="PORT", help="device path, COM port or address; default: search")
    command.add_argument("--profile", help="tracker profile (default: the one that ships for the model found)")
    command.add_argument("--seconds", type=float, default=3.0, metavar="S", help="watch so long (3)")
    command.add_argument("--json", action="store_true", help="print JSON instead of the checklist")
    command.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Search, examine, print; the exit status says how it is."""
    from arguide.cli.progress import working
    from arguide.trackers.checks import examine
    from arguide.trackers.searching import likely_ports, probe_all

    url = given.port
    if url is None:
        with working("asking every serial port"):
            probes = probe_all(likely_ports())
        url = next((found.port for found in probes if found.identity is not None), None)
        if not given.json:
            _print_search(probes)
        if url is None:
            return _nothing_found(probes, given.json)
    report = examine(_facts_of(url, given.profile, given.seconds))
    if given.json:
        print(json.dumps(report.as_json(), indent=1))
    else:
        _print(report)
    return STATUS[report.grade.value]


def _facts_of(url: str, name: str | None, seconds: float) -> "Facts":
    from arguide.cli.progress import working
    from arguide.errors import SettingsError
    from arguide.trackers.doctor import Facts
    from arguide.trackers.examining import gather
    from arguide.trackers.searching import profile_for

    try:
        with working(f"asking {url} who is there"):
            profile = profile_for(url, name)
    except SettingsError as error:
        return Facts(port=url, settings_trouble=str(error))
    with working(f"connecting and watching for {seconds:g} s; one that is silent is restarted, which takes 10 s"):
        return gather(profile, url, seconds)


def _print_search(probes: "list[Probe]") -> None:
    for probe in probes:
        if probe.identity is not None:
            print(f"{probe.port}: {probe.identity} at {probe.baud} baud")
        else:
            print(probe.trouble or f"{probe.port}: free, but no tracker answers")


def _nothing_found(probes: "list[Probe]", as_json: bool) -> int:
    step = (
        "no tracker was found: is it switched on, its data cable plugged in, its driver installed?"
        " A tracker on a network needs its address: arguide doctor socket://ADDRESS:8765"
    )
    if as_json:
        ports = [{"port": probe.port, "trouble": probe.trouble} for probe in probes]
        print(json.dumps({"port": None, "grade": "bad", "next_step": step, "ports": ports, "items": []}, indent=1))
    else:
        print(step, file=sys.stderr)
    return STATUS["bad"]


def _print(report: "Report") -> None:
    from rich.console import Console
    from rich.markup import escape

    console = Console(highlight=False, soft_wrap=True)
    for item in report.items:
        console.print(f"{MARKS[item.grade.value]} {escape(f'{item.name}: {item.text}')}")
        if item.next_step:
            console.print(f"     {escape(item.next_step)}", style="dim")
    console.print(f"\nNext step: {escape(report.next_step)}", style="bold")
