"""`python -m arguide_sim.anatomy --region lumbar --seed 7 -o DIR`: generate a patient as a scenario folder.

`arguide patient` hands its arguments on to this program.
"""

import argparse
import os
import sys
from pathlib import Path
from typing import Any

from arguide.cli.progress import progress_bar
from arguide.errors import ArguideError, SettingsError
from arguide_sim.anatomy.phantom import Phantom
from arguide_sim.anatomy.region import Parameter, Region
from arguide_sim.anatomy.regions import REGIONS, region_named
from arguide_sim.anatomy.scanner import Scanner
from arguide_sim.anatomy.scenario_folder import Options, scenario_name, write_patient

EXAMPLES = """examples:
  arguide patient --seed 7 -o patient-7                       a lumbar patient, all drawn from the number 7
  arguide patient --seed 7 --age 67 --sex f --bmi 31 -o her   the same number, older, heavier
  arguide patient --region knee --seed 3 -o knee-3            another part of the body
  arguide patient --seed 7 --spacing 2 --dose 3 -o quick      a coarser, noisier CT in less time
  arguide patient --seed 7 --phantom -o phantom-7             the same anatomy as a training phantom, with parts to print
  arguide demo --scenario patient-7                           practise on it

For training on phantoms, not for patients."""

SPACING_MM, DOSE_MGY, BALL_MM = (0.5, 3.0), (0.5, 60.0), (0.0, 3.0)
MOST_PROCESSES = 4
"""Each takes 0.7 GB for a CT of 1 mm."""
REFUSED = 1


def main(arguments: list[str] | None = None) -> int:
    """Generate, saying how far it is; 0 when the folder is complete."""
    try:
        region = region_named(_region(arguments))
        given = _parser(region).parse_args(arguments)
        made = Phantom(region, _within("--ball", given.ball, BALL_MM, "mm")) if given.phantom else region
        wanted = {p.name: value for p in region.parameters if (value := getattr(given, p.name)) is not None}
        person = region.person(given.seed, **{name: _value(region, name, text) for name, text in wanted.items()})
        options = Options(
            scanner=Scanner(
                _within("--spacing", given.spacing, SPACING_MM, "mm"),
                _within("--dose", given.dose, DOSE_MGY, "mGy"),
                step_hu=given.step_hu,
            ),
            procedure=given.procedure,
            name=scenario_name(given.out.name),
            effort=given.effort,
            processes=min(os.cpu_count() or 1, MOST_PROCESSES),
        )
        with progress_bar("Generating") as progress:
            file = write_patient(made, person, given.out, options, progress)
    except ArguideError as error:
        print(f"arguide: {error}", file=sys.stderr)
        return REFUSED
    except KeyboardInterrupt:
        print("arguide: stopped", file=sys.stderr)
        return 130
    print(f"made {file}\nTry it: arguide demo --scenario {file.parent}")
    return 0


def _region(arguments: list[str] | None) -> str:
    """The region alone, before the options that depend on it are known."""
    first = argparse.ArgumentParser(add_help=False)
    first.add_argument("--region", default="lumbar")
    return str(first.parse_known_args(arguments)[0].region)


def _parser(region: Region) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="arguide patient",
        description=f"Generate a patient as a complete scenario: meshes, label map, CT, plans and truth. {region.title}.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--region", default="lumbar", help=f"{', '.join(REGIONS)} (default: lumbar)")
    parser.add_argument("--seed", type=int, required=True, help="number of the patient: same number, same patient")
    parser.add_argument("-o", "--out", type=Path, required=True, help="folder to make; must not exist")
    parser.add_argument("--procedure", help="only this one of the region's procedures (default: all)")
    parser.add_argument("--spacing", type=float, default=1.0, metavar="MM", help="of the CT, 0.5 to 3 (default: 1)")
    parser.add_argument(
        "--dose", type=float, default=10.0, metavar="MGY", help="of the CT: less is noisier (default: 10)"
    )
    parser.add_argument(
        "--step-hu", type=int, choices=(1, 2, 4, 8, 16), default=1, help="round the CT, for small files"
    )
    parser.add_argument(
        "--effort", type=int, choices=range(1, 10), default=6, help="of packing the volumes (default: 6)"
    )
    parser.add_argument(
        "--phantom",
        action="store_true",
        help="as a training phantom: bones in gel in a box with pits, and parts to print",
    )
    parser.add_argument(
        "--ball", type=float, default=0.0, metavar="MM",
        help="with --phantom: diameter of the ball at the stylus's tip, 0 to 3 (default: 0, a point)",
    )  # fmt: skip
    person = parser.add_argument_group("the person (default: drawn from the seed)")
    for parameter in region.parameters:
        option = "--" + parameter.name.replace("_", "-")
        person.add_argument(option, dest=parameter.name, metavar=_kind(parameter), help=_help(parameter))
    return parser


def _kind(parameter: Parameter) -> str:
    return "{" + ",".join(parameter.choices) + "}" if parameter.choices else "X"


def _help(parameter: Parameter) -> str:
    if parameter.choices:
        return parameter.meaning
    return f"{parameter.meaning}, {parameter.low:g} to {parameter.high:g} {parameter.unit}".strip()


def _value(region: Region, name: str, text: str) -> Any:
    parameter = next(p for p in region.parameters if p.name == name)
    if parameter.choices:
        return text
    try:
        return float(text)
    except ValueError:
        option = "--" + name.replace("_", "-")
        raise SettingsError(
            f"{option} {text}: expected a number from {parameter.low:g} to {parameter.high:g} {parameter.unit}".strip()
        ) from None


def _within(option: str, value: float, limits: tuple[float, float], unit: str) -> float:
    low, high = limits
    if not low <= value <= high:
        raise SettingsError(f"{option} {value:g}: expected {low:g} to {high:g} {unit}")
    return value


if __name__ == "__main__":
    sys.exit(main())
