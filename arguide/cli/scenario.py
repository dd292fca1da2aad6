"""`arguide scenario`: list what ships, check a scenario, or make one from a CT and its label map."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from arguide.asset_files import find_scenario, scenario_names

Subparsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
if TYPE_CHECKING:
    from arguide.settings.scenario import Scenario

EXAMPLES = """examples:
  arguide scenario list
  arguide scenario check my-scenario/
  arguide scenario from-labels ct.nii.gz labels.nii.gz -o my-patient
  arguide demo --scenario my-patient"""


def add(commands: Subparsers) -> None:
    """Add the command to the command line."""
    top = commands.add_parser(
        "scenario",
        help="list, check or make scenarios",
        description="List the scenarios that ship, check one, or make one from a patient's CT.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    kinds = top.add_subparsers(metavar="ACTION", required=True)
    kinds.add_parser("list", help="the scenarios that ship with arguide").set_defaults(run=run_list)
    check = kinds.add_parser("check", help="read a scenario with all its meshes and say what is in it")
    check.add_argument("scenario", help="name of a shipped scenario, a folder, or a scenario.toml")
    check.set_defaults(run=run_check)
    shown = kinds.add_parser("picture", help="draw what the start screen shows of a scenario: its picture.jpg")
    shown.add_argument("scenarios", nargs="*", help="names or folders (default: all that ship)")
    shown.add_argument("--cache", action="store_true", help="keep it in the user's cache, not beside the scenario")
    shown.set_defaults(run=run_picture)
    made = kinds.add_parser("from-labels", help="make a scenario from a CT and a label map (NIfTI)")
    made.add_argument("ct", type=Path, help="CT volume (.nii, .nii.gz), Hounsfield units")
    made.add_argument("labels", type=Path, help="label map on the same patient, TotalSegmentator's label numbers")
    made.add_argument("-o", "--out", type=Path, required=True, help="folder to make; must not exist")
    made.set_defaults(run=run_from_labels)


def run_list(_: argparse.Namespace) -> int:
    """Print name and title of each shipped scenario."""
    from arguide.settings.scenario_file import read_scenario

    for name in scenario_names():
        print(f"{name:24} {read_scenario(find_scenario(name)).title}")
    return 0


def run_picture(given: argparse.Namespace) -> int:
    """Draw the pictures."""
    from arguide.cli.pictures import draw, places
    from arguide.settings.scenario_file import read_scenario

    for name in given.scenarios or scenario_names():
        scenario = read_scenario(find_scenario(name))
        file = places(scenario)[given.cache]
        draw(scenario, file)
        print(f"drew {file}")
    return 0


def run_check(given: argparse.Namespace) -> int:
    """Read everything the scenario names; mistakes end as one line."""
    from arguide.settings.scenario_file import read_scenario

    scenario = read_scenario(find_scenario(given.scenario))
    print(f"{scenario.title}\n{scenario.summary}\n")
    _check_meshes(scenario, print)
    print(f"\n{len(scenario.fiducials)} fiducials · plans: {', '.join(plan.name for plan in scenario.plans)}")
    return 0


def _check_meshes(scenario: "Scenario", say: Callable[[str], None]) -> None:
    from arguide.geometry.mesh import read_mesh

    for structure in scenario.structures:
        mesh = read_mesh(structure.mesh)
        margin = "" if structure.risk_margin_mm is None else f" · keep {structure.risk_margin_mm:g} mm away"
        closed = "closed" if mesh.is_closed else "NOT CLOSED"
        say(f"{structure.label:28} {structure.tissue.value:7} {len(mesh.faces):7} triangles, {closed}{margin}")


def run_from_labels(given: argparse.Namespace) -> int:
    """Make a scenario from a CT and its labels."""
    from arguide.cli.progress import progress_bar
    from arguide.imaging.from_labels import scenario_from_labels

    with progress_bar("Making the scenario") as progress:
        file = scenario_from_labels(given.ct, given.labels, given.out, progress)
    print(f"made {file}\nTry it: arguide demo --scenario {file.parent}", file=sys.stdout)
    return 0
