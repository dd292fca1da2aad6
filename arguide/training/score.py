"""From metrics to a score of 0 to 100 that explains itself line by line."""

from dataclasses import dataclass
from math import inf, isnan

from arguide.guidance.state import Grade, grade
from arguide.settings.scenario import Band, Plan, Tolerance
from arguide.training.criteria import Criterion, Rules
from arguide.training.metrics import Metrics

MARK = {Grade.WITHIN: "●", Grade.NEAR: "▲", Grade.OUT: "■"}
"""A shape for each grade, so that colour is never alone."""
NOTHING_LOST = 0.5


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """One criterion applied."""

    criterion: Criterion
    value: float | None
    """In the metric's own unit; None if it never came to it, NaN if it cannot be told from this recording."""
    band: Band
    grade: Grade | None
    """None when it cannot be told: then the line does not count."""
    points: float
    """Of `criterion.weight`."""

    @property
    def counts(self) -> bool:
        """Whether the line is part of the score."""
        return self.grade is not None

    @property
    def lost(self) -> float:
        """Points lost."""
        return self.criterion.weight - self.points if self.counts else 0.0

    @property
    def value_text(self) -> str:
        """The value as people read it, with its unit."""
        if self.value is None:
            return "not reached"
        if isnan(self.value):
            return "not measurable"
        return "leads away" if self.value == inf else self._text(self.value)

    @property
    def bound_text(self) -> str:
        """What was asked for."""
        return f"≤ {self._text(self.band.within)}"

    def _text(self, value: float) -> str:
        unit = self.criterion.unit
        return f"{value * self.criterion.scale:.{self.criterion.digits}f}{'' if unit in ('', '°') else ' '}{unit}"

    @property
    def remark(self) -> str:
        """The line in plain words."""
        if self.value is None:
            return "The needle never went under the skin."
        words = {Grade.WITHIN: self.criterion.within, Grade.NEAR: self.criterion.near, Grade.OUT: self.criterion.out}
        return words[self.grade] if self.grade else "Too little was recorded to tell; the line does not count."


@dataclass(frozen=True, slots=True)
class Score:
    """The whole result."""

    total: float
    """0 to 100."""
    lines: tuple[ScoreLine, ...]
    verdict: str
    practise: str
    """What to practise next."""
    capped: str
    """Why the total was held down; empty if it was not."""
    guidance: str = ""
    """How much help there was, if not all of it all the time."""

    @property
    def grade(self) -> Grade:
        """The total as a grade."""
        return Grade.WITHIN if self.total >= 75 else Grade.NEAR if self.total >= 50 else Grade.OUT


def score(metrics: Metrics, tolerance: Tolerance, rules: Rules | None = None) -> Score:
    """Score an attempt against the tolerances of its plan.

    The total is the points of all lines that count, as a share of the points they could give, at most the caps
    of `rules`. A worse value never raises it.
    """
    rules = rules or Rules()
    lines = tuple(_line(criterion, metrics, tolerance) for criterion in rules.criteria)
    possible = sum(line.criterion.weight for line in lines if line.counts)
    total = 100 * sum(line.points for line in lines) / possible if possible else 0.0
    cap, reason = _cap(metrics, tolerance, rules)
    capped = reason if cap < total else ""
    total = min(total, cap)
    verdict = next(words for least, words in rules.verdicts if total >= least)
    return Score(total, lines, verdict, _practise(lines, metrics), capped, metrics.guidance)


def score_of(metrics: Metrics, plan: Plan) -> Score:
    """The score by the default rules."""
    return score(metrics, plan.tolerance)


def share(value: float, band: Band) -> float:
    """Share of the points, 0..1: 1 up to `within`, 0.5 at `near`, on one straight line down to 0."""
    if value <= band.within:
        return 1.0
    if band.near <= band.within:
        return 0.0
    return max(0.0, 1.0 - 0.5 * (value - band.within) / (band.near - band.within))


def _line(criterion: Criterion, metrics: Metrics, tolerance: Tolerance) -> ScoreLine:
    band = criterion.band or getattr(tolerance, criterion.tolerance)
    value = getattr(metrics, criterion.key)
    if value is None:
        return ScoreLine(criterion, None, band, Grade.OUT, 0.0)
    if isnan(value):
        return ScoreLine(criterion, value, band, None, 0.0)
    return ScoreLine(criterion, value, band, grade(value, band), criterion.weight * share(value, band))


def _cap(metrics: Metrics, tolerance: Tolerance, rules: Rules) -> tuple[float, str]:
    hit = [clearance.label for clearance in metrics.clearances if clearance.least_mm < 0]
    if hit:
        return rules.hit_cap, f"The needle went into: {', '.join(hit)}. Never more than {rules.hit_cap:g} points then."
    if metrics.final_target_mm is None or metrics.final_target_mm > tolerance.miss_mm.near:
        return rules.missed_cap, f"The target was not reached. Never more than {rules.missed_cap:g} points then."
    return 100.0, ""


def _practise(lines: tuple[ScoreLine, ...], metrics: Metrics) -> str:
    """The advice of the line that lost most points; of equals the first."""
    if metrics.to_puncture_s is None:
        return "Start with the entry: tip on the ring, shaft along the path, then puncture."
    weakest = max(lines, key=lambda line: line.lost, default=None)
    if weakest is None or weakest.lost < NOTHING_LOST:
        return "Nothing stands out: try the next plan, or the same one with fewer looks at the numbers."
    return weakest.criterion.practise


def card_lines(result: Score) -> list[tuple[str, str, Grade | None]]:
    """The score as (label, text, grade) for a panel or a table: total, one line a criterion, what to do next."""
    lines: list[tuple[str, str, Grade | None]] = [("Score", f"{result.total:.0f} / 100", result.grade)]
    lines += [(line.criterion.label, line.value_text, line.grade) for line in result.lines]
    if result.guidance:
        lines.append(("Guidance", result.guidance, None))
    lines.append(("Verdict", result.verdict, None))
    if result.capped:
        lines.append(("Held down", result.capped, Grade.OUT))
    lines.append(("Practise next", result.practise, None))
    return lines
