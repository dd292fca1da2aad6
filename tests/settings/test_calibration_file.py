"""Calibration files: what is written is read, and what was cut short, edited or made for another tool is refused."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arguide.errors import SettingsError
from arguide.settings.calibration_file import (
    Fit,
    HeldOut,
    Matrix3,
    Method,
    ToolCalibration,
    from_text,
    read_calibration,
    to_text,
)
from arguide.settings.calibration_store import FOLDER, CalibrationStore, default_folder

MADE = datetime(2026, 1, 5, 10, 15, 0, tzinfo=UTC)
SERIAL, OTHER = "3A5C0001", "3A5C0002"
HERE = Path("here.toml")


def calibration(made: datetime = MADE, serial: str = SERIAL, tip_z: float = 161.25) -> ToolCalibration:
    return ToolCalibration(
        tool="stylus",
        serial=serial,
        method=Method.PIVOT,
        made=made,
        tip_mm=(1.5, -0.5, tip_z),
        tip_covariance_mm2=((0.01, 0.001, 0.0), (0.001, 0.02, 0.0), (0.0, 0.0, 0.03)),
        fit=Fit(poses=400, used=391, rms_mm=0.31, median_mm=0.28, p95_mm=0.6, worst_mm=5.2, coverage=0.94),
        held_out=HeldOut(point="the divot", error_mm=0.2, expected_mm=0.5),
        cautions=('9 poses "disagree"\nand were left out',),
    )


finite = st.floats(-1000, 1000)
variance = st.floats(0, 100)


@given(
    tip=st.tuples(finite, finite, finite),
    spread=st.tuples(variance, variance, variance, *[st.floats(-1, 1)] * 3),
    text=st.text(min_size=1, max_size=30),
    made=st.datetimes(datetime(1990, 1, 1), datetime(2200, 1, 1)),
    turned=st.booleans(),
)
def test_what_is_written_is_read(
    tip: tuple[float, float, float],
    spread: tuple[float, ...],
    text: str,
    made: datetime,
    turned: bool,
) -> None:
    xx, yy, zz, xy, xz, yz = spread
    matrix: Matrix3 = ((xx, xy, xz), (xy, yy, yz), (xz, yz, zz))
    written = ToolCalibration(
        tool=text,
        serial="0123ABCD",
        method=Method.TEMPLATE,
        made=made.replace(microsecond=0, tzinfo=UTC),
        tip_mm=tip,
        tip_covariance_mm2=matrix,
        fit=Fit(poses=30, used=30, rms_mm=0.0),
        direction=(0.6, 0.0, 0.8) if turned else None,
        direction_covariance_rad2=matrix if turned else None,
        held_out=HeldOut(point=text, error_mm=0.1, expected_mm=0.2) if turned else None,
        cautions=(text,),
    )
    assert from_text(to_text(written), HERE) == written
    assert from_text(to_text(written).replace("\n", "\r\n"), HERE).tip_mm == tip


def test_people_can_read_it() -> None:
    text = to_text(calibration())
    assert 'serial = "3A5C0001"' in text and "rms_mm = 0.31" in text and 'made = "2026-01-05T10:15:00Z"' in text


@given(cut=st.integers(0, len(to_text(calibration())) - 1))
def test_cut_short_anywhere_is_refused(cut: int) -> None:
    with pytest.raises(SettingsError, match=r"here\.toml.*(cut short|edited)"):
        from_text(to_text(calibration())[:cut], HERE)


@given(at=st.integers(0, len(to_text(calibration())) - 1), new=st.characters(codec="ascii"))
def test_any_changed_character_is_refused(at: int, new: str) -> None:
    text = to_text(calibration())
    changed = text[:at] + new + text[at + 1 :]
    if changed == text or changed.replace("\r\n", "\n") == text:
        return
    with pytest.raises(SettingsError, match=r"here\.toml"):
        from_text(changed, HERE)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("0.03", "-0.03", "never negative"),
        ("0.001", "0.5", "symmetric"),
        ("161.25", "nan", "finite"),
        ("161.25", "161250.0", "the unit is mm"),
        ('"pivot"', '"guess"', "expected one of"),
        ("3A5C0001", "3a5c", "8 hexadecimal"),
        ("2026-01-05T", "5 January", "a moment like"),
        ("schema = 1", "schema = 2", "update arguide"),
    ],
)
def test_well_sealed_nonsense_is_refused_with_the_key(old: str, new: str, reason: str) -> None:
    body = to_text(calibration()).partition("\n[seal]\n")[0].replace(old, new, 1)
    import hashlib

    sealed = f'{body}\n[seal]\nsha256 = "{hashlib.sha256(body.encode()).hexdigest()}"\n'
    with pytest.raises(SettingsError, match=reason):
        from_text(sealed, HERE)


@pytest.fixture
def store(tmp_path: Path) -> CalibrationStore:
    return CalibrationStore(tmp_path / "kept")


def test_the_newest_is_used_and_nothing_is_overwritten(store: CalibrationStore) -> None:
    files = [store.save(calibration(MADE + timedelta(days=n), tip_z=160.0 + n)) for n in (0, 2, 1)]
    files.append(store.save(calibration(MADE + timedelta(days=2), tip_z=165.0)))
    assert len(set(files)) == 4 and all(file.read_text().endswith('"\n') for file in files)
    found, refused = store.newest(SERIAL)
    assert found is not None and found.tip_mm[2] == 165.0 and refused == ()
    assert found.age_days(MADE + timedelta(days=3)) == 1.0
    assert [one.file for one in store.of_tool(SERIAL)] == [files[3], files[1], files[2], files[0]]
    assert not list(store.folder.rglob("*.part"))


def test_a_damaged_file_is_named_and_the_previous_good_one_is_used(store: CalibrationStore) -> None:
    store.save(calibration())
    bad = store.save(calibration(MADE + timedelta(days=1), tip_z=140.0))
    bad.write_text(bad.read_text()[:-30])
    found, refused = store.newest(SERIAL)
    assert found is not None and found.tip_mm[2] == 161.25
    assert len(refused) == 1 and str(bad) in refused[0] and "cut short" in refused[0]
    assert [one.calibration is None for one in store.everything()] == [True, False]


def test_another_tools_calibration_is_refused(store: CalibrationStore) -> None:
    file = store.save(calibration())
    with pytest.raises(SettingsError, match=f"serial {SERIAL}, this one is {OTHER}"):
        read_calibration(file, OTHER)
    (store.folder / OTHER).mkdir()
    (store.folder / OTHER / file.name).write_text(file.read_text())
    found, refused = store.newest(OTHER)
    assert found is None and SERIAL in refused[0]
    assert store.newest("FFFFFFFF") == (None, ())


def test_a_crash_while_writing_leaves_the_previous_one(
    store: CalibrationStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.save(calibration())

    def crash(old: object, new: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", crash)
    with pytest.raises(SettingsError, match="No space left"):
        store.save(calibration(MADE + timedelta(days=1), tip_z=1.0))
    found, refused = store.newest(SERIAL)
    assert found == calibration() and refused == () and not list(store.folder.rglob("*.part"))


def test_where_they_are_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(FOLDER, str(tmp_path / "there"))
    assert default_folder() == tmp_path / "there" and CalibrationStore().everything() == []
    monkeypatch.delenv(FOLDER)
    assert default_folder().name == "calibrations" and "arguide" in str(default_folder())


def test_a_missing_or_binary_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="gone.toml: cannot be read"):
        read_calibration(tmp_path / "gone.toml")
    (tmp_path / "binary.toml").write_bytes(bytes(range(256)))
    with pytest.raises(SettingsError, match=r"binary\.toml"):
        read_calibration(tmp_path / "binary.toml")
