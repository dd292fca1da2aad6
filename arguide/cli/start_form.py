"""What can be chosen on the start screen: the choices as controls, and the command line that they stand for."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from serial.tools import list_ports

from arguide.asset_files import find_scenario, hardware, scenario_names
from arguide.cli.ar import OWN as OWN_PICTURE
from arguide.cli.options import LEVELS
from arguide.errors import SettingsError
from arguide.scene.panels.facts import Action, Choice, Control, Slide, Text
from arguide.settings.choices_file import LARGEST_SCALE, LEAST_SCALE, LONGEST, Choices, Source, ThemeName
from arguide.settings.scenario import Scenario
from arguide.settings.scenario_file import read_scenario
from arguide.settings.toml_reader import read_toml

SOURCES = {
    Source.EMULATED: "Emulated, trainee too",
    Source.SERIAL: "On a serial port",
    Source.CAMERA: "A camera and printed markers",
    Source.NETWORK: "In the network",
}
DRIVERS = {
    Source.SERIAL: ("ndi", "fastrak", "liberty", "flock"),
    Source.CAMERA: ("camera",),
    Source.NETWORK: ("ndi", "igtl"),
}
FIRST_PROFILE = {
    Source.SERIAL: "polaris-spectra",
    Source.CAMERA: "webcam",
    Source.NETWORK: "polaris-vega",
}
OWN = "A file of my own"
SIMULATED_CAMERA = "camera://sim"
NO_PORT = "none found"
NO_PICTURE = "none"


def serial_ports() -> dict[str, str]:
    """What the user reads of each serial port that is there, by its device path."""
    found = sorted(list_ports.comports(), key=lambda port: port.device)
    return {
        port.device: port.device if port.description in ("n/a", port.device) else f"{port.device}: {port.description}"
        for port in found
    }


def cameras() -> dict[str, str]:
    """What the user reads of each camera that was found, by its port."""
    if sys.platform != "linux":
        return {f"camera://{k}": f"Camera {k + 1}" for k in range(3)}
    # Of the nodes of one camera only the first gives pictures.
    nodes = [node for node in sorted(Path("/dev").glob("video*")) if _told_of(node, "index", "0") == "0"]
    return {
        f"camera://{node.name.removeprefix('video')}": f"{node}: {_told_of(node, 'name', 'camera')}" for node in nodes
    }


def _told_of(node: Path, what: str, otherwise: str) -> str:
    """What the system says of a camera's node."""
    try:
        return (Path("/sys/class/video4linux") / node.name / what).read_text().strip()
    except OSError:
        return otherwise


def profiles(source: Source) -> dict[str, str]:
    """Title of each shipped tracker profile that fits a source, by its name; the likeliest first."""
    found: dict[str, str] = {}
    for file in sorted((hardware() / "trackers").glob("*.toml")):
        table = read_toml(file)
        if table.text("driver") in DRIVERS[source] and not file.stem.startswith("emulated"):
            found[file.stem] = table.text("title")
    first = FIRST_PROFILE[source]
    return {first: found[first], **found}


class Form:
    """The choices while they are made. `sections` gives the controls for the present ones."""

    def __init__(self, choices: Choices, scenarios: Sequence[Scenario]) -> None:
        self.choices = choices
        self.own_scenario = self.own_profile = ""
        self.report: Callable[[], None] | None = None
        """Opens the last report; None while there is none."""
        self._scenarios = {scenario.name: scenario for scenario in scenarios}
        self.look_again()
        if choices.scenario not in self._scenarios and self._scenarios:
            self.pick_scenario(next(iter(self._scenarios)))

    def pick_scenario(self, name: str) -> None:
        """Choose one of those that ship."""
        self.own_scenario = ""
        self._set(scenario=name, plan="")

    def look_again(self) -> None:
        """See which serial ports and cameras there are now."""
        self._ports, self._cameras = serial_ports(), cameras()

    def keep_looks(self, found: Choices) -> None:
        """Take over the looks of other choices: they can be changed during a session too."""
        self._set(theme=found.theme, scale=found.scale)

    def sections(self) -> list[tuple[str, Sequence[Control]]]:
        """Headings and their controls, as they are now."""
        chosen = self.choices
        return [
            ("Needle path", self._path()),
            ("Tracker", self._tracker()),
            ("Camera (AR)", [self._live_picture()]),
            ("Trainee", self._trainee()),
            (
                "Looks",
                [
                    _choice("Theme", {t: t.value for t in ThemeName}, chosen.theme, lambda t: self._set(theme=t)),
                    Slide(
                        "Scale",
                        LEAST_SCALE,
                        LARGEST_SCALE,
                        lambda: self.choices.scale,
                        lambda scale: self._set(scale=round(scale, 2)),
                        "%.1f ×",
                    ),
                    *([Action("Open the last report", self.report)] if self.report else []),
                ],
            ),
        ]

    def arguments(self) -> list[str]:
        """The same on the command line. SettingsError for what is still missing."""
        chosen = self.choices
        scenario = str(find_scenario(self.own_scenario).resolve()) if self.own_scenario else chosen.scenario
        picture = self._known(self._pictures(), "picture")
        if chosen.source is Source.EMULATED:
            line = ["demo", f"--scenario={scenario}", *(["--ar"] if picture else [])]
        else:
            line = ["run", scenario, f"--port={self._port()}", f"--profile={self._profile()}"]
            line += [f"--trainee={chosen.trainee}"] if chosen.trainee else []
            line += [f"--ar={picture}"] if picture else []
        if chosen.plan and not self.own_scenario:
            line.append(f"--plan={chosen.plan}")
        return [*line, f"--guidance={self._level}", f"--theme={chosen.theme}", f"--scale={chosen.scale:g}"]

    # -- the parts ------------------------------------------------------------------------------------------------

    def _set(self, **changes: Any) -> None:
        self.choices = replace(self.choices, **changes)

    def _path(self) -> list[Control]:
        own = Text(
            "My scenario", lambda: self.own_scenario, lambda t: setattr(self, "own_scenario", t), "a folder of my own"
        )
        scenario = self._scenarios.get(self.choices.scenario)
        if scenario is None or self.own_scenario:
            return [own]
        plans = {plan.name: plan.name for plan in scenario.plans}
        now = self.choices.plan if self.choices.plan in plans else scenario.plans[0].name
        return [_choice("Path", plans, now, lambda plan: self._set(plan=plan)), own]

    def _tracker(self) -> list[Control]:
        source = self.choices.source
        parts: list[Control] = [_choice("Kind", SOURCES, source, lambda kind: self._set(source=kind, profile=""))]
        if source is Source.SERIAL:
            ports = self._ports or {"": NO_PORT}
            parts.append(_choice("Port", ports, self._known(ports, "port"), lambda port: self._set(port=port)))
            parts.append(Action("Look for ports again", self.look_again))
        elif source is Source.CAMERA:
            seen = self._trackers()
            parts.append(_choice("Camera", seen, self._known(seen, "camera"), lambda port: self._set(camera=port)))
        elif source is Source.NETWORK:
            parts.append(self._text("Address", "address", "192.168.1.10:8765"))
        return parts + self._profiles()

    def _trackers(self) -> dict[str, str]:
        """The cameras that can be a tracker; the simulated one is always there."""
        return {**self._cameras, SIMULATED_CAMERA: "Simulated camera"}

    def _live_picture(self) -> Control:
        found = self._pictures()
        return _choice(
            "Plan drawn on", found, self._known(found, "picture"), lambda address: self._set(picture=address)
        )

    def _pictures(self) -> dict[str, str]:
        """The cameras whose picture the plan can be drawn on, by address: those that see what the tracker sees."""
        source = self.choices.source
        if source is Source.EMULATED:
            return {"": NO_PICTURE, SIMULATED_CAMERA: "Simulated camera"}
        if source is Source.CAMERA:
            return {"": NO_PICTURE, OWN_PICTURE: "The same camera"}
        return {"": NO_PICTURE if self._cameras else "none was found", **self._cameras}

    def _profiles(self) -> list[Control]:
        source = self.choices.source
        if source is Source.EMULATED or (source is Source.CAMERA and self._port() == SIMULATED_CAMERA):
            return []
        titles = {name: title for name, title in profiles(source).items() if name != "simulated-camera"} | {OWN: OWN}
        now = self.choices.profile if self.choices.profile in titles else next(iter(titles))
        found: list[Control] = [_choice("Model", titles, now, lambda name: self._set(profile=name))]
        if now == OWN:
            found.append(
                Text("File", lambda: self.own_profile, lambda t: setattr(self, "own_profile", t), "my-bench.toml")
            )
        return found

    def _trainee(self) -> list[Control]:
        levels = _choice(
            "Guidance", {name: name for name in LEVELS}, self._level, lambda name: self._set(guidance=name)
        )
        if self.choices.source is Source.EMULATED:
            return [levels]
        return [self._text("Name", "trainee", "or a number"), levels]

    @property
    def _level(self) -> str:
        return self.choices.guidance if self.choices.guidance in LEVELS else LEVELS[0]

    def _text(self, label: str, field: str, hint: str) -> Text:
        return Text(
            label, lambda: str(getattr(self.choices, field)), lambda t: self._set(**{field: t.strip()[:LONGEST]}), hint
        )

    def _known(self, options: dict[str, str], field: str) -> str:
        """The choice, or the first option where it is gone."""
        now = str(getattr(self.choices, field))
        return now if now in options else next(iter(options))

    def _port(self) -> str:
        chosen = self.choices
        if chosen.source is Source.CAMERA:
            return self._known(self._trackers(), "camera")
        if chosen.source is Source.NETWORK:
            if not chosen.address:
                raise SettingsError("no address given: type the tracker's, for example 192.168.1.10:8765")
            return chosen.address if "://" in chosen.address else f"socket://{chosen.address}"
        if not self._ports:
            raise SettingsError("no serial port was found: plug the tracker in and choose 'Look for ports again'")
        return self._known(self._ports, "port")

    def _profile(self) -> str:
        source, name = self.choices.source, self.choices.profile
        if source is Source.CAMERA and self._port() == SIMULATED_CAMERA:
            return "simulated-camera"
        if name == OWN:
            if not self.own_profile:
                raise SettingsError("no tracker profile given: type the path of its file, or choose a model")
            return self.own_profile
        known = profiles(source)
        return name if name in known else next(iter(known))


def _choice(label: str, options: dict[Any, str], now: Any, pick: Callable[[Any], None]) -> Choice:
    """A choice by what the user reads, between values."""
    values = {shown: value for value, shown in options.items()}
    return Choice(label, tuple(values), lambda: options[now], lambda shown: pick(values[shown]))


def shipped_scenarios() -> tuple[list[Scenario], str]:
    """The scenarios that can be read, and what is wrong with the others."""
    found, wrong = [], []
    for name in scenario_names():
        try:
            found.append(replace(read_scenario(find_scenario(name)), name=name))
        except SettingsError as error:
            wrong.append(str(error))
    return found, "; ".join(wrong)
