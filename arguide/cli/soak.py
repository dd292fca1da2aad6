"""`arguide soak`: the real driver against an emulated tracker to which everything happens."""

import argparse
import json
from math import inf, isfinite
from typing import TYPE_CHECKING, Any, TypeAlias

Subparsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
if TYPE_CHECKING:
    from arguide.cli.soaking import Outcome

DEVICES = ("polaris-vicra", "polaris-spectra", "polaris-vega")
LEAST_S = 5.0
"""Shorter a run has no time for anything to happen."""
EXAMPLES = """examples:
  arguide soak --faults all --minutes 5              every kind of trouble, five minutes in all
  arguide soak --faults all --minutes 60 --fast      an hour of it on simulated time
  arguide soak --faults my-faults.toml               trouble of your own
  arguide soak --faults noisy-line --json            for programs

The exit status is 1 when a pose was believed that was wrong, or the tracker did not come back."""

LEGEND = (
    "lost, back: how often the tracker was gone, and set up again; worst: time from when it answers again to the next"
    " sample; gap: longest time without a sample, whatever the reason; wrong: poses believed that are not true"
)


def add(commands: Subparsers) -> None:
    """Add the command to the command line."""
    command = commands.add_parser(
        "soak",
        help="try the tracker driver on a bad line and in bad light",
        description="Run the tracker driver against an emulated tracker in trouble, and count what becomes of it.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument(
        "--faults", default="all", metavar="all|NAME|FILE", help="which trouble: a shipped script, or your own (all)"
    )
    command.add_argument("--minutes", type=float, default=2.0, help="how long, all together (%(default)s)")
    command.add_argument("--device", choices=DEVICES, default="polaris-spectra", help="which tracker (%(default)s)")
    command.add_argument("--profile", default="emulated", help="tracker profile: which tools, how fast (%(default)s)")
    command.add_argument("--seed", type=int, default=1, help="the same seed gives the same trouble")
    command.add_argument("--fast", action="store_true", help="on simulated time: as quick as this computer is")
    command.add_argument("--json", action="store_true", help="one JSON document instead of a table")
    command.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Run everything asked for, one after the other; 1 when something must not be."""
    from arguide.asset_files import fault_names, find_faults, find_profile
    from arguide.cli.soaking import soak
    from arguide.errors import SettingsError
    from arguide.settings.profile_file import read_profile

    names = fault_names() if given.faults == "all" else [given.faults]
    for name in names:
        find_faults(name)  # before anything takes time
    profile = read_profile(find_profile(given.profile))
    seconds = 60 * given.minutes / len(names)
    if not LEAST_S <= seconds < inf:
        least = LEAST_S * len(names) / 60
        raise SettingsError(
            f"--minutes {given.minutes:g}: too short to see anything; at least {least:.1f} are needed here"
        )
    outcomes = []
    for name in names:
        if not given.json:
            print(f"{name}: {seconds:.0f} s ...", flush=True)
        outcomes.append(soak(given.device, name, profile, seconds, given.seed, given.fast))
    if given.json:
        print(json.dumps([_plain(outcome) for outcome in outcomes], indent=1))
    else:
        _show(outcomes)
    return int(any(outcome.wrong or not isfinite(outcome.worst_recovery_s) for outcome in outcomes))


def _plain(outcome: "Outcome") -> dict[str, Any]:
    """As JSON has it: a recovery that never came is null."""
    values = vars(outcome).copy()
    if not isfinite(outcome.worst_recovery_s):
        values["worst_recovery_s"] = None
    return values


def _show(outcomes: "list[Outcome]") -> None:
    from rich.box import SIMPLE
    from rich.console import Console
    from rich.table import Table

    table = Table(title=f"The driver in trouble, {outcomes[0].seconds:.0f} s each", box=SIMPLE)
    table.add_column("faults", no_wrap=True)
    for column in ("readings", "damaged\nreplies", "lost", "back", "worst\ns", "gap\ns", "wrong\nposes"):
        table.add_column(column, justify="right", no_wrap=True)
    for o in outcomes:
        worst = f"{o.worst_recovery_s:.2f}" if isfinite(o.worst_recovery_s) else "never"
        counts = (o.readings, o.bad_replies, o.losses, o.recoveries)
        table.add_row(o.faults, *map(str, counts), worst, f"{o.longest_gap_s:.2f}", str(o.wrong))
    console = Console()
    console.print(table)
    console.print(LEGEND, highlight=False)
    for outcome in outcomes:
        for error in outcome.errors:
            console.print(f"{outcome.faults}: {error}", highlight=False, markup=False)
