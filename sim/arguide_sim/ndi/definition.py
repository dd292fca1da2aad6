"""Tool-definition images (.rom): what a device learns of a tool when one is uploaded.

752 bytes, little-endian, offsets as in the layout by T. Lyons (ndi-polaris-tracker, `ndi_rom_format`).
"""

import struct
from dataclasses import dataclass
from math import inf, radians

import numpy as np

from arguide.geometry.transforms import Array
from arguide_sim.ndi.refusal import BAD_DEFINITION, TOO_MANY_MARKERS, Refusal

SIZE = 752
MOST_MARKERS = 20


@dataclass(frozen=True)
class Definition:
    """One tool as its image describes it."""

    main_type: int
    revision: int
    serial: int
    manufacturer: str
    part: str
    marker_type: int
    markers: Array
    """(n, 3) mm in the tool's marker frame."""
    normals: Array
    """(n, 3) unit vectors: where each marker looks; zero for one that is seen from all sides."""
    normal: Array
    """(3,) unit vector: where the markers look, by their own normals or by the plane that they span."""
    most_rad: float
    """How far a marker may be turned away and still be seen."""
    least: int
    """How many markers a pose takes."""
    most_error_mm: float
    """A marker farther off than this is not believed."""


def checksum(image: bytes) -> int:
    """The checksum that bytes 4 and 5 of an image must hold."""
    return sum(image[6:SIZE]) & 0xFFFF


def read_definition(image: bytes) -> Definition:
    """What a 752-byte (or longer, zero-padded) image says. Raises Refusal for one that is none."""
    if len(image) < SIZE or image[:3] != b"NDI" or struct.unpack_from("<H", image, 4)[0] != checksum(image):
        raise Refusal(BAD_DEFINITION)
    count = image[28]
    if count > MOST_MARKERS:
        raise Refusal(TOO_MANY_MARKERS)
    markers = _vectors(image, 72, count)
    if not np.isfinite(markers).all():
        raise Refusal(BAD_DEFINITION)
    normals = _units(_vectors(image, 312, count))
    most_error_mm = struct.unpack_from("<f", image, 36)[0]
    return Definition(
        main_type=image[15],
        revision=struct.unpack_from("<H", image, 16)[0],
        serial=struct.unpack_from("<I", image, 20)[0],
        manufacturer=_text(image[580:592]),
        part=_text(image[592:612]),
        marker_type=image[655],
        markers=markers,
        normals=normals,
        normal=_normal(markers, normals),
        most_rad=radians(min(image[24], 180) or 180),
        least=max(image[32], 3),
        most_error_mm=most_error_mm if most_error_mm > 0 else inf,
    )


def _vectors(image: bytes, offset: int, count: int) -> Array:
    return np.frombuffer(image, "<f4", 3 * count, offset).reshape(count, 3).astype(float)


def _units(vectors: Array) -> Array:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    usable = np.isfinite(lengths) & (lengths > 1e-6)
    return np.where(usable, vectors / np.where(usable, lengths, 1.0), 0.0)


def _text(field: bytes) -> str:
    return "".join(chr(byte) if 32 <= byte < 127 else " " for byte in field)


def _normal(markers: Array, normals: Array) -> Array:
    total = normals.sum(axis=0)
    if (length := np.linalg.norm(total)) > 1e-6:
        unit: Array = total / length
        return unit
    if len(markers) < 3:
        return np.array([0.0, 0.0, 1.0])
    across: Array = np.linalg.svd(markers - markers.mean(axis=0))[2][2]
    return across
