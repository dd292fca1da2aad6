"""`python -m arguide_sim.anatomy OUT_DIR [--seed N]`: generate a lumbar patient as a scenario folder."""

import argparse
import sys
from pathlib import Path

from rich.console import Console

from arguide.errors import ArguideError
from arguide_sim.anatomy.scenario_folder import write_lumbar


def main() -> int:
    """Generate, saying which part is being made; 0 when the folder is complete."""
    parser = argparse.ArgumentParser(prog="python -m arguide_sim.anatomy", description="Generate a lumbar patient.")
    parser.add_argument("folder", type=Path, metavar="OUT_DIR", help="folder for scenario.toml and its meshes")
    parser.add_argument("--seed", type=int, default=0, help="number of the patient (default: 0)")
    args = parser.parse_args()
    console = Console(stderr=True)
    try:
        with console.status("generating") as status:
            file = write_lumbar(args.folder, args.seed, tell=lambda part: status.update(f"making {part}"))
    except (ArguideError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(file)
    return 0


if __name__ == "__main__":
    sys.exit(main())
