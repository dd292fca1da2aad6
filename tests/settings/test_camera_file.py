"""Camera calibrations: there and back to the last bit; what does not belong to the camera is refused by name."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from arguide.errors import SettingsError
from arguide.settings.calibration_store import CalibrationStore
from arguide.settings.camera_file import CameraCalibration, Mount, read_camera, to_text

CALIBRATION = CameraCalibration(
    camera="HD Webcam C920",
    width=1280,
    height=720,
    fx=1002.31,
    fy=1001.87,
    cx=641.2,
    cy=359.8,
    k1=0.11,
    k2=-0.24,
    p1=0.001,
    p2=-0.0007,
    k3=0.09,
    made=datetime(2026, 1, 5, 10, 15, tzinfo=UTC),
    pictures=24,
    rms_px=0.31,
    fx_sd=0.8,
    fy_sd=0.8,
    cx_sd=1.1,
    cy_sd=0.9,
    delay_s=0.033,
    delay_sd_s=0.002,
    rolling_s=0.019,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(k1=st.floats(-1, 1), fx=st.floats(500, 2000), delay_s=st.floats(-0.5, 1), camera=st.text(min_size=1))
def test_there_and_back_to_the_last_bit(tmp_path: Path, k1: float, fx: float, delay_s: float, camera: str) -> None:
    file = tmp_path / "camera.toml"
    made = replace(CALIBRATION, k1=k1, fx=fx, delay_s=delay_s, camera=camera, file=file)
    file.write_text(to_text(made), encoding="utf-8", newline="\n")
    assert read_camera(file) == made


def test_lens_and_timing_have_defaults(tmp_path: Path) -> None:
    file = tmp_path / "short.toml"
    file.write_text(
        'schema = 1\ncamera = "any"\nwidth = 640\nheight = 480\nmade = "2026-01-05T10:15:00Z"\n'
        "[lens]\nfx = 600\nfy = 600\ncx = 320\ncy = 240\n[fit]\npictures = 0\nrms_px = 2\n"
    )
    read = read_camera(file)
    assert (read.k1, read.delay_s, read.is_generic) == (0.0, 0.0, True)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("schema = 1", "schema = 2", "update arguide"),
        ("width = 1280", "width = -3", "width: expected a whole number"),
        ("fx = 1002.31", "fx = 3.7", "fx: expected a number from 128"),
        ("fx = 1002.31", "", "lens.fx: missing"),
        ("cx = 641.2", "cx = 6412", "cx: expected a number from 0 to 1280"),
        ("k1 = 0.11", "k4 = 0.11", "lens.k4: unknown key"),
        ("k1 = 0.11", "k1 = nan", "lens.k1: expected a number"),
        ("2026-01-05T10:15:00Z", "yesterday", "expected a moment like"),
        ("rms_px = 0.31", "rms_px = -1", "fit.rms_px"),
        ("[fit]", "[fit", "not valid TOML"),
    ],
)
def test_every_mistake_is_named(tmp_path: Path, old: str, new: str, reason: str) -> None:
    file = tmp_path / "camera.toml"
    text = to_text(CALIBRATION).partition("\n[seal]")[0]
    assert old in text
    file.write_text(text.replace(old, new))
    with pytest.raises(SettingsError, match="camera.toml") as refused:
        read_camera(file)
    assert reason in str(refused.value)


def test_a_file_cut_short_anywhere_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "camera.toml"
    text = to_text(CALIBRATION)
    last_needed = text.index("rms_px = 0.31")
    for cut in range(0, last_needed, 7):
        file.write_text(text[:cut])
        with pytest.raises(SettingsError):
            read_camera(file)


def test_another_camera_is_refused_by_name() -> None:
    with pytest.raises(SettingsError, match=r"made for the camera 'HD Webcam C920', this one is 'FaceTime'"):
        CALIBRATION.check("FaceTime", 1280, 720)


def test_another_size_is_refused_by_both_sizes() -> None:
    with pytest.raises(SettingsError, match="made for pictures of 1280x720, these are 640x480"):
        CALIBRATION.check("HD Webcam C920", 640, 480)


def test_what_fits_passes() -> None:
    CALIBRATION.check("HD Webcam C920", 1280, 720)
    CALIBRATION.check("", 1280, 720)
    replace(CALIBRATION, camera="any").check("FaceTime", 1280, 720)


MOUNT = Mount(
    body="camera",
    serial="00001234",
    made=CALIBRATION.made,
    rotation=((0.0, -1.0, 0.0), (1.0, 0.0, 0.0), (0.0, 0.0, 1.0)),
    shift_mm=(12.5, -3.0, 40.25),
    error_mm=0.4,
    error_rad=0.002,
    poses=25,
    method="park",
)


def test_a_mount_is_kept_and_belongs_to_its_body(tmp_path: Path) -> None:
    file = tmp_path / "camera.toml"
    file.write_text(to_text(replace(CALIBRATION, mount=MOUNT)))
    mount = read_camera(file).mount
    assert mount == MOUNT
    rows = ((1e-6, 0.0, 2e-7), (0.0, 2e-6, 0.0), (2e-7, 0.0, 1e-6))
    sure = replace(MOUNT, turn_covariance_rad2=rows, shift_covariance_mm2=rows, turn_shift_covariance=rows[::-1])
    file.write_text(to_text(replace(CALIBRATION, mount=sure)))
    assert read_camera(file).mount == sure
    MOUNT.check("00001234")
    with pytest.raises(SettingsError, match="serial 00001234, this one is 00009999"):
        MOUNT.check("00009999")
    file.write_text(to_text(replace(CALIBRATION, mount=MOUNT)).partition("\n[seal]")[0].replace("-1.0", "-0.9"))
    with pytest.raises(SettingsError, match="rotation: expected three rows of unit length"):
        read_camera(file)


def test_what_arguide_wrote_is_refused_when_edited_or_cut_short(tmp_path: Path) -> None:
    file, text = tmp_path / "camera.toml", to_text(CALIBRATION)
    for spoilt, reason in ((text.replace("k1 = 0.11", "k1 = 0.12"), "seal does not fit"), (text[:-9], "cut short")):
        file.write_text(spoilt)
        with pytest.raises(SettingsError, match=reason):
            read_camera(file)


def test_the_store_keeps_cameras_apart_and_gives_the_newest(tmp_path: Path) -> None:
    store = CalibrationStore(tmp_path)
    assert store.cameras() == [] and store.newest_camera("HD Webcam C920") is None
    older = replace(CALIBRATION, made=CALIBRATION.made - timedelta(days=1), k1=0.2)
    twin = replace(CALIBRATION, camera="HD Webcam: C920!", made=CALIBRATION.made + timedelta(days=1))
    small = replace(CALIBRATION, width=640, height=480, cx=320.0, cy=240.0, fx=501.0, fy=501.0)
    files = [store.save_camera(one) for one in (CALIBRATION, older, twin, small)]
    assert len({*files}) == 4 and len(store.cameras()) == 4 and store.everything() == []
    found = store.newest_camera("HD Webcam C920", (1280, 720))
    assert found is not None and replace(found, file=Path()) == CALIBRATION
    files[0].write_text("cut short")
    found = store.newest_camera("HD Webcam C920", (1280, 720))
    assert found is not None and found.k1 == 0.2, "the previous good one is still in place"
    assert [one.refusal for one in store.cameras() if one.calibration is None]
    assert store.newest_camera("HD Webcam C920", (800, 600)) is None


def test_a_full_disk_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(SettingsError, match="cannot be saved"):
        CalibrationStore(tmp_path / "file").save_camera(CALIBRATION)
