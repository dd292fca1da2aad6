"""Bytes of the wire protocol: known strings, worked examples, laws, and input cut anywhere."""

import itertools
import random
import struct

import pytest
from fastcrc.crc16 import arc as crc16
from hypothesis import given
from hypothesis import strategies as st

from arguide.errors import ArguideError, BadReplyError, DeviceError
from arguide.trackers.ndi.alerts import alerts_of
from arguide.trackers.ndi.bx import decode_bx
from arguide.trackers.ndi.commands import BAUD_CODES, Options, comm_arguments, encode, upload_blocks
from arguide.trackers.ndi.errors import ADVICE, ERRORS, device_error
from arguide.trackers.ndi.replies import (
    MAX_BUFFERED,
    BinaryReply,
    Packet,
    PacketReader,
    TextReply,
    checked_text,
    warning_code,
)
from arguide.trackers.ndi.tracking_reply import Report
from arguide.trackers.ndi.tx import decode_tx
from arguide.trackers.reading import Marker, MarkerState
from tests.known_ndi import COMMANDS

REPLIES = [
    "OKAYA896",
    "RESETBE6F",
    "WARNING7423",
    "WARNING0500CD",
    "1D4C1",
    "01400",
    "001414",
    "010A001C1B5",
    "040A0010B0010C0010D001ECFB",
    "040A01F0B01F0C01F0D01F2DDB",
    "01D4D5",
    "010100101AF",
    "010101191AE",
    "0101031F1AF",
    "D.001.00450D4",
    "G.001.0056001",
    "G.003.006A138",
    "Testing!A81C",
]
REPLIES.append("Info.Timeout.PINIT=5\n96A7")
REPLIES.append("01000000NDI         00034801403318700339             000000000100003FC5")

ERROR_CRCS = dict(
    item.split(":")
    for item in [
        "01:6BC2",
        "02:6A82",
        "03:AA43",
        "04:6802",
        "05:A8C3",
        "06:A983",
        "07:6942",
        "08:6D02",
        "09:ADC3",
        "0A:8FC3",
        "0B:8E83",
        "0C:4E42",
        "0D:8C03",
        "0E:4CC2",
        "0F:4D82",
        "10:3B02",
        "11:FBC3",
        "12:FA83",
        "13:3A42",
        "15:38C2",
        "22:0A83",
        "23:CA42",
        "28:0D03",
        "2B:EE82",
        "2C:2E43",
        "2D:EC02",
        "2F:2D83",
        "30:5B03",
        "32:9A82",
        "33:5A43",
        "34:9802",
        "40:6B01",
        "42:AA80",
    ]
)

TX = b"0201+08000+00000+06000+00000+001234-005678-123450+006780000003100001234\n02MISSING0000003100001234\n0000F42C\r"
BX = bytes.fromhex(
    "c4 a5 37 00 3b 23 02 01 01 cd cc 4c 3f 00 00 00 00 9a 99 19 3f 00 00 00 00 a4 70 45 41 b8 1e 63 c2 00 50 9a c4"
    "ba da 8a 3d 31 00 00 00 34 12 00 00 02 02 31 00 00 00 34 12 00 00 00 00 f7 a5"
)
BX_STRAYS = bytes.fromhex(
    "c4 a5 29 00 32 83 00 03 02 00 00 80 3f 00 00 00 40 00 00 40 40 00 00 80 40 00 00 a0 40 00 00 c0 40 00 00 e0 40"
    "00 00 00 41 00 00 10 41 40 00 46 ca"
)


def slow_crc(data: bytes) -> int:
    """CRC-16/ARC bit by bit, straight from its definition."""
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ 0xA001 if crc & 1 else crc >> 1
    return crc


def text_packet(text: str) -> bytes:
    return f"{text}{slow_crc(text.encode()):04X}\r".encode()


def binary_packet(body: bytes) -> bytes:
    head = struct.pack("<HH", 0xA5C4, len(body))
    return head + struct.pack("<H", slow_crc(head)) + body + struct.pack("<H", slow_crc(body))


def packets_of(pieces: list[bytes]) -> list[Packet | str]:
    """Everything a reader makes of bytes arriving in pieces; what it complains of as text."""
    reader = PacketReader()
    out: list[Packet | str] = []
    for piece in pieces:
        reader.push(piece)
        assert reader.buffered <= MAX_BUFFERED
        while True:
            try:
                packet = reader.next_packet()
            except BadReplyError as error:
                out.append(str(error))
                continue
            if packet is None:
                break
            out.append(packet)
    return out


# CRC


@given(st.binary(max_size=400))
def test_crc_equals_its_definition(data: bytes) -> None:
    assert crc16(data) == slow_crc(data)


@given(st.binary(max_size=200))
def test_data_with_its_own_crc_gives_zero(data: bytes) -> None:
    assert crc16(data + struct.pack("<H", crc16(data))) == 0


@given(st.binary(min_size=1, max_size=100), st.data())
def test_crc_sees_every_single_flipped_bit(data: bytes, draw: st.DataObject) -> None:
    bit = draw.draw(st.integers(0, 8 * len(data) - 1))
    flipped = bytearray(data)
    flipped[bit // 8] ^= 1 << bit % 8
    assert crc16(bytes(flipped)) != crc16(data)


# Commands


@pytest.mark.parametrize("known", COMMANDS)
def test_commands_as_real_clients_send_them(known: str) -> None:
    name, _, arguments = known[:-4].partition(":")
    assert encode(name, arguments) == known.encode() + b"\r"


def test_comm_arguments() -> None:
    assert encode("COMM", comm_arguments(115200, handshake=False)) == b"COMM:500000048\r"
    assert comm_arguments(921600, handshake=True) == "60001"
    assert len(set(BAUD_CODES.values())) == len(BAUD_CODES)


def test_upload_covers_the_image_and_pads_it() -> None:
    image = bytes(random.Random(1).randbytes(752))
    blocks = upload_blocks(0x0A, image)
    assert len(blocks) == 12
    assert [block[:6] for block in blocks[:2]] == ["0A0000", "0A0040"]
    assert blocks[-1][:6] == "0A02C0"
    assert bytes.fromhex("".join(block[6:] for block in blocks)) == image + bytes(768 - 752)


# Packets


@pytest.mark.parametrize("known", REPLIES)
def test_text_replies_from_real_equipment(known: str) -> None:
    assert packets_of([known.encode() + b"\r"]) == [TextReply(known[:-4])]


@pytest.mark.parametrize(("code", "crc"), ERROR_CRCS.items())
def test_error_replies_become_device_errors(code: str, crc: str) -> None:
    (packet,) = packets_of([f"ERROR{code}{crc}\r".encode()])
    assert isinstance(packet, TextReply)
    with pytest.raises(DeviceError, match=f"ERROR{code}") as caught:
        checked_text("BX", packet)
    assert caught.value.code == int(code, 16)
    assert ERRORS[caught.value.code] in str(caught.value)


def test_every_error_has_a_name_and_advice_only_for_known_ones() -> None:
    assert set(ADVICE) <= set(ERRORS)
    assert "unknown to this program" in str(device_error("GET", 0xEE))


def test_warnings_pass_as_text() -> None:
    assert [warning_code(text) for text in ("WARNING", "WARNING05", "OKAY")] == [0, 5, None]


def test_binary_where_text_is_due_is_a_bad_reply() -> None:
    with pytest.raises(BadReplyError, match="expected text"):
        checked_text("PHSR", BinaryReply(b"\0"))


KINDS = st.one_of(
    st.text(st.characters(codec="ascii", exclude_characters="\r"), max_size=60).map(text_packet),
    st.binary(max_size=120).map(binary_packet),
    st.sampled_from([BX, TX, b"OKAYA896\r"]),
    st.sampled_from([b"OKAYA897\r", b"\r", b"noise\r", BX[:-1] + b"\0"]),
    st.binary(min_size=1, max_size=12),
)


@given(st.lists(KINDS, max_size=6), st.lists(st.integers(0, 600), max_size=10))
def test_input_cut_anywhere_gives_the_same_packets(parts: list[bytes], cuts: list[int]) -> None:
    whole = b"".join(parts)
    edges = sorted({0, len(whole), *(cut for cut in cuts if cut < len(whole))})
    pieces = [whole[a:b] for a, b in itertools.pairwise(edges)]
    assert packets_of(pieces) == packets_of([whole])
    assert packets_of([whole[n : n + 1] for n in range(len(whole))]) == packets_of([whole])


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_reader_raises_nothing_but_bad_reply_and_never_grows(pieces: list[bytes]) -> None:
    assert isinstance(packets_of(pieces), list)


def test_endless_text_and_endless_binary_are_dropped_and_reset_helps() -> None:
    for flood in (b"x" * 1000, BX[:6] * 1000):
        reader = PacketReader()
        complaints = 0
        for _ in range(400):
            reader.push(flood)
            try:
                while reader.next_packet():
                    pass
            except BadReplyError:
                complaints += 1
        assert reader.buffered <= MAX_BUFFERED
        assert complaints >= 1
        reader.reset()
        reader.push(b"OKAYA896\r")
        assert reader.next_packet() == TextReply("OKAY")


def test_short_text_limit_notices_a_beheaded_binary_reply_at_once() -> None:
    reader = PacketReader()
    reader.max_text = 64
    reader.push(BX[1:].replace(b"\r", b"\n") + bytes(64))
    with pytest.raises(BadReplyError, match="more than 64 bytes"):
        reader.next_packet()
    assert reader.lost
    assert reader.next_packet() is None, "the complaint comes once"


def test_good_reply_after_one_with_a_bad_crc_is_read() -> None:
    complaint, packet = packets_of([BX[:-1] + b"\0" + b"OKAYA896\r"])
    assert "wrong CRC" in str(complaint)
    assert packet == TextReply("OKAY")


@given(st.integers(0, 8 * len(BX) - 1))
def test_no_flipped_bit_of_a_binary_reply_gets_through(bit: int) -> None:
    broken = bytearray(BX)
    broken[bit // 8] ^= 1 << bit % 8
    assert not any(isinstance(packet, BinaryReply) for packet in packets_of([bytes(broken)]))


# BX and TX


@pytest.mark.parametrize("form", ["BX", "TX"])
def test_worked_example(form: str) -> None:
    (packet,) = packets_of([BX if form == "BX" else TX])
    reply = decode_bx(packet.body) if isinstance(packet, BinaryReply) else decode_tx(packet.text)  # type: ignore[union-attr]
    first, second = reply.tools
    assert (first.handle, first.report, first.status, first.frame) == (1, Report.VALID, 0x31, 0x1234)
    assert first.quaternion == pytest.approx((0.8, 0, 0.6, 0), abs=1e-7)
    assert first.position == pytest.approx((12.34, -56.78, -1234.5), abs=1e-4)
    assert first.error_mm == pytest.approx(0.0678, abs=1e-7)
    assert (second.handle, second.report, second.status, second.frame) == (2, Report.MISSING, 0x31, 0x1234)
    assert second.quaternion is None
    assert reply.system_status == 0


def test_bx_stray_markers() -> None:
    (packet,) = packets_of([BX_STRAYS])
    assert isinstance(packet, BinaryReply)
    reply = decode_bx(packet.body, Options(0x1801))
    assert reply.strays == (
        Marker(MarkerState.STRAY, (1, 2, 3)),
        Marker(MarkerState.OUT_OF_VOLUME, (4, 5, 6)),
        Marker(MarkerState.STRAY, (7, 8, 9)),
    )
    assert alerts_of(reply.system_status) == ("a tool was plugged in",)


def test_options_nobody_decodes_are_our_own_mistake() -> None:
    with pytest.raises(ValueError, match="not decoded"):
        decode_bx(b"\0\0\0", Options(0x0005))
    with pytest.raises(ValueError, match="not decoded"):
        decode_tx("000000", Options(0x0009))


def bx_body(*tools: bytes, status: int = 0) -> bytes:
    return bytes([len(tools)]) + b"".join(tools) + struct.pack("<H", status)


@pytest.mark.parametrize(
    "numbers",
    [
        (0.9, 0, 0, 0, 0, 0, 0, 0),
        (0, 0, 0, 0, 0, 0, 0, 0),
        (1, 0, 0, 0, float("nan"), 0, 0, 0),
        (1, 0, 0, 0, 0, float("inf"), 0, 0),
        (1, 0, 0, 0, float("inf"), float("-inf"), 0, 0),
        (float("nan"), 0, 0, 0, 0, 0, 0, 0),
        (1, 0, 0, 0, 0, 0, 0, float("nan")),
    ],
)
def test_impossible_poses_are_bad_replies(numbers: tuple[float, ...]) -> None:
    with pytest.raises(BadReplyError, match="not used"):
        decode_bx(bx_body(b"\x01\x01" + struct.pack("<8fII", *numbers, 0x31, 1)))


def test_tx_disabled_and_unoccupied() -> None:
    reply = decode_tx("0301DISABLED\n02UNOCCUPIED0000000000000007\n03DISABLED0000000100000008\n0002")
    assert [tool.report for tool in reply.tools] == [Report.DISABLED, Report.UNOCCUPIED, Report.DISABLED]
    assert [tool.frame for tool in reply.tools] == [None, 7, 8]
    assert alerts_of(reply.system_status)[0].startswith("too much infrared light")
    assert decode_tx("000000").tools == ()


@pytest.mark.parametrize("text", ["", "0", "02", "0101MISSING\n0000", "0101+1\n0000", "0100000", "0101DISABLED\n00"])
def test_tx_that_does_not_fit_is_a_bad_reply(text: str) -> None:
    with pytest.raises(BadReplyError):
        decode_tx(text)


@given(st.binary(max_size=200))
def test_bx_decoder_raises_nothing_but_bad_reply(body: bytes) -> None:
    for options in (Options(0x0801), Options(0x1801)):
        try:
            decode_bx(body, options)
        except ArguideError as error:
            assert isinstance(error, BadReplyError)


@given(st.text(max_size=120) | st.text("0123456789ABCDEF+-\nMISNG", max_size=120))
def test_tx_decoder_raises_nothing_but_bad_reply(text: str) -> None:
    try:
        decode_tx(text)
    except ArguideError as error:
        assert isinstance(error, BadReplyError)


def test_bx_body_with_more_than_it_announces_is_a_bad_reply() -> None:
    with pytest.raises(BadReplyError, match="bytes expected"):
        decode_bx(BX[6:-2] + b"\0")


@given(st.integers(0, len(BX) - 9))
def test_shortened_bx_body_is_a_bad_reply(length: int) -> None:
    with pytest.raises(BadReplyError):
        decode_bx(BX[6:-2][:length])


QUATERNIONS = st.tuples(*[st.floats(-1, 1)] * 4).filter(lambda q: sum(c * c for c in q) > 0.01)
POSITIONS = st.tuples(*[st.floats(-3000, 3000)] * 3)


@given(QUATERNIONS, POSITIONS, st.integers(0, 0xFFFFFFFF))
def test_bx_and_tx_say_the_same(q: tuple[float, ...], t: tuple[float, ...], frame: int) -> None:
    length = sum(c * c for c in q) ** 0.5
    q = tuple(c / length for c in q)
    bx = decode_bx(bx_body(b"\x05\x01" + struct.pack("<8fII", *q, *t, 0.25, 0x31, frame))).tools[0]
    digits = [f"{round(c * 10_000):+06d}" for c in q] + [f"{round(c * 100):+07d}" for c in t] + ["+02500"]
    tx = decode_tx(f"0105{''.join(digits)}00000031{frame:08X}\n0000").tools[0]
    assert tx.quaternion == pytest.approx(bx.quaternion, abs=1e-4)
    assert tx.position == pytest.approx(bx.position, abs=0.006)
    assert (tx.handle, tx.status, tx.frame, tx.error_mm) == (bx.handle, bx.status, bx.frame, bx.error_mm)


def test_unknown_system_status_bits_are_shown_as_they_are() -> None:
    assert alerts_of(0x0400) == ("unknown system status bit 0400",)
    assert alerts_of(0) == ()
