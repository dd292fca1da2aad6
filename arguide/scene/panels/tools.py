"""The tools as the tracker sees them: visible, hidden or stale, how well, and how often."""

from math import isfinite

from imgui_bundle import imgui

from arguide.scene.marks import Mark
from arguide.scene.panels.facts import Facts
from arguide.scene.panels.gui import Gui
from arguide.scene.panels.widgets import quiet, sign
from arguide.scene.watch import ToolHistory
from arguide.trackers.reading import MarkerState, Visibility

GOOD_MM, FAIR_MM = 0.3, 0.6
"""Fit errors up to which a pose is good, and fair: the accuracy that makers of optical trackers state, and twice that."""
FULL_RATE = 0.9


def tool_state(tool: ToolHistory, stale: bool) -> tuple[Mark, str]:
    """A tool's state as sign and word."""
    if stale:
        return Mark.UNKNOWN, "stale"
    seen = tool.reading.visibility
    if tool.reading.tracker_from_tool is None:
        return Mark.OUT, seen.value
    return (Mark.WITHIN if seen is Visibility.VISIBLE else Mark.NEAR), seen.value


def quality(error_mm: float) -> tuple[Mark, str]:
    """A fit error in mm as sign and words."""
    if not isfinite(error_mm):
        return Mark.UNKNOWN, "–"
    mark = Mark.WITHIN if error_mm <= GOOD_MM else Mark.NEAR if error_mm <= FAIR_MM else Mark.OUT
    word = {Mark.WITHIN: "", Mark.NEAR: " fair", Mark.OUT: " poor"}[mark]
    return mark, f"{error_mm:.2f}{word}"


def draw(gui: Gui, facts: Facts) -> None:
    """Draw it."""
    tools = facts.watch.tools()
    if not tools:
        quiet(gui, facts.trouble or "Waiting for the first sample from the tracker")
        return
    columns = ("Tool", "State", "Fit, mm", "Rate")
    if imgui.begin_table("tools", len(columns), imgui.TableFlags_.sizing_stretch_prop | imgui.TableFlags_.row_bg):
        for name, weight in zip(columns, (0.25, 0.29, 0.28, 0.18), strict=True):
            imgui.table_setup_column(name, 0, weight)
        imgui.table_headers_row()
        for tool in tools:
            _row(gui, tool, facts.stale)
        imgui.end_table()
    for words in _remarks(tools, facts):
        quiet(gui, words)


def _row(gui: Gui, tool: ToolHistory, stale: bool) -> None:
    imgui.table_next_row()
    imgui.table_next_column()
    imgui.text_wrapped(tool.name)
    imgui.table_next_column()
    _marked(gui, *tool_state(tool, stale))
    imgui.table_next_column()
    _marked(gui, *quality(float("nan") if stale else tool.reading.error_mm))
    imgui.table_next_column()
    imgui.text_wrapped("0 Hz" if stale else f"{tool.rate_hz:.0f} Hz")


def _marked(gui: Gui, mark: Mark, words: str) -> None:
    sign(gui, mark)
    imgui.same_line()
    imgui.text_wrapped(words)


def _remarks(tools: tuple[ToolHistory, ...], facts: Facts) -> list[str]:
    """What the table has no column for."""
    found = [f"Sample {1e3 * facts.age_s:.0f} ms old" + (", stale: nothing is drawn as live" if facts.stale else "")]
    for tool in tools:
        markers = tool.reading.markers
        if markers:
            used = sum(marker.state is MarkerState.USED for marker in markers)
            found.append(f"{tool.name}: {used} of {len(markers)} markers used")
        if tool.reading.why:
            found.append(f"{tool.name}: {tool.reading.why}")
        elif tool.seen < FULL_RATE and tool.reading.tracker_from_tool is not None:
            found.append(f"{tool.name}: seen in {100 * tool.seen:.0f} % of the samples")
    alerts = facts.state.sample.alerts if facts.state else ()
    return [*found, *alerts, *([facts.trouble] if facts.trouble else [])]
