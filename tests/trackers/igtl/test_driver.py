"""The OpenIGTLink driver: what belongs together is one frame, what is not believed is hidden, names and trouble are told."""

import struct
from dataclasses import replace

import numpy as np
import pytest
from fastcrc.crc64 import ecma_182 as crc64

from arguide.asset_files import find_profile
from arguide.errors import BadReplyError, PortTimeoutError, SettingsError
from arguide.geometry.transforms import Array, translation
from arguide.ports.scripted import ScriptedPort
from arguide.settings.profile_file import read_profile
from arguide.trackers.igtl.contents import encode_status, encode_tracking, encode_transform
from arguide.trackers.igtl.driver import IgtlTracker
from arguide.trackers.igtl.packets import HEADER, Message, encode
from arguide.trackers.reading import Sample, Visibility

PROFILE = read_profile(find_profile("openigtlink"))
NAMES = ("Reference", "Stylus", "Needle")


def one(tool: str, time_s: float, pose: Array | None = None) -> bytes:
    content = encode_transform(translation([1, 2, 3]) if pose is None else pose)
    return encode(Message("TRANSFORM", f"{tool}ToTracker", content, time_s))


class Fed(ScriptedPort):
    """A source that sends these pieces, one a read."""

    def __init__(self, *pieces: bytes) -> None:
        super().__init__([])
        self.pieces = list(pieces)

    def read(self, timeout_s: float) -> bytes:
        if self.pieces:
            return self.pieces.pop(0)
        return super().read(timeout_s)


def tracking(*pieces: bytes) -> IgtlTracker:
    port = Fed(*pieces)
    tracker = IgtlTracker(lambda: port, PROFILE, port.clock)
    tracker.connect()
    tracker.start()
    return tracker


def seen(sample: Sample) -> set[str]:
    return {name for name, reading in sample.readings.items() if reading.tracker_from_tool is not None}


def test_one_time_is_one_frame() -> None:
    tracker = tracking(*(one(name, time_s) for time_s in (5.0, 5.02) for name in NAMES))
    first, second = tracker.read(), tracker.read()
    assert seen(first) == seen(second) == {"reference", "stylus", "needle"}
    assert (first.frame_number, second.frame_number) == (1, 2)


def test_times_a_little_apart_are_one_frame() -> None:
    tracker = tracking(one("Reference", 5.0), one("Stylus", 5.002), one("Needle", 5.004))
    assert len(seen(tracker.read())) == 3


def test_who_is_not_sent_is_hidden() -> None:
    tracker = tracking(one("Reference", 5.0), one("Stylus", 5.0), one("Reference", 5.02), one("Stylus", 5.02))
    first, second = tracker.read(), tracker.read()
    assert seen(first) == seen(second) == {"reference", "stylus"}
    assert first.readings["needle"].why == "not sent with the others"


def test_tracking_data_are_a_frame_at_once() -> None:
    poses = {f"{name}ToTracker": translation([4, 5, 6]) for name in NAMES[:2]}
    data = encode(Message("TDATA", "Tracker", encode_tracking(poses), 5.0))
    tracker = tracking(data + data + encode(Message("TDATA", "Tracker", encode_tracking({}), 5.1)))
    assert seen(tracker.read()) == {"reference", "stylus"}
    assert seen(tracker.read()) == set(), "the same frame twice is one; then all are hidden"


def test_what_is_not_rigid_or_not_valid_is_hidden() -> None:
    tracker = tracking(one("Reference", 5.0, 2 * np.eye(4)), one("Stylus", 5.0), one("Needle", 5.0))
    sample = tracker.read()
    assert sample.readings["reference"].why == "sent as not valid"
    assert sample.readings["reference"].visibility is Visibility.HIDDEN
    key, value = b"TransformStatus", b"INVALID"
    meta = struct.pack(">HHHI", 1, len(key), 3, len(value)) + key + value
    body = struct.pack(">HHII", 12, 10, len(key + value), 0) + encode_transform(np.eye(4)) + meta
    invalid = HEADER.pack(2, b"TRANSFORM", b"StylusToTracker", 6, 0, len(body), crc64(body)) + body
    tracker = tracking(one("Reference", 6.0), invalid, one("Needle", 6.0))
    assert seen(tracker.read()) == {"reference", "needle"}


def test_trouble_is_an_alert_until_it_is_over() -> None:
    def status(code: int) -> bytes:
        return encode(Message("STATUS", "Probe", encode_status(code)))

    frames = [b"".join(one(name, time_s) for name in NAMES) for time_s in (5.0, 5.1, 5.2)]
    tracker = tracking(frames[0], status(13), frames[1], status(1), frames[2])
    assert [tracker.read().alerts for _ in range(3)] == [(), ("Probe: not ready",), ()]


def test_silence_strangers_and_noise_are_named() -> None:
    with pytest.raises(PortTimeoutError, match="no transform of ReferenceToTracker"):
        tracking().read()
    with pytest.raises(PortTimeoutError, match="much is sent on script, but nothing of reference, stylus, needle"):
        tracking(*[one("Drill", 5.0)] * 50_100).read()
    with pytest.raises(BadReplyError, match="expected OpenIGTLink"):
        tracking(*[b"\xff" * 50_000] * 10).read()


def test_names_are_told_apart_by_what_is_on_the_wire() -> None:
    long = "VeryLongStylusOfTheLeftHand"
    tools = tuple(replace(tool, source=f"{long}{n}") for n, tool in enumerate(PROFILE.tools))
    with pytest.raises(SettingsError, match="differ in their first 20"):
        IgtlTracker(lambda: Fed(), replace(PROFILE, tools=tools), lambda: 0.0)
