"""The device's life: what it answers in which state, and that a refused command changes nothing."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
from arguide_sim.ndi.commands import COMMANDS
from arguide_sim.ndi.request import LONGEST
from arguide_sim.ndi.state import Mode
from hypothesis import given, settings
from hypothesis import strategies as st

BRING_UP = [("INIT:", "OKAY"), ("PHRQ:*********1****", "01"), ("PHSR:02", "0101001")]
EXAMPLES = {
    "INIT": "", "RESET": "", "COMM": "00000", "BEEP": "1", "ECHO": "abcd", "VER": "0", "APIREV": "",
    "GET": "Device.Type.0", "GETINFO": "Device.Type.0", "SET": "Param.System Beeper=0", "LED": "011S", "SFLIST": "00",
    "VSEL": "1", "IRATE": "0", "PHSR": "00", "PHRQ": "*********1****", "PVWR": "010000" + "00" * 64, "PINIT": "01",
    "PENA": "01D", "PDIS": "01", "PHF": "01", "PHINF": "010001", "TSTART": "", "TX": "0801", "BX": "0801", "TSTOP": "",
    "BX2": "--6d=tools", "STREAM": "--cmd=BX", "USTREAM": "", "DSTART": "", "DSTOP": "", "IRINIT": "", "IRCHK": "0001",
    "IRED": "0100000001", "3D": "015", "PPRD": "010000", "PPWR": "010000", "PURD": "010000", "PUWR": "010000",
    "PSEL": "01", "PSRCH": "01", "PSOUT": "01NNN", "TCTST": "01", "TTCFG": "01",
}  # fmt: skip


def memory(device: Any) -> Any:
    """Everything the device remembers, for comparison."""
    state = device.state
    return copy.deepcopy(
        (state.mode, state.baud, state.rate_hz, state.handles, state.parameters._tree, state.frames._base)
    )


def same(first: Any, second: Any) -> bool:
    return (
        repr(first[:3]) == repr(second[:3])
        and repr(vars(first[3])) == repr(vars(second[3]))
        and first[4:] == second[4:]
    )


def test_a_whole_session(bench: Any, image: bytes) -> None:
    for command, reply in BRING_UP:
        assert bench.ask(command) == reply
    for n in range(12):
        assert bench.ask(f"PVWR:01{64 * n:04X}{image[64 * n : 64 * n + 64].hex().ljust(128, '0')}") == "OKAY"
    assert bench.ask("PINIT:01") == "OKAY"
    assert bench.ask("PHSR:03") == "0101011"
    assert bench.ask("PENA:01D") == "OKAY"
    assert bench.ask("PHSR:04") == "0101031"
    assert bench.ask("TSTART:") == "OKAY"
    assert bench.ask("TX:0801") == "0101MISSING0000003100000001\n0000"
    assert bench.ask("TSTOP:") == "OKAY"
    assert bench.ask("PDIS:01") == "OKAY"
    assert bench.ask("PHSR:03") == "0101011"
    assert bench.ask("PHF:01") == "OKAY"
    assert bench.ask("PHSR:00") == "00"


def test_replies_to_real_strings_byte_by_byte(bench: Any) -> None:
    assert bench.raw("INIT:E3A5") == b"OKAYA896\r"
    assert bench.raw("PHSR:0020FF") == b"001414\r"
    assert bench.raw("PHRQ:*********1****A4C1") == b"01D4D5\r"
    assert bench.raw("PHSR:02E17E") == b"010100101AF\r"
    assert bench.raw("BEEP:18404") == b"1D4C1\r"
    assert bench.raw("BX:080100EC") == b"ERROR0C4E42\r"
    assert bench.raw("QQQQ ") == b"ERROR016BC2\r"
    assert bench.raw("RESET ") == b"RESETBE6F\r"
    assert bench.raw("TSTART:5423") == b"ERROR103B02\r"


REFUSED_ANYWAY = {
    **dict.fromkeys(("PPRD", "PPWR", "PURD", "PUWR", "PSEL", "PSRCH", "PSOUT", "TCTST", "TTCFG"), b"ERROR33"),
    "USTREAM": b"ERROR32",
}
"""What this device never does, or has nothing to do about."""


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("name", list(COMMANDS))
def test_a_command_at_the_wrong_moment_gives_its_error_and_changes_nothing(
    new_bench: Any, image: bytes, mode: Mode, name: str
) -> None:
    bench = new_bench("vega")
    if mode is not Mode.POWER_UP:
        bench.ask("INIT:")
        bench.load(image)
    if mode in (Mode.TRACKING, Mode.DIAGNOSTIC):
        bench.ask("TSTART:" if mode is Mode.TRACKING else "DSTART:")
    assert bench.device.mode is mode
    before = memory(bench.device)
    reply = bench.raw(f"{name} {EXAMPLES[name]}")
    if mode not in COMMANDS[name].modes:
        assert reply[:7] == (b"ERROR10" if mode is Mode.POWER_UP else b"ERROR0C")
        assert same(memory(bench.device), before)
    elif name in REFUSED_ANYWAY:
        assert reply[:7] == REFUSED_ANYWAY[name]
        assert same(memory(bench.device), before)
    else:
        assert not reply.startswith(b"ERROR")


@pytest.mark.parametrize("name", [name for name, command in COMMANDS.items() if command.modern])
def test_older_models_do_not_know_newer_commands(new_bench: Any, name: str) -> None:
    bench = new_bench("spectra")
    assert bench.raw(f"{name} {EXAMPLES[name]}")[:7] == b"ERROR01"


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("PINIT:05", "08"), ("PINIT:0G", "01"), ("PINIT:0", "03"), ("PINIT:011", "02"), ("PENA:01X", "09"),
        ("PENA:02D", "0E"), ("PINIT:02", "40"), ("PHRQ:1", "03"), ("PHSR:07", "23"), ("PVWR:01000", "03"),
        ("PVWR:01FFC0" + "00" * 64, "23"), ("PVWR:010000" + "zz" * 64, "01"), ("PHINF:018000", "23"), ("COMM:90000", "06"),
        ("COMM:51000", "06"), ("COMM:5", "03"), ("BEEP:0", "23"), ("ECHO:abc", "03"), ("VER:9", "23"), ("SFLIST:77", "33"),
        ("VSEL:3", "23"), ("IRATE:3", "23"), ("LED:014S", "0A"), ("LED:011X", "0B"), ("GET:Nothing", "34"),
        ("SET:Nothing=1", "34"), ("SET:Device.Type.0=1", "39"), ("SET:Param.System Beeper=x", "35"),
        ("SET:Param.System Beeper=7", "36"), ("SET:Param.System Beeper", "07"), ("TSTART:13", "23"),
    ],
)  # fmt: skip
def test_bad_arguments_are_named_and_change_nothing(bench: Any, image: bytes, command: str, code: str) -> None:
    bench.ask("INIT:")
    bench.load(image)
    bench.ask("PHRQ:*********1****")
    before = memory(bench.device)
    assert bench.ask(command) == f"ERROR{code}"
    assert same(memory(bench.device), before)


@pytest.mark.parametrize("command", ["TX", "BX"])
@pytest.mark.parametrize("args", ["0", "08O1", "FFFF", "0010", "08011"])
def test_bad_masks(bench: Any, command: str, args: str) -> None:
    bench.ask("INIT:")
    bench.ask("TSTART:")
    assert bench.ask(f"{command}:{args}").startswith("ERROR")
    assert bench.stage.looks == []


def test_handles_run_out_and_are_reused(bench: Any) -> None:
    bench.ask("INIT:")
    assert [bench.ask("PHRQ:*********1****") for _ in range(9)] == [f"{n:02X}" for n in range(1, 10)]
    assert bench.ask("PHRQ:*********1****") == "ERROR2D"
    assert bench.ask("PHF:04") == "OKAY"
    assert bench.ask("PHRQ:*********1****") == "04"


def test_init_forgets_the_hosts_tools_and_leaves_tracking(bench: Any, image: bytes) -> None:
    bench.ask("INIT:")
    bench.load(image)
    bench.ask("TSTART:")
    assert bench.ask("INIT:") == "OKAY"
    assert bench.device.mode is Mode.SETUP
    assert bench.ask("PHSR:00") == "00"


@pytest.mark.parametrize("how", ["break", "RESET "])
def test_reset_goes_back_to_power_up(bench: Any, image: bytes, how: str) -> None:
    bench.ask("INIT:")
    bench.load(image)
    bench.ask("COMM:50000")
    bench.device.receive(b"BX:08")  # an unfinished line must not spoil the next command
    bench.device.receive(b"" if how == "break" else b"\r")
    reply = bench.device.receive_break() if how == "break" else bench.raw(how)
    assert reply == b"RESETBE6F\r"
    assert (bench.device.mode, bench.device.baud) == (Mode.POWER_UP, 9600)
    assert bench.ask("INIT:") == "OKAY"
    assert bench.ask("PHSR:00") == "00"


@pytest.mark.parametrize(("digit", "baud"), [("0", 9600), ("5", 115200), ("6", 921600), ("a", 230400)])
def test_comm_changes_the_speed_after_its_reply(bench: Any, digit: str, baud: int) -> None:
    assert bench.ask(f"COMM:{digit}0000") == "OKAY"
    assert bench.device.baud == baud


def test_tool_information(bench: Any, image: bytes) -> None:
    bench.ask("INIT:")
    bench.load(image)
    assert bench.ask("PHINF:010001") == "02000000" + "arguide     " + "000" + "00000000" + "31"
    assert bench.ask("PHINF:01") == bench.ask("PHINF:010001")
    assert bench.ask("PHINF:010025")[33:] == " " * 20 + "00000000010000"


@pytest.mark.parametrize("damage", [3, 28, 100])
def test_a_damaged_definition_is_refused_at_pinit(bench: Any, image: bytes, damage: int) -> None:
    bench.ask("INIT:")
    bench.ask("PHRQ:*********1****")
    bad = bytearray(image.ljust(1024, b"\0"))
    bad[28 if damage == 28 else damage] = 77
    if damage == 3:
        bad[0] = 0
    for n in range(16):
        bench.ask(f"PVWR:01{64 * n:04X}{bad[64 * n : 64 * n + 64].hex()}")
    assert bench.ask("PINIT:01") == "ERROR40"
    assert bench.ask("PHSR:02") == "0101001"


def test_too_many_markers(bench: Any) -> None:
    bench.ask("INIT:")
    bench.ask("PHRQ:*********1****")
    row = bytearray(1024)
    row[:3], row[28] = b"NDI", 21
    row[4:6] = (21).to_bytes(2, "little")
    for n in range(16):
        bench.ask(f"PVWR:01{64 * n:04X}{row[64 * n : 64 * n + 64].hex()}")
    assert bench.ask("PINIT:01") == "ERROR41"


def test_the_models_differ(new_bench: Any) -> None:
    vicra, spectra, vega = (new_bench(model) for model in ("vicra", "spectra", "vega"))
    for bench, word in ((vicra, "Vicra"), (spectra, "Spectra"), (vega, "Vega")):
        text = bench.ask("VER:0")
        assert text.startswith(f"Polaris {word} Control Firmware\nNDI S/N: ")
        assert "\nFreeze Tag: " in text and text.endswith("\n")
        bench.ask("INIT:")
        count, *volumes = bench.ask("SFLIST:03")[:1], *bench.ask("SFLIST:03")[1:].split("\n")
        assert len(volumes) == int(count) and {len(volume) for volume in volumes} == {73}
    assert vicra.ask("IRATE:2") == "ERROR23" and spectra.ask("IRATE:2") == "OKAY"
    assert vicra.ask("SFLIST:02") == "6"
    assert vega.ask("GET:Features.Firmware.API Revision") == "Features.Firmware.API Revision=G.003.006\n"
    assert spectra.ask("GET:Features.Firmware.API Revision") == "ERROR34"


def test_parameters(bench: Any) -> None:
    bench.ask("INIT:")
    assert bench.ask("GETINFO:Features.Firmware.Version").startswith("Features.Firmware.Version=009.000.000;")
    assert bench.ask("GET:Features.Tools.*").count("\n") == 4
    assert bench.ask("SET:Param.System Beeper=0") == "OKAY"
    assert bench.ask("GET:Param.System Beeper") == "Param.System Beeper=0\n"
    assert bench.ask("GET:Info.Status.System Mode") == "Info.Status.System Mode=Initialized\n"


def test_time_runs_from_tstart_at_the_chosen_rate(bench: Any) -> None:
    bench.ask("INIT:")
    bench.ask("IRATE:0")
    for _ in range(2):
        bench.ask("TSTART:")
        for _ in range(3):
            bench.ask("TX:0801")
        bench.ask("TSTOP:")
    assert bench.stage.looks == [(0, 20.0), (1, 20.0), (2, 20.0)] * 2


def test_the_frame_counter_goes_on_unless_it_is_zeroed(
    tracking: Callable[..., Any], visible: Callable[..., Any]
) -> None:
    bench = tracking(visible(1, 0, 0, 0, 0, 0, -1500, 0.1))
    counter = lambda: int(bench.ask("TX:0001")[-13:-5], 16)
    assert [counter(), counter()] == [0, 1]
    bench.ask("TSTOP:")
    bench.ask("TSTART:")
    assert [counter(), counter()] == [2, 3]
    bench.ask("TSTOP:")
    bench.ask("TSTART:80")
    assert counter() == 0


lines = st.one_of(
    st.binary(max_size=64),
    st.builds(
        lambda name, args: f"{name} {args}\r".encode(),
        st.sampled_from(list(COMMANDS)),
        st.text("0123456789ABCDEFabz*. =", max_size=20),
    ),
    st.sampled_from([f"{name} {args}\r".encode() for name, args in EXAMPLES.items()]),
)


@settings(max_examples=300)
@given(st.lists(lines, max_size=40))
def test_nothing_a_host_sends_breaks_the_device_or_makes_it_grow(new_bench: Any, chunks: list[bytes]) -> None:
    bench = new_bench()
    for chunk in chunks:
        reply = bench.device.receive(chunk)
        assert len(reply) <= chunk.count(b"\r") * 4096
    assert len(bench.device._lines._rest) <= LONGEST + 1
    assert len(bench.device.state.handles._by_number) <= 9
    bench.device.receive(b"\r")
    assert bench.device.receive(b"INIT \r") == b"OKAYA896\r"
