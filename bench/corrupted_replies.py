"""Wrong poses accepted from damaged replies: `python -m bench corrupted_replies`, or this file with a number of replies.

    python -m bench.corrupted_replies 10000000

Replies of a tracker that follows four tools in moving hands are damaged in ten ways and given to the driver's own
reader, decoder and judgement, each after a clean history: the worst case, since a line that has just shown damage
makes the driver ask everything twice. A 16-bit checksum lets about one damaged reply in 65,536 through; each of
these is counted and explained. Since they are so few, damaged replies are also given a right checksum on purpose:
each of them stands for 65,536.
"""

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from math import cos, sin

import numpy as np
from fastcrc.crc16 import arc as crc16

from arguide.asset_files import find_profile
from arguide.errors import ArguideError
from arguide.geometry.transforms import angle_between, from_quaternion
from arguide.settings.profile_file import read_profile
from arguide.trackers.ndi.bx import decode_bx
from arguide.trackers.ndi.commands import Options
from arguide.trackers.ndi.exchange import Statistics
from arguide.trackers.ndi.identity import Identity
from arguide.trackers.ndi.measuring import AskAgain, Measuring
from arguide.trackers.ndi.question import Question
from arguide.trackers.ndi.replies import BinaryReply, PacketReader
from arguide.trackers.ndi.setup import Bench
from arguide.trackers.ndi.tools import LoadedTool
from arguide.trackers.ndi.tracking_reply import TrackingReply
from arguide.trackers.reading import Sample

REPLIES, FORGED = 1_000_000, 4_000
PROFILE = read_profile(find_profile("emulated"))
RATE = PROFILE.rate_hz
FRAMES, HISTORY = 240, 90
WRONG_MM, WRONG_RAD = 1.0, 0.0175
"""Farther from the truth than this a pose is wrong: four times what the tracker itself may be off."""
HEADER, OPTIONS = 6, Options(0x0801)
NOISE_MM = 0.1


def measure() -> list[tuple[str, str, str]]:
    """A run that takes less than a minute."""
    return list(_rows(REPLIES, FORGED))


def _rows(replies: int, forged: int) -> Iterator[tuple[str, str, str]]:
    line = damage(replies, seed=1)
    yield f"wrong poses accepted, {replies:,} damaged replies", f"{line.wrong}", "0"
    yield "  past the checksum, expected by chance", f"{line.past}, {replies / 65536:.0f}", ""
    yield from ((f"    {why}", f"{count}", "") for why, count in line.reasons.most_common())
    forgery = damage(forged, seed=2, forge=True)
    yield f"wrong poses accepted, {forged:,} damaged with a right checksum", f"{forgery.wrong}", ""
    yield from ((f"    {why}", f"{count}", "") for why, count in forgery.reasons.most_common())


@dataclass
class Outcome:
    """What became of the damaged replies."""

    past: int = 0
    wrong: int = 0
    reasons: "Counter[str]" = field(default_factory=Counter)


def damage(replies: int, seed: int, forge: bool = False) -> Outcome:
    """Damage so many replies and see what the driver makes of them; `forge` mends the checksums afterwards."""
    random = np.random.default_rng(seed)
    frames = [_reply(k) for k in range(FRAMES)]
    whole = {frame[HEADER:-2] for frame in frames}
    reader = PacketReader()
    outcome = Outcome()
    for way, number, chances in _plan(replies, random):
        good = frames[number]
        bad = way(bytearray(good), frames[number - 5], chances)
        if forge:
            bad = _mended(bad)
        reader.reset()
        reader.push(bytes(bad))
        try:
            packet = reader.next_packet()
        except ArguideError:
            continue
        if not isinstance(packet, BinaryReply) or packet.body in whole:
            continue  # the damage missed the reply, and what came is one that the device sent
        outcome.past += 1
        outcome.reasons[_explain(packet.body, frames, number, outcome)] += 1
    return outcome


def _explain(body: bytes, frames: list[bytes], number: int, outcome: Outcome) -> str:
    """Let the driver judge a reply that passed the checksum; says what stopped it, counts it if nothing did."""
    try:
        reply = decode_bx(body, OPTIONS)
    except ArguideError as error:
        return f"does not fit: {str(error).partition(':')[2].strip().partition(' ')[0]} …"
    measuring = _with_history(frames, number)
    asked = number / RATE
    taken = measuring.take(reply, asked, asked + 0.002)
    if taken is None:
        return "an old frame number"
    if isinstance(taken, AskAgain):
        taken = measuring.take(_decoded(frames[number]), asked + 0.003, asked + 0.005)
        if isinstance(taken, AskAgain):
            taken = measuring.take(_decoded(frames[number]), asked + 0.006, asked + 0.008)
        if not isinstance(taken, Sample):
            return "surprising: asked again, and the frame dropped"
        if _error(taken, number) is None:
            return "surprising: asked again, and refuted"
    off = _error(taken, number) if isinstance(taken, Sample) else None
    if off is not None and (off[0] > WRONG_MM or off[1] > WRONG_RAD):
        outcome.wrong += 1
        return f"ACCEPTED, {off[0]:.1f} mm and {off[1]:.3f} rad off"
    if isinstance(taken, Sample) and taken.readings != {} and _withheld(taken):
        return "impossible: withheld"
    return "accepted: changes no pose by more than 1 mm and 1°" if off else "accepted: changes no pose"


def _withheld(sample: Sample) -> bool:
    return any(reading.tracker_from_tool is None for reading in sample.readings.values())


def _error(sample: Sample, number: int) -> tuple[float, float] | None:
    """Largest distance (mm) and angle (rad) of the sample's poses from the truth; None when there is none at all."""
    worst_mm = worst_rad = 0.0
    for handle, tool in enumerate(PROFILE.tools, 1):
        pose = sample.readings[tool.name].tracker_from_tool
        if pose is None:
            continue
        position, quaternion = _pose(handle, number)
        truth = from_quaternion(*np.float32(quaternion).astype(float), np.float32(position).astype(float))
        worst_mm = max(worst_mm, float(np.linalg.norm(pose[:3, 3] - truth[:3, 3])))
        worst_rad = max(worst_rad, angle_between(pose, truth))
    return (worst_mm, worst_rad) if worst_mm > 1e-6 or worst_rad > 1e-6 else None


def _with_history(frames: list[bytes], number: int) -> Measuring:
    """A driver's judgement after a while of clean tracking."""
    tools = {n: LoadedTool(n, tool.name) for n, tool in enumerate(PROFILE.tools, 1)}
    bench = Bench(Identity(), 921600, Question("BX", PROFILE), tools)
    measuring = Measuring(bench, PROFILE, Statistics())
    for k in range(number - HISTORY, number):
        for _ in range(3):
            if not isinstance(measuring.take(_decoded(frames[k]), k / RATE, k / RATE + 0.002), AskAgain):
                break
    return measuring


def _decoded(packet: bytes) -> TrackingReply:
    return decode_bx(packet[HEADER:-2], OPTIONS)


# --- the truth --------------------------------------------------------------------------------------------------------


def _pose(handle: int, number: int) -> tuple[list[float], list[float]]:
    """Position (mm) and unit quaternion of a tool in a hand, with the tracker's noise."""
    t, phase = number / RATE, 1.7 * handle
    noise = np.random.default_rng(1000 * handle + number).normal(0, NOISE_MM, 3)
    place = np.array([60 * sin(1.1 * t + phase), 40 * sin(1.7 * t + 2 * phase), -1500 + 30 * sin(0.9 * t)]) + noise
    half = 0.4 * sin(0.8 * t + phase)
    axis = np.array([sin(phase), cos(phase), 0.5])
    axis /= np.linalg.norm(axis)
    return place.tolist(), [cos(half), *(sin(half) * axis)]


def _reply(number: int) -> bytes:
    body = bytes([len(PROFILE.tools)])
    for handle in range(1, len(PROFILE.tools) + 1):
        position, quaternion = _pose(handle, number)
        numbers = np.array([*quaternion, *position, 0.08], dtype="<f4").tobytes()
        body += bytes([handle, 1]) + numbers + np.array([0x31, 5000 + number], dtype="<u4").tobytes()
    body += b"\0\0"
    head = b"\xc4\xa5" + len(body).to_bytes(2, "little")
    return head + crc16(head).to_bytes(2, "little") + body + crc16(body).to_bytes(2, "little")


# --- the damage -------------------------------------------------------------------------------------------------------

Chances = list[int]
CHANCES = 24
Way = Callable[[bytearray, bytes, Chances], bytearray]


def _plan(replies: int, random: np.random.Generator) -> Iterator[tuple[Way, int, Chances]]:
    """The damage to be done: how, to which frame, and random 31-bit numbers to do it with."""
    left = replies
    while left:
        batch = min(left, 4096)
        chances = random.integers(0, 1 << 31, (batch, CHANCES)).tolist()
        ways = random.integers(0, len(WAYS), batch).tolist()
        numbers = random.integers(HISTORY + 5, FRAMES, batch).tolist()
        yield from ((WAYS[way], number, row) for way, number, row in zip(ways, numbers, chances, strict=True))
        left -= batch


def _flip(data: bytearray, other: bytes, chances: Chances, count: int) -> bytearray:
    for chance in chances[:count]:
        data[(chance >> 3) % len(data)] ^= 1 << (chance & 7)
    return data


def _few_bits(data: bytearray, other: bytes, chances: Chances) -> bytearray:
    return _flip(data, other, chances, 1 + chances[-1] % 4)


def _some_bits(data: bytearray, other: bytes, chances: Chances) -> bytearray:
    return _flip(data, other, chances, 4 + 2 * (chances[-1] % 5))


def _bits_of_the_body(data: bytearray, other: bytes, chances: Chances) -> bytearray:
    data[HEADER:] = _flip(data[HEADER:], other, chances, 4 + chances[-1] % 4)
    return data


def _burst(data: bytearray, other: bytes, chances: Chances) -> bytearray:
    begin = chances[0] % len(data)
    for n, chance in enumerate(chances[2 : 3 + chances[1] % 20]):
        if begin + n < len(data):
            data[begin + n] = chance & 0xFF
    return data


def _bytes_changed(data: bytearray, other: bytes, chances: Chances) -> bytearray:
    for chance in chances[: 2 + chances[-1] % 6]:
        data[(chance >> 8) % len(data)] = chance & 0xFF
    return data


def _bytes_lost(data: bytearray, other: bytes, chances: Chances) -> bytearray:
    begin = chances[0] % len(data)
    del data[begin : begin + 1 + chances[1] % 8]
    return data + other  # what follows is taken for the rest


def _bytes_doubled(data: bytearray, other: bytes, chances: Chances) -> bytearray:
    begin = chances[0] % len(data)
    data[begin:begin] = data[begin : begin + 1 + chances[1] % 8]
    return data


def _two_merged(data: bytearray, other: bytes, chances: Chances) -> bytearray:
    cut = HEADER + chances[0] % (len(data) - HEADER)
    return data[:cut] + other[cut:]


def _stuck(data: bytearray, other: bytes, chances: Chances) -> bytearray:
    begin, length = HEADER + chances[0] % (len(data) - HEADER), 2 + chances[1] % 40
    stuck = bytes([0xFF if chances[2] & 1 else 0]) * len(data[begin : begin + length])
    data[begin : begin + length] = stuck
    return data


def _noise(data: bytearray, other: bytes, chances: Chances) -> bytearray:
    block = b"".join(chance.to_bytes(4, "little")[:3] for chance in chances)
    begin = HEADER + chances[0] % 60
    return data[:begin] + (block * 3)[: len(data) - begin]


WAYS: tuple[Way, ...] = (
    _few_bits,
    _some_bits,
    _bits_of_the_body,
    _burst,
    _bytes_changed,
    _bytes_lost,
    _bytes_doubled,
    _two_merged,
    _stuck,
    _noise,
)


def _mended(data: bytearray) -> bytearray:
    """The same damage under a right header and right checksums: what passes by chance once in 65,536."""
    body = bytes(data[HEADER:-2])
    head = b"\xc4\xa5" + len(body).to_bytes(2, "little")
    return bytearray(head + crc16(head).to_bytes(2, "little") + body + crc16(body).to_bytes(2, "little"))


if __name__ == "__main__":
    for what, measured, bound in _rows(int(sys.argv[1]) if len(sys.argv) > 1 else REPLIES, FORGED):
        print(f"{what:<70} {measured:>12} {bound}")
