"""A picture of a board as a PDF page at true scale, with a bar of 100 mm to measure what the printer made of it.

The PDF is written by hand: one page, one picture of one bit a pixel, and a few lines (ISO 32000-1, sections 7 and 8).
"""

import zlib

import numpy as np
from numpy.typing import NDArray

from arguide.errors import SettingsError

POINTS_PER_MM = 72 / 25.4
PAPERS_MM = {"a4": (210.0, 297.0), "a3": (297.0, 420.0), "letter": (215.9, 279.4)}
MARGIN_MM = 8.0
FOOT_MM = 18.0
BAR_MM = 100


def board_sheet(picture: NDArray[np.uint8], size_mm: tuple[float, float], words: str, paper: str = "a4") -> bytes:
    """A PDF file with a black and white `picture` (rows, columns) printed `size_mm` wide and high.

    Turned to landscape if it is wide. SettingsError when it does not fit on the paper.
    """
    wide, high = size_mm
    page = PAPERS_MM[paper] if wide <= high else PAPERS_MM[paper][::-1]
    if wide > page[0] - 2 * MARGIN_MM or high > page[1] - 2 * MARGIN_MM - FOOT_MM:
        raise SettingsError(
            f"a board of {wide:g} x {high:g} mm does not fit on {paper}, where {page[0] - 2 * MARGIN_MM:g} x"
            f" {page[1] - 2 * MARGIN_MM - FOOT_MM:g} mm are free; take smaller squares or larger paper"
        )
    left, low = (page[0] - wide) / 2, FOOT_MM + (page[1] - FOOT_MM - high) / 2
    drawing = [
        f"q {_pt(wide)} 0 0 {_pt(high)} {_pt(left)} {_pt(low)} cm /Board Do Q",
        *_bar(left, 7.0),
        f"BT /F 9 Tf {_pt(left)} {_pt(14.0)} Td ({_escaped(words)}) Tj ET",
    ]
    return _file(page, "\n".join(drawing).encode("ascii"), picture)


def _bar(left: float, low: float) -> list[str]:
    """A bar with a tick every 10 mm and its words."""
    ticks = [(left + k * BAR_MM / 10, 4.0 if k % 10 == 0 else 2.0) for k in range(11)]
    return [
        "0.4 w",
        f"{_pt(left)} {_pt(low)} m {_pt(left + BAR_MM)} {_pt(low)} l S",
        *(f"{_pt(x)} {_pt(low)} m {_pt(x)} {_pt(low + length)} l S" for x, length in ticks),
        f"BT /F 9 Tf {_pt(left + BAR_MM + 3)} {_pt(low)} Td (must measure {BAR_MM} mm: print at 100 %) Tj ET",
    ]


def _pt(mm: float) -> str:
    return f"{mm * POINTS_PER_MM:.4f}"


def _escaped(words: str) -> str:
    text = words.encode("ascii", "replace").decode("ascii")
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def _file(page_mm: tuple[float, float], drawing: bytes, picture: NDArray[np.uint8]) -> bytes:
    rows, columns = picture.shape
    bits = zlib.compress(np.packbits(picture > 127, axis=1).tobytes(), 9)
    image = (
        f"<< /Type /XObject /Subtype /Image /Width {columns} /Height {rows} /BitsPerComponent 1"
        f" /ColorSpace /DeviceGray /Interpolate false /Filter /FlateDecode /Length {len(bits)} >>"
    )
    box = f"[0 0 {_pt(page_mm[0])} {_pt(page_mm[1])}]"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox {box} /Contents 4 0 R"
        " /Resources << /XObject << /Board 5 0 R >> /Font << /F 6 0 R >> >> >>".encode(),
        f"<< /Length {len(drawing)} >>\nstream\n".encode() + drawing + b"\nendstream",
        image.encode() + b"\nstream\n" + bits + b"\nendstream",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    return _numbered(objects)


def _numbered(objects: list[bytes]) -> bytes:
    """The objects one after another, and the table of where each begins."""
    data, starts = bytearray(b"%PDF-1.4\n"), []
    for number, content in enumerate(objects, 1):
        starts.append(len(data))
        data += f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
    table = "".join(f"{start:010} 00000 n \n" for start in starts)
    count = len(objects) + 1
    end = f"xref\n0 {count}\n0000000000 65535 f \n{table}trailer\n<< /Size {count} /Root 1 0 R >>\n"
    return bytes(data) + end.encode() + f"startxref\n{len(data)}\n%%EOF\n".encode()
