"""OpenIGTLink on the wire: other people's messages, other people's library, and whatever bytes come."""

import struct
from pathlib import Path

import numpy as np
import pytest
from arguide_sim.igtl import wire
from fastcrc.crc64 import ecma_182 as crc64
from hypothesis import given
from hypothesis import strategies as st

from arguide.errors import BadReplyError
from arguide.geometry.transforms import from_quaternion, identity, rotation_about, translation
from arguide.trackers.igtl.contents import (
    decode_status,
    decode_tracking,
    decode_transform,
    encode_array,
    encode_points,
    encode_status,
    encode_text,
    encode_tracking,
    encode_transform,
)
from arguide.trackers.igtl.packets import HEADER, MAX_BODY, MAX_SKIPPED, Message, MessageReader, encode

VECTORS = Path(__file__).parents[3] / ".." / "shared" / "data" / "openigtlink-vectors"
ALL = ("TRANSFORM", "STATUS", "STRING", "POSITION", "SENSOR", "CAPABILITY", "TDATA")
POSE = translation([1, -2, 300]) @ rotation_about([1, 2, 3], 0.7)


def transform(name: str = "StylusToTracker", time_s: float = 12.5) -> bytes:
    return encode(Message("TRANSFORM", name, encode_transform(POSE), time_s))


def version_2(content: bytes, meta: dict[str, str]) -> bytes:
    """A TRANSFORM with meta data, as PLUS sends it."""
    items = b"".join(struct.pack(">HHI", len(key), 3, len(value)) for key, value in meta.items())
    header = struct.pack(">H", len(meta)) + items
    words = b"".join((key + value).encode() for key, value in meta.items())
    body = struct.pack(">HHII", 12, len(header), len(words), 7) + content + header + words
    return HEADER.pack(2, b"TRANSFORM", b"StylusToTracker", 5, 0, len(body), crc64(body)) + body


@pytest.mark.parametrize("kind", ["transform", "status", "string", "position", "sensor", "capability"])
def test_messages_of_the_reference_library(kind: str) -> None:
    file = VECTORS / f"test_{kind}_message.bin"
    if not file.is_file():
        pytest.skip(f"no {file.name} beside the checkout: the reference library's messages are not there")
    data = file.read_bytes()
    reader = MessageReader(ALL)
    (message,) = reader.push(data)
    assert (message.kind, message.name) == (kind.upper(), "DeviceName")
    assert message.time_s == pytest.approx(0.287445, abs=1e-6)
    assert reader.dropped == reader.buffered == 0
    assert encode(message) == data
    if kind == "transform":
        pose = decode_transform(message.content)
        assert pose is not None
        np.testing.assert_allclose(pose[:3, 3], [46.0531, 19.4709, 46.0531], atol=1e-4)
        np.testing.assert_allclose(pose[0, :3], [-0.954892, -0.196632, 0.222525], atol=1e-5)
    if kind == "status":
        status = decode_status(message.content)
        assert status.code == 15 and status.words == "Actuator A is disabled."


def test_the_checksum_is_the_standards() -> None:
    assert crc64(b"123456789") == 0x6C40DF5F0B497347
    assert crc64(b"") == 0


@given(st.binary(max_size=100))
def test_checksum_against_the_emulators(data: bytes) -> None:
    assert crc64(data) == wire.crc64(data)


def test_transforms_against_the_emulators() -> None:
    ours, theirs = transform(), wire.message("TRANSFORM", "StylusToTracker", 12.5, wire.matrix(POSE))
    assert ours == theirs
    tdata = b"".join(wire.tracked(name, POSE) for name in ("A", "B"))
    assert tdata == encode_tracking({"A": POSE, "B": POSE})
    np.testing.assert_allclose(decode_tracking(tdata)["B"], POSE, atol=1e-4)  # type: ignore[arg-type]


def test_meta_data_of_version_2() -> None:
    (message,) = MessageReader(ALL).push(version_2(encode_transform(POSE), {"TransformStatus": "INVALID", "a": ""}))
    assert message.meta == {"TransformStatus": "INVALID", "a": ""}
    assert len(message.content) == 48


def test_contents() -> None:
    assert decode_transform(encode_transform(2 * identity())) is None
    with pytest.raises(BadReplyError, match="expected 48 bytes, got 3"):
        decode_transform(b"abc")
    with pytest.raises(BadReplyError, match="pieces of 70"):
        decode_tracking(b"x" * 71)
    with pytest.raises(BadReplyError, match="at least 30"):
        decode_status(b"")
    assert decode_status(encode_status(1)).words == ""
    assert decode_status(encode_status(13)).words == "not ready"
    assert decode_status(encode_status(13, "warming up")).words == "warming up"
    assert encode_text("5 mm") == b"\0\x03\0\x045 mm" and encode_text("°")[1] == 106
    assert encode_array([1.5]) == b"\x0b\x01\0\x01" + struct.pack(">d", 1.5)
    assert len(encode_points({"entry": (1, 2, 3), "target": (4, 5, 6)}, "plan")) == 2 * 136


def test_pictures_are_skipped_without_being_kept() -> None:
    reader = MessageReader(("TRANSFORM",))
    picture = HEADER.pack(1, b"IMAGE", b"Probe", 0, 0, 3_000_000, 0) + b"\x55" * 3_000_000
    found = []
    for at in range(0, len(picture), 65536):
        found += reader.push(picture[at : at + 65536])
        assert reader.buffered <= HEADER.size
    found += reader.push(transform())
    assert [message.kind for message in found] == ["TRANSFORM"]
    assert (reader.skipped, reader.dropped) == (1, 0)


@pytest.mark.parametrize(
    ("kind", "size"), [(b"TRANSFORM", MAX_BODY + 1), (b"IMAGE", MAX_SKIPPED + 1), (b"X", 2**64 - 1)]
)
def test_promises_of_too_much_are_not_believed(kind: bytes, size: int) -> None:
    reader = MessageReader(("TRANSFORM",))
    assert reader.push(HEADER.pack(1, kind, b"", 0, 0, size, 0)) == []
    assert len(reader.push(transform())) == 1
    assert reader.dropped == HEADER.size


@given(st.integers(HEADER.size, 105), st.integers(1, 255))
def test_a_damaged_body_is_dropped_and_the_next_message_found(at: int, change: int) -> None:
    damaged = bytearray(transform())
    damaged[at] ^= change
    assert len(MessageReader(("TRANSFORM",)).push(bytes(damaged) + transform())) == 1


@given(st.lists(st.integers(1, 120), min_size=1, max_size=30))
def test_cut_anywhere_the_messages_are_the_same(cuts: list[int]) -> None:
    reader, data, found = MessageReader(ALL), transform() * 4, 0
    for cut in cuts:
        found += len(reader.push(data[:cut]))
        data = data[cut:]
    assert found + len(reader.push(data)) == 4


@given(st.lists(st.one_of(st.binary(max_size=200), st.just(transform()), st.just(transform()[:70])), max_size=20))
def test_any_bytes_are_survived_in_bounded_memory(pieces: list[bytes]) -> None:
    reader = MessageReader(("TRANSFORM", "TDATA", "STATUS"))
    for piece in pieces:
        for message in reader.push(piece):
            assert message.content == encode_transform(POSE)
        assert reader.buffered <= MAX_BODY + HEADER.size
    assert reader.dropped <= sum(map(len, pieces))


@given(st.binary(max_size=400))
def test_contents_of_any_bytes_are_values_or_named_errors(content: bytes) -> None:
    for decode in (decode_transform, decode_tracking, decode_status):
        try:
            decode(content)
        except BadReplyError as error:
            assert "expected" in str(error)


def test_from_quaternion_is_what_comes_back() -> None:
    pose = from_quaternion(0.5, 0.5, -0.5, 0.5, [10, 20, 30])
    (message,) = MessageReader(ALL).push(encode(Message("TRANSFORM", "a", encode_transform(pose))))
    np.testing.assert_allclose(decode_transform(message.content), pose, atol=1e-6)  # type: ignore[arg-type]
