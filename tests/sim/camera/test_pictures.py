"""Simulated pictures: the same seed gives the same bytes, truth is where the picture shows it, worse is worse."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
import trimesh
from arguide_sim.camera.bench import cut_small
from arguide_sim.camera.lens import Lens, Moving, Shutter, seen_at
from arguide_sim.camera.paper import DOTS_PER_MM, sheets_of
from arguide_sim.camera.sensor import Sensor
from arguide_sim.camera.solids import PLASTIC, Solid
from arguide_sim.camera.source import open_camera
from arguide_sim.camera.studio import SimPicture, Studio, Thing, View
from numpy.typing import NDArray

from arguide.asset_files import hardware
from arguide.errors import PortError
from arguide.geometry.camera_model import CameraModel
from arguide.geometry.mesh import Mesh
from arguide.geometry.rotations import rotations_from
from arguide.geometry.transforms import Array, apply, from_parts, translation
from arguide.settings.body_file import read_body
from arguide.settings.camera_file import read_camera

CALIBRATION = read_camera(hardware() / "cameras" / "simulated.toml")
LENS = Lens.of(CALIBRATION)
BOARD = read_body(hardware() / "sheets" / "board.toml")
LYING = from_parts(rotations_from([0.25, -0.2, 0.1]) @ np.diag([1.0, -1.0, -1.0]), [20.0, -10.0, 600.0])
QUIET = Sensor(floor=0.0, gain=0.0, vignette=0.0)


def studio(speed_mm_s: float = 0.0, shutter: Shutter | None = None, sensor: Sensor = QUIET) -> Studio:
    """The board before the camera, moving to the right."""

    def view_at(time_s: float) -> View:
        return View({"board": translation([speed_mm_s * time_s, 0, 0]) @ LYING})

    return Studio((Thing("board", tuple(sheets_of(BOARD))),), view_at, LENS, shutter or Shutter(0.0), sensor)


def corners_seen(picture: SimPicture) -> Array:
    """The board's inner corners as the picture shows them, searched from where they truly are."""
    grey = cv2.cvtColor(picture.pixels, cv2.COLOR_BGR2GRAY)
    start = picture.pixels_of("board", np.array(BOARD.saddles)).astype(np.float32).reshape(-1, 1, 2)
    stop = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_MAX_ITER, 50, 0.001)
    return np.asarray(cv2.cornerSubPix(grey, start.copy(), (5, 5), (-1, -1), stop), dtype=float).reshape(-1, 2)


def test_a_box_about_the_gel_hides_its_sides_and_not_its_top() -> None:
    def block(x: float, y: float, wide: float, deep: float, high: float) -> trimesh.Trimesh:
        return trimesh.creation.box((wide, deep, high), translation([x, y, high / 2]))

    walls = [block(0, y, 160, 14, 100) for y in (-73, 73)] + [block(x, 0, 14, 132, 100) for x in (-73, 73)]
    gel, box = (
        cut_small(Mesh(m.vertices, m.faces)) for m in (block(0, 0, 132, 132, 98), trimesh.util.concatenate(walls))
    )
    leaning = from_parts(rotations_from([np.pi - 0.6, 0.0, 0.0]), [0.0, 0.0, 650.0])
    things = (Thing("phantom", solid=Solid(gel)), Thing("phantom", solid=Solid(box, PLASTIC)))
    seen = Studio(things, lambda time_s: View({"phantom": leaning}), LENS, Shutter(0.0), QUIET).take(0, 0.0, 0.0)
    middle_of_top, rim, front = ([0, 0, 98], [0, -73, 100], [0, -80, 50])
    for point, gelly in (
        (middle_of_top, True),
        (rim, False),
        (front, False),
        ([40, -80, 30], False),
        ([-40, 50, 98], True),
    ):
        column, row = np.round(seen.pixels_of("phantom", np.array([point], dtype=float))[0]).astype(int)
        blue, _, red = seen.pixels[row, column].astype(float)
        assert bool(red > 1.2 * blue) is gelly, f"{point}: {seen.pixels[row, column]}"


def test_the_same_seed_gives_the_same_bytes_and_another_does_not() -> None:
    one, same, other = (studio(sensor=Sensor(seed)).take(3, 0.1, 0.1).pixels for seed in (1, 1, 2))
    assert (one == same).all() and (one != other).any()
    assert (studio(sensor=Sensor(1)).take(4, 0.1, 0.1).pixels != one).any(), "every picture has its own noise"


def test_lens_agrees_with_the_camera_model_which_was_written_apart() -> None:
    model = CameraModel.of(CALIBRATION)
    grid = np.stack(np.meshgrid(np.arange(0, 1280, 40), np.arange(0, 720, 40)), axis=-1)
    assert np.abs(LENS.rays[::40, ::40] - model.unproject(grid)[..., :2]).max() < 1e-6
    points = model.unproject(grid.reshape(-1, 2)) * 500.0
    assert np.abs(LENS.pixels(points) - grid.reshape(-1, 2)).max() < 1e-5


def test_truth_is_where_the_picture_shows_it() -> None:
    picture = studio().take(0, 0.0, 0.0)
    off = corners_seen(picture) - picture.pixels_of("board", np.array(BOARD.saddles))
    assert np.abs(off).max() < 0.2, "five rays a pixel"
    assert np.abs(off.mean(axis=0)).max() < 0.03, "but no bias"


def test_truth_is_where_a_rolling_shutter_shows_it() -> None:
    picture = studio(300.0, Shutter(0.0, 0.02)).take(0, 0.0, 0.0)
    points = np.array(BOARD.saddles)
    off = corners_seen(picture) - picture.pixels_of("board", points)
    assert np.abs(off).max() < 0.2
    still = LENS.pixels(apply(LYING, points))
    leaning = np.corrcoef(still[:, 1], (picture.pixels_of("board", points) - still)[:, 0])[0, 1]
    assert leaning > 0.99, "lower rows are exposed later, so they are farther to the right"


def test_blurred_corners_are_where_they_were_in_the_middle_of_the_exposure() -> None:
    picture = studio(200.0, Shutter(0.012)).take(0, 0.0, 0.0)
    off = corners_seen(picture) - LENS.pixels(apply(LYING, np.array(BOARD.saddles)))
    assert np.abs(off.mean(axis=0)).max() < 0.1


def sharpness(pixels: NDArray[np.uint8]) -> float:
    return float(np.abs(np.diff(pixels[..., 0].astype(float), axis=1)).max())


def test_motion_blurs_only_while_it_moves() -> None:
    still, moving = (studio(speed, Shutter(0.015)).take(0, 0.0, 0.0).pixels for speed in (0.0, 500.0))
    assert sharpness(moving) < 0.7 * sharpness(still)


def test_noise_grows_with_light_as_stated() -> None:
    sensor = Sensor(seed=3, blur_px=0.0, vignette=0.0)
    for level in (20, 200):
        picture = sensor.expose(np.full((300, 400, 3), level, np.uint8), 0).astype(float)[..., 0]
        assert picture.mean() == pytest.approx(level, abs=0.1)
        assert picture.std() == pytest.approx(np.sqrt(sensor.floor**2 + sensor.gain * level), rel=0.05)


def test_corners_of_the_picture_are_darker() -> None:
    flat = np.full((300, 400, 3), 100, np.uint8)
    picture = replace(QUIET, vignette=0.2).expose(flat, 0)
    assert picture[150, 200, 0] == 100 and picture[0, 0, 0] == 80


def test_paper_is_seen_from_in_front_only() -> None:
    turned = Studio(
        (Thing("board", tuple(sheets_of(BOARD))),),
        lambda t: View({"board": LYING @ np.diag([1.0, -1.0, -1.0, 1.0])}),
        LENS,
        Shutter(0.0),
        QUIET,
    )
    assert turned.take(0, 0.0, 0.0).pixels.max() < 160 < studio().take(0, 0.0, 0.0).pixels.max()


def test_what_is_not_there_is_not_drawn() -> None:
    empty = Studio((Thing("board", tuple(sheets_of(BOARD))),), lambda t: View({}), LENS, Shutter(0.0), QUIET)
    assert empty.take(0, 0.0, 0.0).pixels.max() < 160


def test_sheets_have_the_size_of_the_paper() -> None:
    (board,) = sheets_of(BOARD)
    assert board.print.shape == (210 * DOTS_PER_MM, 297 * DOTS_PER_MM)
    cube = sheets_of(read_body(hardware() / "sheets" / "needle-cube.toml"))
    assert len(cube) == 6, "four sides with markers and two without"
    middles = np.array([sheet.corners.mean(axis=0) for sheet in cube])
    assert np.allclose(np.linalg.norm(middles, axis=1), 22.5) and np.allclose(middles.sum(axis=0), 0)


def test_moving_is_exact_at_its_ends_and_middle() -> None:
    shutter = Shutter(0.01, 0.02)
    moving = Moving(lambda t: translation([100 * t, 0, 0]), 5.0, shutter)
    rows = np.array([0.0, 359.5, 719.0])
    assert np.allclose(moving.at(shutter.row_time(rows, 720))[:, 0, 3], 100 * (5.0 + np.array([-0.01, 0.0, 0.01])))
    assert seen_at(LENS, shutter, Moving(lambda t: LYING, 0.0, shutter), np.zeros((0, 3))).shape == (0, 2)


def test_in_real_time_pictures_nobody_fetched_are_dropped() -> None:
    now = [100.0]

    def wait(seconds: float) -> None:
        now[0] += seconds

    camera = open_camera("camera://sim", {"motion": "idle"}, lambda: now[0], wait)
    first = camera.read(1.0)
    assert first is not None and first.number == 0
    assert now[0] == pytest.approx(100.042), "after its delay"
    now[0] += 0.5
    later = camera.read(1.0)
    assert later is not None and later.number == 15
    assert later.arrived_s - later.taken_s == pytest.approx(100.042)
    assert camera.read(0.001) is None
    camera.close()
    with pytest.raises(PortError, match="is closed"):
        camera.read(1.0)
