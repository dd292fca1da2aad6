"""Tool-definition files (.rom): which markers a tool has and where, in the tracker's own format.

752 bytes, little-endian; offsets below. Only what a passive tool with one face needs is written; what is read
keeps its whole image, so an unusual file is uploaded unchanged.
"""

import struct
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum
from pathlib import Path
from typing import TypeAlias

import numpy as np

from arguide.errors import SettingsError
from arguide.geometry.transforms import Array

Vec3: TypeAlias = tuple[float, float, float]

SIZE = 752
MAX_MARKERS = 20
MAX_FACES = 8
PASSIVE_SPHERE = 0x29
NO_LED = 0x1F
NO_SWITCH = 0x09
ENHANCED_ALGORITHMS = 0x80
ANOTHER = "it is no tool definition: name another file in the profile"

# Offsets in the file.
CHECKSUM, FORMAT, SUBTYPE, MAIN_TYPE, REVISION, SERIAL = 4, 8, 12, 15, 16, 20
MAX_ANGLE, MARKER_COUNT, MIN_MARKERS, MAX_ERROR, UNNAMED_FLOAT = 24, 28, 32, 36, 64
POSITIONS, NORMALS, FIRING, LEDS, SWITCHES = 72, 312, 552, 572, 576
MANUFACTURER, PART_NUMBER, FACES, FACE_OF, GROUP_OF = 580, 592, 612, 613, 633
ALGORITHMS, MARKER_TYPE, FACE_NORMALS = 653, 655, 656


class ToolKind(IntEnum):
    """The main type of a tool."""

    REFERENCE = 0x01
    PROBE = 0x02
    BUTTON_BOX = 0x03
    SOFTWARE = 0x04
    MICROSCOPE = 0x05
    CALIBRATION = 0x07
    DOCK = 0x08
    ISOLATION = 0x09
    C_ARM = 0x0A
    CATHETER = 0x0B


class Tip(IntEnum):
    """The subtype: whether the tip can be taken off."""

    REMOVABLE = 0
    FIXED = 1
    UNDEFINED = 2


@dataclass(frozen=True, kw_only=True)
class ToolDefinition:
    """A tracked tool as the tracker knows it. Positions in mm in the tool's own frame."""

    part_number: str
    """Up to 20 characters."""
    markers: tuple[Vec3, ...]
    kind: int = ToolKind.PROBE
    """A ToolKind; files with others exist and are read."""
    subtype: int = Tip.UNDEFINED
    manufacturer: str = "arguide"
    """Up to 12 characters."""
    revision: int = 1
    sequence: int = 0
    """Number of the tool among those made on that day, 0..1023."""
    made: date = date(2025, 1, 1)
    """Together with `sequence` this is the tool's serial number."""
    max_angle_deg: int = 90
    """Largest angle between a marker's normal and the line of sight at which it is still used."""
    min_markers: int = 3
    max_error_mm: float = 2.0
    """A marker that fits worse than this is not used."""
    marker_normals: tuple[Vec3, ...] = ()
    """One for each marker; empty: spheres that may be seen from all sides."""
    face_normal: Vec3 = (0.0, 0.0, 0.0)
    marker_type: int = PASSIVE_SPHERE
    image: bytes = field(default=b"", repr=False, compare=False)
    """The bytes this was read from; empty for a definition made in Python."""

    @property
    def serial_number(self) -> int:
        """32 bits: sequence, day of the year, month, year as the tracker packs and reports them."""
        day = self.made.timetuple().tm_yday - 1
        dated = day << 2 | (self.made.month - 1) << 11 | (self.made.year - 1900) << 15
        return dated << 8 | (self.sequence & 0xFF) | (self.sequence >> 8) << 8

    @property
    def positions(self) -> Array:
        """Marker positions, (n, 3), mm."""
        return np.array(self.markers, dtype=float).reshape(-1, 3)


def read_rom(file: Path) -> ToolDefinition:
    """The tool in a .rom file. Raises SettingsError when it is missing, cut short or damaged."""
    try:
        with file.open("rb") as stream:
            image = stream.read(SIZE + 1)
    except OSError as error:
        raise SettingsError(f"{file}: tool definition cannot be read ({error.strerror}); check the path") from error
    return parse_rom(image, str(file))


def write_rom(file: Path, tool: ToolDefinition) -> None:
    """Write `tool` as a .rom file."""
    file.write_bytes(rom_image(tool))


def parse_rom(image: bytes, name: str = "tool definition") -> ToolDefinition:
    """The tool in 752 bytes. Raises SettingsError naming `name` and the reason."""
    _check(image, name)
    count = image[MARKER_COUNT]
    markers = _points(image, POSITIONS, count)
    normals = _points(image, NORMALS, count)
    if not np.all(np.isfinite(markers)):
        raise SettingsError(f"{name}: a marker position is not a finite number; make the file again")
    dated = int.from_bytes(image[SERIAL + 1 : SERIAL + 4], "little")
    return ToolDefinition(
        part_number=_text(image, PART_NUMBER, 20),
        markers=markers,
        kind=image[MAIN_TYPE],
        subtype=image[SUBTYPE],
        manufacturer=_text(image, MANUFACTURER, 12),
        revision=int.from_bytes(image[REVISION : REVISION + 2], "little"),
        sequence=image[SERIAL] | (image[SERIAL + 1] & 3) << 8,
        made=_date(dated, name),
        max_angle_deg=image[MAX_ANGLE],
        min_markers=image[MIN_MARKERS],
        max_error_mm=struct.unpack_from("<f", image, MAX_ERROR)[0],
        marker_normals=normals if np.any(normals) else (),
        face_normal=_points(image, FACE_NORMALS, 1)[0],
        marker_type=image[MARKER_TYPE],
        image=image,
    )


def rom_image(tool: ToolDefinition) -> bytes:
    """The 752 bytes of a tool with one face. Raises SettingsError when it cannot be written."""
    _check_tool(tool)
    count = len(tool.markers)
    image = bytearray(SIZE)
    image[:3] = b"NDI"
    image[FORMAT], image[SUBTYPE], image[MAIN_TYPE] = 1, tool.subtype, tool.kind
    struct.pack_into("<H", image, REVISION, tool.revision)
    struct.pack_into("<I", image, SERIAL, tool.serial_number)
    image[MAX_ANGLE], image[MARKER_COUNT], image[MIN_MARKERS] = tool.max_angle_deg, count, tool.min_markers
    struct.pack_into("<f", image, MAX_ERROR, tool.max_error_mm)
    struct.pack_into("<f", image, UNNAMED_FLOAT, 10.0)  # meaning not known; every real file seen has it
    for n in range(count):
        struct.pack_into("<3f", image, POSITIONS + 12 * n, *tool.markers[n])
        struct.pack_into("<3f", image, NORMALS + 12 * n, *(tool.marker_normals or [(0, 0, 0)] * count)[n])
        image[FIRING + n], image[FACE_OF + n], image[GROUP_OF + n] = n, 1, 1
    image[LEDS : LEDS + 4] = bytes([NO_LED] * 4)
    image[SWITCHES] = NO_SWITCH
    image[MANUFACTURER : MANUFACTURER + 12] = tool.manufacturer.encode("ascii").ljust(12, b"\0")
    image[PART_NUMBER : PART_NUMBER + 20] = tool.part_number.encode("ascii").ljust(20, b"\0")
    image[FACES] = 1 << 3 | 1  # one face, one group
    image[ALGORITHMS], image[MARKER_TYPE] = ENHANCED_ALGORITHMS, tool.marker_type
    struct.pack_into("<3f", image, FACE_NORMALS, *tool.face_normal)
    struct.pack_into("<H", image, CHECKSUM, checksum(image))
    return bytes(image)


def checksum(image: bytes | bytearray) -> int:
    """Sum of everything after the checksum itself, 16 bits."""
    return sum(image[6:SIZE]) & 0xFFFF


def _check(image: bytes, name: str) -> None:
    if len(image) != SIZE:
        size = f"{len(image)} bytes" if len(image) < SIZE else "more"
        raise SettingsError(f"{name}: a tool definition has {SIZE} bytes, this has {size}; {_again(name)}")
    if image[:3] != b"NDI":
        raise SettingsError(f"{name}: a tool definition begins with NDI, this with {image[:3]!r}; {ANOTHER}")
    stored = int.from_bytes(image[CHECKSUM : CHECKSUM + 2], "little")
    if stored != checksum(image):
        raise SettingsError(
            f"{name}: damaged: checksum {stored:04X}, the content gives {checksum(image):04X}; {_again(name)}"
        )
    if not 3 <= image[MARKER_COUNT] <= MAX_MARKERS:
        raise SettingsError(f"{name}: {image[MARKER_COUNT]} markers, expected 3 to {MAX_MARKERS}; {ANOTHER}")


def _again(name: str) -> str:
    return f"copy {Path(name).name} again, or make it anew"


def _check_tool(tool: ToolDefinition) -> None:
    name = f"tool {tool.part_number}"
    if not 3 <= len(tool.markers) <= MAX_MARKERS:
        raise SettingsError(f"{name}: {len(tool.markers)} markers, a tool has 3 to {MAX_MARKERS}")
    if tool.marker_normals and len(tool.marker_normals) != len(tool.markers):
        raise SettingsError(
            f"{name}: {len(tool.marker_normals)} normals for {len(tool.markers)} markers; give one each"
        )
    if not 0 <= tool.sequence < 1024 or not 1900 <= tool.made.year < 2412:
        raise SettingsError(f"{name}: the serial number holds a sequence of 0 to 1023 and years from 1900 to 2411")
    for text, limit in ((tool.part_number, 20), (tool.manufacturer, 12)):
        if not text.isascii() or len(text) > limit:
            raise SettingsError(f"{name}: {text!r} must be ASCII of at most {limit} characters")


def _points(image: bytes, offset: int, count: int) -> tuple[Vec3, ...]:
    return tuple(struct.unpack_from("<3f", image, offset + 12 * n) for n in range(count))


def _text(image: bytes, offset: int, length: int) -> str:
    return image[offset : offset + length].split(b"\0")[0].decode("ascii", "replace").rstrip()


def _date(dated: int, name: str) -> date:
    year, day = 1900 + (dated >> 15), dated >> 2 & 0x1FF
    if day > 365:
        raise SettingsError(f"{name}: damaged: day {day + 1} of the year in the serial number; {_again(name)}")
    return date.fromordinal(date(year, 1, 1).toordinal() + day)
