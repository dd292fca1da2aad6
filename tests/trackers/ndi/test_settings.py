"""What a device can be asked and told about itself: parameters, volumes, rates, identity, beeper."""

import pytest
from fastcrc.crc16 import arc as crc16
from hypothesis import given
from hypothesis import strategies as st

from arguide.errors import ArguideError, BadReplyError, DeviceError, TrackerError
from arguide.ports.scripted import ScriptedPort
from arguide.trackers.ndi import parameters
from arguide.trackers.ndi.commands import encode
from arguide.trackers.ndi.exchange import Exchange
from arguide.trackers.ndi.identity import Identity, introduce, revision
from arguide.trackers.ndi.rates import choose_rate
from arguide.trackers.ndi.volumes import parse_volumes, select_volume, volumes

PYRAMID = "5" + "".join(f"{n:+07d}" for n in (-240000, -95000, 24000, 22400, 78300, 65600, 0, 0, 0, 0)) + "10"
DOME = "A" + "+000000" * 10 + "01"
OLD = "ERROR01"


def answer(text: str) -> bytes:
    return f"{text}{crc16(text.encode()):04X}\r".encode()


def exchange(*script: tuple[str, str]) -> tuple[Exchange, ScriptedPort]:
    """A line on which these commands get these answers."""
    port = ScriptedPort([(encode(*command.split(":", 1)), answer(text)) for command, text in script])
    return Exchange(port, port.clock), port


def test_get_one_and_many() -> None:
    line, _ = exchange(
        ("GET:Info.Timeout.PINIT", "Info.Timeout.PINIT=5\n"), ("GET:Param.*", "Param.A b=1\nParam.C=x=y\n")
    )
    assert parameters.get(line, "Info.Timeout.PINIT") == {"Info.Timeout.PINIT": "5"}
    assert parameters.get(line, "Param.*") == {"Param.A b": "1", "Param.C": "x=y"}


def test_get_info() -> None:
    line, _ = exchange(("GETINFO:Param.X", "Param.X=4;1;3;1;7;;Illuminator; sensitivity\n"))
    found = parameters.get_info(line, "Param.X")["Param.X"]
    assert (found.value, found.least, found.most, found.description) == ("4", "1", "7", "Illuminator; sensitivity")


@pytest.mark.parametrize("text", ["", "nonsense", "Param.X=1;2", "OKAY"])
def test_get_info_that_is_none(text: str) -> None:
    line, _ = exchange(("GETINFO:Param.X", text))
    with pytest.raises(BadReplyError, match="GETINFO"):
        parameters.get_info(line, "Param.X")


def test_set_and_its_refusals() -> None:
    line, port = exchange(("SET:Param.X=3", "OKAY"), ("SET:Param.X=99", "ERROR36"))
    parameters.set_value(line, "Param.X", "3")
    with pytest.raises(DeviceError, match="out of range"):
        parameters.set_value(line, "Param.X", "99")
    assert port.nothing_left


def test_peek_finds_nothing_where_there_is_nothing() -> None:
    line, _ = exchange(("GET:A", "ERROR34"), *[("GET:B", OLD)] * 3)
    assert parameters.peek(line, "A") == parameters.peek(line, "B") == ""
    line, _ = exchange(("GET:A", "ERROR10"))
    with pytest.raises(DeviceError):
        parameters.peek(line, "A")


def test_volumes() -> None:
    one, two = parse_volumes(f"2{PYRAMID}\n{DOME}")
    assert str(one) == "pyramid"
    assert one.sizes_mm[:4] == (-2400.0, -950.0, 240.0, 224.0)
    assert str(two) == "Aurora dome, metal resistant"


@pytest.mark.parametrize("text", ["", "1", "X", f"2{PYRAMID}", f"1{PYRAMID[:-1]}", f"0{PYRAMID}"])
def test_volumes_that_are_none(text: str) -> None:
    with pytest.raises(BadReplyError, match="SFLIST"):
        parse_volumes(text)


@given(st.text(max_size=200) | st.text("0123456789A+-\n", max_size=200))
def test_any_text_gives_volumes_or_a_bad_reply(text: str) -> None:
    try:
        assert len(parse_volumes(text)) <= 15
    except ArguideError as error:
        assert isinstance(error, BadReplyError)


def test_volume_is_selected_or_those_there_are_are_named() -> None:
    line, port = exchange(("SFLIST:03", f"2{PYRAMID}\n{DOME}"), ("VSEL:2", "OKAY"), ("SFLIST:03", f"1{PYRAMID}"))
    assert str(select_volume(line, 2)) == "Aurora dome, metal resistant"
    with pytest.raises(TrackerError, match="volume 3: this tracker offers 1 pyramid"):
        select_volume(line, 3)
    assert port.nothing_left
    line, _ = exchange(("SFLIST:03", "ERROR25"))
    assert volumes(line) == ()


@pytest.mark.parametrize(("rate_hz", "index"), [(20, 0), (30, 1), (60, 2)])
def test_rate_of_older_devices(rate_hz: float, index: int) -> None:
    line, port = exchange((f"IRATE:{index}", "OKAY"))
    assert choose_rate(line, 1, rate_hz) == ""
    assert port.nothing_left


def test_device_with_one_rate_is_left_alone() -> None:
    line, port = exchange(("IRATE:2", "ERROR23"))
    assert choose_rate(line, 1, 60) == ""
    assert choose_rate(line, 1, 40) == "", "no such rate to ask for"
    assert port.nothing_left


FREQUENCY, DIVISOR = parameters.FRAME_FREQUENCY, parameters.TRACK_FREQUENCY


def test_rate_of_newer_devices() -> None:
    line, port = exchange(
        (f"GET:{FREQUENCY}", f"{FREQUENCY}=60\n"), (f"GET:{DIVISOR}", f"{DIVISOR}=2\n"), (f"SET:{DIVISOR}=1", "OKAY")
    )
    assert choose_rate(line, 3, 30) == ""
    assert port.nothing_left


def test_rate_that_a_newer_device_lacks_is_a_warning() -> None:
    line, _ = exchange((f"GET:{FREQUENCY}", f"{FREQUENCY}=60\n"), (f"GET:{DIVISOR}", f"{DIVISOR}=2\n"))
    assert choose_rate(line, 3, 400) == "the tracker measures at 60 Hz, the profile wants 400: it offers 20, 30, 60"
    for unknown in ("ERROR34", f"{FREQUENCY}=fast\n", f"{FREQUENCY}=0\n"):
        line, port = exchange((f"GET:{FREQUENCY}", unknown))
        assert choose_rate(line, 3, 60) == ""
        assert port.nothing_left


@pytest.mark.parametrize(
    ("text", "major", "magnetic", "best"),
    [
        ("G.001.005", 1, False, "BX"),
        ("G.003.006", 3, False, "BX2"),
        ("D.001.007", 1, True, "BX"),
        ("D.004.000", 4, True, "BX"),
        ("what?", 0, False, "BX"),
    ],
)
def test_revision_decides_the_form_of_the_replies(text: str, major: int, magnetic: bool, best: str) -> None:
    line, _ = exchange(("APIREV:", text))
    known = revision(line)
    assert (known.major, known.magnetic, known.best_reply) == (major, magnetic, best)


def test_device_without_revision() -> None:
    line, _ = exchange(*[("APIREV:", OLD)] * 3)
    assert revision(line) == Identity()


def test_introduction_by_the_parameter_tree() -> None:
    line, port = exchange(
        ("GET:Features.Hardware.Model", "Features.Hardware.Model=Polaris Vicra\n"),
        ("GET:Features.Hardware.Serial Number", "Features.Hardware.Serial Number=P6-00123\n"),
        ("GET:Features.Firmware.Version", "Features.Firmware.Version=007.000.011\n"),
    )
    known = introduce(line, Identity("G.001.005"))
    assert str(known) == "Polaris Vicra, S/N P6-00123, firmware 007.000.011, API G.001.005"
    assert port.nothing_left


def test_introduction_by_the_version_text() -> None:
    text = (
        "Aurora Control Firmware\nNDI S/N: D4-04652\nCharacterization Date: 2016-12-21\n"
        "Freeze Tag: AURORA Rev 008.000\nFreeze Date: 2013-07-25\n(C) Northern Digital Inc.\n"
    )
    silent = [(f"GET:{name}", "ERROR34") for name in (parameters.MODEL, parameters.SERIAL_NUMBER, parameters.FIRMWARE)]
    line, _ = exchange(*silent, ("VER:4", text))
    known = introduce(line, Identity("D.001.007"))
    assert str(known) == "Aurora, S/N D4-04652, firmware AURORA Rev 008.000, API D.001.007"
    line, _ = exchange(*silent, ("VER:4", "ERROR23"))
    assert str(introduce(line, Identity())) == "NDI tracker"
