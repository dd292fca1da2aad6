"""Polhemus records: known bytes, angles by SciPy as second witness, resynchronization, and whatever bytes come."""

import struct

import numpy as np
import pytest
from arguide_sim.clock import StepClock
from arguide_sim.magnetic.field import Field
from arguide_sim.polhemus.items import to_angles
from arguide_sim.polhemus.liberty import MODELS, LibertyDevice
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from arguide.geometry.transforms import from_quaternion, to_quaternion
from arguide.trackers.polhemus import fastrak, liberty
from arguide.trackers.polhemus.angles import from_degrees
from arguide.trackers.polhemus.angles import to_quaternion as by_angles
from arguide.trackers.polhemus.records import BinaryReader, TextReader
from arguide.trackers.rounds import Record

ANGLE = st.floats(-np.pi, np.pi)
UPRIGHT = st.floats(-np.pi / 2, np.pi / 2)
FASTRAK_LINE = b"02   10.00 -20.50   3.25  90.00   0.00   0.00\r\n"
FASTRAK_BYTES = b"03 " + struct.pack("<7f", 1, -2, 3, 0.5, 0.5, 0.5, 0.5) + b" "
LIBERTY_LINE = b"01     10.000  -20.500    3.250   90.000    0.000    0.000\r\n"
LIBERTY_BYTES = struct.pack("<2sBBBBH7fI", b"LY", 2, 80, 32, 0, 33, 1, -2, 3, 1, 0, 0, 0, 1250) + b" "
BUTTON_BYTES = struct.pack("<2sBBBBH7fII", b"PA", 1, 67, 0, 0, 37, 1, -2, 3, 1, 0, 0, 0, 1250, 1) + b" "


@given(ANGLE, UPRIGHT, ANGLE)
def test_angles_against_scipy(azimuth: float, elevation: float, roll: float) -> None:
    w, x, y, z = by_angles(azimuth, elevation, roll)
    expected = Rotation.from_euler("ZYX", [azimuth, elevation, roll]).as_matrix()
    np.testing.assert_allclose(from_quaternion(w, x, y, z, np.zeros(3))[:3, :3], expected, atol=1e-12)


@given(ANGLE, UPRIGHT, ANGLE)
def test_the_emulators_angles_are_the_inverse(azimuth: float, elevation: float, roll: float) -> None:
    pose = from_quaternion(*by_angles(azimuth, elevation, roll), np.zeros(3))
    again = from_quaternion(*by_angles(*to_angles(pose)), np.zeros(3))
    np.testing.assert_allclose(again, pose, atol=1e-6)


def test_angles_that_cannot_be() -> None:
    assert from_degrees(180.005, 90.0, -180.0) is not None
    assert from_degrees(181, 0, 0) is from_degrees(0, 91, 0) is from_degrees(0, 0, -181) is None
    assert from_degrees(float("nan"), 0, 0) is None


def check(record: Record | None, station: int, quaternion: tuple[float, ...]) -> Record:
    assert record is not None
    assert record.station == station
    assert record.position == pytest.approx((10.0, -20.0, 30.0) if station in (3,) else record.position)
    np.testing.assert_allclose(record.quaternion, quaternion, atol=1e-7)
    return record


def test_known_records() -> None:
    half = np.sqrt(0.5)
    line = fastrak.parse_text(FASTRAK_LINE[:-2])
    assert check(line, 2, (half, 0, 0, half)).position == pytest.approx((100.0, -205.0, 32.5))
    assert len(FASTRAK_LINE) == 47 and len(FASTRAK_BYTES) == fastrak.BINARY_SIZE == 32
    check(fastrak.parse_binary(FASTRAK_BYTES), 3, (0.5, 0.5, 0.5, 0.5))
    line = liberty.parse_text(LIBERTY_LINE[:-2])
    assert check(line, 1, (half, 0, 0, half)).position == pytest.approx((100.0, -205.0, 32.5))
    assert len(LIBERTY_LINE) == 60 and len(LIBERTY_BYTES) == liberty.binary_size(False)
    assert check(liberty.parse_binary(LIBERTY_BYTES), 2, (1, 0, 0, 0)).time_s == 1.25
    assert check(liberty.parse_binary(BUTTON_BYTES), 1, (1, 0, 0, 0)).buttons == 1
    assert len(BUTTON_BYTES) == liberty.binary_size(True)


@pytest.mark.parametrize(
    "line",
    [
        FASTRAK_LINE[:-3],
        FASTRAK_LINE.replace(b"02", b"05"),
        FASTRAK_LINE.replace(b"02", b"12"),
        FASTRAK_LINE.replace(b" 90.00", b"190.00"),
        FASTRAK_LINE.replace(b"3.25", b"3_25"),
        FASTRAK_LINE.replace(b" 3.25", b"  nan"),
        FASTRAK_LINE.replace(b"02 ", b"02*"),
        FASTRAK_LINE.replace(b" 10.00", b"******"),
    ],
)
def test_lines_that_are_none(line: bytes) -> None:
    assert fastrak.parse_text(line.rstrip(b"\r\n")) is None


def test_bytes_that_are_none() -> None:
    long = b"03 " + struct.pack("<7f", 1, -2, 3, 0.6, 0.5, 0.5, 0.5) + b" "
    far = b"03 " + struct.pack("<7f", 1e5, -2, 3, 0.5, 0.5, 0.5, 0.5) + b" "
    nan = b"03 " + struct.pack("<7f", 1, -2, 3, float("nan"), 0.5, 0.5, 0.5) + b" "
    for data in (long, far, nan, FASTRAK_BYTES[:-1] + b"!", b"07" + FASTRAK_BYTES[2:]):
        assert fastrak.parse_binary(data) is None
    assert liberty.parse_binary(LIBERTY_BYTES[:6] + b"\x22\x00" + LIBERTY_BYTES[8:]) is None


def readers() -> list[tuple[BinaryReader | TextReader, bytes]]:
    return [
        (TextReader(fastrak.TEXT_SIZE, fastrak.parse_text), FASTRAK_LINE),
        (BinaryReader(b"0", fastrak.BINARY_SIZE, fastrak.parse_binary), FASTRAK_BYTES),
        (TextReader(liberty.TEXT_SIZE, liberty.parse_text), LIBERTY_LINE),
        (BinaryReader(b"LY", liberty.binary_size(False), liberty.parse_binary), LIBERTY_BYTES),
    ]


@given(st.lists(st.integers(1, 40), min_size=1, max_size=30))
def test_cut_anywhere_the_records_are_the_same(cuts: list[int]) -> None:
    for reader, record in readers():
        data, found = record * 5, 0
        for cut in cuts:
            found += len(reader.push(data[:cut]))
            data = data[cut:]
        assert found + len(reader.push(data)) == 5
        assert reader.dropped == 0


@given(st.binary(max_size=300))
def test_after_any_garbage_the_next_records_are_found(garbage: bytes) -> None:
    for reader, record in readers():
        reader.push(garbage)
        assert len(reader.push(record * 3)) >= 2
        assert len(reader._rest) <= len(record)


@given(st.lists(st.binary(max_size=200), max_size=20))
def test_any_bytes_leave_a_bounded_rest_and_are_accounted_for(pieces: list[bytes]) -> None:
    for reader, record in readers():
        found = sum(len(reader.push(piece)) for piece in pieces)
        total = sum(map(len, pieces))
        assert len(reader._rest) <= len(record)
        assert found * (len(record) - 2) <= total
        assert reader.dropped <= total


class Still:
    """Nobody moves anything."""

    def at(self, time_s: float) -> object:
        raise AssertionError("no station is on")


def test_patriot_has_two_sockets() -> None:
    field = Field(Still(), {1: "stylus", 2: "needle", 3: "probe"}, 1)  # type: ignore[arg-type]
    device = LibertyDevice(MODELS["patriot"], StepClock(), field)
    assert device.stations == (1, 2)
    assert device.receive(b"\x16\r").startswith(b"0")
    assert b"PATRIOT" in device.receive(b"\x16\r")
    assert device.receive(b"O3,2,4,1\r") == b"00E O Invalid Command\r\n"
    assert to_quaternion(np.eye(4))[0] == 1
