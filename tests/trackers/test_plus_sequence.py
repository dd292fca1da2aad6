"""PLUS sequences: real ones as they are, and every damage named."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from arguide.asset_files import find_profile
from arguide.errors import ArguideError, RecordingError
from arguide.geometry.transforms import is_rigid
from arguide.settings.profile_file import read_profile
from arguide.trackers.plus_sequence import read_sequence
from arguide.trackers.reading import Visibility

SEQUENCES = Path(__file__).parents[2] / ".." / "shared" / "data" / "plus-sequences"
PROFILE = read_profile(find_profile("openigtlink"))
POSE = "1 0 0 10 0 1 0 20 0 0 1 30 0 0 0 1"
GOOD = f"""ObjectType = Image
DimSize = 0 0 3
Seq_Frame0000_Stylus = 1 2 3
Seq_Frame0000_StylusToTrackerTransform = {POSE}
Seq_Frame0000_StylusToTrackerTransformStatus = OK
Seq_Frame0000_Timestamp = 1.5
Seq_Frame0001_StylusToTrackerTransform = {POSE}
Seq_Frame0001_StylusToTrackerTransformStatus = OUT_OF_VIEW
Seq_Frame0001_Timestamp = 2.0
Seq_Frame0001_FrameNumber = 7
Seq_Frame0002_Timestamp = 2.0
Seq_Frame0002_FrameNumber = 8
ElementDataFile = LOCAL
"""


def sequence(name: str) -> Path:
    if not (path := SEQUENCES / name).is_file():
        pytest.skip(f"no {name} beside the checkout: recorded PLUS sequences are not there")
    return path


def test_fields_become_samples(tmp_path: Path) -> None:
    (tmp_path / "a.mha").write_text(GOOD)
    first, second = read_sequence(tmp_path / "a.mha", PROFILE)
    pose = first.readings["stylus"].tracker_from_tool
    assert pose is not None and pose[:3, 3].tolist() == [10, 20, 30]
    assert (first.frame_number, first.host_time_s) == (0, 1.5)
    assert (second.frame_number, second.host_time_s) == (7, 2.0)
    assert second.readings["stylus"].visibility is Visibility.OUT_OF_VOLUME
    assert second.readings["needle"].tracker_from_tool is None


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("= 1.5", "= soon", "line 6: could not convert"),
        ("= 1.5", "= nan", "line 6: the time 'nan'"),
        (POSE, "1 2 3", "line 4: expected 16 numbers, got 3"),
        ("ElementDataFile", "ElementFile", "ends before ElementDataFile"),
        ("Seq_Frame", "Frame", "no Seq_Frame fields"),
        ("ObjectType", "x" * 20_000, "not the head of a sequence"),
    ],
)
def test_damage_is_named(tmp_path: Path, old: str, new: str, words: str) -> None:
    file = tmp_path / "a.mha"
    file.write_text(GOOD.replace(old, new))
    with pytest.raises(RecordingError, match=words):
        read_sequence(file, PROFILE)
    with pytest.raises(RecordingError, match="cannot be read"):
        read_sequence(tmp_path / "b.mha", PROFILE)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.integers(0, len(GOOD) - 1), st.binary(max_size=8))
def test_any_damage_is_samples_or_a_named_error(tmp_path: Path, at: int, junk: bytes) -> None:
    data = GOOD.encode()
    (tmp_path / "a.mha").write_bytes(data[:at] + junk + data[at + len(junk) :])
    try:
        for one in read_sequence(tmp_path / "a.mha", PROFILE):
            poses = [reading.tracker_from_tool for reading in one.readings.values()]
            assert all(is_rigid(pose) for pose in poses if pose is not None)
    except ArguideError as error:
        assert "a.mha" in str(error)


def test_a_person_touching_eight_landmarks() -> None:
    samples = read_sequence(sequence("EightLandmarkPointsTrackedForPhantomRegistration.igs.mha"), PROFILE)
    assert len(samples) == 1000
    assert samples[-1].host_time_s - samples[0].host_time_s == pytest.approx(66.606, abs=0.001)
    poses = [s.readings["stylus"].tracker_from_tool for s in samples]
    assert all(pose is not None and is_rigid(pose, 1e-9) for pose in poses)


def test_not_valid_is_hidden() -> None:
    samples = read_sequence(sequence("NwirePhantomFreehand.igs.mha"), PROFILE)
    assert len(samples) == 97
    readings = [one.readings["stylus"] for one in samples]
    assert {(r.visibility, r.why) for r in readings} == {(Visibility.HIDDEN, "recorded as invalid")}
