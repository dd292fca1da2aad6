"""`arguide calibrations`: which tools are calibrated, how well, and which files are refused."""

import argparse
import sys
from math import degrees
from typing import TYPE_CHECKING

from arguide.cli.scenario import Subparsers

if TYPE_CHECKING:
    from datetime import datetime

    from rich.table import Table

    from arguide.settings.calibration_file import ToolCalibration
    from arguide.settings.calibration_store import StoredCamera

EXAMPLES = """examples:
  arguide calibrations
  ARGUIDE_CALIBRATIONS=/mnt/lab/calibrations arguide calibrations"""

WIDE = 140


def add(commands: Subparsers) -> None:
    """Add the command to the command line."""
    command = commands.add_parser(
        "calibrations",
        help="list the stored calibrations",
        description="List the stored calibrations of all tools and cameras, newest first. A refused file is named with its reason.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.set_defaults(run=run)


def run(_: argparse.Namespace) -> int:
    """Print them as a table; exit status 1 if a file is refused."""
    from datetime import UTC, datetime

    from rich.console import Console
    from rich.table import Table

    from arguide.settings.calibration_store import CalibrationStore

    store = CalibrationStore()
    found, cameras = store.everything(), store.cameras()
    if not found and not cameras:
        print(f"no calibrations in {store.folder}; `arguide run` keeps one each time a stylus is pivoted")
        return 0
    now = datetime.now(UTC)
    table = Table(title=f"Calibrations in {store.folder}", title_justify="left")
    for head in ("tool", "serial", "method", "made (UTC)", "age", "poses", "RMS", "tip ± (95 %)", "held-out check"):
        table.add_column(head, overflow="fold")
    for one in found:
        if one.calibration is not None:
            table.add_row(*row(one.calibration, now))
    # A file or a pipe has no width: there nothing need be folded.
    console = Console(width=None if sys.stdout.isatty() else WIDE)
    if found:
        console.print(table)
    if cameras:
        console.print(_camera_table(cameras, now))
    refused = [one.refusal for one in found if one.calibration is None]
    refused += [one.refusal for one in cameras if one.calibration is None]
    for refusal in refused:
        print(f"refused: {refusal}")
    return 1 if refused else 0


def _camera_table(cameras: "list[StoredCamera]", now: "datetime") -> "Table":
    from rich.table import Table

    table = Table(title="Cameras", title_justify="left")
    for head in ("camera", "pictures of", "made (UTC)", "age", "views", "RMS", "seen", "delay", "sits on"):
        table.add_column(head, overflow="fold")
    for one in cameras:
        if (c := one.calibration) is not None:
            mount = (
                f"{c.mount.body}, {c.mount.error_mm:.2f} mm {degrees(c.mount.error_rad):.2f}°" if c.mount else "none"
            )
            table.add_row(
                c.camera,
                f"{c.width}x{c.height}",
                f"{c.made:%Y-%m-%d %H:%M}",
                f"{(now - c.made).days} d",
                str(c.pictures),
                f"{c.rms_px:.2f} px",
                f"{c.coverage:.0%}",
                f"{1e3 * c.delay_s:.1f} ± {1.96e3 * c.delay_sd_s:.1f} ms" if c.delay_sd_s else "unknown",
                mount,
            )
    return table


def row(c: "ToolCalibration", now: "datetime") -> tuple[str, ...]:
    """One calibration as the table shows it."""
    import numpy as np

    from arguide.geometry.uncertainty import region_scale

    widest = region_scale() * float(np.sqrt(max(np.linalg.eigvalsh(np.array(c.tip_covariance_mm2))[-1], 0.0)))
    check = f"{c.held_out.error_mm:.2f} mm at {c.held_out.point}" if c.held_out else "none"
    return (
        c.tool,
        c.serial,
        c.method.value,
        f"{c.made:%Y-%m-%d %H:%M}",
        f"{c.age_days(now):.0f} d",
        f"{c.fit.used} of {c.fit.poses}",
        f"{c.fit.rms_mm:.2f} mm",
        f"{widest:.2f} mm",
        check,
    )
