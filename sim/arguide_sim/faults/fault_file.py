"""Fault scripts: TOML files that say what goes wrong and when, and lines that say it now.

title = "A loose cable"

[[fault]]
kind = "line-unplugged"
at_s = 5            # since tracking first began
for_s = 2
every_s = 20        # again and again; or per_minute = 3, at any time

[[fault]]
kind = "bit-flip"
share = 0.01        # of the replies
"""

import shlex
from dataclasses import dataclass
from math import inf
from pathlib import Path

from arguide.errors import SettingsError
from arguide.settings.toml_reader import Table, read_toml
from arguide_sim.faults.kinds import KINDS, Number, Value
from arguide_sim.faults.schedule import Fault

DAY_S = 86_400.0
LIVE = Path("control")
LONGEST_LINE = 500


@dataclass(frozen=True)
class Script:
    """What a fault file says."""

    title: str
    faults: tuple[Fault, ...]


def read_script(file: Path) -> Script:
    """Read a fault file. Raises SettingsError naming file, key and reason for every kind of mistake."""
    table = read_toml(file)
    table.text("about", "none")
    script = Script(table.text("title"), tuple(_fault(t) for t in table.tables("fault", at_least=1)))
    table.finish()
    return script


def read_line(line: str, now_s: float) -> Fault:
    """The fault that a line `KIND key=value …` names, beginning now. Raises SettingsError saying what is wrong."""
    try:
        kind, *words = shlex.split(line[:LONGEST_LINE])
    except ValueError as error:
        raise SettingsError(f"{LIVE}: {error}; write KIND key=value …, e.g. occlusion tool=needle for_s=2") from None
    data: dict[str, object] = {"kind": kind, "at_s": now_s}
    for word in words:
        name, equals, text = word.partition("=")
        if not equals:
            raise SettingsError(f"{LIVE}: {word!r}: expected key=value, e.g. for_s=2")
        data[name] = _plain(text) if name not in ("tool", "markers", "command", "on") else text
    return _fault(Table(data, LIVE, ""))


def _plain(text: str) -> object:
    for form in (int, float):
        try:
            return form(text)
        except ValueError:
            continue
    return text


def _fault(t: Table) -> Fault:
    name = t.text("kind")
    if name not in KINDS:
        t.fail("kind", f"no fault {name!r}; there are {', '.join(KINDS)}")
    kind = KINDS[name]
    values: dict[str, Value] = {}
    for key, takes in kind.takes.items():
        if isinstance(takes, Number):
            values[key] = t.number(key, takes.low, takes.high, takes.default)
        else:
            values[key] = t.text(key, takes.default)
    if "markers" in values and not set(str(values["markers"])) <= set("0123456789 ,"):
        t.fail("markers", f'expected numbers of markers from 0, e.g. "0, 2"; got {values["markers"]!r}')
    every_s, scattered = _again(t)
    share = t.number("share", 0, 1, 1.0) if kind.per_reply else 1.0
    only_data = t.text("on", "all") == "data" if kind.per_reply else False
    lasts = inf if kind.per_reply or kind.at_once else kind.for_s
    for_s = inf if kind.at_once else t.number("for_s", 0, inf, lasts)
    if scattered and for_s < inf:
        for_s = min(for_s, every_s)
    at_s = t.number("at_s", 0, DAY_S, 0.0)
    t.finish()
    return Fault(name, values, at_s, for_s, every_s, scattered, share, only_data)


def _again(t: Table) -> tuple[float, bool]:
    """After how long it comes again (0: never), and whether at any time within."""
    if "per_minute" in t:
        if "every_s" in t:
            t.fail("per_minute", "every_s is given too; say one of them")
        return 60 / t.number("per_minute", 0.01, 600), True
    return t.number("every_s", 0, DAY_S, 0.0), False
