"""Somebody else's OpenIGTLink as second witness: pyigtl reads what we send, and we read what it sends."""

import numpy as np
import pyigtl
import pytest
from pyigtl.messages import MessageBase

from arguide.geometry.transforms import rotation_about, translation
from arguide.trackers.igtl.contents import decode_transform, encode_points, encode_text, encode_transform
from arguide.trackers.igtl.packets import HEADER, Message, MessageReader, encode

POSE = translation([10, -20, 300]) @ rotation_about([1, 2, 3], 0.7)


def as_pyigtl_reads(data: bytes) -> MessageBase:
    fields = MessageBase.parse_header(data[: HEADER.size])
    message = MessageBase.create_message(fields["message_type"])
    message.unpack(fields, data[HEADER.size :])
    return message


def test_it_reads_our_transform() -> None:
    message = as_pyigtl_reads(encode(Message("TRANSFORM", "NeedleTipToImage", encode_transform(POSE), 1234.5)))
    assert message.device_name == "NeedleTipToImage"
    assert message.timestamp == pytest.approx(1234.5)
    np.testing.assert_allclose(message.matrix, POSE, atol=1e-4)


def test_it_reads_our_text_and_points() -> None:
    assert as_pyigtl_reads(encode(Message("STRING", "A", encode_text("lateral 2.0 mm")))).string == "lateral 2.0 mm"
    assert as_pyigtl_reads(encode(Message("STRING", "A", encode_text("3°")))).string == "3°"
    points = as_pyigtl_reads(encode(Message("POINT", "Plan", encode_points({"Entry": (1, 2, 3), "T": (4, 5, 6)}, "p"))))
    assert points.names == ["Entry", "T"]
    np.testing.assert_allclose(points.positions, [(1, 2, 3), (4, 5, 6)])


@pytest.mark.parametrize("version", [1, 2])
def test_we_read_its_transform(version: int) -> None:
    sent = pyigtl.TransformMessage(POSE, device_name="StylusToTracker", timestamp=77.25)
    sent.header_version = version
    if version == 2:
        sent.metadata = {"TransformStatus": "OK"}
    reader = MessageReader(("TRANSFORM",))
    (message,) = reader.push(sent.pack())
    assert (message.name, message.time_s, reader.dropped) == ("StylusToTracker", pytest.approx(77.25), 0)
    assert message.meta == ({"TransformStatus": "OK"} if version == 2 else {})
    np.testing.assert_allclose(decode_transform(message.content), POSE, atol=1e-4)  # type: ignore[arg-type]
