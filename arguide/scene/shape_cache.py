"""Shapes made ready for drawing, kept in the user's cache: thinning and lighting take longer than all else at the start."""

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from arguide.geometry.distance_field import cache_folder
from arguide.geometry.mesh import write_whole
from arguide.scene.shapes import Shape

NAMES, WIDTHS = ("vertices", "normals", "faces", "colors"), (3, 3, 3, 4)


def place(makers: Iterable[str], meshes: Iterable[Path], *settings: object) -> Path:
    """The file for shapes of these meshes; another one as soon as a mesh, a setting or a maker's source is another."""
    digest = hashlib.blake2b(repr(settings).encode(), digest_size=16)
    for file in (*map(Path, makers), *meshes):
        digest.update(hashlib.blake2b(file.read_bytes()).digest())
    return cache_folder() / f"shapes-{digest.hexdigest()}.npz"


def load(file: Path) -> tuple[Shape, ...] | None:
    """What is kept there; None if there is nothing, or nothing whole."""
    try:
        with file.open("rb") as stream, np.load(stream, allow_pickle=False) as data:
            counts, *columns = (data[name] for name in ("counts", *NAMES))
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return None
    points, faces = counts.T
    rows = (points.sum(), points.sum(), faces.sum(), points.sum())
    if any(c.shape != (n, wide) for c, n, wide in zip(columns, rows, WIDTHS, strict=True)):
        return None
    cuts = [np.cumsum(points)[:-1], np.cumsum(points)[:-1], np.cumsum(faces)[:-1], np.cumsum(points)[:-1]]
    parts = [np.split(column, cut) for column, cut in zip(columns, cuts, strict=True)]
    shapes = tuple(Shape(*four) for four in zip(*parts, strict=True))
    return shapes if all(map(_is_whole, shapes)) else None


def _is_whole(kept: Shape) -> bool:
    """Whether every corner of a triangle is there, and somewhere."""
    corners = not kept.faces.size or 0 <= kept.faces.min() <= kept.faces.max() < len(kept.vertices)
    return bool(corners and np.isfinite(kept.vertices).all())


def save(shapes: Sequence[Shape], file: Path) -> None:
    """Keep them; a folder that cannot be written is no reason to stop."""

    def write(part: Path) -> None:
        counts = [(len(drawn.vertices), len(drawn.faces)) for drawn in shapes]
        vertices, normals, faces, colors = (
            np.concatenate([getattr(drawn, name) for drawn in shapes]) for name in NAMES
        )
        with part.open("wb") as stream:
            np.savez(stream, counts=counts, vertices=vertices, normals=normals, faces=faces, colors=colors)

    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, write)
    except OSError:
        return
