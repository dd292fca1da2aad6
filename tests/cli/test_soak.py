"""`arguide soak`: the judge finds what is wrong, and the driver is not."""

import json
from math import inf
from pathlib import Path

import numpy as np
import pytest

from arguide.cli import main
from arguide.cli.soak_judge import Believed, Truth, believed, read_truth, recoveries_s, wrong
from arguide.geometry.transforms import Array, rotation_about, translation
from arguide.trackers.reading import Reading, Sample, Visibility

PLACE = translation([10.0, 20.0, -1500.0])
MEASURED = [1.0, 0.0, 0.0, 0.0, 10.0, 20.0, -1500.0, 0.1]
TRUTH = Truth({7: [(1.0, {"needle": PLACE.tolist()}, {"needle": MEASURED})]})


def pose(x: float = 0.0, turn: float = 0.0) -> Array:
    return translation([x, 0.0, 0.0]) @ PLACE @ rotation_about([0.0, 0.0, 1.0], turn)


@pytest.mark.parametrize(
    ("believed_pose", "frame", "why"),
    [
        (pose(), 7, ""),
        (pose(0.05), 7, ""),
        (pose(0.5), 7, "not what the tracker measured"),
        (pose(turn=0.01), 7, "not what the tracker measured"),
        (pose(), 8, "the tracker had no such frame"),
    ],
)
def test_a_pose_is_held_to_what_was_measured(believed_pose: Array, frame: int, why: str) -> None:
    found = wrong([Believed("needle", frame, 1.0, believed_pose)], TRUTH)
    assert found == ([f"needle, frame {frame}: {why}"] if why else [])


def test_a_tool_nobody_saw_and_a_measurement_that_was_wrong() -> None:
    unseen = Truth({7: [(1.0, {"needle": PLACE.tolist()}, {})]})
    assert "did not see" in wrong([Believed("needle", 7, 1.0, pose())], unseen)[0]
    elsewhere = Truth({7: [(1.0, {"needle": pose(8.0).tolist()}, {"needle": MEASURED})]})
    assert "nothing said so" in wrong([Believed("needle", 7, 1.0, pose())], elsewhere)[0]


def test_a_counter_that_began_anew_is_told_by_the_time() -> None:
    moved = [*MEASURED[:4], 60.0, 20.0, -1500.0, 0.1]
    twice = Truth({7: [*TRUTH.frames[7], (50.0, {"needle": pose(50.0).tolist()}, {"needle": moved})]})
    assert wrong([Believed("needle", 7, 50.1, pose(50.0)), Believed("needle", 7, 1.1, pose())], twice) == []
    assert len(wrong([Believed("needle", 7, 50.1, pose())], twice)) == 1


def test_what_says_itself_that_it_is_doubtful_is_not_believed() -> None:
    readings = {
        "needle": Reading("needle", PLACE, Visibility.VISIBLE),
        "stylus": Reading("stylus", PLACE, Visibility.DISTURBED),
        "probe": Reading("probe", None, Visibility.HIDDEN),
    }
    assert [b.tool for b in believed(Sample(7, 1.0, readings))] == ["needle"]


def test_recoveries_are_counted_from_the_end_of_the_outage() -> None:
    outages = {("silence", 1.0): 2.0, ("power-cycle", 10.0): 12.0, ("silence", 19.0): 19.5, ("wrong-baud", 19.1): inf}
    times = [0.5, 2.25, 3.0, 12.5]
    assert recoveries_s(outages, times, end_s=20.0) == [0.25, 0.5]
    assert recoveries_s(outages, times, end_s=60.0) == [0.25, 0.5, inf, inf]


WRONG = [(5, "null"), (5, 6), (9, "null")]


def test_a_log_that_was_cut_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    file = tmp_path / "truth.jsonl"
    whole = {"n": 7, "t": 1.0, "true": {"needle": PLACE.tolist()}, "measured": {"needle": MEASURED}}
    outages = ['{"outage": "silence", "from": 1, "until": 2}']
    outages += [f'{{"outage": "wrong-baud", "from": {since}, "until": {until}}}' for since, until in WRONG]
    file.write_text("\n".join([json.dumps(whole), *outages, '{"n": 8, "t"']))
    truth = read_truth(file)
    assert list(truth.frames) == [7]
    assert truth.outages == {("silence", 1): 2, ("wrong-baud", 5): 6, ("wrong-baud", 9): inf}
    assert np.allclose(truth.frames[7][0][1]["needle"], PLACE)


@pytest.mark.parametrize(
    "name", ["noisy-line", "broken-replies", "strange-frames", "busy-hands", "knocked", "bad-light"]
)
def test_no_wrong_pose_is_believed(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["soak", "--faults", name, "--minutes", "0.2", "--fast", "--json"]) == 0
    (outcome,) = json.loads(capsys.readouterr().out)
    assert outcome["wrong"] == 0 and outcome["errors"] == [] and outcome["readings"] > 500


@pytest.mark.parametrize("name", ["loose-cable", "power-cycle", "failing-tracker", "wrong-baud"])
def test_the_driver_comes_back_within_a_second(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["soak", "--faults", name, "--minutes", "0.3", "--fast", "--json"]) == 0
    (outcome,) = json.loads(capsys.readouterr().out)
    assert outcome["recoveries"] >= 1 and 0 < outcome["worst_recovery_s"] <= 1.0
    assert outcome["wrong"] == 0


def test_simulated_time_is_the_same_every_time(capsys: pytest.CaptureFixture[str]) -> None:
    said = []
    for _ in range(2):
        main(["soak", "--faults", "noisy-line", "--minutes", "0.1", "--fast", "--json", "--seed", "4"])
        said.append(capsys.readouterr().out)
    assert said[0] == said[1]


def test_the_table(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert main(["soak", "--faults", "busy-hands", "--minutes", "0.1", "--fast"]) == 0
    said = capsys.readouterr().out
    assert "busy-hands" in said and "wrong: poses believed" in said and "…" not in said


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--minutes", "0.1"], "too short to see anything; at least 1.0 are needed"),
        (["--faults", "storm"], "no fault script 'storm'"),
        (["--faults", "knocked", "--minutes", "nan"], "too short"),
    ],
)
def test_mistakes_are_one_line(words: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["soak", *words]) == 1
    line = capsys.readouterr().err
    assert says in line and line.count("\n") == 1
