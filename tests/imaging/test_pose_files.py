"""Streams of poses as other programs write them."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arguide.errors import SettingsError
from arguide.geometry.rotations import rotations_from
from arguide.geometry.transforms import Array, to_quaternion
from arguide.imaging.pose_files import read_poses, together

SEQUENCES = Path(__file__).parents[3] / "shared" / "data" / "plus-sequences"
RNG = np.random.default_rng(4)
POSES = np.broadcast_to(np.eye(4), (5, 4, 4)).copy()
POSES[:, :3, :3] = rotations_from(RNG.uniform(-2, 2, (5, 3)))
POSES[:, :3, 3] = RNG.uniform(-500, 500, (5, 3))
TIMES = np.arange(5) / 20


def csv(head: str, rows: Array) -> str:
    return head + "\n" + "".join(",".join(map(repr, row)) + "\n" for row in rows.tolist())


QUATERNIONS = np.column_stack([TIMES, [to_quaternion(p) for p in POSES], POSES[:, :3, 3]])
FORMS = {
    "quaternions.csv": csv("time,qw,qx,qy,qz,tx,ty,tz", QUATERNIONS),
    "other_order.csv": csv("x,y,z,qx,qy,qz,qw,Timestamp", QUATERNIONS[:, [5, 6, 7, 2, 3, 4, 1, 0]]),
    "entries.csv": csv("time," + ",".join(f"m{r}{c}" for r in range(4) for c in range(4)),
                       np.column_stack([TIMES, POSES.reshape(5, 16)])),
}  # fmt: skip


@pytest.mark.parametrize("name", FORMS)
def test_all_tables_give_the_same_poses(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(FORMS[name])
    found = read_poses(tmp_path / name)
    np.testing.assert_allclose(found.poses, POSES, atol=1e-12)
    np.testing.assert_allclose(found.times, TIMES)


def sequence(frames: int, status: str = "OK", extra: str = "", end: str = "ElementDataFile = LOCAL\n") -> str:
    lines = ["ObjectType = Image", "NDims = 3", f"DimSize = 0 0 {frames}"]
    for k in range(frames):
        numbers = " ".join(map(repr, POSES[k].ravel().tolist()))
        lines += [f"Seq_Frame{k:04}_StylusToTrackerTransform = {numbers} "]
        lines += [f"Seq_Frame{k:04}_StylusToTrackerTransformStatus = {'OK' if k != 2 else status}"]
        lines += [f"Seq_Frame{k:04}_Timestamp = {TIMES[k]}", *([extra.format(k)] if extra else [])]
    return "\n".join(lines) + "\n" + end


def test_sequences_leave_out_what_was_hidden(tmp_path: Path) -> None:
    file = tmp_path / "a.igs.mha"
    file.write_bytes(sequence(5, "INVALID").encode() + bytes(range(256)))
    found = read_poses(file)
    np.testing.assert_allclose(found.poses, POSES[[0, 1, 3, 4]], atol=1e-12)
    assert found.hidden == 1 and found.rows.tolist() == [0, 1, 3, 4]
    np.testing.assert_allclose(read_poses(file, "Stylus").poses, found.poses)


def test_streams_meet_where_both_were_seen(tmp_path: Path) -> None:
    gap = QUATERNIONS.copy()
    gap[1, 1:] = np.nan
    (tmp_path / "gap.csv").write_text(csv("time,qw,qx,qy,qz,tx,ty,tz", gap))
    np.save(tmp_path / "all.npy", POSES)
    first, second = together(read_poses(tmp_path / "gap.csv"), read_poses(tmp_path / "all.npy"))
    np.testing.assert_allclose(first, second, atol=1e-12)
    assert len(first) == 4


def test_few_digits_are_made_rotations_again_and_more_is_left_to_be_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.round(POSES, 4))
    r = read_poses(tmp_path / "a.npy").poses[:, :3, :3]
    np.testing.assert_allclose(r @ r.swapaxes(1, 2), np.broadcast_to(np.eye(3), (5, 3, 3)), atol=1e-12)
    scaled = POSES.copy()
    scaled[:, :3, :3] *= 1.1
    np.save(tmp_path / "b.npy", scaled)
    np.testing.assert_array_equal(read_poses(tmp_path / "b.npy").poses, scaled)
    mirrored = POSES @ np.diag([-1.0, 1, 1, 1])
    np.save(tmp_path / "c.npy", mirrored)
    np.testing.assert_array_equal(read_poses(tmp_path / "c.npy").poses, mirrored)


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("a.csv", "time,x,y,z\n0,1,2,3\n", "expected columns qw"),
        ("a.csv", "qw,qx,qy,qz,tx,ty,tz\n2,0,0,0,1,2,3\n", "length is 2, expected 1"),
        ("a.csv", "qw,qx,qy,qz,tx,ty,tz\n,,,,,,\n", "hidden all the time"),
        ("a.mha", sequence(3, end=""), "cut short"),
        ("a.mha", "NDims = 3\nElementDataFile = LOCAL\n", "it is an image"),
        ("a.mha", sequence(2, extra="Seq_Frame{:04}_ProbeToTrackerTransform = 1 2 3"), "more than one"),
        ("a.mha", "Seq_Frame0000_AToBTransform = 1 2 3\nElementDataFile = LOCAL\n", "has 3 numbers"),
        ("a.mha", sequence(2).replace("Timestamp = 0.0", "Timestamp = noon"), "frame 0: expected a number"),
        ("a.npy", "not numpy", "not a .npy file"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, name: str, text: str, reason: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(SettingsError, match=reason) as caught:
        read_poses(tmp_path / name)
    assert str(tmp_path / name) in str(caught.value)


@settings(max_examples=60)
@given(data=st.binary(max_size=300), ending=st.sampled_from([".csv", ".npy", ".mha"]))
def test_any_bytes_give_poses_or_one_line(tmp_path_factory: pytest.TempPathFactory, data: bytes, ending: str) -> None:
    file = tmp_path_factory.getbasetemp() / f"any{ending}"
    file.write_bytes(data)
    try:
        assert read_poses(file).poses.shape[1:] == (4, 4)
    except SettingsError as error:
        assert "\n" not in str(error)


@pytest.mark.skipif(not SEQUENCES.is_dir(), reason=f"no recorded sequences in {SEQUENCES}")
def test_real_sequences() -> None:
    eight = read_poses(SEQUENCES / "EightLandmarkPointsTrackedForPhantomRegistration.igs.mha", "Stylus")
    assert eight.poses.shape == (1000, 4, 4) and eight.times[0] == pytest.approx(280.4611428572264)
    np.testing.assert_allclose(eight.poses[0, :3, 3], [315.55283203125, 9.82265625, -36.05361328125])
    images = read_poses(SEQUENCES / "SpinePhantomFreehand.igs.mha", "Probe")
    assert images.poses.shape[0] + images.hidden == 21
    with pytest.raises(SettingsError, match="Reference"):
        read_poses(SEQUENCES / "SpinePhantomFreehand.igs.mha")
