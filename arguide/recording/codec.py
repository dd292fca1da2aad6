"""Values to JSON and back, bit for bit, driven by the type annotations of our dataclasses.

The annotations are the format: a field added to `SessionState` is recorded from then on, and a recording
made before it still reads, because a missing field takes its default. The rules are few:

    float              a JSON number by its shortest exact repr; "NaN", "Infinity", "-Infinity" as strings
    (4, 4) array       16 floats, row by row
    (x, y, z)          {"x": …, "y": …, "z": …}
    tuple of things    a list
    mapping            a list of {"key": …, "value": …}, in order
    bytes              base64
    enum               its value
    X or None          left out when None

No list is ever nested in a list and no field has two types, because Foxglove draws neither.
All NaNs are one: sign and payload bits of a NaN are not kept.
"""

import base64
import dataclasses
import json
import math
import types
import typing
from collections.abc import Callable, Mapping
from enum import Enum
from functools import cache
from typing import Any, TypeAlias

import numpy as np

from arguide.errors import RecordingError
from arguide.settings.scenario import Vec3

Json: TypeAlias = Any
"""What `json` can write: dict, list, str, int, float, bool."""

_NOT_FINITE = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


@dataclasses.dataclass(frozen=True, slots=True)
class Codec:
    """How one type is written, read and described (JSON Schema)."""

    encode: Callable[[Any], Json]
    decode: Callable[[Json], Any]
    schema: dict[str, Json]


def dumps(tree: Json) -> bytes:
    """A JSON tree as strict, compact ASCII."""
    return json.dumps(tree, allow_nan=False, separators=(",", ":")).encode("ascii")


def loads(data: bytes) -> Json:
    """The JSON tree in `data`. Raises RecordingError when it is none."""
    try:
        return json.loads(data, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise RecordingError(f"expected a JSON message, got {data[:40]!r}: {error}; the recording is damaged") from None


def _no_constant(word: str) -> None:
    raise ValueError(f"{word} is not JSON")


def codec_of(kind: Any) -> Codec:
    """The codec of a type: a dataclass, an enum, a plain value, or a tuple, mapping or (4, 4) array."""
    return _made(kind)


@cache
def _made(kind: Any) -> Codec:
    if kind in _PLAIN:
        return _PLAIN[kind]
    if dataclasses.is_dataclass(kind):
        return dataclass_codec(kind)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return Codec(lambda value: value.value, kind, {"type": "string", "enum": [member.value for member in kind]})
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is np.ndarray:
        return _MATRIX
    if origin is tuple and len(arguments) == 2 and arguments[1] is Ellipsis:
        return _sequence(codec_of(arguments[0]))
    if origin is not None and issubclass(origin, Mapping) and arguments[0] is str:
        return _mapping(codec_of(arguments[1]))
    raise TypeError(f"no codec for {kind}; add a rule to {__name__}")


def dataclass_codec(kind: Any, omit: frozenset[str] = frozenset()) -> Codec:
    """The codec of a dataclass without the fields in `omit`; decoding such a one gives a dict of what is there."""
    fields = [_field(kind, field) for field in dataclasses.fields(kind) if field.name not in omit]
    encoders = tuple((field.name, field.codec.encode) for field in fields)

    def encode(value: Any) -> Json:
        tree = {}
        for name, encode_field in encoders:
            part = getattr(value, name)
            if part is not None:
                tree[name] = encode_field(part)
        return tree

    def decode(tree: Json) -> Any:
        _expect(dict, tree, kind.__name__)
        parts = {field.name: field.decode_from(tree) for field in fields if field.name in tree or field.default_needed}
        return parts if omit else kind(**parts)

    properties = {field.name: field.codec.schema for field in fields}
    required = [field.name for field in fields if not field.optional]
    schema = {"type": "object", "title": kind.__name__, "properties": properties, "required": required}
    return Codec(encode, decode, schema)


@dataclasses.dataclass(frozen=True, slots=True)
class _Field:
    name: str
    codec: Codec
    optional: bool
    default_needed: bool
    """Whether a missing field must be decoded here (None or an error) because the class has no default for it."""

    def decode_from(self, tree: Json) -> Any:
        if self.name not in tree:
            if self.optional:
                return None
            raise RecordingError(f"{self.name}: missing; the recording is damaged or from another version")
        try:
            return self.codec.decode(tree[self.name])
        except (ValueError, TypeError, RecordingError) as error:
            raise RecordingError(f"{self.name}: {error}") from None


def _field(kind: Any, field: Any) -> _Field:
    hint = typing.get_type_hints(kind)[field.name]
    optional = typing.get_origin(hint) in (typing.Union, types.UnionType) and type(None) in typing.get_args(hint)
    if optional:
        (hint,) = (part for part in typing.get_args(hint) if part is not type(None))
    has_default = field.default is not dataclasses.MISSING or field.default_factory is not dataclasses.MISSING
    return _Field(field.name, codec_of(hint), optional, optional or not has_default)


def _expect(kind: type, tree: Json, what: str) -> Any:
    if type(tree) is not kind:
        raise RecordingError(f"expected {what}, got {str(tree)[:40]!r}; the recording is damaged")
    return tree


def _float_to(value: float) -> Json:
    number = float(value)
    if math.isfinite(number):
        return number
    return "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"


def _float_from(tree: Json) -> float:
    if type(tree) is float or type(tree) is int:
        return float(tree)
    if type(tree) is str and tree in _NOT_FINITE:
        return _NOT_FINITE[tree]
    raise RecordingError(f"expected a number, got {str(tree)[:40]!r}; the recording is damaged")


def _matrix_to(value: Any) -> Json:
    matrix = np.asarray(value, dtype=np.float64)
    if matrix.shape != (4, 4):
        raise ValueError(f"expected a (4, 4) transform, got shape {matrix.shape}")
    flat = matrix.ravel().tolist()
    return flat if math.isfinite(sum(map(abs, flat))) else [_float_to(number) for number in flat]


def _matrix_from(tree: Json) -> Any:
    if type(tree) is not list or len(tree) != 16:
        raise RecordingError(f"expected 16 numbers, got {str(tree)[:40]!r}; the recording is damaged")
    return np.array([_float_from(number) for number in tree]).reshape(4, 4)


def _vector_to(value: Vec3) -> Json:
    x, y, z = value
    return {"x": _float_to(x), "y": _float_to(y), "z": _float_to(z)}


def _vector_from(tree: Json) -> Vec3:
    _expect(dict, tree, "x, y and z")
    if tree.keys() != {"x", "y", "z"}:
        raise RecordingError(f"expected x, y and z, got {sorted(tree)[:4]}; the recording is damaged")
    return _float_from(tree["x"]), _float_from(tree["y"]), _float_from(tree["z"])


def _sequence(item: Codec) -> Codec:
    return Codec(
        lambda values: [item.encode(value) for value in values],
        lambda tree: tuple(item.decode(part) for part in _expect(list, tree, "a list")),
        {"type": "array", "items": item.schema},
    )


def _mapping(item: Codec) -> Codec:
    def decode(tree: Json) -> Any:
        pairs = [_expect(dict, part, "a key and a value") for part in _expect(list, tree, "a list")]
        if any(pair.keys() != {"key", "value"} or type(pair["key"]) is not str for pair in pairs):
            raise RecordingError("expected keys and values, got something else; the recording is damaged")
        return {pair["key"]: item.decode(pair["value"]) for pair in pairs}

    pair = {"key": {"type": "string"}, "value": item.schema}
    return Codec(
        lambda values: [{"key": key, "value": item.encode(value)} for key, value in values.items()],
        decode,
        {"type": "array", "items": {"type": "object", "properties": pair, "required": ["key", "value"]}},
    )


_NUMBER = {"type": "number"}
_MATRIX = Codec(_matrix_to, _matrix_from, {"type": "array", "items": _NUMBER, "minItems": 16, "maxItems": 16})
_PLAIN = {
    float: Codec(_float_to, _float_from, _NUMBER),
    int: Codec(int, lambda tree: _expect(int, tree, "a whole number"), {"type": "integer"}),
    bool: Codec(bool, lambda tree: _expect(bool, tree, "true or false"), {"type": "boolean"}),
    str: Codec(str, lambda tree: _expect(str, tree, "text"), {"type": "string"}),
    bytes: Codec(
        lambda value: base64.b64encode(value).decode("ascii"),
        lambda tree: base64.b64decode(_expect(str, tree, "base64 text"), validate=True),
        {"type": "string", "contentEncoding": "base64"},
    ),
    Vec3: Codec(
        _vector_to,
        _vector_from,
        {"type": "object", "properties": dict.fromkeys("xyz", _NUMBER), "required": list("xyz")},
    ),
}
