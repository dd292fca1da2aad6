"""The report of one attempt: a single HTML file that needs nothing else, on screen or on paper."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.resources import files
from math import degrees, isnan, tau
from pathlib import Path

import numpy as np
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from arguide import __version__
from arguide.errors import RecordingError
from arguide.guidance.state import Grade, grade
from arguide.recording.mcap_layout import SAMPLES, STATES
from arguide.recording.recording_file import Recording
from arguide.recording.records import NeedleResult, PivotResult, RegistrationResult
from arguide.settings.scenario import Band, Plan, Scenario
from arguide.training.charts import bullseye, depth_chart, deviation_chart
from arguide.training.metrics import Clearance, Metrics, measure_trace
from arguide.training.score import MARK, Score, score_of
from arguide.training.trace import Trace, trace_of

PNG = b"\x89PNG\r\n\x1a\n"
LARGEST_PICTURE = 20 * 2**20
JPEG_QUALITY = 88
DASH = "–"


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG file to embed, and what it shows."""

    file: Path
    caption: str


@dataclass(frozen=True, kw_only=True)
class Report:
    """Everything the report tells."""

    scenario: Scenario
    plan: Plan
    metrics: Metrics
    score: Score
    trace: Trace
    pivot: PivotResult | None = None
    registration: RegistrationResult | None = None
    needle: NeedleResult | None = None
    pictures: Sequence[Picture] = ()
    recorded_ns: int | None = None
    """Wall clock at the start, ns since 1970."""
    remarks: Sequence[str] = field(default=())
    """About the recording, e.g. what was dropped or where it ends early."""


def report_of(recording: Recording, scenario: Scenario, plan: Plan, pictures: Sequence[Path] = ()) -> Report:
    """What there is to tell of a recording made with this scenario and plan."""
    # One state at a time: all of a session's states together take more memory than anything else.
    trace = trace_of((state for _, state in recording.steps()), len(scenario.risks))
    metrics = measure_trace(trace, scenario, plan)
    return Report(
        scenario=scenario,
        plan=plan,
        metrics=metrics,
        score=score_of(metrics, plan),
        trace=trace,
        # The last of each counts: a step that was done again replaces what it gave before.
        pivot=next((event.pivot for event in reversed(recording.events) if event.pivot), None),
        registration=next((event.registration for event in reversed(recording.events) if event.registration), None),
        needle=next((event.needle for event in reversed(recording.events) if event.needle), None),
        pictures=pictures_of(pictures),
        recorded_ns=recording.header.wall_start_ns,
        remarks=_remarks(recording),
    )


def pictures_of(files: Sequence[Path]) -> list[Picture]:
    """PNG files with their names as captions."""
    return [Picture(file, _caption(file)) for file in files]


def _caption(file: Path) -> str:
    """`03-review-registration.png` -> `review registration`."""
    return file.stem.lstrip("0123456789").strip("-_ ").replace("-", " ") or file.stem


def _remarks(recording: Recording) -> list[str]:
    header = recording.header
    counts = f"{recording.counts[SAMPLES]} samples and {recording.counts[STATES]} states, recorded by arguide"
    lines = [f"{counts} {header.arguide_version} with tracker profile {header.profile_name}."]
    lines += [f"{key}: {value}" for key, value in header.extra.items()]
    return [*lines, *([recording.ends_early] if recording.ends_early else [])]


def save_report(file: Path, report: Report) -> None:
    """Write a report as HTML. Raises RecordingError when a picture or the file does not work out."""
    html = render(report)
    try:
        file.write_text(html, encoding="utf-8")
    except OSError as error:
        raise RecordingError(
            f"{file}: the report cannot be written ({error.strerror}); choose another folder"
        ) from None


def render(report: Report) -> str:
    """The report as HTML. Whatever text it is given is escaped."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["number"] = number
    environment.filters["percent"] = percent
    environment.filters["degrees"] = lambda value, digits=1: number(None if value is None else degrees(value), digits)
    template = environment.from_string(files(__package__).joinpath("report.html.j2").read_text(encoding="utf-8"))
    return template.render(
        report=report,
        score=report.score,
        metrics=report.metrics,
        mark=MARK,
        Grade=Grade,
        charts=_charts(report),
        ring=_ring(report.score.total),
        clearances=[(clearance, _clearance_grade(clearance)) for clearance in report.metrics.clearances],
        residuals=_residuals(report),
        pictures=[(_embedded(picture.file), picture.caption) for picture in report.pictures],
        when=_when(report.recorded_ns),
        version=__version__,
    )


def number(value: float | None, digits: int = 1) -> str:
    """A number as people read it; a dash for what is not there or cannot be told."""
    if value is None or isnan(value):
        return DASH
    return f"{value:.{digits}f}" if np.isfinite(value) else "∞"


def percent(share: float | None) -> str:
    """A probability as people read it: never quite certain, since the model behind it is not."""
    if share is None or isnan(share):
        return DASH
    return "over 99 %" if share > 0.99 else "under 1 %" if share < 0.01 else f"{share:.0%}".replace("%", " %")


def _charts(report: Report) -> dict[str, Markup]:
    trace, tolerance = report.trace, report.plan.tolerance
    if len(trace) == 0:
        return {}
    angle = Band(within=degrees(tolerance.angle_rad.within), near=degrees(tolerance.angle_rad.near))
    return {
        "depth": depth_chart(trace, report.metrics.planned_mm),
        "lateral": deviation_chart(trace, trace.lateral_mm, tolerance.lateral_mm, "Sideways deviation", "mm"),
        "angle": deviation_chart(trace, np.degrees(trace.angle_rad), angle, "Angle to the path", "deg"),
        "miss": deviation_chart(trace, trace.predicted_miss_mm, tolerance.miss_mm, "Predicted miss", "mm"),
        "bullseye": bullseye(trace, tolerance.lateral_mm),
    }


def _ring(total: float) -> str:
    """Dash pattern of the score's ring, radius 52."""
    around = tau * 52
    return f"{around * total / 100:.1f} {around:.1f}"


def _clearance_grade(clearance: Clearance) -> Grade | None:
    if isnan(clearance.least_mm):
        return None
    return grade(clearance.undercut, Band(within=0.0, near=0.5))


def _residuals(report: Report) -> list[tuple[str, float, Grade, float]]:
    """Name, residual, grade against the limit and length of its bar (percent) for each fiducial."""
    if report.registration is None:
        return []
    limit = report.scenario.limits.registration_fre_mm
    band = Band(within=limit, near=1.5 * limit)
    return [
        (name, residual, grade(residual, band), min(100.0, 100 * residual / band.near))
        for name, residual in report.registration.residuals_mm.items()
    ]


def _embedded(file: Path) -> str:
    """A picture as a data address, coded as JPEG: a dozen PNGs would make a report of ten megabytes."""
    import cv2

    try:
        with open(file, "rb") as stream:
            data = stream.read(LARGEST_PICTURE + 1)
    except OSError as error:
        raise RecordingError(f"{file}: the picture for the report cannot be read ({error.strerror})") from None
    if len(data) > LARGEST_PICTURE or not data.startswith(PNG):
        raise RecordingError(f"{file}: expected a PNG picture of at most {LARGEST_PICTURE >> 20} MiB for the report")
    pixels = cv2.imdecode(np.frombuffer(data, dtype=np.uint8), cv2.IMREAD_COLOR)
    if pixels is None:
        raise RecordingError(f"{file}: the PNG picture for the report is damaged; make it again")
    _, coded = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    return "data:image/jpeg;base64," + base64.b64encode(coded.tobytes()).decode("ascii")


def _when(recorded_ns: int | None) -> str:
    if recorded_ns is None:
        return ""
    return datetime.fromtimestamp(recorded_ns / 1e9, UTC).strftime("%d %B %Y, %H:%M UTC")
