"""Tool-definition files: real ones and ours are read, written back byte by byte, and damage is named."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arguide.asset_files import hardware
from arguide.errors import SettingsError
from arguide.trackers.ndi.rom import SIZE, ToolDefinition, checksum, parse_rom, read_rom, rom_image, write_rom

REAL = Path(__file__).parents[3] / ".." / "shared" / "data" / "ndi"
OURS = sorted((hardware() / "tools").glob("*.rom"))


def real_files() -> list[Path]:
    files = sorted(REAL.glob("*.rom"))
    if not files:
        pytest.skip(f"no real tool-definition files at {REAL}")
    return files


def test_real_files_are_written_back_byte_by_byte() -> None:
    for file in real_files():
        assert rom_image(read_rom(file)) == file.read_bytes(), file.name


def test_real_file_holds_what_its_maker_says() -> None:
    tool = read_rom(next(file for file in real_files() if "8700339" in file.name))
    assert tool.serial_number == 0x34801403  # as the device prints it in PHINF
    assert tool.part_number == "8700339"
    assert tool.manufacturer == "NDI"
    assert tool.positions.shape == (4, 3)
    assert tool.positions[2] == pytest.approx([0, 0, 88])


@pytest.mark.parametrize("file", OURS, ids=lambda file: file.stem)
def test_our_files_are_written_back_byte_by_byte(file: Path) -> None:
    assert rom_image(read_rom(file)) == file.read_bytes()


def floats(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high, width=32)


@given(
    st.lists(st.tuples(*[floats(-500, 500)] * 3), min_size=3, max_size=20),
    st.integers(0, 1023),
    st.dates(date(1990, 1, 1), date(2099, 12, 31)),
    st.text(st.characters(codec="ascii", categories=["L", "N"]), max_size=20),
    st.integers(0, 65535),
)
def test_what_is_written_is_read_back(
    markers: list[tuple[float, float, float]], sequence: int, made: date, part: str, revision: int
) -> None:
    tool = ToolDefinition(part_number=part, markers=tuple(markers), sequence=sequence, made=made, revision=revision)
    image = rom_image(tool)
    assert len(image) == SIZE
    assert parse_rom(image) == tool


@given(st.integers(0, SIZE - 1), st.integers(1, 255))
def test_no_changed_byte_goes_unnoticed(at: int, change: int) -> None:
    image = bytearray(OURS[0].read_bytes())
    image[at] ^= change
    if at == 3:  # the one byte that is neither magic, nor checksum, nor summed
        return
    with pytest.raises(SettingsError):
        parse_rom(bytes(image))


def test_damage_is_named(tmp_path: Path) -> None:
    good = OURS[0].read_bytes()
    file = tmp_path / "tool.rom"
    for image, words in (
        (good[:-1], "752 bytes, this has 751"),
        (good + b"\0", "752 bytes, this has more"),
        (b"", "this has 0"),
        (b"PK" + good[2:], "begins with NDI"),
        (good[:100] + b"\xff" + good[101:], "checksum"),
    ):
        file.write_bytes(image)
        with pytest.raises(SettingsError, match=f"tool.rom: .*{words}"):
            read_rom(file)
    with pytest.raises(SettingsError, match="cannot be read"):
        read_rom(tmp_path / "nowhere.rom")


def test_marker_count_and_position_must_make_sense() -> None:
    for at, value, words in (
        (28, b"\x02", "2 markers"),
        (72, b"\x00\x00\xc0\x7f", "not a finite number"),
        (21, b"\xff\xff", "of the year"),
    ):
        image = bytearray(OURS[0].read_bytes())
        image[at : at + len(value)] = value
        image[4:6] = checksum(image).to_bytes(2, "little")
        with pytest.raises(SettingsError, match=words):
            parse_rom(bytes(image))


def test_tools_that_cannot_be_written_are_refused(tmp_path: Path) -> None:
    tool = read_rom(OURS[0])
    for wrong, words in (
        (replace(tool, markers=tool.markers[:2]), "2 markers"),
        (replace(tool, marker_normals=((0, 0, 1),)), "1 normals for 4"),
        (replace(tool, part_number="a name of more than twenty letters"), "at most 20"),
        (replace(tool, sequence=1024), "sequence"),
    ):
        with pytest.raises(SettingsError, match=words):
            write_rom(tmp_path / "x.rom", wrong)
    assert not list(tmp_path.iterdir())


@given(st.binary(max_size=800))
def test_any_bytes_give_a_tool_or_a_named_error(image: bytes) -> None:
    with pytest.raises(SettingsError):
        parse_rom(image)
