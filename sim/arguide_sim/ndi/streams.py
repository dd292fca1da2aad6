"""STREAM and USTREAM: a command whose reply the device sends by itself at every n-th frame.

Each reply gets a short header of its own: start word B5D4, length of the name, name, CRC of these. (What stands
between start word and name is our guess; a client that cuts off 6 bytes and the name finds the reply.)
"""

import re
import struct
from collections.abc import Callable

from arguide_sim.ndi.crc import ascii_reply, crc16
from arguide_sim.ndi.refusal import INVALID_COMMAND, INVALID_OPERATION, NO_SUCH_FEATURE, OUT_OF_RANGE, Refusal
from arguide_sim.ndi.state import Handler, Mode, State, Stream
from arguide_sim.ndi.system_commands import OKAY

START = 0xB5D4
LONGEST_NAME = 64
_OPTION = re.compile(r'--(\w+)=(?:"([^"]*)"|(\S*))\s*')


def stream_of(allowed: dict[str, Handler]) -> Handler:
    """The handler of STREAM, for these commands."""

    def stream(state: State, args: str) -> str:
        options = _options(args)
        if "protocol" in options or "port" in options:
            raise Refusal(NO_SUCH_FEATURE)  # datagrams; this line is all there is
        command, _, rest = options.get("cmd", "").strip().partition(" ")
        name, every = options.get("id", command), options.get("interval", "1")
        if command.upper() not in allowed:
            raise Refusal(INVALID_COMMAND)
        if not 0 < len(name) <= LONGEST_NAME or not every.isdecimal() or not 1 <= int(every) <= 10_000:
            raise Refusal(OUT_OF_RANGE)
        if state.mode is not Mode.TRACKING:
            raise Refusal(INVALID_OPERATION)
        # Asked once now: what the command refuses, it refuses here.
        allowed[command.upper()](state, rest)
        state.stream = Stream(name, command.upper(), rest, int(every))
        return OKAY

    return stream


def ustream(state: State, args: str) -> str:
    """End it, whichever name is given, if it is the stream's."""
    name = _options(args).get("id", "") if args else ""
    if state.stream is None or name not in ("", state.stream.name):
        raise Refusal(INVALID_OPERATION)
    state.stream = None
    return OKAY


def streamed(state: State, handler: Callable[[State, str], str | bytes]) -> bytes:
    """One reply of the running stream; nothing when the frame of the last one is still the newest."""
    stream = state.stream
    if stream is None:
        return b""
    with state.frames.held() as frame:
        if stream.last is not None and 0 <= frame.number - stream.last < stream.every:
            return b""
        stream.last = frame.number
        reply = handler(state, stream.args)
    return header(stream.name) + (reply if isinstance(reply, bytes) else ascii_reply(reply))


def header(name: str) -> bytes:
    """What stands before every reply of a stream."""
    start = struct.pack("<HH", START, len(name)) + name.encode("ascii")
    return start + struct.pack("<H", crc16(start))


def _options(args: str) -> dict[str, str]:
    found, at = {}, 0
    while at < len(args):
        match = _OPTION.match(args, at)
        if match is None:
            raise Refusal(INVALID_COMMAND)
        found[match[1]] = match[2] if match[2] is not None else match[3]
        at = match.end()
    return found
