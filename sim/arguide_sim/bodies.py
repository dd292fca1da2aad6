"""The tools as the cameras know them: marker by marker, in arrays, so that all are looked for at once."""

from collections.abc import Sequence

import numpy as np

from arguide.geometry.transforms import Array
from arguide_sim.ndi.definition import Definition


class Bodies:
    """n tools with up to m markers each; what is missing to m is filled up with markers that do not exist."""

    def __init__(self, definitions: Sequence[Definition]) -> None:
        self.counts = [len(d.markers) for d in definitions]
        most = max(self.counts, default=0)
        self.models = np.zeros((len(definitions), most, 3))
        """(n, m, 3) mm in each tool's marker frame."""
        self.normals = np.zeros_like(self.models)
        """(n, m, 3): where each looks; zero for a marker that is seen from all sides."""
        self.exist = np.zeros((len(definitions), most), dtype=bool)
        for row, (definition, count) in enumerate(zip(definitions, self.counts, strict=True)):
            self.models[row, :count] = definition.markers
            self.normals[row, :count] = definition.normals
            self.exist[row, :count] = True
        self.one_sided = self.normals.any(axis=2)
        self.least_cosine = np.cos([d.most_rad for d in definitions])[:, None]
        self.least = np.array([d.least for d in definitions], dtype=int)
        self.most_error_mm = np.array([d.most_error_mm for d in definitions])

    def turned_away(self, markers: Array, rotations: Array) -> Array:
        """Which markers (b, n, m, 3), of tools with these rotations (b, n, 3, 3), do not look at the tracker at 0."""
        looks = self.normals @ rotations.transpose(0, 1, 3, 2)
        towards = -(looks * markers).sum(axis=-1)
        turned: Array = self.one_sided & (towards < self.least_cosine * np.linalg.norm(markers, axis=-1))
        return turned
