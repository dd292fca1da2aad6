"""The start screen: what is chosen by keys is what runs, everything fits, and it is told when there is no desktop."""

import argparse
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from imgui_bundle import imgui

from arguide.cli.command_line import parser
from arguide.cli.options import LEVELS
from arguide.cli.start import _sessions
from arguide.cli.start_form import OWN, SIMULATED_CAMERA, SOURCES, Form, profiles, shipped_scenarios
from arguide.errors import DisplayError, PortError, SettingsError
from arguide.scene.panels.facts import Choice
from arguide.scene.start import Entry, StartScreen
from arguide.scene.style import THEMES
from arguide.settings.choices_file import Choices, Source, ThemeName, read_choices, write_choices
from arguide.settings.scenario import Scenario

CAMERAS = {"camera://2": "/dev/video2: C920"}
PORTS = {"/dev/ttyUSB0": "/dev/ttyUSB0: NDI Host USB Converter", "/dev/ttyS0": "/dev/ttyS0"}


@pytest.fixture
def form(monkeypatch: pytest.MonkeyPatch) -> Form:
    monkeypatch.setattr("arguide.cli.start_form.serial_ports", lambda: dict(PORTS))
    monkeypatch.setattr("arguide.cli.start_form.cameras", lambda: dict(CAMERAS))
    return Form(Choices(), shipped_scenarios()[0])


def screen_of(form: Form, size: tuple[int, int] = (1024, 600)) -> StartScreen:
    picture = np.full((50, 80, 3), (200, 40, 90), np.uint8)
    entries = [
        Entry("lumbar-facet", "Lumbar", "A needle", lambda: picture),
        Entry("other", "Another", "Later", lambda: None),
    ]
    try:
        return StartScreen(
            entries,
            lambda: form.choices.scenario,
            form.pick_scenario,
            form.sections,
            lambda: THEMES[form.choices.theme],
            lambda: form.choices.scale,
            size=size,
            window=False,
        )
    except DisplayError as error:
        pytest.skip(f"no OpenGL here: {error}")


@pytest.fixture
def screen(form: Form) -> Iterator[StartScreen]:
    made = screen_of(form)
    for _ in range(3):
        made.draw(0.02)
    yield made
    made.close()


def press(screen: StartScreen, *keys: str) -> None:
    for key in keys:
        for event in (key, f"{key}-up"):
            screen.take(event)
            screen.draw(0.02)
            screen.draw(0.02)


def test_the_first_choice_is_the_demo(form: Form) -> None:
    given = parser().parse_args(form.arguments())
    assert given.scenario == "lumbar-facet" and given.run.__module__ == "arguide.cli.demo"
    assert (given.guidance, given.theme, given.scale) == ("full", "dark", 1.0)


def test_a_tracker_on_a_serial_port(form: Form) -> None:
    form.choices = replace(form.choices, source=Source.SERIAL, trainee="-7", port="/dev/ttyS0", profile="aurora")
    given = parser().parse_args(form.arguments())
    assert given.run.__module__ == "arguide.cli.run"
    assert (given.port, given.profile, given.trainee) == ("/dev/ttyS0", "aurora", "-7")


def test_a_port_that_is_gone_is_replaced_by_one_that_is_there(form: Form) -> None:
    form.choices = replace(form.choices, source=Source.SERIAL, port="/dev/ttyUSB7", profile="no-such-tracker")
    given = parser().parse_args(form.arguments())
    assert given.port == "/dev/ttyUSB0" and given.profile == "polaris-spectra"


@pytest.mark.parametrize(
    ("address", "port"), [("10.0.0.7:8765", "socket://10.0.0.7:8765"), ("rfc2217://a:1", "rfc2217://a:1")]
)
def test_a_tracker_in_the_network(form: Form, address: str, port: str) -> None:
    form.choices = replace(form.choices, source=Source.NETWORK, address=address)
    assert parser().parse_args(form.arguments()).port == port


def test_cameras(form: Form) -> None:
    form.choices = replace(form.choices, source=Source.CAMERA, camera=SIMULATED_CAMERA)
    given = parser().parse_args(form.arguments())
    assert (given.port, given.profile) == (SIMULATED_CAMERA, "simulated-camera")


@pytest.mark.parametrize(
    ("source", "options", "picked", "asked"),
    [
        (Source.EMULATED, ["none", "Simulated camera"], SIMULATED_CAMERA, True),
        (Source.SERIAL, ["none", "/dev/video2: C920"], "camera://2", "camera://2"),
        (Source.NETWORK, ["none", "/dev/video2: C920"], "camera://2", "camera://2"),
        (Source.CAMERA, ["none", "The same camera"], "own", "own"),
    ],
)
def test_the_plan_on_a_picture(form: Form, source: Source, options: list[str], picked: str, asked: object) -> None:
    """What is offered is what sees the tracker's world, and what is picked is what `--ar` says."""
    form.choices = replace(form.choices, source=source, address="a:1")
    (control,) = dict(form.sections())["Camera (AR)"]
    assert isinstance(control, Choice) and list(control.options) == options and control.get() == "none"
    assert not parser().parse_args(form.arguments()).ar
    control.set(options[1])
    assert form.choices.picture == picked
    assert parser().parse_args(form.arguments()).ar == asked


def test_a_camera_that_is_gone_is_not_asked_for(form: Form) -> None:
    form.choices = replace(form.choices, source=Source.SERIAL, picture="camera://7")
    assert parser().parse_args(form.arguments()).ar is None


def test_after_every_session_one_is_back(form: Form, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Three sessions by keys: one that fails before its window, one that fails in it, one that is finished."""
    monkeypatch.setenv("ARGUIDE_CHOICES", str(tmp_path / "choices.toml"))
    monkeypatch.setattr("arguide.cli.start._results", lambda: tmp_path)
    asked, told, opened = [], [], []

    def session(given: argparse.Namespace) -> int:
        asked.append(given)
        if len(asked) == 1:
            raise PortError("no tracker answers on COM3: switch it on")
        given.curtain.close()
        if len(asked) == 2:
            raise OSError(28, "No space left on device")
        given.out.mkdir()
        (given.out / "report.html").write_text("")
        return 0

    def ask(screen: StartScreen) -> bool:
        opened.append(screen)
        told.append(screen.notice)
        screen._answer = None
        press(screen, "tab", "escape" if len(asked) == 3 else "f5")
        return bool(screen._answer)

    def shown(form: Form, scenarios: list[Scenario]) -> StartScreen:
        return screen_of(form, (640, 400))

    monkeypatch.setattr("arguide.cli.demo.run", session)
    monkeypatch.setattr("arguide.cli.start._screen", shown)
    monkeypatch.setattr(StartScreen, "ask", ask)
    write_choices(replace(form.choices, picture=SIMULATED_CAMERA, guidance="reduced"))
    assert _sessions(parser(), shipped_scenarios()[0], "") == 0
    assert [bool(words) for words in told] == [False, True, True, False]
    assert told[1].endswith("switch it on") and "No space left" in told[2]
    assert opened[0] is opened[1] and len({id(screen) for screen in opened}) == 3 and all(s.closed for s in opened)
    assert all(given.ar and given.guidance == "reduced" and given.size == "640x400" for given in asked)
    assert read_choices()[0].picture == SIMULATED_CAMERA


def test_what_is_missing_is_named(form: Form, monkeypatch: pytest.MonkeyPatch) -> None:
    form.choices = replace(form.choices, source=Source.NETWORK)
    with pytest.raises(SettingsError, match="no address given"):
        form.arguments()
    form.choices = replace(form.choices, source=Source.SERIAL, profile=OWN)
    with pytest.raises(SettingsError, match="no tracker profile given"):
        form.arguments()
    monkeypatch.setattr("arguide.cli.start_form.serial_ports", dict)
    form.choices = replace(form.choices, profile="")
    form.look_again()
    with pytest.raises(SettingsError, match="no serial port was found"):
        form.arguments()
    form.own_scenario = "no-such-folder"
    with pytest.raises(SettingsError, match="no scenario"):
        form.arguments()


@pytest.mark.parametrize("source", [source for source in Source if source is not Source.EMULATED])
def test_every_kind_has_models_to_choose_from(source: Source) -> None:
    assert profiles(source)


def test_choices_that_make_no_sense_any_more_do_no_harm() -> None:
    scenarios = shipped_scenarios()[0]
    odd = Choices(scenario="gone", plan="gone", guidance="gone", profile="gone", camera="camera://77")
    for source in Source:
        form = Form(replace(odd, source=source, address="a:1"), scenarios)
        assert form.sections()
        if source is not Source.SERIAL:
            parser().parse_args(form.arguments())


@pytest.fixture
def focused(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The label of the widget that has the keyboard, the newest last."""
    found: list[str] = []

    def watched(draw: Callable[..., object]) -> Callable[..., object]:
        def drawn(label: str, *rest: object) -> object:
            result = draw(label, *rest)
            if imgui.is_item_focused():
                found.append(label)
            return result

        return drawn

    boxes = (
        "button",
        "invisible_button",
        "checkbox",
        "slider_float",
        "selectable",
        "input_text_with_hint",
        "begin_combo",
    )
    for name in boxes:
        monkeypatch.setattr(imgui, name, watched(getattr(imgui, name)))
    return found


def go_to(screen: StartScreen, focused: list[str], label: str) -> None:
    for _ in range(20):
        if focused and focused[-1] == label:
            return
        press(screen, "tab")
    raise AssertionError(f"{label} cannot be reached by Tab")


def test_every_choice_can_be_reached_and_made_by_keys(screen: StartScreen, form: Form, focused: list[str]) -> None:
    press(screen, "space")
    assert screen._answer is True  # Start has the keyboard at first
    for label in (
        "##lumbar-facet",
        "##other",
        "Path",
        "My scenario",
        "Kind",
        "Plan drawn on",
        "Theme",
        "Scale",
        "Start",
    ):
        go_to(screen, focused, label)
    for label in ("Kind", "Guidance", "Theme"):
        go_to(screen, focused, label)
        press(screen, "space", "arrow_down", "space")
    chosen = form.choices
    assert (chosen.source, chosen.guidance, chosen.theme) == (Source.SERIAL, LEVELS[1], ThemeName.LIGHT)
    for label in ("Port", "Look for ports again", "Model", "Name"):
        go_to(screen, focused, label)
    go_to(screen, focused, "##other")
    press(screen, "space")
    assert form.choices.scenario == "other"


def test_typing_and_leaving_by_keys(screen: StartScreen, form: Form) -> None:
    form.choices = replace(form.choices, source=Source.NETWORK)
    for _ in range(3):
        screen.draw(0.02)
    for _ in range(20):
        press(screen, "tab")
        screen.write("ö9")
        screen.draw(0.02)
        screen.draw(0.02)
    assert form.choices.address.endswith("ö9") and form.choices.trainee.endswith("ö9")
    press(screen, "escape", "escape")
    assert screen._answer is False


@pytest.mark.parametrize("key", ["f5"])
def test_a_key_starts_from_anywhere(screen: StartScreen, key: str) -> None:
    press(screen, "tab", key)
    assert screen._answer is True


@pytest.mark.parametrize(
    ("size", "scale"), [((1024, 600), 1.0), ((1024, 600), 2.0), ((1280, 720), 0.7), ((3840, 2160), 1.0)]
)
def test_nothing_leaves_the_window(form: Form, size: tuple[int, int], scale: float) -> None:
    """Its edge stays empty at every side, whatever is chosen and told."""
    form.choices = replace(form.choices, source=Source.SERIAL, scale=scale)
    screen = screen_of(form, size)
    screen.notice = "the tracker on /dev/ttyUSB0 does not answer: check its power, cable and speed " * 2
    for _ in range(4):
        screen.draw(0.02)
    picture = screen.picture().astype(int)
    screen.close()
    edge = max(3, int(4 * min(size[0] / 1280, size[1] / 720)))
    rim = np.concatenate([picture[2:edge].reshape(-1, 3), picture[-edge:-2].reshape(-1, 3)])
    sides = np.concatenate([picture[10:-10, 2:edge].reshape(-1, 3), picture[10:-10, -edge:-2].reshape(-1, 3)])
    assert np.abs(np.concatenate([rim, sides]) - picture[edge, edge]).max() < 40


def test_pictures_and_looks_are_seen(screen: StartScreen, form: Form) -> None:
    dark = screen.picture()
    assert ((np.abs(dark.astype(int) - (200, 40, 90)).max(axis=2) < 3).sum()) > 5000
    form.choices = replace(form.choices, theme=ThemeName.LIGHT)
    for _ in range(3):
        screen.draw(0.02)
    assert screen.picture().mean() > dark.mean() + 100


def test_every_source_has_words() -> None:
    assert set(SOURCES) == set(Source)


def test_without_a_desktop_the_help_says_why() -> None:
    bare = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    done = subprocess.run([sys.executable, "-m", "arguide"], capture_output=True, text=True, env=bare, check=False)
    assert done.returncode == 0 and "usage: arguide" in done.stdout
    (why,) = done.stderr.splitlines()[-1:]
    assert "needs a desktop" in why and "arguide demo --headless" in why
