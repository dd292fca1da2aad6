"""What other people's clients say, word for word and in their order, and what they must hear.

Lines that begin with `>` are the host's, sent as they stand and ended by a carriage return; `<` is a pattern that the
whole reply must match. `{rom}` uploads a definition, as every client does.
"""

import re
from collections.abc import Callable
from typing import Any

import pytest
from arguide_sim.ndi.crc import crc16
from arguide_sim.ndi.sensor import Sighting, Status
from arguide_sim.ndi.state import Sensors

OKAY = r"OKAYA896\r"
ANY = r"[^\r]+\r"
POSE = (0.8, 0.0, 0.6, 0.0, 12.34, -56.78, -1234.5, 0.0678)
BINARY = b"\xc4\xa5"

PROBE = [("INIT:E3A5", OKAY), ("GETINFO:Features.Firmware.Version0492", r"Features\.Firmware\.Version=[^\r]+\r")]
PROBE_OLD = [
    ("INIT:E3A5", OKAY),
    ("GETINFO:Features.Firmware.Version0492", r"ERROR01[0-9A-F]{4}\r"),
    ("VER:065EE", ANY),
]
SCIKIT_POLARIS = [
    *PROBE,
    ("INIT:E3A5", OKAY),
    ("COMM:500000048", OKAY),
    ("PHSR:01E03E", r"001414\r"),
    ("PHRQ:*********1****A4C1", r"01D4D5\r"),
    ("{rom}01", OKAY),
    ("PHSR:01E03E", r"001414\r"),
    ("PHSR:02E17E", r"010100101AF\r"),
    ("PINIT:0131EA", OKAY),
    ("PHSR:0321BF", r"0101011[0-9A-F]{4}\r"),
    ("PENA:01D6D3B", OKAY),
    ("VER:065EE", r"[^\r]*Freeze Tag: [^\r]*\r"),
    ("VER:065EE", r"[^\r]*Freeze Tag: [^\r]*\r"),
    ("TSTART:5423", OKAY),
    ("BX:080100EC", None),
    (
        "TX:0801C19B",
        r"0101\+08000\+00000\+06000\+00000\+001234-005678-123450\+006780000003100[0-9A-F]{6}\n0000[0-9A-F]{4}\r",
    ),
    ("TSTOP:2C14", OKAY),
]
SCIKIT_AURORA = [
    *PROBE_OLD,
    ("INIT:E3A5", OKAY),
    ("COMM:500000048", OKAY),
    ("PHSR:02E17E", r"020A0010B001[0-9A-F]{4}\r"),
    ("PINIT:0a", OKAY),
    ("PINIT:0b", OKAY),
    ("PHSR:02E17E", r"010C001[0-9A-F]{4}\r"),
    ("PINIT:0c", OKAY),
    ("PHSR:02E17E", r"001414\r"),
    ("PINIT:0a", OKAY),
    ("PINIT:0b", OKAY),
    ("PINIT:0c", OKAY),
    ("PHSR:0321BF", r"030A0110B0110C011[0-9A-F]{4}\r"),
    ("PENA:0aD", OKAY),
    ("PENA:0bD", OKAY),
    ("PENA:0cD", OKAY),
    ("VER:065EE", r"Aurora[^\r]*Freeze Tag: AURORA Rev 008\n[^\r]*\r"),
    ("TSTART:5423", OKAY),
    ("TX:0801C19B", r"030A[^\r]*\r"),
    ("TSTOP:2C14", OKAY),
]
PLUS_OLD = [
    *PROBE,
    ("COMM:500000048", OKAY),
    ("GET:Features.Firmware.API Revision4170", r"ERROR34[0-9A-F]{4}\r"),
    ("APIREV ", r"G\.001\.006[0-9A-F]{4}\r"),
    ("PHSR:01E03E", r"001414\r"),
    ("PHRQ:*********1****A4C1", r"01D4D5\r"),
    ("{rom}01", OKAY),
    ("PHSR:02E17E", r"010100101AF\r"),
    ("PINIT:0131EA", OKAY),
    ("PHSR:02E17E", r"001414\r"),
    ("PHSR:0321BF", r"0101011[0-9A-F]{4}\r"),
    ("PHINF:010001CFAC", r".{31}11[0-9A-F]{4}\r"),
    ("PENA:01D6D3B", OKAY),
    ("PHSR:0020FF", r"0101031[0-9A-F]{4}\r"),
    ("PHINF:0100256CAC", r".{31}31.{20}00000000010000[0-9A-F]{4}\r"),
    ("TSTART:5423", OKAY),
    ("BX:080100EC", None),
    ("TSTOP:2C14", OKAY),
    ("PHF:01CF0C", OKAY),
    ("PHSR:04E3FE", r"001414\r"),
    ("COMM:000000084", OKAY),
]
PLUS_NETWORK = [
    ("INIT", OKAY),
    ("GET:Features.Firmware.API Revision4170", r"Features\.Firmware\.API Revision=G\.003\.006\n[0-9A-F]{4}\r"),
    ("GET:Features.Hardware.Model", r"Features\.Hardware\.Model=Polaris Vega\n[0-9A-F]{4}\r"),
    ("SET:Param.Data Averaging.Depth=15FC8", OKAY),
    ("PHSR:01E03E", r"001414\r"),
    ("PHRQ:*********1****A4C1", r"01D4D5\r"),
    ("{rom}01", OKAY),
    ("PHSR:02E17E", r"010100101AF\r"),
    ("PINIT:0131EA", OKAY),
    ("PENA:01D6D3B", OKAY),
    ("TSTART:5423", OKAY),
    ("BX2:--6d=tools --1d=noneAE7D", None),
    ("TSTOP:2C14", OKAY),
    ("COMM:000000084", r"ERROR016BC2\r"),
]
VRPN = [
    ("INIT ", OKAY),
    ("IRATE 0", OKAY),
    ("PHRQ *********1****", r"01D4D5\r"),
    ("{rom lower}01", OKAY),
    ("PINIT 01", OKAY),
    ("PENA 01D", OKAY),
    ("TSTART 80", OKAY),
    ("TX ", r"0101\+08000[^\r]*\r"),
    ("TSTOP ", OKAY),
    ("COMM 70000", OKAY),
]
MAKERS_SAMPLE = [
    ("{break}", r"RESETBE6F\r"),
    ("APIREV ", r"G\.003\.006[0-9A-F]{4}\r"),
    ("COMM 60001", OKAY),
    ("INIT ", OKAY),
    ("SET Param.Tracking.Frame Frequency=60", OKAY),
    ("SET Param.Tracking.Track Frequency=2", OKAY),
    ("GET Param.Tracking.Frame Frequency", r"Param\.Tracking\.Frame Frequency=60\n[0-9A-F]{4}\r"),
    ("PHSR 02", r"001414\r"),
    ("PHRQ *********100**", r"01D4D5\r"),
    ("{rom 12}01", OKAY),
    ("PINIT 01", OKAY),
    ("PENA 01D", OKAY),
    ("PHINF 010001", ANY),
    ("TSTART 80", OKAY),
    ("TX 0801", r"0101\+08000[^\r]*\r"),
    ("BX 0801", None),
    ("BX2 --6d=tools --3d=tools --1d=buttons", None),
    ("TSTOP ", OKAY),
    ("RESET 0", r"RESETBE6F\r"),
]
ROSILO = [
    ("INIT ", OKAY),
    ("IRATE 2", OKAY),
    ("GET Param.Tracking.Track Frequency", r"Param\.Tracking\.Track Frequency=2\n[0-9A-F]{4}\r"),
    ("SET Param.Tracking.Frame Frequency=60", OKAY),
    ("PHRQ *********100**", r"01D4D5\r"),
    ("{rom 12}01", OKAY),
    ("PENA 01D", OKAY),
    ("PHINF 010001", r".{31}31[0-9A-F]{4}\r"),
    ("TSTART ", OKAY),
    ("bx 1001", None),
    ("TSTOP ", OKAY),
]
CONVERSATIONS = {
    "ndicapi, probe": ("spectra", PROBE),
    "ndicapi, probe of an Aurora": ("aurora", PROBE_OLD),
    "SciKit-Surgery, Polaris": ("spectra", SCIKIT_POLARIS),
    "SciKit-Surgery, Aurora": ("aurora", SCIKIT_AURORA),
    "PLUS, serial": ("spectra", PLUS_OLD),
    "PLUS, network": ("vega", PLUS_NETWORK),
    "VRPN": ("spectra", VRPN),
    "the maker's sample": ("vega", MAKERS_SAMPLE),
    "rosilo": ("vega", ROSILO),
}


def upload(bench: Any, how: str, handle: str, image: bytes) -> bytes:
    """Write a definition as that client does; returns the last reply."""
    blocks = 12 if "12" in how else 16
    padded, reply = image.ljust(1024, b"\0"), b""
    for n in range(blocks):
        digits = padded[64 * n : 64 * n + 64].hex()
        reply = bench.raw(f"PVWR {handle}{64 * n:04X}{digits if 'lower' in how else digits.upper()}")
        assert reply == b"OKAYA896\r"
    return reply


def said_as_it_is(line: str) -> str:
    """Lines of the checksummed form that stand without one get theirs: some clients write small letters."""
    if ":" not in line or re.search(r"[0-9A-F]{4}$", line):
        wanted = line.rsplit(":", 1)[0] if ":" in line else ""
        body = line[:-4]
        if not wanted or f"{crc16(body.encode()):04X}" == line[-4:]:
            return line
    return f"{line}{crc16(line.encode()):04X}"


@pytest.mark.parametrize("who", CONVERSATIONS)
def test_a_client_hears_what_it_must(new_bench: Any, image: bytes, visible: Callable[..., Sighting], who: str) -> None:
    model, lines = CONVERSATIONS[who]
    wired = (Sensors(("one",)), Sensors(("two", "three"), 5)) if model == "aurora" else ()
    bench = new_bench(model, wired=wired, network="network" in who)
    bench.stage.sightings = {"one": visible(*POSE)}
    assert bench.stage.sightings["one"].status == Status.OK
    for line, expected in lines:
        if line == "{break}":
            reply = bench.device.receive_break()
        elif line.startswith("{rom"):
            reply = upload(bench, line, line.partition("}")[2], image)
        else:
            reply = bench.raw(said_as_it_is(line))
        if expected is None:
            assert reply[:2] == BINARY and len(reply) == int.from_bytes(reply[2:4], "little") + 8, line
            assert crc16(reply) == 0
        else:
            assert re.fullmatch(expected, reply.decode(), re.DOTALL), (line, reply)


def test_strings_taken_from_clients_carry_their_own_checksum() -> None:
    assert (
        said_as_it_is("INIT:E3A5") == "INIT:E3A5" and said_as_it_is("PINIT:0a") == f"PINIT:0a{crc16(b'PINIT:0a'):04X}"
    )
    assert said_as_it_is("INIT ") == "INIT " and said_as_it_is("INIT") == "INIT"


def test_reconnecting_never_doubles_the_tools(new_bench: Any, image: bytes) -> None:
    """A network client that goes away without a word finds no tools of its own at its next visit."""
    bench = new_bench("vega", network=True)
    for _ in range(3):
        assert bench.raw("INIT:E3A5") == b"OKAYA896\r"
        bench.load(image)
        assert bench.ask("PHSR:00")[:2] == "01"
        bench.ask("TSTART:")


def test_two_tools_of_one_build_are_warned_of(new_bench: Any, image: bytes) -> None:
    bench = new_bench("spectra")
    bench.ask("INIT:")
    bench.load(image)
    handle = bench.ask("PHRQ:*********1****")
    upload(bench, "", handle, image)
    assert bench.ask(f"PINIT:{handle}") == "WARNING03" and bench.ask(f"PENA:{handle}D") == "OKAY"
