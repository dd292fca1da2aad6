"""`arguide` alone: the start screen, and again after every session."""

import argparse
import sys
import time
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING

from arguide.errors import ArguideError, DisplayError, SettingsError

if TYPE_CHECKING:
    from arguide.cli.start_form import Form
    from arguide.scene.start import Entry, StartScreen
    from arguide.settings.scenario import Scenario

NO_DESKTOP = (
    "the start screen needs a desktop, and none was found (DISPLAY and WAYLAND_DISPLAY are empty);"
    " without one try: arguide demo --headless"
)


def run(top: argparse.ArgumentParser) -> int:
    """Show the start screen, or the help and why there is no such screen."""
    from arguide.cli.job import window_possible

    if not window_possible():
        return _help(top, NO_DESKTOP, 0)
    from arguide.cli.pictures import drawn_beside
    from arguide.cli.start_form import shipped_scenarios

    scenarios, wrong = shipped_scenarios()
    try:
        with drawn_beside(scenarios):
            return _sessions(top, scenarios, wrong)
    except DisplayError as error:
        return _help(top, str(error), 1)


def _help(top: argparse.ArgumentParser, why: str, status: int) -> int:
    top.print_help()
    print(f"\narguide: {why}", file=sys.stderr)
    return status


def _sessions(top: argparse.ArgumentParser, scenarios: "list[Scenario]", notice: str) -> int:
    """One session after the other, until the user leaves."""
    from arguide.cli.start_form import Form
    from arguide.settings.choices_file import read_choices

    choices, lost = read_choices()
    form, notice = Form(choices, scenarios), lost or notice
    screen: StartScreen | None = None
    try:
        while True:
            if screen is None or screen.closed:
                screen = _screen(form, scenarios)
            screen.notice, screen.busy = notice, ""
            started = screen.ask()
            notice = _keep(form)
            if not started:
                return 0
            notice = _session(top, form, screen) or notice
    finally:
        if screen is not None:
            screen.close()


def _session(top: argparse.ArgumentParser, form: "Form", screen: "StartScreen") -> str:
    """Do what `arguide demo` or `arguide run` does; returns what went wrong, empty when all is well."""
    from arguide.settings.choices_file import read_choices

    out = _results() / time.strftime("%Y%m%d-%H%M%S")
    width, height = screen.size
    try:
        given = top.parse_args([*form.arguments(), f"--out={out}", f"--size={width}x{height}"])
        given.curtain = screen
        screen.wait("Getting ready")
        given.run(given)
    except (ArguideError, OSError) as error:
        print(f"arguide: {error}", file=sys.stderr)
        return str(error)
    finally:
        form.look_again()
        form.keep_looks(read_choices()[0])
        if (report := out / "report.html").exists():
            form.report = lambda: _open(report)
    return ""


def _keep(form: "Form") -> str:
    from arguide.settings.choices_file import write_choices

    try:
        write_choices(form.choices)
    except SettingsError as error:
        return str(error)
    return ""


def _results() -> Path:
    """Where sessions are kept that were not started in some folder."""
    from platformdirs import user_documents_path

    return user_documents_path() / "arguide"


def _open(report: Path) -> None:
    webbrowser.open(report.resolve().as_uri())


def _screen(form: "Form", scenarios: "list[Scenario]") -> "StartScreen":
    from arguide.scene.outputs import desktop_size
    from arguide.scene.start import StartScreen
    from arguide.scene.style import THEMES

    return StartScreen(
        [entry_of(scenario) for scenario in scenarios],
        lambda: "" if form.own_scenario else form.choices.scenario,
        form.pick_scenario,
        form.sections,
        lambda: THEMES[form.choices.theme],
        lambda: form.choices.scale,
        size=desktop_size(),
    )


def entry_of(scenario: "Scenario") -> "Entry":
    """What the start screen shows of a scenario."""
    from arguide.cli.pictures import loader
    from arguide.scene.start import Entry

    return Entry(scenario.name, scenario.title, scenario.summary, loader(scenario))
