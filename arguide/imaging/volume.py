"""Image volumes: an array of voxels and where it lies in the patient."""

import gzip
import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from arguide.errors import MeshError
from arguide.geometry.transforms import Array

MAX_BYTES = 2**30
PIECE_BYTES = 8 * 2**20
"""A written file is packed in pieces of this size, side by side; readers of gzip see one stream."""
MAX_VOXELS = 400_000_000
# NIfTI says in which unit its affine is; without a word it means mm.
UNITS_MM = {"unknown": 1.0, "mm": 1.0, "meter": 1000.0, "micron": 0.001}


@dataclass(frozen=True, eq=False, repr=False)
class Volume:
    """A volume whose first axis runs mostly to the patient's right, its second to anterior, its third to superior."""

    voxels: NDArray[Any]
    """(nx, ny, nz): Hounsfield units, or label numbers."""
    image_from_voxel: Array
    """(4, 4) affine: voxel indices to RAS mm; may be oblique and of unequal spacing."""

    def __repr__(self) -> str:
        return f"Volume({self.voxels.shape} {self.voxels.dtype}, spacing_mm={self.spacing_mm.round(3).tolist()})"

    @cached_property
    def spacing_mm(self) -> Array:
        """Distance (3,) in mm between neighbouring voxels along each axis."""
        lengths: Array = np.linalg.norm(self.image_from_voxel[:3, :3], axis=0)
        return lengths

    @cached_property
    def voxel_from_image(self) -> Array:
        """(4, 4): RAS mm to voxel indices."""
        return np.linalg.inv(self.image_from_voxel).astype(np.float64)

    def to_image(self, voxels: ArrayLike) -> Array:
        """RAS mm (..., 3) of voxel indices (..., 3); whole numbers are the voxels' centres."""
        result: Array = np.asarray(voxels, dtype=float) @ self.image_from_voxel[:3, :3].T + self.image_from_voxel[:3, 3]
        return result

    def to_voxel(self, points: ArrayLike) -> Array:
        """Voxel indices (..., 3), not rounded, of points (..., 3) in RAS mm."""
        result: Array = np.asarray(points, dtype=float) @ self.voxel_from_image[:3, :3].T + self.voxel_from_image[:3, 3]
        return result

    @cached_property
    def bounds(self) -> Array:
        """Lowest and highest RAS coordinates (2, 3) in mm that the voxels reach."""
        shape = np.array(self.voxels.shape)
        corners = np.stack(np.meshgrid(*([-0.5, n - 0.5] for n in shape)), axis=-1).reshape(-1, 3)
        points = self.to_image(corners)
        return np.array([points.min(axis=0), points.max(axis=0)])


def read_nifti(path: Path) -> Volume:
    """Read a NIfTI file (.nii, .nii.gz), with the axes put in the order right, anterior, superior.

    Only whole axes are swapped and reversed; no voxel is interpolated. MeshError if the file is missing, too large,
    corrupt, not three-dimensional, or does not say where it lies.
    """
    image = _open(path)
    if len(image.shape) != 3 or min(image.shape) < 2:
        raise MeshError(f"{path}: expected a volume of three axes, got shape {image.shape}; save one volume alone")
    if np.prod(image.shape, dtype=float) > MAX_VOXELS:
        raise MeshError(f"{path}: {image.shape} voxels are more than {MAX_VOXELS}; crop or resample the volume")
    affine = np.asarray(image.affine, dtype=float)
    affine[:3] *= UNITS_MM.get(image.header.get_xyzt_units()[0], 1.0)
    spacing = np.linalg.norm(affine[:3, :3], axis=0)
    if not np.all(np.isfinite(affine)) or not np.all((spacing > 0.01) & (spacing < 50)):
        raise MeshError(
            f"{path}: voxel spacing {spacing.round(4).tolist()} mm cannot be; convert the DICOM files again"
        )
    if abs(np.linalg.det(affine[:3, :3] / spacing)) < 0.1:
        raise MeshError(f"{path}: its axes do not span space; convert the DICOM files again")
    return _oriented(_voxels(path, image), affine)


def write_nifti(volume: Volume, path: Path, effort: int = 6) -> None:
    """Write a .nii.gz in mm; the same volume always gives the same bytes. `effort` 1..9 is gzip's. OSError passes."""
    import nibabel

    image = nibabel.Nifti1Image(volume.voxels, volume.image_from_voxel)
    image.header.set_xyzt_units("mm")
    data = image.to_bytes()
    pieces = [data[at : at + PIECE_BYTES] for at in range(0, len(data), PIECE_BYTES)]
    with ThreadPoolExecutor() as pool:
        packed = list(pool.map(lambda piece: _packed(piece, effort), pieces))
    path.write_bytes(b"".join(packed))


def _packed(data: bytes, effort: int) -> bytes:
    """One gzip member without name or time."""
    out = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", compresslevel=effort, fileobj=out, mtime=0) as file:
        file.write(data)
    return out.getvalue()


def _open(path: Path) -> Any:
    """The file's header by nibabel; the voxels are not read yet."""
    import nibabel

    if not path.name.endswith((".nii", ".nii.gz")):
        raise MeshError(f"{path}: expected a NIfTI file (.nii, .nii.gz); convert the volume, for example with dcm2niix")
    try:
        if path.stat().st_size > MAX_BYTES:
            raise MeshError(f"{path}: larger than {MAX_BYTES >> 20} MiB; crop or resample the volume")
        return nibabel.load(path)
    except FileNotFoundError:
        raise MeshError(f"{path}: no such file; check the path") from None
    except MeshError:
        raise
    except Exception as error:  # nibabel raises whatever its parsing happens to meet
        raise MeshError(f"{path}: not a readable NIfTI file ({_reason(error)}); convert the volume again") from error


def _voxels(path: Path, image: Any) -> NDArray[Any]:
    """The voxel values, whole-numbered where the file holds whole numbers without scaling."""
    try:
        voxels = np.asanyarray(image.dataobj)
    except Exception as error:  # cut short, bad compression: each layer has its own exception
        raise MeshError(f"{path}: the voxels cannot be read ({_reason(error)}); copy the file again") from error
    if voxels.dtype.kind not in "iuf":
        raise MeshError(f"{path}: voxels of type {voxels.dtype} are not plain numbers; save the volume as numbers")
    return np.asarray(voxels, dtype=np.float32 if voxels.dtype.kind == "f" else voxels.dtype)


def _oriented(voxels: NDArray[Any], affine: Array) -> Volume:
    """Swap and reverse axes so that they run to right, anterior, superior as nearly as they can."""
    import nibabel

    orientation = nibabel.io_orientation(affine)
    turned = np.ascontiguousarray(nibabel.apply_orientation(voxels, orientation))
    return Volume(turned, affine @ nibabel.orientations.inv_ornt_aff(orientation, voxels.shape))


def _reason(error: Exception) -> str:
    return " ".join(str(error).split())[:120] or type(error).__name__
