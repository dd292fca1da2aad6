"""Real pictures of real markers and chessboards, as second witness. Skipped where the shared data are not beside the
checkout."""

import itertools
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from arguide.geometry.camera_model import CameraModel
from arguide.geometry.transforms import Array, angle_between, apply, inverse
from arguide.settings.body_file import MarkerBody
from arguide.trackers.camera.body import BodyFitter, Seen
from arguide.trackers.camera.fit import fit_pose
from arguide.trackers.camera.markers import MarkerFinder

DATA = Path(__file__).parents[2] / ".." / "shared" / "data"


def folder(name: str) -> Path:
    if not (DATA / name).is_dir():
        pytest.skip(f"shared/data/{name} is not beside the checkout")
    return DATA / name


def body_of(file: Path, dictionary: str) -> MarkerBody:
    """A tool in the text form of those videos: number, middle, four corners; mm."""
    rows = np.loadtxt(file, ndmin=2)
    markers = {
        int(row[0]): tuple((float(x), float(y), float(z)) for x, y, z in row[4:16].reshape(4, 3)) for row in rows
    }
    return MarkerBody(title=file.stem, dictionary=dictionary, markers=markers, file=file)


def seen_in(video: Path, body: MarkerBody, camera: CameraModel) -> list[Seen]:
    finder, fitter = MarkerFinder(body.dictionary), BodyFitter(body, camera)
    with av.open(str(video)) as file:
        pictures = [frame.to_ndarray(format="gray") for frame in file.decode(video=0)]
    return [fitter.fit(grey, finder.find(grey).corners) for grey in pictures]


def poses(seen: list[Seen]) -> list[Array]:
    return [one.fit.view_from_body for one in seen if one.fit is not None]


def test_two_bodies_on_one_sheet_keep_their_places_while_the_camera_moves() -> None:
    """Pointer and reference are printed on one sheet: whatever the camera does, one stays where it is in the other."""
    videos = folder("bard-pelvis") / "aruco_videos"
    camera = CameraModel(640, 480, 560.0, 560.0, 320.0, 240.0, 0.1)
    pointer = seen_in(videos / "multipattern.avi", body_of(videos / "pointer.txt", "ARUCO_ORIGINAL"), camera)
    reference = seen_in(videos / "multipattern.avi", body_of(videos / "reference.txt", "ARUCO_ORIGINAL"), camera)
    assert len(poses(pointer)) == len(poses(reference)) == 10
    assert min(len(one.used) for one in pointer) >= 5 and min(len(one.used) for one in reference) >= 10
    assert max(one.fit.rms_px for one in (*pointer, *reference) if one.fit) < 0.8
    relative = [inverse(a) @ b for a, b in zip(poses(reference), poses(pointer), strict=True)]
    places = np.array([pose[:3, 3] for pose in relative])
    assert np.abs(places - places.mean(axis=0)).max() < 1.0
    assert max(angle_between(relative[0], pose) for pose in relative) < np.radians(1.5)


def test_a_single_marker_in_motion_is_followed_without_a_jump() -> None:
    videos = folder("bard-pelvis") / "aruco_videos"
    camera = CameraModel(640, 480, 560.0, 560.0, 320.0, 240.0, 0.1)
    followed = poses(seen_in(videos / "output.avi", body_of(videos / "tag_0.txt", "4X4_50"), camera))
    assert len(followed) == 10
    steps = [np.linalg.norm(b[:3, 3] - a[:3, 3]) for a, b in itertools.pairwise(followed)]
    turns = [angle_between(a, b) for a, b in itertools.pairwise(followed)]
    assert max(steps) < 4.0 and max(turns) < np.radians(15), "a mirrored pose would jump"


def test_published_calibration_and_poses_of_a_real_camera() -> None:
    """Twelve photographs of a chessboard with a calibration made by others: our projection and our poses agree."""
    data = folder("camera-calibration-bard")
    k, d = np.loadtxt(data / "calib.intrinsics.txt"), np.loadtxt(data / "calib.distortion.txt").ravel()
    camera = CameraModel(640, 480, k[0, 0], k[1, 1], k[0, 2], k[1, 2], *d)
    for n in range(12):
        board = np.loadtxt(data / f"calib.object_points.{n}.txt")
        pixels = np.loadtxt(data / f"calib.image_points.{n}.txt")
        theirs = np.loadtxt(data / f"calib.extrinsics.{n}.txt")
        fit = fit_pose(board, pixels, camera)
        assert fit is not None
        assert np.linalg.norm(apply(fit.view_from_body, board) - apply(theirs, board), axis=1).max() < 0.5
        by_opencv, _ = cv2.projectPoints(board, cv2.Rodrigues(theirs[:3, :3])[0], theirs[:3, 3], camera.matrix, d)
        assert np.abs(camera.project(apply(theirs, board)) - by_opencv[:, 0]).max() < 1e-5


def test_a_charuco_board_made_by_others() -> None:
    picture = folder("charuco-stereo-sksimage") / "test-charuco.png"
    grey = cv2.imread(str(picture), cv2.IMREAD_GRAYSCALE)
    assert grey is not None
    found = MarkerFinder("4X4_250").find(np.asarray(grey, dtype=np.uint8))
    assert len(found.corners) == 13 * 10 // 2 and not found.twice
