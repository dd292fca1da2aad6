"""Compare recorded states with recomputed ones, bit for bit."""

from collections.abc import Iterable, Iterator
from itertools import zip_longest

from arguide.guidance.state import SessionState
from arguide.recording.codec import Json, codec_of, dumps

LIMIT = 20


def compare_states(
    recorded: Iterable[SessionState], recomputed: Iterable[SessionState], limit: int = LIMIT
) -> list[str]:
    """One line for each difference, at most `limit` and then how many states differ; empty when all is the same.

    The same means the same bits of every number (all NaNs are one). Both are read in step, none is kept.
    """
    encode = codec_of(SessionState).encode
    lines: list[str] = []
    differ = 0
    for number, (old, new) in enumerate(zip_longest(recorded, recomputed)):
        if old is None or new is None:
            more = "recording" if new is None else "recomputation"
            return [*lines, f"state {number}: only the {more} goes on from here"]
        trees = encode(old), encode(new)
        if dumps(trees[0]) != dumps(trees[1]):
            differ += 1
            where = f"state {number} (frame {old.sample.frame_number}): "
            lines += [where + line for line in _differences(*trees)][: max(0, limit - len(lines))]
    if differ:
        lines.append(f"{differ} of {number + 1} states differ")
    return lines


def _differences(old: Json, new: Json, path: str = "") -> Iterator[str]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in [*old, *(key for key in new if key not in old)]:
            yield from _differences(old.get(key), new.get(key), f"{path}.{key}" if path else key)
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, pair in enumerate(zip(old, new, strict=True)):
            yield from _differences(*pair, f"{path}[{index}]")
    elif repr(old) != repr(new):
        yield f"{path}: recorded {_short(old)}, recomputed {_short(new)}"


def _short(value: Json) -> str:
    text = "nothing" if value is None else repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
