"""BX2: the worked example, every kind of component, both open forms, and bytes that fit nothing."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arguide.errors import BadReplyError
from arguide.trackers.ndi.alerts import PORT_OCCUPIED, PORT_UNOCCUPIED, describe_alert
from arguide.trackers.ndi.bx2 import NO_TOOL, decode_bx2
from arguide.trackers.ndi.commands import encode
from arguide.trackers.ndi.replies import BinaryReply, PacketReader
from arguide.trackers.ndi.samples import NOT_PLUGGED_IN, reading_of
from arguide.trackers.ndi.tracking_reply import PortStatus, Report
from arguide.trackers.reading import Marker, MarkerState, Visibility

# Tools 01 visible and 02 missing, frame 0x1234 at 1700000000.5, and the event "tool plugged in".
EXAMPLE = bytes.fromhex(
    "c4 a5 68 00 02 d3 01 00 01 00 01 00 64 00 00 00 00 00 01 00 00 00 02 00 00 00 34 12 00 00 00 f1 53 65 00 65 cd 1d"
    "01 00 02 00 02 00 34 00 00 00 00 00 02 00 00 00 01 00 00 00 cd cc 4c 3f 00 00 00 00 9a 99 19 3f 00 00 00 00 a4 70"
    "45 41 b8 1e 63 c2 00 50 9a c4 ba da 8a 3d 02 00 1f 01 12 00 10 00 00 00 00 00 01 00 00 00 02 00 01 00 3d bc"
)
BODY = EXAMPLE[6:-2]
POSE = struct.pack("<8f", 0.8, 0, 0.6, 0, 12.34, -56.78, -1234.5, 0.0678)
POSES, MARKERS, BUTTONS, TWO_D, ALERTS = 2, 3, 4, 5, 0x12


def component(kind: int, items: int, data: bytes) -> bytes:
    return struct.pack("<HIHI", kind, 12 + len(data), 0, items) + data


def frame(number: int, *components: bytes) -> bytes:
    head = struct.pack("<BBHIII", 2, 0, 0, number, 1_700_000_000, 0)
    return head + struct.pack("<HH", 1, len(components)) + b"".join(components)


def body(*frames: bytes) -> bytes:
    return struct.pack("<HH", 1, 1) + component(1, len(frames), b"".join(frames))


def seen(handle: int, status: int = 0) -> bytes:
    return struct.pack("<HH", handle, status) + POSE


def gone(handle: int, code: int = 31) -> bytes:
    return struct.pack("<HH", handle, 0x0100 | code)


def test_worked_example() -> None:
    reader = PacketReader()
    reader.push(EXAMPLE)
    packet = reader.next_packet()
    assert isinstance(packet, BinaryReply)
    reply = decode_bx2(packet.body)
    first, second = reply.tools
    assert (first.handle, first.report, first.status, first.frame) == (1, Report.VALID, 0x31, 0x1234)
    assert first.quaternion == pytest.approx((0.8, 0, 0.6, 0), abs=1e-7)
    assert first.position == pytest.approx((12.34, -56.78, -1234.5), abs=1e-4)
    assert first.error_mm == pytest.approx(0.0678, abs=1e-7)
    assert (second.handle, second.report) == (2, Report.MISSING)
    assert reply.system_status == PORT_OCCUPIED
    assert reply.frames == [0x1234] * 3
    assert encode("BX2", "--6d=tools --1d=none") == b"BX2:--6d=tools --1d=noneAE7D\r"


def test_nothing_new_is_no_frame() -> None:
    for empty in (struct.pack("<HH", 1, 0), body()):
        reply = decode_bx2(empty)
        assert (reply.tools, reply.frames) == ((), [])


def test_several_frame_items_in_one_reply() -> None:
    reply = decode_bx2(
        body(frame(7, component(POSES, 1, seen(1))), frame(9, component(POSES, 2, gone(2) + seen(3)))),
    )
    assert [(tool.handle, tool.frame) for tool in reply.tools] == [(1, 7), (2, 9), (3, 9)]
    assert reply.frame == 9


@pytest.mark.parametrize(
    ("code", "visibility", "why"),
    [
        (31, Visibility.HIDDEN, ""),
        (13, Visibility.HIDDEN, "too few markers seen"),
        (14, Visibility.HIDDEN, "interference"),
        (17, Visibility.HIDDEN, "its markers do not fit its definition"),
        (9, Visibility.OUT_OF_VOLUME, ""),
        (32, Visibility.DISABLED, ""),
        (33, Visibility.HIDDEN, NOT_PLUGGED_IN),
    ],
)
def test_why_a_pose_is_missing(code: int, visibility: Visibility, why: str) -> None:
    (tool,) = decode_bx2(body(frame(1, component(POSES, 1, gone(1, code))))).tools
    reading = reading_of(tool, "needle")
    assert (reading.tracker_from_tool, reading.visibility) == (None, visibility)
    assert reading.why == why or visibility is Visibility.DISABLED


@pytest.mark.parametrize(
    ("status", "visibility"),
    [(0, Visibility.VISIBLE), (3, Visibility.PARTLY_OUT), (9, Visibility.OUT_OF_VOLUME), (0xE200, Visibility.VISIBLE)],
)
def test_status_of_a_pose(status: int, visibility: Visibility) -> None:
    (tool,) = decode_bx2(body(frame(1, component(POSES, 1, seen(1, status))))).tools
    reading = reading_of(tool, "needle")
    assert reading.visibility is visibility
    assert (reading.tracker_from_tool is None) == (visibility is Visibility.OUT_OF_VOLUME)


def place(handle: int, *markers: tuple[int, tuple[float, float, float] | None]) -> bytes:
    data = struct.pack("<HH", handle, len(markers))
    for n, (code, at) in enumerate(markers):
        data += struct.pack("<BBH", code, 0, n) + (struct.pack("<3f", *at) if at else b"")
    return data


@pytest.mark.parametrize("missing_at", [None, (0.0, 0.0, 0.0)])
def test_markers_and_strays_in_both_forms(missing_at: tuple[float, float, float] | None) -> None:
    data = place(1, (0, (1, 2, 3)), (1, missing_at), (2, (4, 5, 6)), (7, (7, 8, 9)))
    data += place(NO_TOOL, (0, (10, 0, 0)), (4, (20, 0, 0)), (6, (30, 0, 0)))
    reply = decode_bx2(body(frame(1, component(POSES, 1, seen(1)), component(MARKERS, 2, data))))
    assert reply.tools[0].markers == (
        Marker(MarkerState.USED, (1, 2, 3)),
        Marker(MarkerState.MISSING),
        Marker(MarkerState.TURNED_AWAY, (4, 5, 6)),
        Marker(MarkerState.SATURATED, (7, 8, 9)),
    )
    assert reply.strays == (
        Marker(MarkerState.STRAY, (10, 0, 0)),
        Marker(MarkerState.OUT_OF_VOLUME, (20, 0, 0)),
        Marker(MarkerState.PHANTOM, (30, 0, 0)),
    )


@pytest.mark.parametrize("data", [struct.pack("<HHBBB", 1, 3, 1, 0, 1), struct.pack("<HBBBB", 1, 1, 0, 1, 0)])
def test_buttons_in_both_forms(data: bytes) -> None:
    reply = decode_bx2(body(frame(1, component(POSES, 1, seen(1)), component(BUTTONS, 1, data))))
    assert reply.tools[0].status == int(PortStatus(0x31) | PortStatus.SWITCH_1 | PortStatus.SWITCH_3)
    assert reading_of(reply.tools[0], "stylus").buttons == 0b101


def test_alerts_are_told_and_plugging_is_noticed() -> None:
    items = [(0, 3), (1, 2), (2, 2), (2, 3), (1, 0x77), (9, 1), (1, 0)]
    data = b"".join(struct.pack("<BBH", kind, 0, code) for kind, code in items)
    reply = decode_bx2(body(frame(1, component(POSES, 1, seen(1)), component(ALERTS, len(items), data))))
    assert reply.system_status == PORT_UNOCCUPIED
    assert reply.alerts[0] == "tracker fault 03: main voltage out of range"
    assert "bumped" in reply.alerts[1]
    assert len(reply.alerts) == 5
    assert describe_alert(1, 0x77) in reply.alerts


def test_components_nobody_knows_are_skipped() -> None:
    reply = decode_bx2(body(frame(1, component(TWO_D, 3, bytes(30)), component(POSES, 1, seen(1)))))
    assert len(reply.tools) == 1


BAD = {
    "version": struct.pack("<HH", 2, 0),
    "too much": BODY + b"\0",
    "size smaller than its header": struct.pack("<HHHIHI", 1, 1, 1, 4, 0, 0),
    "size beyond the reply": struct.pack("<HHHIHI", 1, 1, 1, 4000, 0, 0),
    "more poses than bytes": body(frame(1, component(POSES, 2, seen(1)))),
    "fewer poses than bytes": body(frame(1, component(POSES, 1, seen(1) + seen(2)))),
    "a frame within a frame": body(frame(1, component(1, 0, b""))),
    "a marker state nobody knows": body(frame(1, component(MARKERS, 1, place(1, (99, (0, 0, 0)))))),
    "a marker nowhere": body(frame(1, component(MARKERS, 1, place(1, (0, (float("nan"), 0, 0)))))),
    "buttons that do not divide": body(frame(1, component(BUTTONS, 2, bytes(7)))),
    "a quaternion that is none": body(frame(1, component(POSES, 1, seen(1)[:4] + struct.pack("<8f", *[0.1] * 8)))),
}


@pytest.mark.parametrize("data", BAD.values(), ids=BAD.keys())
def test_what_does_not_fit_is_a_bad_reply(data: bytes) -> None:
    with pytest.raises(BadReplyError):
        decode_bx2(data)


@given(st.integers(0, len(BODY) - 1))
def test_cut_short_is_a_bad_reply(length: int) -> None:
    with pytest.raises(BadReplyError):
        decode_bx2(BODY[:length])


@given(st.lists(st.tuples(st.integers(0, len(BODY) - 1), st.integers(0, 255)), max_size=6), st.binary(max_size=40))
def test_any_bytes_give_a_reply_or_a_bad_reply(changes: list[tuple[int, int]], tail: bytes) -> None:
    data = bytearray(BODY)
    for at, value in changes:
        data[at] = value
    for candidate in (bytes(data), bytes(data) + tail, tail):
        try:
            reply = decode_bx2(candidate)
        except BadReplyError as error:
            assert "\n" not in str(error)
        else:
            assert len(reply.tools) <= len(candidate)
