"""The report tells everything, needs nothing else, and trusts no text."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from math import radians
from xml.etree import ElementTree

import cv2
import numpy as np
import pytest

from arguide.errors import RecordingError
from arguide.guidance.state import Phase
from arguide.recording.file_writer import FileWriter
from arguide.recording.recording_file import read_recording
from arguide.recording.records import Event, EventKind, NeedleResult, PivotResult, RegistrationResult
from arguide.settings.scenario import Band
from arguide.training.charts import bullseye, depth_chart, deviation_chart, runs
from arguide.training.metrics import measure_trace
from arguide.training.report import PNG, Picture, Report, number, render, report_of, save_report
from arguide.training.score import score_of
from arguide.training.trace import trace_of
from tests.recording.made_states import header
from tests.training.made_attempts import PLAN, SCENARIO, Attempt, straight

HOSTILE = "<script>alert('x')</script>\" onerror=\"x"


def made_report(attempt: Attempt, scenario=SCENARIO, **parts) -> Report:
    trace = trace_of(attempt.states, 2)
    metrics = measure_trace(trace, scenario, PLAN)
    return Report(scenario=scenario, plan=PLAN, metrics=metrics, score=score_of(metrics, PLAN), trace=trace, **parts)


DRAWN = cv2.imencode(".png", np.full((4, 6, 3), 90, np.uint8))[1].tobytes()


@pytest.fixture(scope="module")
def full(tmp_path_factory):
    picture = tmp_path_factory.mktemp("pictures") / "a.png"
    picture.write_bytes(DRAWN)
    return made_report(
        straight().hold(0.5, "needle hidden").hold(1),
        pivot=PivotResult("stylus", (0.0, 0.0, -160.0), 0.21, radians(52), 300),
        registration=RegistrationResult(np.eye(4), 0.77, {"F1": 0.4, "F2": 3.6}),
        needle=NeedleResult(("template", "spin"), (0.0, 0.0, 190.0), (0.0, 0.0, 1.0), 0.3, 0.52, 0.17, 0.002, 0.001),
        pictures=[Picture(picture, "Needle at the target")],
        recorded_ns=1_700_000_000_000_000_000,
        remarks=["none dropped"],
    )


class Page(HTMLParser):
    """Checks that tags are closed in order and collects what matters."""

    VOID = frozenset({"meta", "img", "br", "link", "input"})

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.seen: list[tuple[str, dict]] = []
        self.text = ""
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag
        self.text += " " if tag in ("td", "th", "span", "div") else ""

    def handle_data(self, data):
        if self.open[-1:] != ["style"]:
            self.text += data

    def all(self, tag):
        return [attributes for seen, attributes in self.seen if seen == tag]


def test_it_tells_everything(full):
    text = re.sub(r"\s+", " ", Page(render(full)).text)
    for told in (
        "For training, not for patients",
        SCENARIO.title,
        PLAN.name,
        f"{full.score.total:.0f} of 100",
        full.score.verdict,
        full.score.practise,
        *(line.remark for line in full.score.lines),
        *(line.value_text for line in full.score.lines),
        *(risk.label for risk in SCENARIO.risks),
        "Pivot RMS 0.21 mm",
        "Cone swept 52°",
        "FRE 0.77 mm",
        "F2 3.60 mm ■ out",
        "Needle at the target",
        "14 November 2023, 22:13 UTC",
        "none dropped",
        "tracking lost: 0.5 s",
        "Apache-2.0",
        "searching entry",
    ):
        assert told in text


def test_it_needs_nothing_else(full):
    html = render(full)
    page = Page(html)
    assert "http" not in html
    assert page.all("script") == page.all("link") == page.all("iframe") == []
    assert all(image["src"].startswith("data:image/jpeg;base64,") for image in page.all("img"))


def test_it_can_be_read_without_seeing(full):
    page = Page(render(full))
    assert all(image["alt"] for image in page.all("img"))
    assert page.all("html") == [{"lang": "en"}]
    for svg in page.all("svg"):
        assert svg.get("role") == "img" or svg.get("aria-hidden") == "true"
    badges = re.findall(r'class="badge (within|near|out)"><span aria-hidden="true">(.)</span> (\w+)', render(full))
    assert {(grade, shape) for grade, shape, word in badges if grade == word} >= {("within", "●"), ("out", "■")}


def test_hostile_text_stays_text(full, tmp_path):
    risks = tuple(replace(s, label=HOSTILE) for s in SCENARIO.structures)
    sources = tuple(replace(s, what=HOSTILE, licence=HOSTILE) for s in SCENARIO.sources)
    scenario = replace(SCENARIO, title=HOSTILE, summary=HOSTILE, procedure=HOSTILE, structures=risks, sources=sources)
    picture = tmp_path / "a.png"
    picture.write_bytes(DRAWN)
    page = Page(
        render(
            made_report(
                straight(),
                scenario=scenario,
                pivot=PivotResult(HOSTILE, (0.0, 0.0, 0.0), 0.1, 0.9, 300),
                registration=RegistrationResult(np.eye(4), 0.5, {HOSTILE: 0.4}),
                pictures=[Picture(picture, HOSTILE)],
                remarks=[HOSTILE],
            )
        )
    )
    assert page.all("script") == []
    assert page.all("img")[0]["alt"] == HOSTILE
    assert "onerror" not in page.all("img")[0]
    assert page.text.count(HOSTILE) >= 8


@pytest.mark.parametrize("attempt", [Attempt(), Attempt().hold(1), Attempt().hold(1, "needle hidden")])
def test_an_attempt_without_insertion_has_a_report(attempt):
    text = Page(render(made_report(attempt))).text
    assert "0 of 100" in re.sub(r"\s+", " ", text)
    assert "nan" not in text
    assert "inf" not in text.replace("information", "")


def test_a_file_is_written(full, tmp_path):
    save_report(tmp_path / "r.html", full)
    assert (tmp_path / "r.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    with pytest.raises(RecordingError, match="cannot be written"):
        save_report(tmp_path / "none" / "r.html", full)


def test_pictures_are_checked(full, tmp_path):
    (tmp_path / "b.png").write_bytes(b"GIF89a")
    with pytest.raises(RecordingError, match=r"b\.png: expected a PNG"):
        render(replace(full, pictures=[Picture(tmp_path / "b.png", "")]))
    (tmp_path / "d.png").write_bytes(PNG + b"rest")
    with pytest.raises(RecordingError, match=r"d\.png: the PNG picture for the report is damaged"):
        render(replace(full, pictures=[Picture(tmp_path / "d.png", "")]))
    with pytest.raises(RecordingError, match=r"c\.png: the picture"):
        render(replace(full, pictures=[Picture(tmp_path / "c.png", "")]))


def test_numbers_read_well():
    assert [number(value) for value in (None, float("nan"), float("inf"), -1.25, 3)] == ["–", "–", "∞", "-1.2", "3.0"]


def points(svg) -> list[list[tuple[float, float]]]:
    lines = ElementTree.fromstring(str(svg)).iter("polyline")
    return [[tuple(map(float, pair.split(","))) for pair in line.get("points").split()] for line in lines]


def test_charts_break_where_tracking_is_lost():
    trace = trace_of(straight().hold(1, "needle hidden").hold(1).states, 2)
    chart = deviation_chart(trace, trace.lateral_mm, Band(within=2, near=4), "Sideways", "mm")
    assert len(points(chart)) == 2
    lost = [rect for rect in ElementTree.fromstring(str(chart)).iter("rect") if rect.get("class") == "lost"]
    assert len(lost) == 1
    assert "tracking lost" in ElementTree.tostring(lost[0], encoding="unicode")


def test_long_charts_stay_small_and_keep_their_peak():
    trace = trace_of(Attempt(tip=np.array([0.0, 0.0, 1.0])).move([0, 0, 80], 60).states, 2)
    values = np.zeros(len(trace))
    values[1234] = 9.0
    chart = deviation_chart(trace, values, Band(within=2, near=4), "Sideways", "mm")
    (line,) = points(chart)
    assert len(line) < 1200
    flat = max(y for _, y in line)
    assert min(y for _, y in line) < flat - 50


def test_depth_grows_downwards_and_phases_are_told():
    trace = trace_of(straight().states, 2)
    chart = depth_chart(trace, 80.0)
    (line,) = points(chart)
    assert line[len(line) * 3 // 5][1] > line[0][1]
    description = ElementTree.fromstring(str(chart)).find("desc").text
    assert Phase.AT_TARGET.value in description


def test_bullseye_marks_puncture_and_end():
    attempt = Attempt(tip=np.array([2.0, 0, -1])).move([2, 0, 40], 2).move([0, 3, 80], 4)
    chart = str(bullseye(trace_of(attempt.states, 2), Band(within=2, near=4)))
    assert "puncture" in chart
    assert "3.0 mm" in chart
    first, last = points(chart)[0][0], points(chart)[-1][-1]
    assert first[0] > 160  # in plane to the right
    assert last[1] < 160  # out of plane upwards


def test_runs():
    assert [list(run) for run in runs(np.array([True, False, True, True]))] == [[0], [2, 3]]
    assert runs(np.array([], dtype=bool)) == []


def test_a_recording_has_a_report(tmp_path):
    file = FileWriter(tmp_path / "r.mcap", header())
    for rms_mm in (0.9, 0.3):
        file.event(Event(EventKind.PIVOT, 101.0, pivot=PivotResult("stylus", (0.0, 0.0, -160.0), rms_mm, 0.9, 300)))
    file.event(Event(EventKind.REGISTRATION, 102.0, registration=RegistrationResult(np.eye(4), 0.5, {"F1": 0.5})))
    for value in straight().states:
        file.state(value)
    file.finish()
    picture = tmp_path / "07-at-target.png"
    picture.write_bytes(DRAWN)
    recording = read_recording(tmp_path / "r.mcap")
    report = report_of(recording, SCENARIO, PLAN, [picture])
    assert report.metrics == measure_trace(trace_of(straight().states, 2), SCENARIO, PLAN)
    assert report.pivot.rms_mm == 0.3
    assert report.pictures[0].caption == "at target"
    assert any("seed: 7" in remark for remark in report.remarks)
    save_report(tmp_path / "r.html", report)
    assert "FRE <b>0.50 mm" in (tmp_path / "r.html").read_text("utf-8")
