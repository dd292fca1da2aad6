"""The step guide: every step with its outcome, the fiducials with their residuals, and the teaching text."""

from imgui_bundle import imgui

from arguide.guidance.state import FiducialState, Step
from arguide.scene.marks import Mark
from arguide.scene.panels.facts import Facts
from arguide.scene.panels.gui import Gui
from arguide.scene.panels.look import color
from arguide.scene.panels.widgets import heading, quiet, sign
from arguide.scene.steps import steps_at


def draw(gui: Gui, facts: Facts) -> None:
    """Draw it."""
    if facts.state is None:
        quiet(gui, facts.trouble or "Waiting for the first sample from the tracker")
        return
    view = facts.state.view
    steps = steps_at(view.step)
    now = steps.index(view.step)
    for k, step in enumerate(steps):
        mark, word = (Mark.WITHIN, "done") if k < now else (Mark.AHEAD, "now") if k == now else (Mark.UNKNOWN, "")
        sign(gui, mark)
        imgui.same_line()
        imgui.text_colored(color(gui.theme.ink if k == now else gui.theme.quiet), f"{k + 1}. {step.value.capitalize()}")
        if word:
            imgui.same_line()
            imgui.text_colored(color(gui.theme.quiet), f"({word})")
    imgui.spacing()
    # Beside the bar: over it the words would stand on its colour.
    words = f"{100 * view.progress:.0f} % of this step"
    wide = imgui.calc_text_size("100 % of this step").x + imgui.get_style().item_spacing.x
    imgui.progress_bar(view.progress, imgui.ImVec2(-wide, 0), "")
    imgui.same_line()
    imgui.text(words)
    heading(gui, view.instruction)
    for words in (view.measured, view.advice, "Space: go on" if view.ready and view.step is not Step.DONE else ""):
        if words:
            quiet(gui, words)
    _fiducials(gui, facts.state.fiducials)
    _teaching(gui, facts)


def _fiducials(gui: Gui, fiducials: tuple[FiducialState, ...]) -> None:
    if not fiducials or not imgui.collapsing_header("Fiducials", imgui.TreeNodeFlags_.default_open):
        return
    for one in fiducials:
        mark, word = _status(one)
        sign(gui, mark)
        imgui.same_line()
        residual = f", residual {one.residual_mm:.1f} mm" if one.residual_mm is not None else ""
        imgui.text_wrapped(f"{one.name}: {word}{residual}")


def _status(one: FiducialState) -> tuple[Mark, str]:
    if one.excluded:
        return Mark.OUT, "left out"
    if one.suspect:
        return Mark.NEAR, "suspect"
    if one.touched:
        return Mark.WITHIN, "touched"
    return (Mark.AHEAD, "next") if one.next else (Mark.UNKNOWN, "not yet")


def _teaching(gui: Gui, facts: Facts) -> None:
    paragraphs = [text for text in (facts.plan.guidance, *facts.scenario.teaching) if text]
    if paragraphs and imgui.collapsing_header("What to look for"):
        for text in paragraphs:
            quiet(gui, text)
