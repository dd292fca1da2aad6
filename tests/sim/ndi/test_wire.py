"""CRC, envelopes and the taking apart of commands, against strings seen from real equipment and clients."""

import pytest
from arguide_sim.ndi.crc import ascii_reply, binary_reply, crc16
from arguide_sim.ndi.refusal import BAD_CRC, INVALID_COMMAND, TOO_LONG, Refusal
from arguide_sim.ndi.request import LONGEST, LineReader, Request, parse
from hypothesis import given
from hypothesis import strategies as st

from tests.known_ndi import COMMANDS

WITH_SPACES = [
    "GET:Features.Firmware.API Revision4170",
    "SET:Param.Data Averaging.Depth=15FC8",
    "BX2:--6d=tools --1d=noneAE7D",
]
REPLIES = """
OKAYA896 RESETBE6F WARNING7423 WARNING0500CD 1D4C1 01400 001414 010A001C1B5 040A0010B0010C0010D001ECFB
040A01F0B01F0C01F0D01F2DDB 01D4D5 010100101AF 010101191AE 0101031F1AF D.001.00450D4 G.001.0056001 G.003.006A138
Testing!A81C ERROR016BC2 ERROR026A82 ERROR046802 ERROR086D02 ERROR0C4E42 ERROR103B02 ERROR2DEC02 ERROR34 9802
""".replace("ERROR34 ", "ERROR34").split()


def test_check_value() -> None:
    assert crc16(b"123456789") == 0xBB3D


@pytest.mark.parametrize("command", COMMANDS + WITH_SPACES)
def test_real_commands_are_taken_apart(command: str) -> None:
    name, _, args = command.partition(":")
    assert parse(command.encode()) == Request(name, args[:-4])


@pytest.mark.parametrize("reply", [*REPLIES, "Info.Timeout.PINIT=5\n96A7"])
def test_replies_carry_the_crc_of_real_devices(reply: str) -> None:
    assert ascii_reply(reply[:-4]) == reply.encode() + b"\r"


def test_data_with_its_own_crc_returns_this_crc_to_zero() -> None:
    reply = binary_reply(b"any body")
    assert crc16(reply) == 0
    assert reply[:4] == b"\xc4\xa5\x08\x00"


@pytest.mark.parametrize(
    ("line", "request_"),
    [
        (b"INIT ", Request("INIT", "")),
        (b"INIT", Request("INIT", "")),
        (b"\nINIT:E3A5", Request("INIT", "")),
        (b"\nINIT:e3a5", Request("INIT", "")),
        (b"init ", Request("INIT", "")),
        (b"TX 0801", Request("TX", "0801")),
        (b"SET Param.A=1:2", Request("SET", "Param.A=1:2")),
    ],
)
def test_both_forms(line: bytes, request_: Request) -> None:
    assert parse(line) == request_


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"INIT:E3A6", BAD_CRC),
        (b"INIT:", BAD_CRC),
        (b"BX:0801", BAD_CRC),
        (b"", INVALID_COMMAND),
        (b"?", INVALID_COMMAND),
        (b"IN\xffIT ", INVALID_COMMAND),
        (b"ECHO " + b"x" * LONGEST, TOO_LONG),
    ],
)
def test_damaged_lines_are_refused(line: bytes, code: int) -> None:
    with pytest.raises(Refusal) as refusal:
        parse(line)
    assert refusal.value.code == code


@given(st.lists(st.binary(max_size=20).filter(lambda b: b"\r" not in b)), st.data())
def test_lines_do_not_depend_on_how_they_are_cut(lines: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(line + b"\r" for line in lines)
    cut = data.draw(st.integers(0, len(stream)))
    reader = LineReader()
    assert [*reader.lines(stream[:cut]), *reader.lines(stream[cut:])] == lines


def test_an_endless_line_keeps_little_memory_and_is_refused_once() -> None:
    reader = LineReader()
    for _ in range(100):
        assert list(reader.lines(b"x" * 4096)) == []
        assert len(reader._rest) <= LONGEST + 1
    (line,) = reader.lines(b"\r")
    with pytest.raises(Refusal):
        parse(line)
    assert list(reader.lines(b"INIT \r")) == [b"INIT "]
