"""What is said on screen of a risk structure: sign, word and colour for each alert. Plain data, tested as such."""

from dataclasses import dataclass
from math import isfinite

from arguide.guidance.levels import gravest
from arguide.guidance.state import Alert, Deviation, RiskState
from arguide.scene.marks import Mark
from arguide.settings.scenario import Structure

MARKS = {
    Alert.CLEAR: Mark.WITHIN,
    Alert.AHEAD: Mark.NEAR,
    Alert.DOUBTFUL: Mark.NEAR,
    Alert.TOO_CLOSE: Mark.OUT,
    Alert.INSIDE: Mark.OUT,
}
REMEDY = {
    Alert.AHEAD: "Stop or turn away",
    Alert.DOUBTFUL: "It may be nearer than it appears: the error bar reaches into the margin",
    Alert.TOO_CLOSE: "Draw back, then turn",
    Alert.INSIDE: "Draw back at once",
}


@dataclass(frozen=True)
class Notice:
    """One warning in large type."""

    headline: str
    remedy: str
    mark: Mark


def word(risk: RiskState) -> str:
    """What stands beside the sign, in large type."""
    return f"margin {_ahead(risk)}" if risk.alert is Alert.AHEAD else risk.alert.value


def short_word(risk: RiskState) -> str:
    """The same for a narrow place."""
    return {Alert.AHEAD: _ahead(risk), Alert.DOUBTFUL: "doubtful"}.get(risk.alert, risk.alert.value)


def _ahead(risk: RiskState) -> str:
    """When; a warning outlasts the motion that it warned of."""
    return f"in {risk.breach_s:.1f} s" if isfinite(risk.breach_s) else "ahead"


def notice(
    told: tuple[RiskState, ...], risks: tuple[Structure, ...], deviation: Deviation | None = None
) -> Notice | None:
    """The gravest of the warnings that are told; with the distance where a `deviation` is shown."""
    worst = gravest(told)
    if worst is None:
        return None
    alert, structure = told[worst].alert, risks[worst]
    remedy = REMEDY[alert]
    if deviation is not None and alert is not Alert.INSIDE:
        clearance = f"{deviation.clearances_mm[worst]:.1f} mm, margin {structure.risk_margin_mm or 0:.1f} mm"
        remedy = f"{clearance}. {remedy}".replace("-", "−")
    return Notice(f"{structure.label}: {word(told[worst])}", remedy, MARKS[alert])
