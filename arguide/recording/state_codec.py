"""Session states as messages: what repeats from state to state is written once.

A state holds its whole sample, which has a channel of its own, and while pivoting a list of directions that
grows with every state. The message therefore names the sample by its index and says how much of the previous
list it keeps. So these two codecs have a memory, and states must be decoded in the order they were encoded.
"""

from array import array
from collections.abc import Sequence
from itertools import chain

from arguide.errors import RecordingError
from arguide.guidance.state import SessionState
from arguide.recording.codec import Codec, Json, codec_of, dataclass_codec
from arguide.settings.scenario import Vec3
from arguide.trackers.reading import Sample

_STATE = dataclass_codec(SessionState, omit=frozenset({"sample", "stylus_directions"}))
_DIRECTIONS: Codec = codec_of(tuple[Vec3, ...])
_INTEGER = {"type": "integer"}

STATE_SCHEMA: dict[str, Json] = {
    **_STATE.schema,
    "properties": {
        "sample": {**_INTEGER, "description": "index of the message on /samples this state follows from"},
        "frame_number": _INTEGER,
        "host_time_s": {"type": "number"},
        **_STATE.schema["properties"],
        "directions_kept": {**_INTEGER, "description": "how many of the previous state's directions stay"},
        "directions_new": _DIRECTIONS.schema,
    },
    "required": ["sample", *_STATE.schema["required"], "directions_kept", "directions_new"],
}


class StateEncoder:
    """Turns states into JSON trees, remembering the directions last written."""

    def __init__(self) -> None:
        self._written = b""
        self._count = 0

    def encode(self, state: SessionState, sample_index: int) -> Json:
        """The message of `state`, whose sample is number `sample_index` of the file."""
        bits = _bits(state.stylus_directions)
        kept = self._count if bits.startswith(self._written) else 0
        self._written, self._count = bits, len(state.stylus_directions)
        return {
            "sample": sample_index,
            "frame_number": state.sample.frame_number,
            "host_time_s": codec_of(float).encode(state.sample.host_time_s),
            **_STATE.encode(state),
            "directions_kept": kept,
            "directions_new": _DIRECTIONS.encode(state.stylus_directions[kept:]),
        }


class StateDecoder:
    """Turns messages back into states."""

    def __init__(self, samples: Sequence[Sample]) -> None:
        self._samples = samples
        """May grow while decoding; every state's sample stands before it in the file."""
        self._directions: tuple[Vec3, ...] = ()

    def decode(self, tree: Json) -> SessionState:
        """The state of a message. Raises RecordingError when it is none."""
        parts = _STATE.decode(tree)
        number, kept = (_count(tree, key) for key in ("sample", "directions_kept"))
        if number >= len(self._samples) or kept > len(self._directions):
            raise RecordingError(f"state of sample {number}: what it refers to is missing; the recording is damaged")
        self._directions = self._directions[:kept] + _DIRECTIONS.decode(tree.get("directions_new", []))
        return SessionState(sample=self._samples[number], stylus_directions=self._directions, **parts)


def _count(tree: Json, key: str) -> int:
    number = tree.get(key)
    if type(number) is not int or number < 0:
        raise RecordingError(f"{key}: expected a count, got {number!r}; the recording is damaged")
    return number


def _bits(directions: tuple[Vec3, ...]) -> bytes:
    return array("d", chain.from_iterable(directions)).tobytes()
