"""A dimension of a crowd beside the literature: how far its mean and its spread are off."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Means:
    """Means and standard deviations of one dimension."""

    published: tuple[float, float]
    generated: tuple[float, float]

    @property
    def off(self) -> float:
        """The generated mean beside the published, as a share of it."""
        return self.generated[0] / self.published[0] - 1

    @property
    def wide(self) -> float:
        """The generated spread beside the published, as a share of it."""
        return self.generated[1] / self.published[1] - 1
