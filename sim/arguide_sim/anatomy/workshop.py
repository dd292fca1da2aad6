"""Who makes the meshes and slabs of a patient: this process, or several that each know the whole patient.

Shapes are functions and do not travel; the person does, and makes the same anatomy everywhere. No piece depends on
another and each comes back in its place, so that the number of processes changes no byte.
"""

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from types import TracebackType
from typing import Any, Self

from arguide.errors import ArguideError, MeshError
from arguide.geometry.mesh import Mesh
from arguide_sim.anatomy.numbering import numbered
from arguide_sim.anatomy.part import Part
from arguide_sim.anatomy.region import Person, Region
from arguide_sim.anatomy.scanner import Scanner
from arguide_sim.anatomy.volumes import Body, Slab, Span, slab, slabs


@dataclass(frozen=True)
class Patient:
    """All that decides the meshes and the volume."""

    region: Region
    person: Person
    scanner: Scanner
    detail: float = 1.0

    @cached_property
    def anatomy(self) -> Any:
        """Made when it is first asked for; raises SettingsError if no one is like that."""
        return self.region.anatomy(self.person)

    @cached_property
    def parts(self) -> dict[str, Part]:
        """By name, in order."""
        return {part.name: part for part in self.anatomy.parts()}

    @cached_property
    def body(self) -> Body:
        """What is scanned."""
        low, high = self.region.view(self.anatomy)
        return Body(
            anatomy=self.anatomy, filling=self.region.filling(self.person, self.anatomy), numbers=numbered(self.parts),
            seed=self.person.seed, age=self.person.age, low=low, high=high, cover=self.region.cover(self.anatomy),
            materials=self.region.materials(self.anatomy),
        )  # fmt: skip

    def mesh(self, name: str) -> Mesh:
        """The finished mesh of a part."""
        mesh: Mesh = self.anatomy.mesh(self.parts[name], self.detail)
        return mesh

    def slab(self, span: Span) -> Slab:
        """Hounsfield units and labels of some slices."""
        return slab(self.body, self.scanner, span)


class Workshop:
    """Meshes and slabs of a patient by so many processes; to be used in a `with`."""

    def __init__(self, patient: Patient, processes: int = 1) -> None:
        self._patient = patient
        self._pool = _started(patient, processes) if processes > 1 else None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
        if isinstance(error, BrokenProcessPool):
            raise MeshError("a process that made the patient was ended from outside; is memory short?") from error

    def meshes(self) -> Iterator[Mesh]:
        """One for each part, in order. A pool sets to work at once, and goes on with what is asked for next."""
        return (
            map(self._patient.mesh, self._patient.parts)
            if self._pool is None
            else self._pool.map(_mesh, self._patient.parts)
        )

    def slabs(self) -> Iterator[Slab]:
        """All the slices, from below."""
        spans = slabs(self._patient.body, self._patient.scanner)
        return map(self._patient.slab, spans) if self._pool is None else self._pool.map(_slab, spans)


def _started(patient: Patient, processes: int) -> ProcessPoolExecutor:
    context = multiprocessing.get_context("spawn")  # the same on all systems, and safe beside threads
    given = (patient.region, patient.person, patient.scanner, patient.detail)
    pool = ProcessPoolExecutor(processes, context, _begin, given)
    for _ in range(processes):
        pool.submit(_ready)
    return pool


_mine: Patient
"""The patient of this process of a pool."""


def _begin(*given: Any) -> None:
    global _mine
    _mine = Patient(*given)
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # no traceback of each process when a person stops them all
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _ready() -> None:
    """Makes the anatomy while who started the pool makes its own; what is wrong with it is said there."""
    with suppress(ArguideError):
        _ = _mine.parts


def _mesh(name: str) -> Mesh:
    return _mine.mesh(name)


def _slab(span: Span) -> Slab:
    return _mine.slab(span)
