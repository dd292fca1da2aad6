"""Records of a Flock of Birds: words of 14 bits, and a mark on the first byte of each record. Sans-I/O.

Every byte carries seven bits; bit 7 is set on the first byte of a record only, so the next record is always found. The
bird says how to turn its axes onto the transmitter's: the inverse of what all others say.
"""

from arguide.trackers.rounds import Quaternion, Record, unit

WORDS = 7
FULL_SCALE = 32768
UNIT_TOLERANCE = 5e-3
"""Words have 14 bits: four parts rounded to 1/8192 each."""
MARK = 0x80
MAX_ADDRESS = 126


class FlockReader:
    """Position and quaternion, with the bird's address behind them in a group."""

    def __init__(self, full_scale_mm: float, group: bool) -> None:
        self.dropped = 0
        self._mm_per_word = full_scale_mm / FULL_SCALE
        self._group = group
        self._size = 2 * WORDS + (1 if group else 0)
        self._rest = b""

    def push(self, data: bytes) -> list[Record]:
        """Take bytes; returns the records that they complete."""
        records = []
        for byte in data:
            if byte & MARK:
                self.dropped += len(self._rest)
                self._rest = bytes([byte])
            elif not self._rest:
                self.dropped += 1
                continue
            else:
                self._rest += bytes([byte])
            if len(self._rest) == self._size:
                if record := self._parse(self._rest):
                    records.append(record)
                else:
                    self.dropped += self._size
                self._rest = b""
        return records

    def _parse(self, data: bytes) -> Record | None:
        x, y, z, w, i, j, k = words_of(data[: 2 * WORDS])
        quaternion = unit((w / FULL_SCALE, i / FULL_SCALE, j / FULL_SCALE, k / FULL_SCALE), UNIT_TOLERANCE)
        if quaternion is None or (self._group and not 1 <= data[-1] <= MAX_ADDRESS):
            return None
        scale = self._mm_per_word
        return Record(data[-1] if self._group else 0, (x * scale, y * scale, z * scale), conjugate(quaternion))


def words_of(data: bytes) -> list[int]:
    """The signed 16-bit words in pairs of seven-bit bytes, low byte first; the two lowest bits are never sent."""
    words = []
    for low, high in zip(data[::2], data[1::2], strict=True):
        word = ((low & 0x7F) << 1 | high << 8) << 1 & 0xFFFF
        words.append(word - 0x10000 if word & 0x8000 else word)
    return words


def conjugate(quaternion: Quaternion) -> Quaternion:
    """The inverse of a unit quaternion."""
    w, x, y, z = quaternion
    return w, -x, -y, -z
