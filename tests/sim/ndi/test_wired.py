"""Wired tools: they are found, not announced; two coils on one plug; pulled out and put back."""

from typing import Any

import pytest
from arguide_sim.ndi.sensor import Sighting, Status
from arguide_sim.ndi.state import Sensors

WIRED = (Sensors(("one",)), Sensors(("two", "three"), 5))


@pytest.fixture
def aurora(new_bench: Any) -> Any:
    bench = new_bench("aurora", wired=WIRED)
    assert bench.ask("INIT:") == "OKAY"
    return bench


def initialize(bench: Any) -> list[str]:
    """The loop that clients make: until nobody is left who is not initialized."""
    handles: list[str] = []
    while (report := bench.ask("PHSR:02"))[:2] != "00":
        for at in range(2, len(report), 5):
            handles.append(report[at : at + 2])
            assert bench.ask(f"PINIT:{handles[-1].lower()}") == "OKAY"
    return handles


def test_the_second_coil_is_found_after_the_first(aurora: Any) -> None:
    assert aurora.ask("PHSR:02") == "020A0010B001"
    assert initialize(aurora) == ["0A", "0B", "0C"]
    assert aurora.ask("PHSR:03") == "030A0110B0110C011"
    assert aurora.ask("PINIT:0C") == "OKAY", "once more does no harm"


def test_where_a_tool_sits_and_what_it_can_feel(aurora: Any) -> None:
    initialize(aurora)
    assert [aurora.ask(f"PHINF:{h}0020") for h in ("0A", "0B", "0C")] == [
        "00000000100100",
        "00000000100200",
        "00000000100201",
    ]
    assert [aurora.ask(f"PHINF:{h}0080")[:4] for h in ("0A", "0B", "0C")] == ["0601", "0502", "0502"]
    assert len(aurora.ask("PHINF:0A0001")) == 33 and aurora.ask("PHINF:0A0008") == "01"


def test_nothing_can_be_announced(aurora: Any) -> None:
    assert aurora.ask("PHRQ:*********1****") == "ERROR2D"
    assert aurora.ask("GETINFO:Features.Firmware.Version") == "ERROR01"
    assert aurora.ask("GET:Info.Timeout.PINIT") == "Info.Timeout.PINIT=6\n"
    assert aurora.ask("GET:Features.Hardware.Model") == "ERROR34"
    assert "AURORA Rev 008" in aurora.ask("VER:4") and aurora.ask("APIREV:").startswith("D.")


def test_a_tool_is_pulled_out_and_put_back(aurora: Any) -> None:
    handles = initialize(aurora)
    for handle in handles:
        assert aurora.ask(f"PENA:{handle}D") == "OKAY"
    aurora.stage.sightings = {"one": Sighting((1.0, 0, 0, 0, 0, 0, -200, 0.1), Status.OK)}
    aurora.ask("TSTART:")
    assert aurora.ask("TX:0801").endswith("0000")
    aurora.device.state.unplug(1)
    said = aurora.ask("TX:0801")
    assert said.startswith("030ADISABLED\n0BMISSING") and said.endswith("0080")
    assert aurora.ask("TX:0801").endswith("0000"), "said once"
    aurora.device.state.plug(1, WIRED[0])
    assert aurora.ask("TX:0801").endswith("0040")
    aurora.ask("TSTOP:")
    assert aurora.ask("PHSR:01") == "010A030" and aurora.ask("PHINF:0A0001") == "UNOCCUPIED"
    assert aurora.ask("PINIT:0A") == "ERROR0D" and aurora.ask("LED:0A1S") == "ERROR2C"
    assert aurora.ask("PHF:0A") == "OKAY" and aurora.ask("PHSR:02") == "010D001"


def test_a_reset_finds_the_tools_again(aurora: Any) -> None:
    initialize(aurora)
    aurora.device.receive_break()
    aurora.ask("INIT:")
    assert aurora.ask("PHSR:00") == "020A0010B001"


def test_what_is_written_over_a_tools_memory_counts(aurora: Any, image: bytes) -> None:
    padded = image.ljust(1024, b"\0")
    for n in range(16):
        assert aurora.ask(f"PVWR:0A{64 * n:04X}{padded[64 * n : 64 * n + 64].hex()}") == "OKAY"
    assert aurora.ask("PINIT:0A") == "OKAY" and aurora.ask("PHINF:0A0001")[8:20] == "arguide     "


def test_the_volumes_of_a_field(aurora: Any) -> None:
    text = aurora.ask("SFLIST:03")
    assert text[:2] == "29" and text.split("\n")[1][0] == "A"
    assert aurora.ask("VSEL:2") == "OKAY" and aurora.stage.volumes[-1] == "Dome"
