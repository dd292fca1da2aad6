"""Worlds and trainees for the tests of the simulated world."""

from collections.abc import Callable
from functools import cache

import pytest
from arguide_sim.emulation import Emulation, Options, emulate


@cache
def emulation_of(**options: object) -> Emulation:
    return emulate(Options(clock="step", **options))  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def emulation() -> Callable[..., Emulation]:
    """A maker of emulations on a step clock; the same options give the same object, so only look at it."""
    return emulation_of
