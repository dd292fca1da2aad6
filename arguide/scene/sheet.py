"""The words around the views: readout, step guide, title, alarm and cards, laid out for one window size."""

from collections.abc import Sequence

from panda3d.core import NodePath

from arguide.geometry.transforms import Array
from arguide.guidance.levels import shown, warned_of
from arguide.guidance.state import SessionState
from arguide.scene import style
from arguide.scene.canvas import Align, Canvas
from arguide.scene.card import Card, CardLine
from arguide.scene.check_light import CheckLight
from arguide.scene.layout import Layout, Rect
from arguide.scene.overlay import Overlay
from arguide.scene.readout import Readout, lines, with_warning
from arguide.scene.risk_words import notice
from arguide.scene.steps import StepGuide
from arguide.settings.scenario import Plan, Scenario


class Sheet:
    """Everything on the canvas that no view draws. Made anew with every layout."""

    def __init__(self, scenario: Scenario, plan: Plan, place: Layout, canvas: Canvas, banner: str) -> None:
        self._scenario, self._plan, self._place = scenario, plan, place
        self._canvas = canvas
        self._readout = Readout(canvas, place.readout)
        self._readout.show(lines(None, plan, scenario.risks))
        self._cover = _cover(canvas, place.readout)
        self._overlay = Overlay(canvas, place, scenario.title, plan.name, banner)
        self._steps = StepGuide(canvas, place.steps, place.bleeds)
        self._light = CheckLight(canvas, place.light)
        self._card: Card | None = None

    def show(self, state: SessionState, image_from_tip: Array | None, alarm: tuple[str, str] | None) -> None:
        """Say what the state says; `image_from_tip` is None when it is not known now, whatever the state holds."""
        given, risks = shown(state), self._scenario.risks
        live = image_from_tip is not None
        deviation = state.needle.deviation if live and given.numbers else None
        told = warned_of(state) if live else ()
        said = with_warning(lines(deviation, self._plan, risks, state.needle.uncertainty), told, risks, deviation)
        self._readout.show(said)
        self._cover.hide() if given.numbers else self._cover.show()
        self._steps.show(state.view)
        self._light.show(state, covered=alarm is not None)
        self._overlay.show(state, alarm, notice(told, risks, deviation))

    def lay(self, card: tuple[Sequence[CardLine], str] | None) -> None:
        """Lay a card of lines and title over everything, instead of the one before; None: take it away."""
        if self._card:
            self._card.close()
        self._card = Card(self._canvas, self._place.card, self._place.window, card[1], card[0]) if card else None


def _cover(canvas: Canvas, box: Rect) -> NodePath:
    """Over the readout where the level of guidance gives no numbers."""
    root = canvas.group()
    root.hide()
    canvas.panel(box, style.rgba(style.PANEL), 0, root)
    words = box.inset(0.12 * box.width, 0.5 * (box.height - min(box.height, 56 * canvas.unit)))
    canvas.label(words, 18, "No numbers at this guidance level", style.QUIET, align=Align.CENTER, parent=root)
    return root
