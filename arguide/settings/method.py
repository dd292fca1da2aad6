"""How a tool's tip and axis may be found."""

from collections.abc import Iterable
from enum import StrEnum


class Method(StrEnum):
    """How a tool was or shall be calibrated."""

    PIVOT = "pivot"
    """The tip, by swinging the tool about it."""
    TEMPLATE = "template"
    """The tip, by resting it where the place is known."""
    SPIN = "spin"
    """The axis, by rolling the tool about it."""


def methods_of(names: Iterable[str]) -> tuple[Method, ...]:
    """The methods with these names (`none` is none), in the order in which they are done: a tip, then the axis.

    Raises ValueError with words for an unknown name, or for two ways to find one tip.
    """
    wanted = {name.strip() for name in names} - {"", "none"}
    if unknown := wanted - set(Method):
        raise ValueError(f"no method {min(unknown)!r}; there are {', '.join(Method)}")
    if {Method.PIVOT, Method.TEMPLATE} <= wanted:
        raise ValueError("pivot and template both find the tip; choose one of them")
    return tuple(method for method in Method if method in wanted)
