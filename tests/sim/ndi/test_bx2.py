"""BX2 and streams, byte for byte and by their structure."""

import struct
from collections.abc import Callable
from typing import Any

import pytest
from arguide_sim.ndi import bx2 as gbf
from arguide_sim.ndi.alerts import TOOL_PLUGGED
from arguide_sim.ndi.crc import crc16
from arguide_sim.ndi.frames import Frame
from arguide_sim.ndi.refusal import Refusal
from arguide_sim.ndi.sensor import Marker, Sighting, Status, View
from arguide_sim.ndi.streams import header
from hypothesis import given
from hypothesis import strategies as st

EXAMPLE = (0.8, 0.0, 0.6, 0.0, 12.34, -56.78, -1234.5, 0.0678)
WORKED = bytes.fromhex(
    "c4a5680002d3 0100 0100 0100 64000000 0000 01000000 02 00 0000 34120000 00f15365 0065cd1d"
    "0100 0200 0200 34000000 0000 02000000 0100 0000 cdcc4c3f000000009a99193f00000000a4704541b81e63c200509ac4bada8a3d"
    "0200 1f01 1200 10000000 0000 01000000 02 00 0100 3dbc"
)


@pytest.fixture
def vega(new_bench: Any, image: bytes, visible: Callable[..., Sighting]) -> Any:
    """Tool 01 visible, 02 missing, tracking."""
    bench = new_bench("vega")
    bench.stage.sightings = {"one": visible(*EXAMPLE)}
    bench.ask("INIT:")
    bench.load(image)
    bench.load(second(image))
    bench.ask("TSTART:80")
    return bench


def second(image: bytes) -> bytes:
    """The same tool, but for its first marker's x, by which the test's world tells tools apart."""
    other = bytearray(image)
    struct.pack_into("<f", other, 72, 1.0)
    other[4:6] = (sum(other[6:752]) & 0xFFFF).to_bytes(2, "little")
    return bytes(other)


def taken_apart(reply: bytes) -> dict[int, tuple[int, bytes]]:
    """Kind of component -> number of items and their bytes, of the one frame in a reply."""
    assert reply[:2] == b"\xc4\xa5" and len(reply) == int.from_bytes(reply[2:4], "little") + 8
    assert crc16(reply[:6]) == 0 and crc16(reply) == 0
    version, count = struct.unpack_from("<HH", reply, 6)
    kind, size, _, items = struct.unpack_from("<HIHI", reply, 10)
    assert (version, count, kind) == (1, 1, 1) and size == len(reply) - 12
    if not items:
        return {}
    version, count = struct.unpack_from("<HH", reply, 38)
    found, at = {}, 42
    for _ in range(count):
        kind, size, _, items = struct.unpack_from("<HIHI", reply, at)
        found[kind] = (items, reply[at + 12 : at + size])
        at += size
    assert at == len(reply) - 2
    return found


def test_the_worked_example(vega: Any) -> None:
    state = vega.device.state
    state.alerts.add(TOOL_PLUGGED)
    newest = state.frames.newest()
    state.frames.newest = lambda: Frame(0x1234, 0.5, newest.view)
    assert vega.raw("BX2:--6d=tools --1d=noneAE7D") == WORKED


def test_what_is_not_new_is_not_said_again(vega: Any) -> None:
    vega.clock.frame = lambda: 7
    assert taken_apart(vega.raw("BX2 --6d=tools"))[gbf.POSES][0] == 2
    assert taken_apart(vega.raw("BX2 --6d=tools")) == {}
    vega.clock.frame = lambda: 8
    assert taken_apart(vega.raw("BX2 --6d=tools"))[gbf.POSES][0] == 2


def test_every_component_can_be_asked_for(vega: Any) -> None:
    vega.stage.strays = ((1.0, 2.0, 3.0, False), (4.0, 5.0, 6.0, True))
    parts = taken_apart(vega.raw("BX2 --6d=tools --3d=all --2d=all --sensor=none --1d=buttons"))
    assert set(parts) == {gbf.POSES, gbf.PLACES, gbf.PICTURE, gbf.BUTTONS}
    items, data = parts[gbf.PLACES]
    assert items == 3 and struct.unpack_from("<HH", data) == (1, 3)
    assert struct.unpack_from("<HH", data, len(data) - 36) == (gbf.STRAY, 2)
    assert struct.unpack_from("<BBH3f", data, len(data) - 32) == (Marker.USED, 0, 0, 1.0, 2.0, 3.0)
    assert struct.unpack_from("<BBH3f", data, len(data) - 16) == (Marker.OUT_UNUSED, 0, 1, 4.0, 5.0, 6.0)
    assert set(taken_apart(vega.raw("BX2 --3d=strays"))) == {gbf.PLACES}
    assert taken_apart(vega.raw("BX2 ")) == {}


def test_markers_that_are_missing_have_no_place(vega: Any, visible: Callable[..., Sighting]) -> None:
    hidden = visible(*EXAMPLE)._replace(codes=bytes([Marker.USED, Marker.MISSING, Marker.TURNED_AWAY]))
    vega.stage.sightings = {"one": hidden}
    _, data = taken_apart(vega.raw("BX2 --3d=tools"))[gbf.PLACES]
    assert struct.unpack_from("<HH", data) == (1, 3) and data[4] == Marker.USED and data[20:24] == b"\x01\0\x01\0"
    assert data[24:28] == b"\x02\0\x02\0" and len(data) == 4 + 16 + 4 + 16 + 4


@pytest.mark.parametrize("status", [Status.TOO_FEW, Status.INTERFERENCE, Status.BAD_FIT, Status.MISSING])
def test_why_a_tool_is_missing_is_told(vega: Any, status: Status) -> None:
    vega.stage.sightings = {"one": Sighting(status=status)}
    _, data = taken_apart(vega.raw("BX2 --6d=tools"))[gbf.POSES]
    assert struct.unpack_from("<HH", data) == (1, 0x0100 | status)


@pytest.mark.parametrize(
    ("args", "code"), [("--6d=all", "23"), ("--7d=tools", "01"), ("6d=tools", "01"), ("--1d=yes", "23"), ("x", "01")]
)
def test_options_that_are_none(vega: Any, args: str, code: str) -> None:
    assert vega.raw(f"BX2 {args}")[:7] == f"ERROR{code}".encode()


@given(st.text("-=6d3toolsanery ", max_size=40))
def test_no_options_break_it(text: str) -> None:
    try:
        assert isinstance(gbf.wanted(text), gbf.Wanted)
    except Refusal as refusal:
        assert refusal.code in (0x01, 0x23)


def test_a_stream_sends_every_nth_frame_by_itself(vega: Any) -> None:
    device = vega.device
    assert device.due_s() is None
    assert vega.raw('STREAM --cmd="BX 0801" --id=mine --interval=3') == b"OKAYA896\r"
    assert device.due_s() is not None
    pieces = [device.speak() for _ in range(12)]
    said = [piece for piece in pieces if piece]
    assert len(said) == 4 and all(piece.startswith(header("mine") + b"\xc4\xa5") for piece in said)
    assert len(header("mine")) == 6 + len("mine") and header("mine")[:2] == b"\xd4\xb5"
    assert vega.raw("USTREAM --id=mine") == b"OKAYA896\r" and device.due_s() is None
    assert vega.raw("USTREAM ")[:7] == b"ERROR32"


@pytest.mark.parametrize(
    ("args", "code"),
    [("--cmd=INIT", "01"), ("--cmd=BX --protocol=UDP --port=9", "33"), ("--cmd=BX --interval=0", "23"), ("BX", "01"),
     ("--cmd=\"BX FFFF\"", "23"), ("--cmd=BX --id=" + "x" * 65, "23")],
)  # fmt: skip
def test_streams_that_cannot_be(vega: Any, args: str, code: str) -> None:
    assert vega.raw(f"STREAM {args}")[:7] == f"ERROR{code}".encode()
    assert vega.device.due_s() is None


def test_strays_are_reflections_and_tools_nobody_enabled(vega: Any, visible: Callable[..., Sighting]) -> None:
    vega.stage.sightings["stranger"] = visible(*EXAMPLE, outside=(False, True, False))
    vega.stage.strays = ((9.0, 9.0, 9.0, False),)
    text = vega.ask("TX:1801").split("\n")[-1]
    assert text[:2] == "04" and text[2] == "4", "four, the third of them out of the volume"
    assert text[3:24] == "+000900+000900+000900" and len(text) == 2 + 1 + 4 * 21 + 4
    body = vega.raw("BX 1801")
    assert body[-2 - 2 - 4 * 12 - 2 : -2 - 2 - 4 * 12] == bytes([4, 0b0100])


def test_a_network_line_has_no_speed(new_bench: Any) -> None:
    bench = new_bench("vega", network=True)
    assert bench.raw("COMM 50000")[:7] == b"ERROR01" and bench.device.baud == 9600


def test_rate_and_parameters_of_the_newer_models(new_bench: Any) -> None:
    bench = new_bench("vega")
    bench.ask("INIT:")
    state = bench.device.state
    assert state.rate_hz == 60
    assert bench.ask("IRATE:0") == "OKAY" and state.rate_hz == 20
    assert bench.ask("GET:Param.Tracking.Track Frequency") == "Param.Tracking.Track Frequency=0\n"
    assert bench.ask("SET:Param.Tracking.Frame Frequency=400") == "OKAY"
    assert bench.ask("SET:PS-0.Param.Tracking.Track Frequency=2") == "OKAY" and state.rate_hz == 400
    assert bench.ask("SET:Param.Tracking.Frame Frequency=123") == "ERROR36"
    assert bench.ask("VSEL:2") == "OKAY" and bench.stage.volumes[-1] == "Extended Pyramid"


def test_alerts_are_read_once(new_bench: Any) -> None:
    bench = new_bench("vega")
    bench.ask("INIT:")
    bench.ask("SET:Param.Simulated Alerts=2097153")
    assert bench.ask("GET:Info.Status.New Alerts") == "Info.Status.New Alerts=2097153\n"
    assert bench.ask("GET:Info.Status.New Alerts") == "Info.Status.New Alerts=0\n"
    assert bench.ask("GET:Info.Status.Alerts") == "Info.Status.Alerts=2097153\n"
    bench.ask("SET:Param.Simulated Alerts=0")
    assert bench.ask("GET:Info.Status.Alerts") == "Info.Status.Alerts=0\n"


def test_diagnostic_markers(tracking: Callable[..., Any], visible: Callable[..., Sighting]) -> None:
    bench = tracking(visible(*EXAMPLE, outside=(False, False, True)))
    assert bench.ask(
        "3D:015"
    ) == "003" + "\n+00000000+00010000+0002000000100" + "\n+00030000+00040000+0005000000100" + (
        "\n+00060000+00070000+0008000000101"
    )
    assert bench.ask("3D:011") == "ERROR32" and bench.ask("3D:012") == "ERROR23" and bench.ask("3D:055") == "ERROR08"


def test_light_has_its_bit(tracking: Callable[..., Any], visible: Callable[..., Sighting]) -> None:
    bench = tracking(visible(*EXAMPLE))
    bench.stage.flooded = True
    assert bench.ask("TX:0801") == "0101MISSING0000003100000000\n0002"
    assert View({}).flooded is False


def test_a_stream_ends_with_the_host_that_asked_for_it(vega: Any) -> None:
    assert vega.raw('STREAM --cmd="BX 0801" --id=mine') == b"OKAYA896\r"
    vega.device.receive(b"TX 08")
    vega.device.hang_up()
    assert vega.device.due_s() is None and vega.raw("TX 0801").startswith(b"0")
