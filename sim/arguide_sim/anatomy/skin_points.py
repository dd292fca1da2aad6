"""Where a straight way leaves the skin, as a file for people says it."""

from arguide.errors import MeshError
from arguide.geometry.mesh import Mesh
from arguide.geometry.rays import first_hit
from arguide.geometry.transforms import Array
from arguide_sim.anatomy.blocks import Corner


def on_skin(skin: Mesh, start: Array, direction: Array) -> Corner:
    """Where the ray from a point (3,) along a direction (3,) leaves the skin, to 0.01 mm. MeshError if it never does."""
    hit = first_hit(skin, start, direction)
    if hit is None:
        raise MeshError(f"the ray from {start} along {direction} never meets the skin; is the skin too small?")
    return rounded(hit)


def rounded(point: Array) -> Corner:
    """To 0.01 mm, for a file people read."""
    x, y, z = (round(float(value), 2) for value in point)
    return x, y, z
