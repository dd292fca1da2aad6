"""`arguide patient`: a new patient from a number; the generator runs in a process of its own."""

import argparse
import hashlib
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from arguide.cli.scenario import Subparsers

GENERATOR = "arguide_sim.anatomy"
SPACING_MM = 2.0
"""Of the CT of patients that the demo makes: half the waiting, and fine enough for its slices."""

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


def kept_patient(region: str, seed: int) -> Path:
    """The scenario of a generated patient, made the first time it is asked for and then kept in the user's cache.

    Another generator, by version or by source, makes it anew. Raises SettingsError when it cannot be made; the generator
    has said why.
    """
    from arguide import __version__
    from arguide.errors import SettingsError
    from arguide.geometry.distance_field import cache_folder

    folder = cache_folder() / "patients" / f"{__version__}-{source_mark()}-{region}-{seed}-{SPACING_MM:g}mm"
    if not (folder / "scenario.toml").is_file():
        wanted = ["--region", region, "--seed", str(seed), "--spacing", f"{SPACING_MM:g}", "-o", str(folder)]
        made = generate(wanted, quietly=True)
        if made != 0:
            raise SettingsError(f"patient {seed} ({region}) was not made; the reason is above")
    return folder / "scenario.toml"


def source_mark() -> str:
    """Eight hex digits that change with the generator's source."""
    package = find_spec(GENERATOR)
    folder = Path(next(iter(package.submodule_search_locations or ()))) if package else Path()
    files = sorted(folder.rglob("*.py"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:8]


def generate(arguments: list[str], *, quietly: bool = False) -> int:
    """Run the generator; its progress and errors go to the terminal, and so does its result unless `quietly`.

    In a process of its own: the program never imports the simulated world.
    """
    out = subprocess.DEVNULL if quietly else None
    return subprocess.call([sys.executable, "-m", GENERATOR, *arguments], stdout=out)
