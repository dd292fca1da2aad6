"""After the attempt: measure, score, card, report."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from arguide.recording.recording_file import Recording
from arguide.recording.records import EventKind
from arguide.settings.scenario import Plan, Scenario

if TYPE_CHECKING:
    from arguide.training.metrics import Metrics
    from arguide.training.score import Score
    from arguide.training.trace import Trace


@dataclass(frozen=True)
class Assessment:
    """What an attempt was worth."""

    trace: "Trace"
    metrics: "Metrics"
    score: "Score"


def assess(recording: Recording, scenario: Scenario, plan: Plan) -> Assessment:
    """Measure and score the attempt in a recording."""
    from arguide.training.metrics import measure_trace
    from arguide.training.score import score_of
    from arguide.training.trace import trace_of

    trace = trace_of(recording.states, len(scenario.risks))
    metrics = measure_trace(trace, scenario, plan)
    return Assessment(trace, metrics, score_of(metrics, plan))


def write_report_of(
    assessment: Assessment, recording: Recording, scenario: Scenario, plan: Plan, file: Path, pictures: Sequence[Path]
) -> None:
    """Write the report with the last calibration and registration of the recording."""
    from arguide.training.report import Picture, Report, write_report

    results = {event.kind: event for event in recording.events}
    pivot, registration = results.get(EventKind.PIVOT), results.get(EventKind.REGISTRATION)
    report = Report(
        scenario=scenario,
        plan=plan,
        metrics=assessment.metrics,
        score=assessment.score,
        trace=assessment.trace,
        pivot=pivot.pivot if pivot else None,
        registration=registration.registration if registration else None,
        pictures=[Picture(path, path.stem[3:].replace("-", " ").capitalize()) for path in pictures],
        recorded_ns=recording.header.wall_start_ns,
        remarks=[recording.ends_early] if recording.ends_early else [],
    )
    write_report(file, report)


def print_card(score: "Score") -> None:
    """The score card as a table in the terminal."""
    from rich.console import Console
    from rich.table import Table

    from arguide.training.score import MARK, card_lines

    table = Table(title="Score card", show_header=False, title_justify="left")
    for label, value, grade in card_lines(score):
        table.add_row(label, value, f"{MARK[grade]} {grade.value}" if grade else "")
    Console().print(table)


def print_results(out: Path) -> None:
    """Where everything lies."""
    print(f"\nResults in {out}:")
    for path in sorted(out.rglob("*")):
        if path.is_file():
            print(f"  {path.relative_to(out)}  ({path.stat().st_size / 1024:,.0f} KiB)")
