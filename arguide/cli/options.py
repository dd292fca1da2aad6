"""Options that several commands share."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from arguide.scene.looks import Looks
    from arguide.settings.scenario import Plan, Scenario

LEVELS = ("full", "reduced", "intermittent", "none")
"""The values of `guidance.state.Level`, which is not imported before a command runs."""


def add_scenario_choice(command: argparse.ArgumentParser) -> None:
    """--plan: which of the scenario's plans."""
    command.add_argument("--plan", help="name of the needle plan (default: the scenario's first)")


def add_showing(command: argparse.ArgumentParser) -> None:
    """--headless, --out, --size."""
    command.add_argument("--headless", action="store_true", help="no window: pictures and a film instead")
    command.add_argument(
        "-o", "--out", type=Path, help="folder for recording, report and pictures (default: a new one)"
    )
    command.add_argument(
        "--size", metavar="WxH", help="size of window or pictures (default: 1280x720, a window as it suits the desktop)"
    )
    command.add_argument("--theme", choices=("dark", "light"), help="colours of the panels (default: as last time)")
    command.add_argument(
        "--scale", type=float, metavar="N", help="size of the panels' letters, 0.7 to 2 (default: as last time)"
    )
    command.set_defaults(curtain=None)


def add_calibrate(command: argparse.ArgumentParser) -> None:
    """--calibrate: how the needle is calibrated in the session."""
    command.add_argument(
        "--calibrate",
        metavar="HOW",
        help="calibrate the needle, too: its tip by `pivot` or by `template` (rested in the divot), its axis by `spin`, or"
        " both, as template,spin; `none` for not at all (default: as the scenario says, unless it is stored)",
    )


def add_trainee(command: argparse.ArgumentParser) -> None:
    """--trainee: who practises."""
    command.add_argument("--trainee", default="", help="name or number of the trainee, kept in the recording")


def looks_of(given: argparse.Namespace) -> "Looks":
    """How the panels shall look: as asked for, or else as last time."""
    from arguide.errors import SettingsError
    from arguide.scene.looks import Looks
    from arguide.settings.choices_file import LARGEST_SCALE, LEAST_SCALE, read_choices

    last, _ = read_choices()
    scale = last.scale if given.scale is None else given.scale
    if not LEAST_SCALE <= scale <= LARGEST_SCALE:
        raise SettingsError(f"--scale {scale:g}: expected {LEAST_SCALE:g} to {LARGEST_SCALE:g}")
    return Looks(given.theme or last.theme, scale)


def add_guidance(command: argparse.ArgumentParser) -> None:
    """--guidance, --mute: how much help there is, and whether it is heard, from the start."""
    command.add_argument("--mute", action="store_true", help="no sound at the start; M turns it on")
    command.add_argument(
        "--guidance",
        choices=LEVELS,
        default=LEVELS[0],
        help="how much the trainee is helped: full, reduced (bullseye only), intermittent (a glance by L), none (a test);"
        " G changes it later (default: %(default)s)",
    )


def size_of(text: str | None, window: bool = False) -> tuple[int, int]:
    """`1280x720` as two numbers; what suits where nothing was asked for."""
    from arguide.errors import SettingsError

    if text is None:
        from arguide.scene.desktop import DESIGN
        from arguide.scene.outputs import desktop_size

        return desktop_size() if window else DESIGN
    width, _, height = text.lower().partition("x")
    if not (width.isdigit() and height.isdigit() and 640 <= int(width) <= 7680 and 400 <= int(height) <= 4320):
        raise SettingsError(f"--size {text}: expected WIDTHxHEIGHT from 640x400 to 7680x4320, for example 1280x720")
    return int(width), int(height)


def plan_of(scenario: "Scenario", name: str | None) -> "Plan":
    """The plan with that name, or the first."""
    from arguide.errors import SettingsError

    found = next((plan for plan in scenario.plans if name in (None, plan.name)), None)
    if found is None:
        names = ", ".join(repr(plan.name) for plan in scenario.plans)
        raise SettingsError(f"--plan {name!r}: {scenario.file} has {names}; choose one of these")
    return found
