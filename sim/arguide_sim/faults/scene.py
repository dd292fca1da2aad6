"""Faults in front of the tracker: they change what is there to be seen."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from random import Random

import numpy as np

from arguide.geometry.transforms import Array, translation
from arguide_sim.cameras import Company, Metal, Moment
from arguide_sim.clock import Clock
from arguide_sim.faults.kinds import Level
from arguide_sim.faults.schedule import Fault, Schedule
from arguide_sim.hands.motion import turned
from arguide_sim.ndi.definition import Definition

FAR_AWAY = translation([0.0, 0.0, 5000.0])
"""Behind the tracker: in nobody's volume."""


class TroubledCompany:
    """A `Company` to whose tools things happen."""

    def __init__(self, company: Company, schedule: Schedule, clock: Clock) -> None:
        self._company = company
        self._schedule = schedule
        self._clock = clock

    @property
    def tools(self) -> Mapping[str, Definition]:
        """How every tool is built, by name."""
        return self._company.tools

    def identify(self, definition: Definition, taken: Collection[str]) -> str | None:
        """The tool that is built like that."""
        return self._company.identify(definition, taken)

    def at(self, time_s: float) -> Moment:
        """The state of all tools, with what happens to them."""
        moment = self._company.at(time_s)
        for fault in self._schedule.active(Level.SCENE, self._clock.session_s() + time_s):
            moment = _with(moment, fault, self._company.tools)
        return moment


def _with(moment: Moment, fault: Fault, tools: Mapping[str, Definition]) -> Moment:
    values = fault.values
    meant = [str(values["tool"])] if values.get("tool") else list(tools)
    match fault.kind:
        case "occlusion" if values["markers"]:
            which = [int(n) for n in str(values["markers"]).replace(",", " ").split()]
            return replace(moment, hidden_markers={**moment.hidden_markers, **dict.fromkeys(meant, which)})
        case "occlusion":
            return replace(moment, hidden={*moment.hidden, *meant})
        case "out-of-volume":
            return _moved(moment, {name: FAR_AWAY for name in meant})
        case "too-much-infrared":
            return replace(moment, flooded=True)
        case "interference":
            return replace(moment, disturbed={*moment.disturbed, *meant})
        case "strays":
            return replace(moment, strays=(*moment.strays, *_strays(fault, moment)))
        case "bumped-reference":
            return _moved(moment, {name: _knock(fault, moment.poses[name]) for name in meant if name in moment.poses})
        case "bent-tool":
            bent = {name: _bend(fault, len(tools[name].markers)) for name in meant if name in tools}
            return replace(moment, bent={**moment.bent, **bent})
        case "metal":
            return replace(moment, metal=(*moment.metal, *_metal(fault, moment, meant)))
    return moment


def _moved(moment: Moment, by: Mapping[str, Array]) -> Moment:
    moved = {name: by[name] @ pose for name, pose in moment.poses.items() if name in by}
    return replace(moment, poses={**moment.poses, **moved})


def _any_way(seed: int) -> Array:
    random = Random(seed)
    way = np.array([random.gauss(0, 1) for _ in range(3)])
    unit: Array = way / np.linalg.norm(way)
    return unit


def _knock(fault: Fault, pose: Array) -> Array:
    """A displacement in the tracker frame: a slide, and a turn about where the body is."""
    slide = float(fault.values["by_mm"]) * _any_way(fault.seed)
    turn = np.radians(float(fault.values["by_deg"])) * _any_way(fault.seed + 1)
    place = pose[:3, 3]
    return translation(place + slide) @ turned(*turn) @ translation(-place)


def _bend(fault: Fault, count: int) -> Array:
    bent = np.zeros((count, 3))
    if count:
        bent[int(fault.values["marker"]) % count] = float(fault.values["by_mm"]) * _any_way(fault.seed)
    return bent


def _strays(fault: Fault, moment: Moment) -> list[tuple[float, float, float]]:
    """Where reflections lie: about the tools, always at the same places."""
    places = [pose[:3, 3] for pose in moment.poses.values()]
    middle = np.mean(places, axis=0) if places else np.array([0.0, 0.0, -1500.0])
    middle = np.round(middle / 400) * 400  # so that it does not go along with the hands
    points = [middle + 150 * _any_way(fault.seed + n) for n in range(int(fault.values["count"]))]
    return [(float(x), float(y), float(z)) for x, y, z in points]


def _metal(fault: Fault, moment: Moment, meant: list[str]) -> list[Metal]:
    way = float(fault.values["distance_mm"]) * _any_way(fault.seed)
    pieces = []
    for name in meant:
        if name in moment.poses:
            x, y, z = (moment.poses[name][:3, 3] + way).tolist()
            pieces.append(Metal((x, y, z), float(fault.values["reach_mm"])))
    return pieces
