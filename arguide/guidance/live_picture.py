"""What may be drawn over a live picture: everything as it was when the picture was exposed.

Each sample leaves the poses of all tools on the phantom in a history; a picture asks it for its own moment. The camera's
pose comes from the board in the picture itself, or from a marker body that the camera is fixed to and its hand-eye
calibration:

    image_from_view = image_from_reference @ reference_from_board @ inverse(view_from_board)
    image_from_view = image_from_reference @ reference_from_body @ body_from_camera
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from arguide.geometry.camera_model import CameraModel
from arguide.geometry.history import PoseHistory
from arguide.geometry.transforms import Array, from_parts, inverse
from arguide.geometry.uncertainty import point_covariances
from arguide.guidance.inside import largest_variance
from arguide.guidance.navigator import reference_from_tool
from arguide.guidance.state import SessionState
from arguide.guidance.steps import Input
from arguide.guidance.uncertainty import SCALE_3
from arguide.settings.camera_file import Mount
from arguide.trackers.camera.feed import Feed, StraightPicture

REACH_S = 0.02
"""A picture that comes before the sample after it may be drawn by poses carried on so far."""
HOLD_S = 0.25
"""While the tracker has not yet told of a picture's moment the picture before stays; one that is later is not waited for."""
NOT_REGISTERED = "Not registered yet: touch three fiducials, and where the others should be is shown"
GUESSED = "Where the fiducials should be, by those touched so far"
TIP, STYLUS_TIP = "needle tip", "stylus tip"


def mount_error_95_mm(mount: Mount, distance_mm: float) -> float | None:
    """How far off what is drawn may be, by the hand-eye calibration alone, on something so far before the camera, in 95 of
    100 cases; None where the calibration does not say."""
    turn, shift, both = mount.turn_covariance_rad2, mount.shift_covariance_mm2, mount.turn_shift_covariance
    if turn is None or shift is None or both is None:
        return None
    covariance = np.block([[np.array(turn), np.array(both)], [np.array(both).T, np.array(shift)]])
    point = np.array(mount.rotation) @ [0.0, 0.0, distance_mm] + mount.shift_mm
    return SCALE_3 * float(np.sqrt(largest_variance(point_covariances(covariance, point))))


@dataclass(frozen=True, eq=False)
class Augmented:
    """A picture and what was where when it was taken; all poses (4, 4) in the image frame, None when not known."""

    picture: StraightPicture
    image_from_view: Array | None
    image_from_tip: Array | None = None
    image_from_stylus_tip: Array | None = None
    tools: Mapping[str, Array] = field(default_factory=dict)
    """Marker bodies of the tools."""
    why: str = ""
    """Why nothing, or not everything, can be drawn over it, in the user's words; empty when it can."""
    registered: bool = True
    """Otherwise the image frame is a guess by the fiducials touched so far: good to show where the others should be."""


class LivePicture:
    """Joins a feed of pictures to the session: `take` is a sink for `guidance.live.Live`, `newest` is for the scene."""

    def __init__(
        self,
        feed: Feed,
        image_from_reference: Callable[[], Array | None],
        mount: Mount | None = None,
        guess: Callable[[], Array | None] = lambda: None,
    ) -> None:
        """`mount`: where the camera sits on a tracked body; not needed where the feed finds the board. `guess` stands in
        for `image_from_reference` until that is known."""
        self._feed, self._image_from_reference, self._guess = feed, image_from_reference, guess
        self._mount = mount
        self._body_from_camera = None if mount is None else from_parts(np.array(mount.rotation), mount.shift_mm)
        self._histories: dict[str, PoseHistory] = {}
        self._told_s = -float("inf")
        self._complete: Augmented | None = None
        self.drawn: Augmented | None = None
        """What the scene has on screen."""

    @property
    def camera(self) -> CameraModel:
        """The camera of the straightened pictures."""
        return self._feed.camera

    @property
    def trouble(self) -> str:
        """What the camera suffers from; empty when all is well."""
        return self._feed.trouble

    @property
    def arrived(self) -> StraightPicture | None:
        """The newest picture, whether the tracker has told of its moment or not; the same object until there is another."""
        return self._feed.newest

    def take(self, inputs: tuple[Input, ...], state: SessionState) -> None:
        """Keep the poses of a sample."""
        poses = {
            name: reference_from_tool(state.sample, name)[0] for name in state.sample.readings if name != "reference"
        }
        poses[TIP], poses[STYLUS_TIP] = state.needle.image_from_tip, state.image_from_stylus_tip
        for name, pose in poses.items():
            history = self._histories.setdefault(name, PoseHistory(reach_s=REACH_S))
            history.add(state.sample.host_time_s, pose)
        self._told_s = state.sample.host_time_s

    def newest(self) -> Augmented | None:
        """The newest picture of whose moment the tracker has told, with the poses of then; None before the first."""
        picture = self._feed.newest
        if picture is None:
            return None
        before = self._complete
        early_s = picture.exposed_s - self._told_s
        if before and REACH_S < early_s <= HOLD_S:
            return before
        self._complete = self._augmented(picture)
        return self._complete

    def _augmented(self, picture: StraightPicture) -> Augmented:
        image_from_reference = self._image_from_reference()
        registered = image_from_reference is not None
        if image_from_reference is None and (image_from_reference := self._guess()) is None:
            return Augmented(picture, None, why=NOT_REGISTERED, registered=False)
        reference_from_view, why = self._camera_at(picture)
        if reference_from_view is None:
            return Augmented(picture, None, why=why, registered=registered)
        if not registered:
            return Augmented(picture, image_from_reference @ reference_from_view, why=GUESSED, registered=False)
        now = {name: history.at(picture.exposed_s) for name, history in tuple(self._histories.items())}
        tip, stylus = now.pop(TIP, None), now.pop(STYLUS_TIP, None)
        tools = {name: image_from_reference @ pose for name, pose in now.items() if pose is not None}
        return Augmented(picture, image_from_reference @ reference_from_view, tip, stylus, tools)

    def _camera_at(self, picture: StraightPicture) -> tuple[Array | None, str]:
        """Where the camera was on the phantom, or why that is not known."""
        if self._feed.looks_for_board:
            if picture.view_from_board is None:
                return None, f"Nothing is drawn over the picture: {picture.why}"
            return inverse(picture.view_from_board), ""
        if self._mount is None or self._body_from_camera is None:
            return None, "It is not known where the camera is: it sees no board and is on no tracked body"
        history = self._histories.get(self._mount.body)
        pose = history.at(picture.exposed_s) if history else None
        if pose is None:
            return None, f"Nothing is drawn over the picture: the tracker did not see the {self._mount.body} then"
        return pose @ self._body_from_camera, ""
