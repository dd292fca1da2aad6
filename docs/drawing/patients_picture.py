"""Slices of two generated patients: `python docs/drawing/patients_picture.py PATIENT PATIENT` writes `pictures/patients.png`.

Axial, sagittal, coronal; soft-tissue window, centre 40 HU, width 400 HU. Not part of `draw.py`: it takes minutes.
"""

import sys
from pathlib import Path

import cv2
import numpy as np

from arguide.imaging.volume import read_nifti
from arguide.settings.scenario_file import read_scenario

FILE = Path(__file__).parents[1] / "pictures" / "patients.png"
CENTER_HU, WIDTH_HU, HEIGHT = 40.0, 400.0, 360


def slices(folder: Path) -> np.ndarray:
    """Three slices through the middle, side by side (h, w), uint8."""
    file = read_scenario(folder / "scenario.toml").volume
    assert file is not None
    voxels = read_nifti(file).voxels
    i, j, k = (n // 2 for n in voxels.shape)
    rows = []
    for cut in (voxels[:, :, k], voxels[i], voxels[:, int(0.95 * j)]):
        grey = np.clip((cut.T[::-1] - CENTER_HU) / WIDTH_HU + 0.5, 0, 1) * 255
        wide = round(HEIGHT * grey.shape[1] / grey.shape[0])
        rows.append(cv2.resize(grey.astype(np.uint8), (wide, HEIGHT), interpolation=cv2.INTER_CUBIC))
    return np.hstack(rows)


def main() -> None:
    """One patient above the other."""
    pictures = [slices(Path(folder)) for folder in sys.argv[1:3]]
    wide = max(picture.shape[1] for picture in pictures)
    cv2.imwrite(str(FILE), np.vstack([np.pad(p, ((0, 6), (0, wide - p.shape[1]))) for p in pictures]))
    print(FILE)


if __name__ == "__main__":
    main()
