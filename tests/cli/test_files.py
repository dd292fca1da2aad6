"""`arguide calibrate` and `arguide register` on files: known answers as JSON, and one line for every bad input."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from arguide.asset_files import find_profile, find_scenario
from arguide.calibration.charuco import CharucoBoard, draw_board
from arguide.cli.command_line import main
from arguide.geometry.mesh import read_mesh
from arguide.geometry.rotations import rotations_from
from arguide.geometry.transforms import Array, apply, from_parts, inverse, rotation_about, translation
from arguide.guidance.live_picture import mount_error_95_mm
from arguide.settings.calibration_store import CalibrationStore
from arguide.settings.camera_file import CameraCalibration
from arguide.settings.profile_file import read_profile
from arguide.settings.scenario_file import read_scenario

TIP = np.array([1.0, -2.0, 161.0])
THERE = translation([40, -30, 10]) @ rotation_about([1, 2, 0.5], 1.1)
LENS = CameraCalibration(
    camera="HD Webcam",
    width=1280,
    height=720,
    fx=1001.0,
    fy=1001.0,
    cx=640.0,
    cy=360.0,
    made=datetime(2026, 1, 5, tzinfo=UTC),
    pictures=20,
    rms_px=0.3,
    delay_s=0.010,
)
METRES = np.array([(1.0, 1, 1, 1e-3)])
FIXED = np.array([(-60.0, -75, -60), (55, -70, -70), (-65, -72, 60), (60, -78, 65), (0, -90, 0), (5, -60, 95)])


def swung(n: int = 300, reach: float = 0.5, noise_mm: float = 0.1, pivot: Sequence[float] = (10, 20, 30)) -> Array:
    rng = np.random.default_rng(1)
    poses = np.broadcast_to(np.eye(4), (n, 4, 4)).copy()
    poses[:, :3, :3] = rotations_from(rng.uniform(-reach, reach, (n, 3)))
    poses[:, :3, 3] = np.array(pivot) - poses[:, :3, :3] @ TIP + noise_mm * rng.standard_normal((n, 3))
    return poses


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the test's files are; the commands are run there."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def result(capsys: pytest.CaptureFixture[str], *command: str) -> Any:
    assert main([*command, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def refusal(capsys: pytest.CaptureFixture[str], *command: str) -> str:
    assert main(list(command)) == 1
    said = capsys.readouterr()
    assert said.out == "" and said.err.count("\n") == 1
    return said.err


def points_csv(name: str, points: Array) -> None:
    Path(name).write_text("name,x,y,z\n" + "".join(f"P{k},{x},{y},{z}\n" for k, (x, y, z) in enumerate(points, 1)))


def test_pivot_with_check_is_kept(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    np.save("poses.npy", swung())
    np.save("check.npy", swung(30, pivot=(1, 2, 3)))
    asked = ("calibrate", "pivot", "poses.npy", "--check", "check.npy", "--known", "1,2,3.5", "--keep-for", "stylus")
    found = result(capsys, *asked)
    np.testing.assert_allclose(found["tip_mm"], TIP, atol=0.1)
    np.testing.assert_allclose(np.array(found["transform"])[:3, 3], found["tip_mm"])
    assert len(found["residuals_mm"]) == 300 and found["tip_95_mm"] < 0.2 and found["warnings"] == []
    assert found["held_out"]["error_mm"] == pytest.approx(0.5, abs=0.15)
    (kept,) = CalibrationStore().everything()
    assert kept.calibration is not None and kept.calibration.tool == "stylus" and kept.calibration.held_out is not None
    assert main(list(asked)) == 0
    assert "tip [" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("poses", "reason"),
    [
        (swung(reach=0.01), "hardly turned"),
        (swung(10), "at least 30 needed"),
        (swung() @ np.diag([-1.0, 1, 1, 1]), "left-handed"),
        (swung() * 2, "no rotation and translation"),
        (swung() * METRES, "in metres"),
        (np.concatenate([swung(150), swung(150, pivot=(18, 20, 30))]), "slipped"),
        (np.full((40, 4, 4), np.nan), "hidden all the time"),
    ],
)
def test_bad_pivots_are_refused_by_name(
    folder: Path, capsys: pytest.CaptureFixture[str], poses: Array, reason: str
) -> None:
    np.save("good.npy", swung())
    np.save("poses.npy", poses)
    assert main(["calibrate", "pivot", "good.npy", "--keep-for", "stylus"]) == 0
    capsys.readouterr()
    assert reason in refusal(capsys, "calibrate", "pivot", "poses.npy", "--keep-for", "stylus")
    (kept,) = CalibrationStore().everything()
    assert kept.calibration is not None, "the previous good calibration is still in place"


def test_spin(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    turns = np.linspace(0, 5, 200)
    np.save("roll.npy", np.array([rotation_about([0.1, 0, 1], turn) for turn in turns]))
    found = result(capsys, "calibrate", "spin", "roll.npy", "--towards=0,0,1")
    axis = np.array([0.1, 0, 1]) / np.linalg.norm([0.1, 0, 1])
    np.testing.assert_allclose(found["direction"], axis, atol=1e-9)

    needle = read_profile(find_profile("emulated")).tool("needle")
    assert needle is not None
    result(capsys, "calibrate", "spin", "roll.npy", "--towards=0,0,1", "--keep-for", "needle")
    first = CalibrationStore().everything()[0].calibration
    assert first is not None and first.tip_mm == needle.tip_mm, "what a roll does not find is as on the drawing"
    np.save("poses.npy", swung())
    result(capsys, "calibrate", "pivot", "poses.npy", "--keep-for", "needle")
    newest, _ = CalibrationStore().newest(first.serial)
    assert newest is not None and newest.method == "pivot" and newest.direction == first.direction
    np.testing.assert_allclose(newest.tip_mm, TIP, atol=0.1)


def test_template(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tools = swung(60, noise_mm=0.0)
    templates = tools @ translation(TIP) @ inverse(translation([0, 0, 12.5]))
    np.save("tool.npy", tools)
    np.save("block.npy", templates)
    asked = ("calibrate", "template", "tool.npy", "block.npy", "--at", "0,0,12.5", "--tolerance", "0.1")
    found = result(capsys, *asked)
    np.testing.assert_allclose(found["tip_mm"], TIP, atol=1e-9)
    assert found["tip_95_mm"] == pytest.approx(0.1 * 2.795, rel=0.01)
    np.save("check.npy", swung(30, noise_mm=0.0, pivot=(1, 2, 3)))
    found = result(capsys, *asked, "--check", "check.npy", "--known", "1,2,4.5", "--keep-for", "needle")
    assert found["held_out"]["error_mm"] == pytest.approx(1.5)
    assert [warning["code"] for warning in found["warnings"]] == ["held-out"], "more than its own error bar allows"
    (kept,) = CalibrationStore().everything()
    assert kept.calibration is not None and kept.calibration.held_out is not None and kept.calibration.cautions


def test_hand_eye_and_time(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rng = np.random.default_rng(3)
    bodies = np.broadcast_to(np.eye(4), (25, 4, 4)).copy()
    bodies[:, :3, :3] = rotations_from(rng.uniform(-0.7, 0.7, (25, 3)))
    bodies[:, :3, 3] = rng.uniform(-100, 100, (25, 3))
    np.save("body.npy", bodies)
    np.save("board.npy", np.linalg.inv(bodies @ THERE) @ translation([5, 6, 700]))
    hand_eye = ("calibrate", "hand-eye", "body.npy", "board.npy")
    found = result(capsys, *hand_eye)
    np.testing.assert_allclose(found["transform"], THERE, atol=1e-6)

    times = np.arange(0, 20, 1 / 60)
    for name, late_s in (("a", 0.0), ("b", 0.040)):
        t = times - late_s
        path = np.stack([80 * np.sin(1.1 * t) + 20 * np.sin(3.7 * t), 60 * np.cos(0.7 * t), 30 * np.sin(2.3 * t)], -1)
        rows = "".join(f"{s},1,0,0,0,{x},{y},{z}\n" for s, (x, y, z) in zip(times, path, strict=True))
        Path(f"{name}.csv").write_text("time,qw,qx,qy,qz,tx,ty,tz\n" + rows)
    found = result(capsys, "calibrate", "time", "a.csv", "b.csv", "--speed", "100")
    assert found["offset_s"] == pytest.approx(-0.040, abs=0.002)
    assert found["offset_mm_at_speed"] == pytest.approx(4.0, abs=0.2)

    keep = ("--keep-for", "HD Webcam")
    assert "no calibration yet" in refusal(capsys, "calibrate", "time", "a.csv", "b.csv", *keep)
    CalibrationStore().save_camera(LENS)
    result(capsys, "calibrate", "time", "a.csv", "b.csv", *keep)
    assert "'camera': " in refusal(capsys, *hand_eye, *keep)
    result(capsys, *hand_eye, *keep, "--body-tool", "needle")
    kept = CalibrationStore().newest_camera("HD Webcam", (1280, 720))
    assert kept is not None and kept.mount is not None and (kept.fx, kept.mount.body) == (1001.0, "needle")
    assert kept.delay_s == pytest.approx(0.010 + 0.040, abs=0.002), "what was known, and what was found on top"
    np.testing.assert_allclose(kept.mount.rotation, THERE[:3, :3], atol=1e-6)
    assert 0 <= mount_error_95_mm(kept.mount, 500.0) < 1e-3, "exact poses"
    shifted = replace(kept.mount, shift_covariance_mm2=((0.01, 0.0, 0.0), (0.0, 0.04, 0.0), (0.0, 0.0, 0.01)))
    assert mount_error_95_mm(shifted, 500.0) == pytest.approx(2.795 * 0.2, abs=1e-3)
    turn = tuple(tuple(1e-6 * (i == j) for j in range(3)) for i in range(3))
    on_body = replace(kept.mount, turn_covariance_rad2=turn, shift_mm=(0.0, 0.0, 0.0))
    assert mount_error_95_mm(on_body, 500.0) == pytest.approx(2.795 * 0.5, abs=1e-3), "a turn grows with the distance"
    assert mount_error_95_mm(replace(kept.mount, turn_covariance_rad2=None), 500.0) is None
    assert main(["calibrations"]) == 0
    assert "Webcam" in capsys.readouterr().out


def test_two_devices_whose_clocks_differ_are_paired_by_time(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The board is told 70 ms late and at other moments; corrected, the hand-eye calibration is right again."""

    def body(t: Array) -> Array:
        turn = np.stack([0.5 * np.sin(1.3 * t), 0.4 * np.sin(0.9 * t + 1), 0.3 * np.sin(1.7 * t)], -1)
        poses = np.broadcast_to(np.eye(4), (len(t), 4, 4)).copy()
        poses[:, :3, :3] = rotations_from(turn)
        path = [120 * np.sin(1.1 * t) + 30 * np.sin(2.9 * t), 90 * np.cos(0.7 * t), 60 * np.sin(2.1 * t)]
        poses[:, :3, 3] = np.stack(path, -1)
        return poses

    tracker, camera = np.arange(0, 10, 1 / 60), np.arange(0.3, 9.5, 1 / 25)
    near = from_parts(THERE[:3, :3], [8.0, -5, 12])
    boards = np.linalg.inv(body(camera) @ near) @ translation([5, 6, 700])
    for name, times, poses in (("a", tracker, body(tracker)), ("b", camera + 0.070, boards)):
        head = "time," + ",".join(f"m{i}{j}" for i in range(4) for j in range(4))
        rows = np.column_stack([times, poses.reshape(-1, 16)])
        Path(f"{name}.csv").write_text(head + "\n" + "\n".join(",".join(map(repr, row)) for row in rows.tolist()))
    found = result(capsys, "calibrate", "hand-eye", "a.csv", "b.csv", "--by-time")
    assert found["offset_s"] == pytest.approx(-0.070, abs=0.0005)
    off = np.array(found["transform"]) @ inverse(near)
    assert np.linalg.norm(off[:3, 3]) < 0.1 and found["error_mm"] < 0.2


def test_camera(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    board = CharucoBoard()
    k = np.array([[900.0, 0, 400], [0, 900, 300], [0, 0, 1]])
    paper = draw_board(board, 60)
    rng = np.random.default_rng(7)
    for n in range(12):
        r = rotations_from(rng.uniform(-0.5, 0.5, 3))
        middle = r @ [110.0, 80, 0]
        shift = np.array([rng.uniform(-60, 60), rng.uniform(-40, 40), 420.0]) - middle
        paper_to_board = np.diag([20 / 60, 20 / 60, 1.0])
        h = k @ np.column_stack([r[:, 0], r[:, 1], shift]) @ paper_to_board
        picture = cv2.warpPerspective(paper, h, (800, 600), borderValue=(255,), flags=cv2.INTER_AREA)
        cv2.imwrite(f"view-{n}.png", picture)
    found = result(capsys, "calibrate", "camera", str(folder))
    np.testing.assert_allclose(np.array(found["matrix"])[[0, 1], [0, 1]], 900, rtol=0.02)
    result(capsys, "calibrate", "camera", str(folder), "--keep-for", "HD Webcam")
    kept = CalibrationStore().newest_camera("HD Webcam", (800, 600))
    assert (
        kept is not None
        and kept.fx == pytest.approx(found["matrix"][0][0])
        and kept.pictures >= 10
        and kept.coverage > 0.3
    )
    assert found["rms_px"] < 0.5 and len(found["views"]) >= 10 and found["size"] == [800, 600]
    assert "columns, rows and dictionary" in refusal(
        capsys, "calibrate", "camera", str(folder), "--dictionary", "DICT_7X7_50", "--columns", "8", "--rows", "6"
    )
    Path("view-0.png").write_text("no picture")
    assert "view-0.png" in refusal(capsys, "calibrate", "camera", str(folder))


def test_points_with_targets(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rng = np.random.default_rng(4)
    points_csv("moving.csv", apply(inverse(THERE), FIXED + 0.2 * rng.standard_normal(FIXED.shape)))
    points_csv("fixed.csv", FIXED)
    points_csv("targets.csv", np.array([[10.0, -20, -4]]))
    found = result(capsys, "register", "points", "moving.csv", "fixed.csv", "--targets", "targets.csv")
    np.testing.assert_allclose(found["transform"], THERE, atol=0.6)
    (target,) = found["targets"]
    assert 0.05 < target["tre_mm"] < target["tre_95_mm"] < 1.5 and np.shape(target["covariance_mm2"]) == (3, 3)
    assert len(found["residuals_mm"]) == 6 and found["suspect"] is None and found["pairs"][0] == ["P1", "P1"]


def test_the_suspect_is_named_and_weights_leave_it_out(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    touched = apply(inverse(THERE), FIXED + 0.1 * np.random.default_rng(2).standard_normal(FIXED.shape))
    touched[3] += [6.0, 0, 0]
    points_csv("moving.csv", touched)
    points_csv("fixed.csv", FIXED)
    assert result(capsys, "register", "points", "moving.csv", "fixed.csv")["suspect"] == "P4"
    Path("weights.csv").write_text("weight\n1\n1\n1\n0\n1\n1\n")
    found = result(capsys, "register", "points", "moving.csv", "fixed.csv", "--weights", "weights.csv")
    assert found["fre_mm"] < 0.3 and found["residuals_mm"][3] == pytest.approx(6.0, abs=0.5)


def test_a_point_is_left_out_by_its_name(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    points_csv("moving.csv", apply(inverse(THERE), FIXED + np.eye(6, 3, k=-3) * 5))
    points_csv("fixed.csv", FIXED)
    asked = ("register", "points", "moving.csv", "fixed.csv", "--without")
    found = result(capsys, *asked, "P4,P5,P6")
    assert found["pairs"] == [["P1", "P1"], ["P2", "P2"], ["P3", "P3"]] and found["fre_mm"] < 1e-9
    assert "fixed.csv has P1, P2" in refusal(capsys, *asked, "F9")
    assert "at least 3" in refusal(capsys, *asked, "P1,P2,P3,P4")


def test_an_error_that_differs_by_direction_is_weighed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Against the library, by numbers and by a file of covariances; the bound at the target leans the same way."""
    rng, sd = np.random.default_rng(7), np.array([0.1, 0.1, 0.9])
    points_csv("moving.csv", apply(inverse(THERE), FIXED) + sd * rng.standard_normal(FIXED.shape))
    points_csv("fixed.csv", FIXED)
    points_csv("targets.csv", FIXED.mean(axis=0, keepdims=True))
    np.save("fle.npy", np.broadcast_to(np.diag(sd**2), (6, 3, 3)))
    asked = ("register", "points", "moving.csv", "fixed.csv", "--targets", "targets.csv", "--moving-fle")
    found, by_file = result(capsys, *asked, "0.1,0.1,0.9"), result(capsys, *asked, "fle.npy")
    assert found == by_file and found["fle_mm"] == pytest.approx(np.linalg.norm(sd))
    (target,) = found["targets"]
    spread = THERE[:3, :3].T @ np.array(target["covariance_mm2"]) @ THERE[:3, :3]
    np.testing.assert_allclose(np.sqrt(np.diag(spread)), sd / np.sqrt(6), rtol=0.05)
    assert "leave out --weights and --fle" in refusal(capsys, *asked, "0.1,0.1,0.9", "--fle", "0.3")
    assert "expected three numbers" in refusal(capsys, *asked, "0.1,0.9")


def test_it_is_said_where_one_more_fiducial_helps_most(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    points_csv("moving.csv", apply(inverse(THERE), FIXED))
    points_csv("fixed.csv", FIXED)
    points_csv("targets.csv", np.array([[10.0, -20, 200]]))
    points_csv("candidates.csv", np.array([[0.0, -80, -100], [5, -80, 200], [0, -80, 0]]))
    asked = ("register", "points", "moving.csv", "fixed.csv", "--fle", "0.5", "--candidates", "candidates.csv")
    best = result(capsys, *asked, "--targets", "targets.csv")["next_fiducial"]
    assert best["point_mm"] == [5, -80, 200] and best["tre_mm"] < 0.9 * best["tre_now_mm"]
    assert "say --targets too" in refusal(capsys, *asked)


def test_unordered(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    points_csv("moving.csv", apply(inverse(THERE), FIXED[[4, 2, 0, 5, 1]]))
    points_csv("fixed.csv", FIXED)
    found = result(capsys, "register", "points", "moving.csv", "fixed.csv", "--unordered")
    assert sorted(found["pairs"]) == [["P1", "P5"], ["P2", "P3"], ["P3", "P1"], ["P4", "P6"], ["P5", "P2"]]
    np.testing.assert_allclose(found["transform"], THERE, atol=1e-9)


@pytest.mark.parametrize(
    ("points", "reason"),
    [
        (FIXED[:2], "equally many"),
        (FIXED / 1000, "metres"),
        (FIXED * [1, 0, 0], "one line"),
        (FIXED[[0, 0, 2, 3, 4, 5]], "same place"),
        (FIXED * [-1, 1, 1], "left-handed"),
        (np.where(np.eye(6, 3, dtype=bool), np.nan, FIXED), "not finite"),
    ],
)
def test_bad_points_are_refused_by_name(
    folder: Path, capsys: pytest.CaptureFixture[str], points: Array, reason: str
) -> None:
    points_csv("moving.csv", points)
    points_csv("fixed.csv", FIXED)
    assert reason in refusal(capsys, "register", "points", "moving.csv", "fixed.csv")


def test_surface(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bone = next(s for s in read_scenario(find_scenario("lumbar-facet")).structures if s.name == "L4")
    mesh = read_mesh(bone.mesh)
    rng = np.random.default_rng(5)
    back = mesh.vertices[mesh.vertices[:, 1] < np.quantile(mesh.vertices[:, 1], 0.5)]
    painted = back[rng.choice(len(back), 300, replace=False)] + 0.2 * rng.standard_normal((300, 3))
    middle = painted.mean(axis=0)
    moved = from_parts(rotation_about([1, 1, 0], 0.15)[:3, :3], [5.0, -4, 6])
    points_csv("painted.csv", apply(moved, painted - middle))
    np.save("rough.npy", translation(middle))
    found = result(capsys, "register", "surface", "painted.csv", str(bone.mesh), "--initial", "rough.npy")
    truth = translation(middle) @ inverse(moved)
    assert (
        np.linalg.norm(apply(np.array(found["transform"]), apply(moved, painted - middle)) - painted, axis=1).max() < 1
    )
    np.testing.assert_allclose(np.array(found["transform"])[:3, :3], truth[:3, :3], atol=0.02)
    points_csv("touched.csv", apply(moved, back[::900] - middle))
    points_csv("planned.csv", back[::900])
    asked = ("register", "surface", "painted.csv", str(bone.mesh), "--landmarks", "touched.csv")
    with_marks = result(capsys, *asked, "planned.csv", "--landmark-sd", "0.3")
    assert len(with_marks["landmark_residuals_mm"]) == len(back[::900]) and max(with_marks["landmark_residuals_mm"]) < 1
    assert with_marks["weakest_sd_mm"] < found["weakest_sd_mm"] and len(with_marks["motions"]) == 6
    assert "expected equally many" in refusal(capsys, *asked, "painted.csv")
    points_csv("metres.csv", painted / 1000)
    assert "in metres" in refusal(capsys, "register", "surface", "metres.csv", str(bone.mesh))
    points_csv("few.csv", painted[:5])
    assert "at least 20" in refusal(capsys, "register", "surface", "few.csv", str(bone.mesh))
