"""`arguide film`: any recording as an MP4 at full quality, drawn off screen."""

import argparse
from pathlib import Path

from arguide.cli.options import LEVELS
from arguide.cli.scenario import Subparsers

EXAMPLES = """examples:
  arguide film session.mcap                              session.mp4 beside it
  arguide film session.mcap -o talk.mp4 --fps 60 --size 1920x1080 --from 40 --to 75
  arguide film session.mcap --layout slices --guidance full"""


def add(commands: Subparsers) -> None:
    """Add the command to the command line."""
    command = commands.add_parser(
        "film",
        help="make a film of a recording",
        description="Draw a recording again, off screen and at full quality, into an MP4 with sound.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("file", type=Path, help="a session.mcap, also one that a crash cut short")
    command.add_argument("-o", "--out", type=Path, help="the film (default: FILE.mp4 beside the recording)")
    command.add_argument("--size", default="1280x720", metavar="WxH", help="size of the film (default: %(default)s)")
    command.add_argument("--fps", type=int, default=30, help="pictures a second, 1 to 60 (default: %(default)s)")
    command.add_argument("--from", dest="start", type=float, default=0.0, metavar="S", help="begin there, in seconds")
    command.add_argument("--to", dest="end", type=float, metavar="S", help="end there (default: at its end)")
    command.add_argument("--layout", default="1", help="number or name of a layout, as on the number keys (default: 1)")
    command.add_argument("--guidance", choices=LEVELS, help="show it at this level (default: as it was done)")
    command.add_argument("--silent", action="store_true", help="no sound track")
    command.add_argument("--scenario", help="where the scenario is, if it does not ship with arguide or has moved")
    command.add_argument("--profile", help="where the tracker profile is, if it is not one that ships")
    command.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Make the film."""
    from arguide.cli.filming import Cut, make_film
    from arguide.cli.options import size_of
    from arguide.cli.replay import settings_of
    from arguide.guidance.state import Level
    from arguide.recording.recording_file import read_recording

    cut = Cut(
        out=given.out or given.file.with_suffix(".mp4"),
        size=size_of(given.size),
        fps=given.fps,
        start_s=given.start,
        end_s=given.end,
        layout=given.layout,
        level=Level(given.guidance) if given.guidance else None,
        silent=given.silent,
    )
    cut.check()
    recording = read_recording(given.file)
    if recording.ends_early:
        print(f"note: {recording.ends_early}")
    scenario, plan, profile = settings_of(recording, given.scenario, given.profile)
    make_film(recording, scenario, plan, profile, cut)
    print(f"{cut.out}  ({cut.out.stat().st_size / 1024:,.0f} KiB)")
    return 0
