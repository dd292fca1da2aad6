"""Calibrations that a session keeps, takes over, or refuses; and the list of them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from arguide.asset_files import find_profile, find_scenario
from arguide.calibration.held_out import HeldOutCheck
from arguide.calibration.pivot import pivot_calibration
from arguide.calibration.spin import spin_calibration
from arguide.cli.ar import Pictures
from arguide.cli.command_line import main
from arguide.cli.tool_calibrations import CalibrationKeeper, calibrations_in, methods_wanted, of_tip, serial_of, usable
from arguide.errors import SettingsError
from arguide.geometry.rotations import rotations_from
from arguide.geometry.transforms import Array
from arguide.guidance.needle_step import NeedleFound
from arguide.guidance.pivot_step import ToolTip
from arguide.guidance.shafts import Shaft
from arguide.guidance.spin_part import NeedleAxis
from arguide.settings.calibration_file import ToolCalibration, to_text
from arguide.settings.calibration_store import CalibrationStore
from arguide.settings.camera_file import Mount
from arguide.settings.method import Method
from arguide.settings.profile import TrackerProfile
from arguide.settings.profile_file import read_profile
from arguide.settings.scenario_file import read_scenario
from arguide.trackers.ndi.rom import read_rom

NOW = datetime(2026, 2, 1, 12, 0, 0, 250_000, tzinfo=UTC)


@pytest.fixture(scope="module")
def profile() -> TrackerProfile:
    return read_profile(find_profile("emulated"))


def swung() -> Array:
    rng = np.random.default_rng(1)
    poses = np.broadcast_to(np.eye(4), (300, 4, 4)).copy()
    poses[:, :3, :3] = rotations_from(rng.uniform(-0.5, 0.5, (300, 3)))
    poses[:, :3, 3] = -(poses[:, :3, :3] @ [1.0, 2, 160]) + 0.1 * rng.standard_normal((300, 3))
    return poses


def tip() -> ToolTip:
    found = pivot_calibration(swung())
    return ToolTip(found.tip_mm, found.tip_covariance, found, HeldOutCheck(0.2, np.zeros(3), 0.1, 0.5))


def kept(profile: TrackerProfile, made: datetime = NOW) -> ToolCalibration:
    stylus = profile.tool("stylus")
    assert stylus is not None
    return of_tip("stylus", serial_of(stylus, profile), tip(), made)


def test_a_pivot_is_kept_once_with_all_that_is_known(profile: TrackerProfile, own_calibrations: Path) -> None:
    session, store = SimpleNamespace(stylus=None, needle_found=NeedleFound()), CalibrationStore()
    assert store.folder == own_calibrations
    keeper = CalibrationKeeper(session, store, {"stylus": "0000ABCD"}, lambda: NOW)  # type: ignore[arg-type]
    state = SimpleNamespace()
    for stylus in (None, first := tip(), first, ToolTip(first.tip_mm, first.covariance, None)):
        session.stylus = stylus
        keeper((), state)  # type: ignore[arg-type]
    (only,) = store.everything()
    assert only.calibration is not None and first.calibration is not None
    np.testing.assert_array_equal(only.calibration.tip_mm, first.tip_mm)
    assert only.calibration.fit.poses == 300 and only.calibration.held_out is not None
    assert only.calibration.fit.median_mm <= only.calibration.fit.p95_mm <= only.calibration.fit.worst_mm


def test_a_needle_is_kept_with_what_was_found_of_it(own_calibrations: Path) -> None:
    session, store = SimpleNamespace(stylus=None, needle_found=NeedleFound()), CalibrationStore()
    session.needle_shaft = Shaft((1.0, 2.0, 160.0), (0.0, 0.0, 1.0), 0.01 * np.eye(3), 1e-6 * np.eye(3))
    keeper = CalibrationKeeper(session, store, {"needle": "0000BEEF"}, lambda: NOW)  # type: ignore[arg-type]
    turns = rotations_from(np.linspace(0, 2, 90)[:, None] * [0.0, 0, 1])
    rolled = np.broadcast_to(np.eye(4), (90, 4, 4)).copy()
    rolled[:, :3, :3] = turns
    axis = NeedleAxis(spin_calibration(rolled, (0, 0, 1)), 0.001)
    for found in (NeedleFound(), NeedleFound(tip=tip()), NeedleFound(tip(), axis), NeedleFound(axis=axis)):
        session.needle_found = found
        keeper((), SimpleNamespace())  # type: ignore[arg-type]
        keeper((), SimpleNamespace())  # type: ignore[arg-type]
    both, only_tip, only_axis = (one.calibration for one in store.of_tool("0000BEEF"))
    assert only_tip and only_tip.method is Method.PIVOT and only_tip.direction is None and only_tip.held_out
    assert both and both.method is Method.PIVOT and both.direction == (0.0, 0.0, 1.0)
    assert only_axis and only_axis.method is Method.SPIN and only_axis.tip_mm == (1.0, 2.0, 160.0)


def test_what_the_scenario_asks_for_is_left_out_where_it_is_stored(profile: TrackerProfile) -> None:
    scenario = replace(read_scenario(find_scenario("lumbar-facet")), needle_calibration=(Method.TEMPLATE, Method.SPIN))
    said: list[str] = []
    assert methods_wanted(None, scenario, {}, said.append) == (Method.TEMPLATE, Method.SPIN) and not said
    needle = replace(kept(profile), tool="needle")
    assert methods_wanted(None, scenario, {"needle": needle}, said.append) == (Method.SPIN,)
    turned = replace(needle, direction=(0.0, 0.0, 1.0))
    assert methods_wanted(None, scenario, {"needle": turned}, said.append) == () and "--calibrate" in said[-1]
    assert methods_wanted("spin,pivot", scenario, {"needle": turned}) == (Method.PIVOT, Method.SPIN)
    assert methods_wanted("none", scenario, {}) == ()
    with pytest.raises(SettingsError, match="--calibrate twist: no method"):
        methods_wanted("twist", scenario, {})


def test_a_full_disk_is_said_and_the_session_goes_on(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    said: list[str] = []
    session = SimpleNamespace(stylus=tip(), needle_found=NeedleFound())
    keeper = CalibrationKeeper(
        session, CalibrationStore(tmp_path / "file"), {"stylus": "0000ABCD"}, lambda: NOW, said.append
    )  # type: ignore[arg-type]
    keeper((), SimpleNamespace())  # type: ignore[arg-type]
    assert len(said) == 1 and "cannot be saved" in said[0]


def test_the_serial_is_the_definitions(profile: TrackerProfile) -> None:
    stylus = profile.tool("stylus")
    assert stylus is not None and stylus.definition is not None
    assert serial_of(stylus, profile) == f"{read_rom(stylus.definition).serial_number:08X}"
    wired = replace(stylus, definition=None, serial_number="3a5c0001")
    assert serial_of(wired, profile) == "3A5C0001"
    nameless = serial_of(replace(stylus, definition=None), profile)
    assert len(nameless) == 8 and nameless != serial_of(stylus, profile)


def test_only_what_is_good_and_young_is_used(profile: TrackerProfile) -> None:
    store, said = CalibrationStore(), list[str]()
    assert usable(profile, store, 30, NOW, said.append) == {} and said == []
    store.save(kept(profile, NOW - timedelta(days=40)))
    assert usable(profile, store, 30, NOW, said.append) == {}
    assert "40 days old, the limit is 30" in said[0]
    good = kept(profile, NOW - timedelta(days=2))
    store.save(good)
    bad = store.save(kept(profile, NOW - timedelta(days=1)))
    bad.write_text(bad.read_text().replace("stylus", "needle"))
    assert usable(profile, store, 30, NOW, said.append) == {"stylus": good}
    assert "edited" in said[-1] and str(bad) in said[-1]


def test_what_a_recording_holds_is_the_same_to_the_bit(profile: TrackerProfile) -> None:
    calibration = kept(profile)
    once = calibrations_in({"stylus": to_text(calibration)}, Path("session.mcap"))
    assert once == {"stylus": calibration} == calibrations_in({"stylus": to_text(once["stylus"])}, Path("x"))


def test_the_list(profile: TrackerProfile, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["calibrations"]) == 0
    assert "no calibrations in" in capsys.readouterr().out
    store = CalibrationStore()
    store.save(kept(profile))
    assert main(["calibrations"]) == 0
    assert "stylus" in capsys.readouterr().out
    bad = store.save(kept(profile, NOW + timedelta(days=1)))
    bad.write_text(bad.read_text()[:100])
    assert main(["calibrations"]) == 1
    assert "cut short" in capsys.readouterr().out.replace("\n", "")


def test_printed_bodies_have_serial_numbers_of_their_own() -> None:
    from arguide.asset_files import find_profile
    from arguide.cli.tool_calibrations import serial_of
    from arguide.settings.profile_file import read_profile

    profile = read_profile(find_profile("webcam"))
    serials = [serial_of(tool, profile) for tool in profile.tools]
    assert len(set(serials)) == len(profile.tools) and all(len(serial) == 8 for serial in serials)


def test_the_panel_of_devices_says_what_a_cameras_mount_is_worth() -> None:
    rows = ((1e-6, 0.0, 0.0), (0.0, 1e-6, 0.0), (0.0, 0.0, 1e-6))
    none = ((0.0, 0.0, 0.0),) * 3
    mount = Mount(
        body="camera",
        serial="0000BEEF",
        made=NOW,
        rotation=((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
        shift_mm=(0.0, 0.0, 0.0),
        error_mm=0.4,
        error_rad=0.001,
        poses=20,
        method="park",
        turn_covariance_rad2=rows,
        shift_covariance_mm2=none,
        turn_shift_covariance=none,
    )
    camera = SimpleNamespace(camera="HD Webcam", mount=mount, delay_s=0.033, delay_sd_s=0.001)
    pictures = Pictures.__new__(Pictures)
    pictures.feed = SimpleNamespace(calibration=camera)  # type: ignore[assignment]
    ((title, told),) = pictures.rows()
    said = dict(told())
    assert title == "AR camera" and said["Sits on"].startswith("camera, 0.40 mm")
    assert said["Drawn by that to"] == "± 1.40 mm at 500 mm (95 %)" and said["Tells late by"] == "33.0 ms, corrected"
    camera.mount = replace(mount, turn_covariance_rad2=None)
    assert "Drawn by that to" not in dict(pictures.rows()[0][1]()), "a file made before it was kept"
    pictures.feed = None
    assert pictures.rows() == []
