"""Flock records: the worked words of the protocol, resynchronization by the phase bit, and whatever bytes come."""

import numpy as np
from arguide_sim.flock.device import words
from hypothesis import given
from hypothesis import strategies as st

from arguide.geometry.transforms import from_quaternion
from arguide.trackers.flock.records import FlockReader, words_of

INCH = 25.4
PART = st.floats(-1, 1)


def record(position: tuple[float, float, float], quaternion: tuple[float, float, float, float], bird: int = 2) -> bytes:
    data = bytearray(words(from_quaternion(*quaternion, position)))
    data[0] |= 0x80
    return bytes(data) + bytes([bird])


def test_words_by_hand() -> None:
    # 0x4000 is half of the scale: 14 bits 1000 0000 000000 in two bytes of seven, low ones first.
    assert words_of(bytes([0x00, 0x20])) == [0x4000]
    assert words_of(bytes([0x00, 0x60])) == [-0x4000]
    assert words_of(bytes([0x81, 0x00])) == [4]
    assert words_of(bytes([0x7F, 0x7F])) == [-4]


@given(st.tuples(PART, PART, PART), st.tuples(PART, PART, PART, PART))
def test_pose_there_and_back(position: tuple[float, ...], parts: tuple[float, ...]) -> None:
    if (length := float(np.linalg.norm(parts))) < 0.1:
        return
    x, y, z = (900 * part for part in position)
    w, i, j, k = (part / length for part in parts)
    (read,) = FlockReader(36 * INCH, True).push(record((x, y, z), (w, i, j, k)))
    assert read.station == 2
    np.testing.assert_allclose(read.position, (x, y, z), atol=0.12)
    assert abs(np.dot(read.quaternion, (w, i, j, k))) > 1 - 1e-6


def test_extended_range_is_four_times_as_far() -> None:
    data = record((100, 0, -50), (1, 0, 0, 0))
    (near,), (far,) = FlockReader(36 * INCH, True).push(data), FlockReader(144 * INCH, True).push(data)
    np.testing.assert_allclose(far.position, np.multiply(near.position, 4))


@given(st.binary(max_size=100), st.integers(1, 14))
def test_the_next_record_is_always_found(garbage: bytes, cut: int) -> None:
    reader, data = FlockReader(36 * INCH, True), record((1, 2, 3), (1, 0, 0, 0))
    reader.push(garbage)
    assert len(reader.push(data[cut:] + data + data[:cut] + data)) >= 2
    assert len(reader._rest) < 15


@given(st.lists(st.binary(max_size=100), max_size=10), st.booleans())
def test_any_bytes_are_survived(pieces: list[bytes], group: bool) -> None:
    reader = FlockReader(36 * INCH, group)
    for piece in pieces:
        for read in reader.push(piece):
            assert abs(sum(part * part for part in read.quaternion) - 1) < 1e-9
            assert max(map(abs, read.position)) <= 36 * INCH
        assert len(reader._rest) < 15
