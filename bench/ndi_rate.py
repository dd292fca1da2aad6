"""Questions and answers a second over a pseudo-terminal, four tools by BX: this driver beside PyPI `ndicapi`, a C library.

Both ask the same process, which does nothing but repeat one prepared answer, so what differs is the client. They take
many short turns, and the median of the turns' ratios counts: other programs on the machine slow both of a pair. Decoding
is measured in time of the processor, which others do not take away. Linux only, where `ndicapi` is to be had.
"""

import contextlib
import importlib
import multiprocessing
import os
import statistics
import struct
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from fastcrc.crc16 import arc as crc16

from arguide.asset_files import find_profile
from arguide.ports.serial_port import SerialPort
from arguide.settings.profile_file import read_profile
from arguide.trackers.ndi.exchange import Exchange
from arguide.trackers.ndi.question import Question
from arguide.trackers.ndi.replies import BinaryReply, PacketReader

TOOLS = 4
TURNS, SECONDS = 25, 0.2
DECODES, REPEATS = 5000, 7
OKAY = b"OKAYA896\r"


def measure() -> list[tuple[str, str, str]]:
    """Decoding alone, then both clients."""
    decode_us = _decode_us()
    rows = [(f"decode a BX reply of {TOOLS} tools, both checksums", f"{decode_us:.1f} µs", "≤ 12 µs")]
    if sys.platform != "linux":
        return rows
    with _responder() as path:
        turns = [(_our_rate(path), _their_rate(path)) for _ in range(TURNS)]
    ours, theirs = (statistics.median(rates) for rates in zip(*turns, strict=True))
    rows.append((f"BX exchanges, {TOOLS} tools, pseudo-terminal: arguide", f"{ours:,.0f}/s", ""))
    if theirs:
        low, middle, high = statistics.quantiles([our / their for our, their in turns])
        rows.append(("  the same, ndicapi", f"{theirs:,.0f}/s", ""))
        rows.append(
            ("  arguide beside ndicapi, median (quartiles)", f"{middle:.2f} ({low:.2f} to {high:.2f})", "≥ 0.7")
        )
    return rows


def _answer() -> bytes:
    body = bytes([TOOLS])
    for handle in range(1, TOOLS + 1):
        body += struct.pack("<BB8fII", handle, 1, 0.8, 0, 0.6, 0, 12.5 * handle, -56.25, -1234.5, 0.07, 0x31, 4660)
    body += b"\0\0"
    head = struct.pack("<HH", 0xA5C4, len(body))
    return head + struct.pack("<H", crc16(head)) + body + struct.pack("<H", crc16(body))


def _decode_us() -> float:
    question, answer, reader = _question(), _answer(), PacketReader()
    best = float("inf")
    for _ in range(REPEATS):
        began = time.thread_time()
        for _ in range(DECODES):
            reader.reset()
            reader.push(answer)
            packet = reader.next_packet()
            assert isinstance(packet, BinaryReply)
            question.decode(packet)
        best = min(best, (time.thread_time() - began) / DECODES)
    return best * 1e6


def _question() -> Question:
    return Question("BX", read_profile(find_profile("emulated")))


def _our_rate(path: str) -> float:
    port = SerialPort(path)
    try:
        exchange, question = Exchange(port, time.monotonic), _question()

        def ask() -> None:
            question.decode(exchange.packet("BX", question.command, 1.0, question.max_text))

        return _rate(ask)
    finally:
        port.close()


def _their_rate(path: str) -> float:
    """ndicapi with the poses of all tools taken out; 0 where it is not installed."""
    try:
        ndi = importlib.import_module("ndicapy")
    except ModuleNotFoundError:
        return 0.0
    device = ndi.ndiOpen(path)
    handles = [bytes([handle]) for handle in range(1, TOOLS + 1)]
    try:

        def ask() -> None:
            # Three tools and more: it has read the reply, and only fails to return it as text.
            with contextlib.suppress(UnicodeDecodeError):
                ndi.ndiCommand(device, "BX:0801")
            for handle in handles:
                ndi.ndiGetBXTransform(device, handle)

        return _rate(ask)
    finally:
        ndi.ndiClose(device)


def _rate(ask: Callable[[], None]) -> float:
    count, began = 0, time.perf_counter()
    while (spent := time.perf_counter() - began) < SECONDS:
        ask()
        count += 1
    return count / spent


@contextmanager
def _responder() -> Iterator[str]:
    """A process that answers every question with the same words; gives the terminal it sits on."""
    context = multiprocessing.get_context("spawn")
    paths: multiprocessing.Queue[str] = context.Queue()
    process = context.Process(target=respond, args=(paths,), daemon=True)
    process.start()
    try:
        yield paths.get(timeout=30)
    finally:
        process.terminate()
        process.join()


def respond(paths: "multiprocessing.Queue[str]") -> None:
    """The responder's process."""
    import pty
    import tty

    master, slave = pty.openpty()
    tty.setraw(master)
    tty.setraw(slave)
    paths.put(os.ttyname(slave))
    answer, waiting = _answer(), b""
    while True:
        waiting += os.read(master, 4096)
        *questions, waiting = waiting.split(b"\r")
        for question in questions:
            os.write(master, answer if question.startswith(b"BX") else OKAY)
