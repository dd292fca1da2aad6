"""Compare recorded states with recomputed ones, bit for bit.

A recording made by an older arguide lacks what was added to the states since; its own schema says what it knew. What it
did not know is left out of the comparison.
"""

from collections.abc import Iterable, Iterator
from itertools import zip_longest

from arguide.guidance.state import SessionState
from arguide.recording.codec import Json, codec_of, dumps
from arguide.recording.state_codec import STATE_SCHEMA

LIMIT = 20


def compare_states(
    recorded: Iterable[SessionState],
    recomputed: Iterable[SessionState],
    limit: int = LIMIT,
    schema: Json = STATE_SCHEMA,
) -> list[str]:
    """One line for each difference, at most `limit` and then how many states differ; empty when all is the same.

    The same means the same bits of every number (all NaNs are one). Both are read in step, none is kept. `schema`: of
    the states in the recording.
    """
    encode = codec_of(SessionState).encode
    lines: list[str] = []
    differ = 0
    for number, (old, new) in enumerate(zip_longest(recorded, recomputed)):
        if old is None or new is None:
            more = "recording" if new is None else "recomputation"
            return [*lines, f"state {number}: only the {more} goes on from here"]
        trees = _without_news(encode(old), STATE_SCHEMA, schema), _without_news(encode(new), STATE_SCHEMA, schema)
        if dumps(trees[0]) != dumps(trees[1]):
            differ += 1
            where = f"state {number} (frame {old.sample.frame_number}): "
            lines += [where + line for line in _differences(*trees)][: max(0, limit - len(lines))]
    if differ:
        lines.append(f"{differ} of {number + 1} states differ")
    return lines


def _without_news(tree: Json, today: Json, then: Json) -> Json:
    """The tree without what today's schema knows and the schema of `then` did not."""
    if today == then:
        return tree
    if isinstance(tree, dict):
        known, knew = _inside(today, "properties"), _inside(then, "properties")
        return {
            key: _without_news(part, _inside(known, key), _inside(knew, key))
            for key, part in tree.items()
            if key not in known or key in knew
        }
    if isinstance(tree, list):
        return [_without_news(part, _inside(today, "items"), _inside(then, "items")) for part in tree]
    return tree


def _inside(schema: Json, key: str) -> Json:
    """Part of a schema that may be damaged."""
    return schema.get(key, {}) if isinstance(schema, dict) else {}


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
