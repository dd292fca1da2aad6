"""The plan on the live picture: where it is drawn, what hides what, and what is said when something is wrong."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from panda3d.core import Camera

from arguide.asset_files import hardware
from arguide.errors import PortError
from arguide.geometry.camera_model import CameraModel
from arguide.geometry.transforms import Array, apply, inverse
from arguide.guidance.live_picture import Augmented, LivePicture
from arguide.guidance.state import Covariance, Step, Uncertainty
from arguide.scene import style
from arguide.scene.camera import look_at
from arguide.scene.camera_view import CameraView
from arguide.scene.layout import Pane, Rect
from arguide.scene.layouts import ARRANGEMENTS, ViewKind
from arguide.scene.photo import Framing
from arguide.scene.shading import shader
from arguide.scene.shapes import Shape, ball, geometry
from arguide.scene.stage import Stage
from arguide.settings.camera_file import read_camera
from arguide.settings.scenario import Plan, Scenario
from arguide.trackers.camera.feed import Straightener, StraightPicture

CALIBRATION = read_camera(hardware() / "cameras" / "simulated.toml")
LENS = CameraModel.of(CALIBRATION)
SKIN_GREY, TABLE_GREY = 150, 60
Maker = Callable[..., Any]


class Pictures:
    """A feed whose pictures a test chooses."""

    name, looks_for_board, trouble = "camera://test", False, ""

    def __init__(self) -> None:
        self.camera = Straightener(LENS).straight
        self.newest: StraightPicture | None = None


class Live(LivePicture):
    """A live picture whose poses a test chooses."""

    def __init__(self) -> None:
        self.feed = Pictures()
        super().__init__(self.feed, lambda: np.eye(4))
        self.now: Augmented | None = None

    def newest(self) -> Augmented | None:
        return self.now


@pytest.fixture(scope="module")
def live() -> Live:
    return Live()


@pytest.fixture(scope="module")
def ar_stage(open_stage: Callable[..., Stage], live: Live) -> Iterator[Stage]:
    with open_stage(live=live, smooth=False, occluders={"needle": ball(14.0)}) as stage:
        stage.choose(ARRANGEMENTS[1])
        stage.fill(ViewKind.CAMERA)
        yield stage


@pytest.fixture
def image_from_view(plan: Plan) -> Array:
    """From the skin's side, aslant, 55 cm away."""
    out = np.subtract(plan.entry, plan.target)
    out = out / np.linalg.norm(out)
    side = np.cross(out, [0, 0, 1.0])
    return look_at(np.add(plan.entry, 480 * out + 270 * side), plan.target, [0, 0, 1.0])


def plain(grey: int = SKIN_GREY, number: int = 0) -> StraightPicture:
    return StraightPicture(number, np.full((720, 1280, 3), grey, np.uint8), 0.0, 0.0)


def shot(stage: Stage, state: Any, live: Live, now: Augmented | None) -> NDArray[np.uint8]:
    live.now = now
    stage.show(state, 0.0)
    stage.render()
    return stage.picture()


def view_of(stage: Stage) -> CameraView:
    view = stage._panes.view(ViewKind.CAMERA)
    assert isinstance(view, CameraView)
    return view


def test_the_drawing_is_where_opencv_projects_it_with_distortion(
    ar_stage: Stage, live: Live, state_of: Maker, image_from_view: Array
) -> None:
    """Dots all over the picture, drawn, found in pixels, and carried back through the lens to the camera's own picture."""
    grid = np.stack(np.meshgrid(np.linspace(60, 1220, 9), np.linspace(130, 560, 6)), -1).reshape(-1, 2)
    points = live.feed.camera.unproject(grid) * np.linspace(450, 800, len(grid))[:, None]
    placed = apply(image_from_view, points)
    view = view_of(ar_stage)
    dots = view.see_through.root.attach_new_node("dots")
    for point, depth_mm in zip(placed, points[:, 2], strict=True):
        dot = ball(0.006 * depth_mm)
        node = dots.attach_new_node(geometry("dot", Shape(dot.vertices + point, dot.normals, dot.faces, dot.colors)))
        node.set_shader(shader("flat", "flat"))
    others = [
        child
        for child in view.see_through.root.get_children()
        if child != dots and not isinstance(child.node(), Camera)
    ]
    try:
        for other in others:
            other.stash()
        picture = shot(ar_stage, state_of(), live, Augmented(plain(0), image_from_view))
    finally:
        for other in others:
            other.unstash()
        dots.remove_node()
    expected, _ = cv2.projectPoints(points, np.zeros(3), np.zeros(3), LENS.matrix, LENS.distortion)
    map_x, map_y = LENS.undistort_maps()
    off = []
    for at, true in zip(ar_stage.pixels_of(placed, ViewKind.CAMERA), expected.reshape(-1, 2), strict=True):
        x, y = np.floor(at).astype(int)
        patch = picture[y - 8 : y + 9, x - 8 : x + 9].astype(float).sum(axis=2)
        rows, columns = np.mgrid[y - 8 : y + 9, x - 8 : x + 9]
        # Pixels of the window, by their centres, are pixels of the straightened picture here.
        seen = (np.array([(patch * columns).sum(), (patch * rows).sum()]) / patch.sum()).astype(np.float32)
        raw = [
            cv2.remap(m, seen[:1].reshape(1, 1), seen[1:].reshape(1, 1), cv2.INTER_LINEAR)[0, 0] for m in (map_x, map_y)
        ]
        off.append(np.abs(np.subtract(raw, true)).max())
    assert max(off) <= 0.5, f"{max(off):.2f} pixels"


def test_straightened_pictures_are_exact(live: Live) -> None:
    """The picture's own bending is taken out to a fraction of a pixel: fixed-point maps included."""
    straighten = Straightener(LENS)
    columns = np.repeat(np.arange(1280, dtype=np.float32)[None] / 6, 720, axis=0)
    straight = straighten(np.repeat(np.round(columns)[..., None], 3, axis=2).astype(np.uint8))[..., 0]
    assert np.abs(straight - LENS.undistort_maps()[0] / 6).max() < 0.7


def test_the_target_is_drawn_where_projection_says(
    ar_stage: Stage, live: Live, state_of: Maker, plan: Plan, image_from_view: Array
) -> None:
    picture = shot(ar_stage, state_of(), live, Augmented(plain(), image_from_view))
    target = np.array([plan.target])
    straight = live.feed.camera.project(apply(inverse(image_from_view), target))[0]
    x, y = ar_stage.pixels_of(target, ViewKind.CAMERA)[0]
    assert np.allclose((x, y), straight + 0.5, atol=0.02), "the picture fills the window one to one"
    patch = picture[round(y) - 7 : round(y) + 8, round(x) - 7 : round(x) + 8].astype(int)
    pink = np.abs(patch - 255 * np.array(style.TARGET)).sum(axis=2) < 150
    rows, columns = np.nonzero(pink)
    assert len(rows) > 12 and abs(rows.mean() - 7) < 2 and abs(columns.mean() - 7) < 2


def test_in_a_narrow_pane_picture_and_drawing_are_cropped_alike(
    ar_stage: Stage, live: Live, state_of: Maker, plan: Plan, image_from_view: Array
) -> None:
    """Beside a slice: a dot painted into the picture where the target is lies under the target's ring."""
    straight = live.feed.camera.project(apply(inverse(image_from_view), np.array([plan.target])))[0]
    painted = plain()
    middle = np.round(straight).astype(int)
    cv2.circle(painted.pixels, middle.tolist(), 9, (0, 255, 0), -1)
    ar_stage.choose(ARRANGEMENTS[2])
    try:
        pane = ar_stage._place.panes[ViewKind.CAMERA].box
        bare = shot(ar_stage, state_of(), live, Augmented(painted, None)).astype(int)
        x, y = ar_stage.pixels_of(np.array([plan.target]), ViewKind.CAMERA)[0]
        assert np.isnan(x), "nothing is said to be drawn where the camera is not known"
        drawn = shot(ar_stage, state_of(), live, Augmented(painted, image_from_view))
        x, y = ar_stage.pixels_of(np.array([plan.target]), ViewKind.CAMERA)[0]
    finally:
        ar_stage.choose(ARRANGEMENTS[1])
        ar_stage.fill(ViewKind.CAMERA)
    seen = bare[: int(pane.bottom), : int(pane.right)]
    rows, columns = np.nonzero(seen[..., 1] - seen[..., 0] > 100)
    dx, dy = (middle - straight) * pane.height / 720
    assert abs(columns.mean() + 0.5 - x - dx) < 0.5 and abs(rows.mean() + 0.5 - y - dy) < 0.5
    patch = drawn[round(y) - 7 : round(y) + 8, round(x) - 7 : round(x) + 8].astype(int)
    assert (np.abs(patch - 255 * np.array(style.TARGET)).sum(axis=2) < 150).sum() > 12
    corners = np.array([[2, 2], [-3, 2], [2, -40], [-3, -40]])
    inside = bare[int(pane.y) : int(pane.bottom), int(pane.x) : int(pane.right)]
    assert (np.abs(inside[corners[:, 1], corners[:, 0]] - SKIN_GREY) < 60).all(), "the picture fills its pane"


def changed_about(pictures: list[NDArray[np.uint8]], spot: Array, reach: int = 9) -> int:
    """How many pixels about a spot differ between two pictures."""
    x, y = np.round(spot).astype(int)
    patches = [p[y - reach : y + reach + 1, x - reach : x + reach + 1].astype(int) for p in pictures]
    return int((np.abs(patches[0] - patches[1]).max(axis=2) > 40).sum())


def test_where_the_needle_will_go_and_how_far_off_it_may_be(
    ar_stage: Stage, live: Live, state_of: Maker, pose_at: Maker, plan: Plan, image_from_view: Array
) -> None:
    """The prediction ends in a ring at the target's depth; ellipses lie about tip and target; at the exposure's pose."""
    pose, later = pose_at(40.0, 12.0, 0.1), pose_at(39.0, 12.0, 0.1)
    now = Augmented(plain(), image_from_view, pose)
    known, unsure = state_of(later), state_of(later)
    known = replace(known, needle=replace(known.needle, deviation=None))
    bar = Covariance(4.0, 0.0, 0.0, 4.0, 0.0, 4.0)
    sure = Uncertainty(bar, bar, 5, 5, 1, 1, 1, 1, 0.01, 1, 1, 1, 0.5)
    unsure = replace(unsure, needle=replace(unsure.needle, uncertainty=sure))
    pictures = [shot(ar_stage, state, live, now) for state in (known, unsure)]
    axis = np.subtract(plan.target, plan.entry) / np.linalg.norm(np.subtract(plan.target, plan.entry))
    ahead = float((np.asarray(plan.target) - pose[:3, 3]) @ axis / (pose[:3, 2] @ axis))
    end = pose[:3, 3] + ahead * pose[:3, 2]
    half_way = pose[:3, 3] + 0.55 * ahead * pose[:3, 2]
    spots = ar_stage.pixels_of(np.stack([end, half_way, pose[:3, 3], plan.target]), ViewKind.CAMERA)
    assert all(changed_about(pictures, spot) > 12 for spot in spots)
    radius_px = 2 * np.sqrt(7.81) * live.feed.camera.focal_px / 560  # of the 95 % region: sqrt(chi2(0.95, 3)) of 2 mm
    assert changed_about(pictures, spots[2], round(1.3 * radius_px)) > 2 * radius_px


def test_the_fiducials_while_they_are_touched(
    ar_stage: Stage, live: Live, state_of: Maker, scenario: Scenario, image_from_view: Array
) -> None:
    """By a guess nothing but the fiducials is drawn, each where it should be, the next one named."""
    places = np.array([f.position for f in scenario.fiducials])
    state = state_of(step=Step.TOUCH, touched=2)
    guessed = Augmented(plain(), image_from_view, why="by those touched so far", registered=False)
    pictures = [shot(ar_stage, state, live, a) for a in (Augmented(plain(), None), guessed)]
    spots = ar_stage.pixels_of(places, ViewKind.CAMERA)
    assert all(changed_about(pictures, spot, 14) > 200 for spot in spots)
    assert changed_about(pictures, ar_stage.pixels_of(np.array([[2.0, 5.0, 0.0]]), ViewKind.CAMERA)[0]) == 0
    assert "by those touched so far" in [label.text for label in ar_stage.labels]
    view = view_of(ar_stage)
    shot(ar_stage, state_of(step=Step.GUIDE, touched=3), live, Augmented(plain(), image_from_view))
    assert view._markers.root.is_hidden() and view.see_through._hints._markers.root.is_hidden(), "later they clutter"


def test_anatomy_is_seen_through_the_window_only(
    ar_stage: Stage, live: Live, state_of: Maker, plan: Plan, image_from_view: Array
) -> None:
    picture = shot(ar_stage, state_of(), live, Augmented(plain(), image_from_view))
    changed = np.abs(picture.astype(int) - SKIN_GREY).max(axis=2)[110:580] > 3
    rows, columns = np.nonzero(changed)
    ends = ar_stage.pixels_of(np.array([plan.entry, plan.target]), ViewKind.CAMERA) - (0, 110)
    near = np.linalg.norm(np.stack([columns, rows], -1) - ends.mean(axis=0), axis=1)
    assert changed.sum() > 3000 and np.percentile(near, 99) < 120
    steps = np.abs(np.diff(picture[110:580].astype(int).mean(axis=2)[:, round(ends[1, 0]) + 60]))
    assert 0 < steps[steps > 0][:6].max() < 40, "its edge is soft"


def test_the_skin_hides_what_is_behind_it(
    ar_stage: Stage, live: Live, state_of: Maker, plan: Plan, image_from_view: Array
) -> None:
    """A needle behind the phantom, away from the window, changes nothing."""
    behind = np.eye(4)
    behind[:3, 3] = apply(image_from_view, [110.0, 20.0, 900.0])
    behind[:3, :3] = image_from_view[:3, :3]
    hidden = shot(ar_stage, state_of(), live, Augmented(plain(), image_from_view, behind))
    without = shot(ar_stage, state_of(), live, Augmented(plain(), image_from_view))
    assert np.abs(hidden[110:580].astype(int) - without[110:580]).max() < 12


def test_a_marker_body_hides_the_anatomy_behind_it(
    ar_stage: Stage, live: Live, state_of: Maker, plan: Plan, image_from_view: Array
) -> None:
    before = np.eye(4)
    before[:3, 3] = np.asarray(plan.target) + 0.5 * (image_from_view[:3, 3] - np.asarray(plan.target))
    spot = ar_stage.pixels_of(before[None, :3, 3], ViewKind.CAMERA)[0]
    bare = shot(ar_stage, state_of(), live, Augmented(plain(), image_from_view))
    covered = shot(ar_stage, state_of(), live, Augmented(plain(), image_from_view, None, None, {"needle": before}))
    x, y = np.round(spot).astype(int)
    patch = np.s_[y - 12 : y + 12, x - 12 : x + 12]
    dark = [(np.abs(p[patch].astype(int) - SKIN_GREY).max(axis=2) > 40).mean() for p in (bare, covered)]
    assert dark[0] > 0.5 and dark[1] < 0.6 * dark[0], "but for the planned path, which always shines through"


def test_a_hidden_needle_leaves_none(
    ar_stage: Stage, live: Live, state_of: Maker, pose_at: Maker, image_from_view: Array
) -> None:
    pose = pose_at(20.0, 4.0)
    none = shot(ar_stage, state_of(), live, Augmented(plain(), image_from_view))
    solid = shot(ar_stage, state_of(pose), live, Augmented(plain(), image_from_view, pose))
    gone = shot(ar_stage, state_of(pose), live, Augmented(plain(), image_from_view, None))
    assert (np.abs(solid[110:580].astype(int) - none[110:580]).max(axis=2) > 40).sum() > 200
    assert np.array_equal(gone[110:580], none[110:580]), "whatever the newest state says: at the exposure it was hidden"


def test_what_is_wrong_is_said_and_the_rest_goes_on(
    ar_stage: Stage, live: Live, state_of: Maker, pose_at: Maker, image_from_view: Array
) -> None:
    words = lambda: [label.text for label in ar_stage.labels]
    shot(ar_stage, state_of(), live, None)
    assert "Waiting for the camera's first picture" in words()
    picture = shot(ar_stage, state_of(), live, Augmented(plain(), None, why="the board is not in the picture"))
    assert "the board is not in the picture" in words()
    assert np.abs(picture[200:500].astype(int) - SKIN_GREY).max() == 0, "nothing is drawn over it"
    live.feed.trouble = "camera://0: the camera sends no pictures any more; was it unplugged?"
    try:
        faded = shot(ar_stage, state_of(pose_at(20.0)), live, Augmented(plain(), image_from_view))
        assert live.feed.trouble in words() and faded[300, 640].max() < 0.6 * SKIN_GREY
    finally:
        live.feed.trouble = ""


def test_without_a_camera_the_view_says_so(stage: Stage, state_of: Maker) -> None:
    stage.choose(ARRANGEMENTS[1])
    try:
        stage.show(state_of(), 0.0)
        stage.render()
        assert any("no camera" in label.text for label in stage.labels)
    finally:
        stage.choose(ARRANGEMENTS[0])


def test_a_camera_that_cannot_be_used_is_told_where_its_picture_would_be(
    open_stage: Callable[..., Stage], state_of: Maker
) -> None:
    with open_stage(size=(640, 400), no_live="camera://3: no camera there; is it plugged in?") as stage:
        stage.choose(ARRANGEMENTS[1])
        stage.show(state_of(), 0.0)
        stage.render()
        words = " ".join(label.text for label in stage.labels)
    assert "camera://3: no camera there; is it plugged in? – everything else goes on" in words


@pytest.mark.parametrize("size", [(896, 515), (512, 515), (1280, 720), (300, 600)])
def test_framing_keeps_pixels_square_and_the_lens_fits(size: tuple[int, int]) -> None:
    pane = Pane(Rect(3, 5, *size), Rect(3, 40, size[0], size[1] - 90))
    framing = Framing.of(LENS.straightened(), pane)
    assert pane.box.contains(framing.seen) and framing.seen.width > 0
    assert framing.whole.width / framing.whole.height == pytest.approx(1280 / 720)
    x, y, across, down = framing.crop
    assert 0 <= x <= x + across <= 1 + 1e-9 and 0 <= y <= y + down <= 1 + 1e-9
    assert across * down >= 0.5 - 1e-9, "at least half of the picture is seen"
    if size != (300, 600):
        assert framing.seen == pane.box, "and nothing of the pane is left empty"


def test_the_performance_line_knows_how_old_everything_is(ar_stage: Stage, live: Live, state_of: Maker) -> None:
    now = [100.0]
    ar_stage._clock, before = lambda: now[0], ar_stage._clock
    try:
        ar_stage.heed("p")
        live.now = Augmented(replace(plain(), exposed_s=99.939, arrived_s=99.981), np.eye(4))
        ar_stage.show(state_of(), 0.012)
        ar_stage.render()
        for k in range(1, 130):
            live.drawn = Augmented(replace(plain(), exposed_s=k / 50 + 99.939, arrived_s=k / 50 + 99.981), np.eye(4))
            ar_stage.performance.take(100 + k / 50, 0.012)
        words = "50 frames/s · pose 12 ms old · picture and what is drawn on it 61 ms old, 19 ms here"
        assert ar_stage.performance.words == words
        assert words in [label.text for label in ar_stage.labels]
        assert ar_stage.performance.picture_waits_s == pytest.approx(0.019)
    finally:
        ar_stage.heed("p")
        ar_stage._clock = before


def test_a_camera_that_ends_is_no_error_of_the_program() -> None:
    from arguide.trackers.camera.feed import CameraFeed

    class Ending:
        name, camera, size = "camera://film.mp4", CALIBRATION.camera, (1280, 720)
        left = 2

        def read(self, timeout_s: float) -> Any:
            if not self.left:
                raise PortError(f"{self.name}: ended after 2 pictures; start again to see it once more")
            self.left -= 1
            from arguide.ports.pictures import Shot

            return Shot(2 - self.left, 1.0, np.zeros((720, 1280, 3), np.uint8))

        def close(self) -> None:
            pass

    feed = CameraFeed(Ending, lambda source: CALIBRATION, lambda: 0.0)
    feed.connect()
    for _ in range(3):
        feed.poll()
    assert feed.newest is not None and feed.newest.number == 2
    assert feed.newest.exposed_s == pytest.approx(1.0 - CALIBRATION.delay_s)
    assert "ended after 2 pictures" in feed.trouble
    feed.close()


def test_scenario_has_skin(scenario: Scenario) -> None:
    assert scenario.skin is not None, "or these tests show nothing"
