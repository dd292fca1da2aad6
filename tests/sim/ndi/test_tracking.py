"""TX and BX, byte for byte."""

import struct
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from arguide_sim.ndi.sensor import NOTHING, Sighting
from arguide_sim.ndi.tracking import fixed
from hypothesis import given
from hypothesis import strategies as st

EXAMPLE = (0.8, 0.0, 0.6, 0.0, 12.34, -56.78, -1234.5, 0.0678)
EXAMPLE_TX = (
    b"0201+08000+00000+06000+00000+001234-005678-123450+006780000003100001234\n02MISSING0000003100001234\n0000F42C\r"
)
EXAMPLE_BX = bytes.fromhex(
    "c4a537003b23 0201 01cdcc4c3f000000009a99193f00000000a4704541b81e63c200509ac4bada8a3d3100000034120000"
    "02023100000034120000 0000 f7a5"
)


@pytest.fixture
def example(tracking: Callable[..., Any], visible: Callable[..., Sighting]) -> Any:
    """Tool 01 visible, 02 missing, about to deliver frame 0x1234."""
    bench = tracking(visible(*EXAMPLE), NOTHING)
    bench.clock._next = 0x1234
    return bench


def test_the_worked_example_in_text(example: Any) -> None:
    assert example.raw("TX:0801C19B") == EXAMPLE_TX


def test_the_worked_example_in_bytes(example: Any) -> None:
    assert example.raw("BX:080100EC") == EXAMPLE_BX


def test_one_frame_is_looked_at_and_written_once(example: Any) -> None:
    example.clock.frame = lambda: 7
    first = [example.raw("BX 0801") for _ in range(5)]
    assert len(set(first)) == 1
    assert example.raw("TX 0801").count(b"00000007") == 2
    assert example.stage.looks == [(7, 60.0)]


def test_strays_are_an_empty_list(example: Any) -> None:
    plain = example.ask("TX:0801")
    assert len(example.ask("TX:1801")) == len(plain) + 2
    assert example.raw("BX 1801")[-5:-2] == b"\0\0\0"


def test_a_button_is_a_status_bit_even_of_a_hidden_tool(
    tracking: Callable[..., Any], visible: Callable[..., Sighting]
) -> None:
    pressed = visible(*EXAMPLE, buttons=1)
    bench = tracking(pressed, Sighting(buttons=2))
    text = bench.ask("TX:0801")
    assert "+0067800000033" in text and "02MISSING00000035" in text


def test_out_of_volume(tracking: Callable[..., Any], visible: Callable[..., Sighting]) -> None:
    bench = tracking(visible(*EXAMPLE, outside=(True, True, True)), visible(*EXAMPLE, outside=(True, False, False)))
    assert bench.ask("TX:0001")[2:19] == "01MISSING00000071"
    assert bench.ask("TX:0801")[2:63].endswith("00000071")
    assert "000000B1" in bench.ask("TX:0001")


def test_an_unknown_tool_is_always_missing(bench: Any, image: bytes, visible: Callable[..., Sighting]) -> None:
    bench.stage.tools = {}
    bench.stage.sightings["one"] = visible(*EXAMPLE)
    bench.ask("INIT:")
    bench.load(image)
    bench.ask("TSTART:")
    assert bench.ask("TX:0801").startswith("0101MISSING00000031")


def test_marker_positions(example: Any) -> None:
    body = example.raw("BX 0808")[6:-2]
    assert body[:4] == bytes([2, 1, 1, 3])
    assert struct.unpack_from("<B9f", body, 4) == (0, *range(9))
    assert body[41:] == bytes([2, 2, 0, 0, 0])


def test_marker_detail(example: Any) -> None:
    assert example.ask("TX:0002") == "0201" + "0" * 17 + "333\n02" + "0" * 20 + "\n0000"
    assert len(example.raw("BX 0003")) == len(EXAMPLE_BX) + 22


@given(st.floats(-1e6, 1e6), st.sampled_from([(100, 7), (10_000, 6)]))
def test_numbers_keep_their_width_and_value(value: float, form: tuple[int, int]) -> None:
    scale, width = form
    text = fixed(value, scale, width)
    most = (10 ** (width - 1) - 1) / scale
    assert len(text) == width and text[0] in "+-"
    assert abs(int(text) / scale - np.clip(value, -most, most)) <= 0.5 / scale + 1e-9


@pytest.mark.parametrize(
    ("value", "text"), [(-0.0, "+00000"), (-0.00004, "+00000"), (0.00005, "+00001"), (99, "+99999"), (-99, "-99999")]
)
def test_rounding(value: float, text: str) -> None:
    assert fixed(value, 10_000, 6) == text
